//! What is known of one segment without opening its files.

use alloc::vec::Vec;

use ottla_base::WallTime;
use ottla_model::Offset;
use ottla_model::ids::NO_TIMESTAMP;

use crate::files::{offset_index, time_index};
use crate::{DamagedRange, LogError, SegmentBytes, SegmentFile};

/// A timestamp and an offset that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampAndOffset {
    /// Milliseconds; -1 for none.
    pub timestamp: i64,
    /// The offset.
    pub offset: Offset,
}

/// One segment, as numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Offset that its file names carry; no batch of it lies before.
    pub base_offset: Offset,
    /// Bytes of its log file that hold batches.
    pub size: u64,
    /// When it was made, or first seen by this process.
    pub created: WallTime,
    /// What is random about it: taken off `segment.ms`, in milliseconds.
    pub(crate) jitter_ms: i64,
    /// Largest timestamp of its first batch; what `segment.ms` counts from. `None` if it is empty.
    pub(crate) rolling_timestamp: Option<i64>,
    /// Largest timestamp, and last offset of the batch that brought it. `None` for a segment whose
    /// time index has not been looked into yet.
    pub(crate) largest: Option<TimestampAndOffset>,
    /// Entries in the offset index.
    pub(crate) index_entries: u64,
    /// Entries in the time index.
    pub(crate) time_entries: u64,
    /// Timestamp of the last entry in the time index, -1 if there is none.
    pub(crate) last_time_entry: i64,
    /// Bytes appended since the last index entry.
    pub(crate) bytes_since_index: u64,
    /// Stretches of its log file that hold no sound batches, in order.
    pub(crate) damaged: Vec<DamagedRange>,
}

impl Segment {
    /// An empty segment.
    pub(crate) fn new(base_offset: Offset, created: WallTime, jitter_ms: i64) -> Self {
        Self {
            base_offset,
            size: 0,
            created,
            jitter_ms,
            rolling_timestamp: None,
            largest: Some(TimestampAndOffset { timestamp: NO_TIMESTAMP, offset: base_offset }),
            index_entries: 0,
            time_entries: 0,
            last_time_entry: NO_TIMESTAMP,
            bytes_since_index: 0,
            damaged: Vec::new(),
        }
    }

    /// A sealed segment found in a dir, of which only name and size have been looked at.
    pub(crate) fn found(base_offset: Offset, size: u64, seen: WallTime) -> Self {
        Self { size, largest: None, ..Self::new(base_offset, seen, 0) }
    }

    /// Its largest timestamp: from memory, or else the last entry of the time index.
    pub(crate) fn largest_timestamp<B: SegmentBytes>(
        &self,
        bytes: &B,
    ) -> Result<TimestampAndOffset, LogError> {
        match self.largest {
            Some(largest) => Ok(largest),
            None => last_time_entry(self.base_offset, bytes),
        }
    }

    /// Bytes of its offset index.
    pub fn offset_index_bytes(&self) -> u64 {
        self.index_entries * offset_index::ENTRY_BYTES
    }

    /// Bytes of its time index.
    pub fn time_index_bytes(&self) -> u64 {
        self.time_entries * time_index::ENTRY_BYTES
    }

    /// Whether `offset` can be written relative to the base offset.
    pub(crate) fn can_hold(&self, offset: Offset) -> bool {
        (0..=i64::from(i32::MAX)).contains(&(offset - self.base_offset))
    }
}

/// The last entry of a sealed segment's time index, which holds its largest timestamp.
///
/// # Errors
/// What is wrong with the index.
pub fn last_time_entry<B: SegmentBytes>(
    base_offset: Offset,
    bytes: &B,
) -> Result<TimestampAndOffset, LogError> {
    let entries = bytes.len(base_offset, SegmentFile::TimeIndex)? / time_index::ENTRY_BYTES;
    let none = TimestampAndOffset { timestamp: NO_TIMESTAMP, offset: base_offset };
    let Some(last) = entries.checked_sub(1) else { return Ok(none) };
    let position = last * time_index::ENTRY_BYTES;
    let Some(entry) = bytes.read_exact_at(base_offset, SegmentFile::TimeIndex, position)? else {
        return Ok(none);
    };
    let entry = time_index::TimeEntry::from_bytes(entry);
    Ok(TimestampAndOffset {
        timestamp: entry.timestamp,
        offset: base_offset + i64::from(entry.relative_offset),
    })
}
