//! Cutting a log's end off, or starting it over.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ottla_base::WallTime;
use ottla_model::Offset;

use crate::files::{offset_index, time_index, txn_index};
use crate::log::jitter_ms;
use crate::read::{offset_entries_below, time_entries_while};
use crate::recover::measure;
use crate::{Log, LogError, Producers, Segment, SegmentBytes, SegmentFile};

/// How to cut a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TruncatePlan {
    /// The log ends there or before.
    Nothing,
    /// Remove every segment and make an empty one at this offset.
    StartOver(Offset),
    /// Remove some segments, and cut the files of the last that stays.
    Cut(Cut),
}

/// What [`TruncatePlan::Cut`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Base offsets of the segments to remove.
    pub removed: Vec<Offset>,
    /// Base offset of the segment that becomes the active one.
    pub base_offset: Offset,
    /// Length of each of its files afterwards.
    pub lengths: [(SegmentFile, u64); 4],
    /// Where the log ends afterwards.
    pub log_end_offset: Offset,
}

impl Log {
    /// Decides how to make the log end at `offset`. A batch that holds the offset goes as a whole.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn plan_truncate<B: SegmentBytes>(
        &self,
        offset: Offset,
        bytes: &B,
    ) -> Result<TruncatePlan, LogError> {
        if offset >= self.log_end_offset {
            return Ok(TruncatePlan::Nothing);
        }
        let Some(segment) = self.floor_segment(offset) else {
            return Ok(TruncatePlan::StartOver(offset.max(0)));
        };
        let base_offset = segment.base_offset;
        let found = self.locate_in(segment, offset, bytes)?;
        let size = found.map_or(segment.size, |batch| batch.position);
        let entries = self.offset_entries(segment, bytes)?;
        let relative = offset - base_offset;
        let offset_entries = offset_entries_below(base_offset, entries, relative, bytes)?;
        let entries = self.time_entries(segment, bytes)?;
        let time_entries = time_entries_while(base_offset, entries, bytes, |entry| {
            i64::from(entry.relative_offset) < relative
        })?;
        let removed = self.segments.range(base_offset + 1..).map(|(&base, _)| base).collect();
        Ok(TruncatePlan::Cut(Cut {
            removed,
            base_offset,
            lengths: [
                (SegmentFile::Log, size),
                (SegmentFile::OffsetIndex, offset_entries * offset_index::ENTRY_BYTES),
                (SegmentFile::TimeIndex, time_entries * time_index::ENTRY_BYTES),
                (SegmentFile::TxnIndex, txn_bytes_before(base_offset, offset, bytes)?),
            ],
            log_end_offset: offset,
        }))
    }

    /// Follows a cut that was done. `snapshots` are the offsets of the producer snapshots there
    /// are, oldest first; those behind the new end are of no use any more.
    ///
    /// # Errors
    /// What is wrong with the files; the log must then not be used further.
    pub fn commit_cut<B: SegmentBytes>(
        &mut self,
        cut: &Cut,
        snapshots: &[Offset],
        now: WallTime,
        bytes: &B,
    ) -> Result<(), LogError> {
        for base_offset in &cut.removed {
            self.segments.remove(base_offset);
        }
        let length = |file| {
            let found = cut.lengths.iter().find(|(other, _)| *other == file);
            found.map_or(0, |(_, length)| *length)
        };
        let found = Segment {
            index_entries: length(SegmentFile::OffsetIndex) / offset_index::ENTRY_BYTES,
            time_entries: length(SegmentFile::TimeIndex) / time_index::ENTRY_BYTES,
            ..Segment::found(cut.base_offset, length(SegmentFile::Log), now)
        };
        let (segment, _) = measure(found, bytes)?;
        let jitter_ms = jitter_ms(&mut self.random, &self.config);
        self.segments.insert(cut.base_offset, Segment { jitter_ms, ..segment });
        self.log_end_offset = cut.log_end_offset;
        self.log_start_offset = self.log_start_offset.min(cut.log_end_offset);
        self.recovery_point = self.recovery_point.min(cut.log_end_offset);
        self.synced_offset = self.synced_offset.min(cut.log_end_offset);
        self.epochs.truncate_from_end(cut.log_end_offset);
        self.reload_producers(snapshots, now, bytes)
    }

    /// Follows the removal of every segment: the log is empty and begins at `offset`.
    pub fn commit_start_over(&mut self, offset: Offset, now: WallTime) {
        let jitter_ms = jitter_ms(&mut self.random, &self.config);
        self.segments = BTreeMap::from([(offset, Segment::new(offset, now, jitter_ms))]);
        self.log_start_offset = offset;
        self.log_end_offset = offset;
        self.recovery_point = self.recovery_point.min(offset);
        self.synced_offset = self.synced_offset.min(offset);
        self.unflushed_since = None;
        self.epochs.clear();
        self.producers = Producers::starting_at(offset);
    }
}

/// Bytes of a transaction index whose entries lie before `offset`.
fn txn_bytes_before<B: SegmentBytes>(
    base_offset: Offset,
    offset: Offset,
    bytes: &B,
) -> Result<u64, LogError> {
    const LEN: usize = txn_index::ENTRY_BYTES as usize;
    let file = SegmentFile::TxnIndex;
    let mut position = 0;
    while let Some(entry) = bytes.read_exact_at::<LEN>(base_offset, file, position)? {
        match txn_index::AbortedTxn::from_bytes(&entry) {
            Some(txn) if txn.last_offset < offset => position += txn_index::ENTRY_BYTES,
            _ => break,
        }
    }
    Ok(position)
}
