//! A change is replayed and appended: in one batch, or in several that count together.

use ottla_controller::metadata_version::MetadataVersion;
use ottla_controller::{Change, Record, codec};
use ottla_raft::Event;

use super::Service;
use crate::metadata::handle::MetadataError;

/// More than a record takes besides its value.
const RECORD_OVERHEAD_BYTES: usize = 64;

impl Service {
    /// Replays and appends records. Those that cannot be written or do not fit change nothing, nor
    /// does anything while the disk is full; after a crash all of them are there, or none.
    pub(super) async fn append(
        &mut self,
        records: &[Record],
    ) -> Result<Vec<Change>, MetadataError> {
        let at = self.replayer.image().metadata_version();
        let mut after = self.replayer.clone();
        let mut changes = Vec::new();
        let (begin, end, batch_max) =
            framed(records, at, self.shared.settings.records_per_batch_max);
        let mut values = Vec::with_capacity(records.len() + 2);
        for record in begin.iter().chain(records).chain(&end) {
            let refused = |why: String| MetadataError::Record(why);
            values.push(codec::encode(record, at).map_err(|why| refused(why.to_string()))?);
            let change = after.replay(record).map_err(|why| refused(why.to_string()))?;
            if change != Change::Nothing {
                changes.push(change);
            }
        }
        self.check_room(&values, batch_max)?;
        let before = (self.quorum.clone(), std::mem::replace(&mut self.replayer, after));
        let (epoch, end_offset) = (self.quorum.epoch(), self.log.log().log_end_offset());
        while !values.is_empty() {
            let rest = values.split_off(values.len().min(batch_max));
            let stepped = self.step(Event::Append { epoch, records: values }).await;
            if matches!(stepped, Err(MetadataError::Full(_)))
                && self.log.log().log_end_offset() == end_offset
            {
                (self.quorum, self.replayer) = before;
                return stepped.map(|()| Vec::new());
            }
            stepped?;
            values = rest;
        }
        Ok(changes)
    }

    /// Sees that records of several batches do not end in the middle on a disk that is known to be
    /// full.
    fn check_room(&self, values: &[Vec<u8>], batch_max: usize) -> Result<(), MetadataError> {
        if values.len() <= batch_max {
            return Ok(());
        }
        let bytes = values.iter().map(|value| (value.len() + RECORD_OVERHEAD_BYTES) as u64).sum();
        match self.io.disk().free_bytes(&self.dir) {
            Ok(free) if free < bytes => {
                let text = format!("{bytes} bytes are wanted for metadata, {free} are free");
                Err(MetadataError::Full(text))
            }
            _ => Ok(()),
        }
    }
}

/// What goes before and behind a change, and how many of its records one batch may take. A batch is
/// on disk as a whole or not at all; a change of several is framed as a metadata transaction
/// (KIP-868), which whoever replays the log takes back if its end is missing. Before
/// `metadata.version` 3.6-IV1 there are none: then the batch is as large as the change.
fn framed(
    records: &[Record],
    at: MetadataVersion,
    batch_max: usize,
) -> (Option<Record>, Option<Record>, usize) {
    let frames = |record: &Record| {
        matches!(record, Record::BeginTransaction { .. } | Record::AbortTransaction { .. })
    };
    if records.len() <= batch_max || records.iter().any(frames) {
        return (None, None, batch_max);
    }
    if !at.has_transactions() {
        return (None, None, records.len());
    }
    let begin = Record::BeginTransaction { name: Some("One change in several batches".into()) };
    (Some(begin), Some(Record::EndTransaction), batch_max)
}
