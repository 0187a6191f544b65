//! Files beside the log that are missing, torn or do not fit it: what is wrong with them, and what
//! the batches tell in their stead.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use ottla_model::Offset;
use ottla_model::ids::NO_TIMESTAMP;

use super::{FoundSegment, Opening, State};
use crate::files::{leader_epoch_checkpoint, offset_index, time_index, txn_index};
use crate::read::{find, offset_entries_below, offset_entry, time_entries_while, time_entry};
use crate::recover::{Replay, load_snapshot, replay_segment};
use crate::scan::{HeaderScan, LOOKUP_WINDOW_BYTES};
use crate::{LeaderEpochs, Log, LogError, Producers, Segment, SegmentBytes, SegmentFile};

/// A file that was made anew from the log, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Its name in the partition's dir.
    pub file: String,
    /// What was wrong with it.
    pub why: String,
}

/// Whether the indexes are there and consist of whole entries. A transaction index need not be there.
pub(crate) fn indexes_are_whole(found: &FoundSegment) -> bool {
    let whole = |bytes: Option<u64>, entry| bytes.is_some_and(|bytes| bytes % entry == 0);
    whole(found.offset_index_bytes, offset_index::ENTRY_BYTES)
        && whole(found.time_index_bytes, time_index::ENTRY_BYTES)
        && whole(found.txn_index_bytes.or(Some(0)), txn_index::ENTRY_BYTES)
}

/// How many entries of a time index are true, leaving out those at its end that are not: the batch
/// at the offset has the timestamp.
pub(crate) fn true_time_entries<B: SegmentBytes>(
    segment: &Segment,
    bytes: &B,
) -> Result<u64, LogError> {
    let base_offset = segment.base_offset;
    // What Kafka has made room for and not filled: a million entries, to be left out at once.
    let is_filled = |e: &time_index::TimeEntry| e.timestamp != 0 || e.relative_offset != 0;
    let mut count = time_entries_while(base_offset, segment.time_entries, bytes, is_filled)?;
    while let Some(last) = count.checked_sub(1) {
        let Some(entry) = time_entry(base_offset, last, bytes)? else { return Ok(last) };
        let relative = i64::from(entry.relative_offset);
        let indexed =
            offset_entries_below(base_offset, segment.index_entries, relative + 1, bytes)?;
        let start = match indexed.checked_sub(1) {
            Some(floor) => offset_entry(base_offset, floor, bytes)?,
            None => None,
        };
        let start = start.map_or(0, |entry| u64::from(entry.position));
        let batch = find(segment, start, base_offset + relative, bytes)?;
        if batch.is_some_and(|batch| batch.header.max_timestamp == entry.timestamp) {
            break;
        }
        count = last;
    }
    Ok(count)
}

/// Whether the last entries of a segment's time index can be of it. Retention would take a wrong time
/// for the segment's age. `next_offset` is the end of the segment.
fn times_fit<B: SegmentBytes>(
    found: &FoundSegment,
    next_offset: Offset,
    bytes: &B,
) -> Result<bool, LogError> {
    let entries = found.time_index_bytes.unwrap_or(0) / time_index::ENTRY_BYTES;
    let entry_at = |back: u64| match entries.checked_sub(back) {
        Some(at) => time_entry(found.base_offset, at, bytes),
        None => Ok(None),
    };
    let Some(last) = entry_at(1)? else { return Ok(true) };
    let len = next_offset - found.base_offset;
    let is_of_record = (0..len.max(1)).contains(&i64::from(last.relative_offset));
    let grows = entry_at(2)?.is_none_or(|before| {
        before.timestamp < last.timestamp && before.relative_offset <= last.relative_offset
    });
    Ok(is_of_record && grows && last.timestamp >= NO_TIMESTAMP)
}

/// Whether a segment's transaction index holds aborted transactions, in the order of their markers.
/// Those that end at `end` or behind it are left to who checks the batches there.
fn txns_fit<B: SegmentBytes>(
    found: &FoundSegment,
    end: Offset,
    bytes: &B,
) -> Result<bool, LogError> {
    let mut content = vec![0; usize::try_from(found.txn_index_bytes.unwrap_or(0)).unwrap_or(0)];
    let len = bytes.read_at(found.base_offset, SegmentFile::TxnIndex, 0, &mut content)?;
    content.truncate(len);
    let mut last_marker = found.base_offset - 1;
    for entry in content.chunks_exact(txn_index::ENTRY_BYTES as usize) {
        let txn = txn_index::AbortedTxn::from_bytes(entry)
            .filter(|txn| txn.first_offset < txn.last_offset && txn.last_offset > last_marker);
        let Some(txn) = txn else { return Ok(false) };
        if txn.last_offset >= end {
            break;
        }
        last_marker = txn.last_offset;
    }
    Ok(true)
}

impl State<'_> {
    /// Notes what is wrong with the indexes of a segment that should need no look. Those of the one
    /// that the recovery point lies in may be torn at their ends, but not missing.
    pub(super) fn note_broken_indexes(&mut self, found: &FoundSegment) {
        let is_synced = found.base_offset < self.recover_from;
        if !is_synced && self.opening.recovery_point <= found.base_offset {
            return;
        }
        for (file, bytes, entry_bytes) in [
            (SegmentFile::OffsetIndex, found.offset_index_bytes, offset_index::ENTRY_BYTES),
            (SegmentFile::TimeIndex, found.time_index_bytes, time_index::ENTRY_BYTES),
            (SegmentFile::TxnIndex, found.txn_index_bytes.or(Some(0)), txn_index::ENTRY_BYTES),
        ] {
            let why = match bytes {
                None => "it is missing".to_string(),
                Some(bytes) if is_synced && !bytes.is_multiple_of(entry_bytes) => {
                    format!("its {bytes} bytes are no whole entries")
                }
                Some(_) => continue,
            };
            self.rebuilt.push(Rebuilt { file: file.name(found.base_offset), why });
        }
    }

    /// Whether the time index of a whole segment may be its; notes it if not.
    pub(super) fn has_its_times<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        next_offset: Offset,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let fits = times_fit(found, next_offset, bytes)?;
        if !fits {
            let file = SegmentFile::TimeIndex.name(found.base_offset);
            let why = "its last entry is of no record of the segment".to_string();
            self.rebuilt.push(Rebuilt { file, why });
        }
        Ok(fits)
    }

    /// Whether the transaction index of a segment may be its up to `end`; notes it if not. Readers of
    /// committed records could not go on.
    pub(super) fn has_its_txns<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        end: Offset,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let fits = txns_fit(found, end, bytes)?;
        if !fits {
            let file = SegmentFile::TxnIndex.name(found.base_offset);
            let why = "it holds something that is no aborted transaction".to_string();
            self.rebuilt.push(Rebuilt { file, why });
        }
        Ok(fits)
    }

    pub(super) fn note_misfit(&mut self, found: &FoundSegment, why: String) {
        let file = SegmentFile::OffsetIndex.name(found.base_offset);
        self.rebuilt.push(Rebuilt { file, why });
    }

    /// The producers as they were at the beginning of a segment, after those taken so far.
    pub(super) fn producers_at<B: SegmentBytes>(
        &self,
        base_offset: Offset,
        bytes: &B,
    ) -> Result<Producers, LogError> {
        let Opening { snapshots, now, config, .. } = self.opening;
        let (loaded, _) = load_snapshot(snapshots, base_offset, *now, config, bytes)?;
        let first = self.log.segments.keys().next().copied().unwrap_or(base_offset);
        let mut producers = loaded.unwrap_or_else(|| Producers::starting_at(first));
        let mut epochs = self.log.epochs.clone();
        let mut replay = Replay { epochs: &mut epochs, producers: &mut producers };
        for segment in self.log.segments.range(..base_offset).map(|(_, segment)| segment) {
            if self.log.end_of(segment.base_offset) > replay.producers.end_offset() {
                replay_segment(segment, 0, &mut replay, bytes)?;
            }
        }
        Ok(producers)
    }

    /// Learns the leader epochs from the batches, if those that were written down do not tell of the
    /// first record.
    pub(super) fn learn_epochs<B: SegmentBytes>(&mut self, bytes: &B) -> Result<(), LogError> {
        let Log { epochs, segments, log_start_offset, log_end_offset, .. } = &mut self.log;
        let start = (*log_start_offset).max(segments.keys().next().copied().unwrap_or(0));
        if *log_end_offset <= start || epochs.epoch_for(start).is_some() {
            return Ok(());
        }
        let mut learnt = LeaderEpochs::default();
        for segment in segments.values() {
            let (base_offset, end) = (segment.base_offset, segment.size);
            let mut scan = HeaderScan::new(bytes, base_offset, 0, end, LOOKUP_WINDOW_BYTES);
            while let Some((_, header)) = scan.next()? {
                if learnt.latest().is_none_or(|last| last.epoch < header.partition_leader_epoch) {
                    learnt.assign(header.partition_leader_epoch, header.base_offset);
                }
            }
        }
        for entry in epochs.entries() {
            learnt.assign(entry.epoch, entry.start_offset);
        }
        if self.opening.epochs.is_empty() && !learnt.entries().is_empty() {
            let (file, why) =
                (leader_epoch_checkpoint::FILE_NAME, "it is missing, or cannot be read");
            self.rebuilt.push(Rebuilt { file: file.to_string(), why: why.to_string() });
        }
        *epochs = learnt;
        Ok(())
    }
}
