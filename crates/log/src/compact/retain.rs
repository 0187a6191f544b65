//! Which batches and records stay. The rules are those of Apache Kafka 4.4's cleaner, observed batch
//! by batch.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ottla_model::{Offset, ProducerEpoch, ProducerId};
use ottla_record::filter::write_emptied;
use ottla_record::{BatchError, BatchFilter, BatchHeader, BatchView, ControlType, KeyedRecord};

use super::offset_map::OffsetMap;
use super::txns::WalkedTxns;
use crate::files::txn_index::AbortedTxn;

/// What one batch may unpack to; the same as what a producer's may.
pub(crate) const UNPACK_BYTES_MAX: usize = 1 << 30;

/// What has to be kept of a producer so that its next batch finds its predecessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRecord {
    /// Offset of the last record it appended in its present epoch.
    pub last_offset: Option<Offset>,
    /// Its epoch, which a transaction marker may have been the last to raise.
    pub producer_epoch: ProducerEpoch,
}

/// What decides about batches, besides the offset map.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The time at which the compaction began, in milliseconds.
    pub(crate) now_ms: i64,
    pub(crate) delete_retention_ms: i64,
    /// A batch that ends there stays although it may be empty: the log end can be told from it.
    pub(crate) high_watermark: Offset,
    pub(crate) last_records: BTreeMap<ProducerId, LastRecord>,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    /// The header that was written; `None` if the batch is gone.
    pub(crate) header: Option<BatchHeader>,
    /// Records that it held, as far as they were looked at.
    pub(crate) records: u64,
    /// Records that stay.
    pub(crate) retained: u64,
    /// Records without a key, which are gone.
    pub(crate) without_key: u64,
    /// An entry for the transaction index.
    pub(crate) aborted: Option<AbortedTxn>,
}

impl Rules {
    /// Appends to `out` what stays of `batch`.
    pub(crate) fn apply(
        &self,
        batch: &BatchView<'_>,
        map: &OffsetMap,
        txns: &mut WalkedTxns,
        filter: &mut BatchFilter,
        out: &mut Vec<u8>,
    ) -> Result<Outcome, BatchError> {
        let header = batch.header();
        let is_control = header.is_control();
        let mut outcome = Outcome::default();
        let spent = if is_control {
            let marked = txns.marker(header, control_type(batch, filter)?);
            outcome.aborted = marked.aborted;
            marked.is_spent
        } else {
            txns.batch(header)
        };
        // Markers stay for `delete.retention.ms` after their transaction is gone.
        let horizon = header.delete_horizon_ms();
        let discard = spent && (!is_control || horizon.is_some_and(|at| at <= self.now_ms));
        let keep_empty =
            self.is_last_of_producer(header) || header.next_offset() == self.high_watermark;
        if discard && !keep_empty {
            return Ok(outcome);
        }
        let mut without_key = 0;
        let found = filter.filter(batch, UNPACK_BYTES_MAX, |record| {
            without_key += u64::from(!discard && !is_control && is_lost(record, map));
            !discard && (is_control || self.stays(record, header, map))
        })?;
        (outcome.records, outcome.without_key) = (found.records.into(), without_key);
        if found.retained == 0 {
            outcome.header = keep_empty.then(|| write_emptied(header, out));
            return Ok(outcome);
        }
        outcome.retained = found.retained.into();
        let needs_horizon = (found.tombstones || (spent && is_control)) && horizon.is_none();
        if found.retained == found.records && !needs_horizon {
            out.extend_from_slice(batch.bytes());
            outcome.header = Some(*header);
        } else {
            let new = needs_horizon.then(|| self.now_ms.saturating_add(self.delete_retention_ms));
            outcome.header = Some(filter.write(batch, new.or(horizon), out)?);
        }
        Ok(outcome)
    }

    /// Whether a batch of records that a user wrote keeps this one.
    fn stays(&self, record: &KeyedRecord<'_>, header: &BatchHeader, map: &OffsetMap) -> bool {
        if record.offset > map.latest_offset() {
            return true;
        }
        let Some(key) = record.key else { return false };
        let horizon = header.delete_horizon_ms();
        let is_kept_value = record.has_value || horizon.is_none_or(|at| self.now_ms < at);
        is_kept_value && record.offset >= map.get(key)
    }

    /// Whether the producer's state hangs on this batch: it holds the last sequence number of a
    /// producer that is alive, or a marker with the epoch of one that has no batch left.
    fn is_last_of_producer(&self, header: &BatchHeader) -> bool {
        let known = self.last_records.get(&header.producer_id);
        header.has_producer_id()
            && known.is_some_and(|last| match last.last_offset {
                Some(offset) => header.last_offset() == offset,
                None => header.is_control() && header.producer_epoch == last.producer_epoch,
            })
    }
}

fn is_lost(record: &KeyedRecord<'_>, map: &OffsetMap) -> bool {
    record.key.is_none() && record.offset <= map.latest_offset()
}

/// The type of a control batch's first record; `None` if it has none.
pub(crate) fn control_type(
    batch: &BatchView<'_>,
    filter: &mut BatchFilter,
) -> Result<Option<ControlType>, BatchError> {
    let mut found = None;
    filter.walk(batch, UNPACK_BYTES_MAX, |record| {
        let unknown = ControlType::SnapshotFooter;
        let of_key = || record.key.and_then(ControlType::of_key).unwrap_or(unknown);
        found.get_or_insert_with(of_key);
    })?;
    Ok(found)
}
