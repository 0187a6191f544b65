//! Files beside the log that are missing, torn or do not fit it: what is wrong with them, and what
//! the batches tell in their stead.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use ottla_model::Offset;
use ottla_record::BatchHeader;

use super::{FoundSegment, Opening, State};
use crate::files::{leader_epoch_checkpoint, offset_index, time_index, txn_index};
use crate::read::{find, offset_entries_below, offset_entry, time_entry};
use crate::recover::{Replay, load_snapshot, replay_segment};
use crate::scan::{HeaderScan, LOOKUP_WINDOW_BYTES};
use crate::{LeaderEpochs, Log, LogError, Producers, Segment, SegmentBytes, SegmentFile};

/// Zeros that tell that nothing was written behind the last batch.
const UNWRITTEN_BYTES: u64 = 4096;

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
    let mut count = segment.time_entries;
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

pub(crate) fn as_segment(found: &FoundSegment) -> Segment {
    Segment {
        index_entries: found.offset_index_bytes.unwrap_or(0) / offset_index::ENTRY_BYTES,
        time_entries: found.time_index_bytes.unwrap_or(0) / time_index::ENTRY_BYTES,
        ..Segment::found(found.base_offset, found.size, found.modified)
    }
}

/// Whether a log file goes on with zeros behind its last batch: room that `preallocate` took, or that
/// a power cut left of a write.
pub(super) fn is_unwritten<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    len: u64,
    bytes: &B,
) -> Result<bool, LogError> {
    let mut found = vec![0; usize::try_from(len.min(UNWRITTEN_BYTES)).unwrap_or(0)];
    let count = bytes.read_at(base_offset, SegmentFile::Log, position, &mut found)?;
    Ok(found[..count].iter().all(|&byte| byte == 0))
}

/// Whether the last to write was a Kafka that was killed: it makes the offset index of the segment it
/// writes in its full length, of zeros, and cuts it when the segment is sealed or closed. This broker's
/// has no room for more entries than there are batches.
pub(super) fn was_left_open_by_kafka<B: SegmentBytes>(
    opening: &Opening,
    bytes: &B,
) -> Result<bool, LogError> {
    let Some(active) = opening.segments.last() else { return Ok(false) };
    let entries = active.offset_index_bytes.unwrap_or(0) / offset_index::ENTRY_BYTES;
    if entries <= active.size / BatchHeader::LEN as u64 + 1 {
        return Ok(false);
    }
    let last = offset_entry(active.base_offset, entries - 1, bytes)?;
    Ok(last.is_some_and(|entry| entry.position == 0 && entry.relative_offset == 0))
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
