//! Reading: from an offset to a stretch of one segment's file.

use ottla_model::Offset;
use ottla_record::BatchHeader;

use crate::files::{offset_index, time_index};
use crate::index_floor::offset_entry_floor;
use crate::scan::{HeaderScan, LOOKUP_WINDOW_BYTES};
use crate::{DamagedRange, Log, LogError, Segment, SegmentBytes, SegmentFile};

/// What a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRequest {
    /// The first offset it has not seen.
    pub offset: Offset,
    /// How many bytes it takes.
    pub bytes_max: u64,
    /// Whether it takes the first batch whole, however large (KIP-74).
    pub min_one: bool,
    /// First offset that is hidden from it: high watermark, last stable offset or log end.
    pub end_offset: Offset,
}

/// A stretch of a segment's log file. It begins with the batch that holds the offset asked for,
/// and may end within a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPlan {
    /// Base offset of the segment.
    pub base_offset: Offset,
    /// Position of the first byte.
    pub position: u64,
    /// Number of bytes; 0 if there is nothing to read yet.
    pub len: u64,
    /// Whether even the first batch is cut off by `bytes_max`.
    pub first_batch_incomplete: bool,
}

/// Where a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// Base offset of its segment.
    pub base_offset: Offset,
    /// Position of its first byte in the segment.
    pub position: u64,
    /// Its header.
    pub header: BatchHeader,
}

impl Log {
    /// Finds what a reader may have.
    ///
    /// # Errors
    /// [`LogError::OffsetOutOfRange`] before the log start or behind the log end;
    /// [`LogError::Damaged`] where the log is damaged; else what is wrong with the files.
    pub fn plan_read<B: SegmentBytes>(
        &self,
        request: ReadRequest,
        bytes: &B,
    ) -> Result<ReadPlan, LogError> {
        let ReadRequest { offset, bytes_max, min_one, end_offset } = request;
        if offset < self.log_start_offset || offset > self.log_end_offset {
            let (log_start_offset, end_offset) = (self.log_start_offset, self.log_end_offset);
            return Err(LogError::OffsetOutOfRange { offset, log_start_offset, end_offset });
        }
        let active = self.active();
        let nothing = ReadPlan {
            base_offset: active.base_offset,
            position: active.size,
            len: 0,
            first_batch_incomplete: false,
        };
        if offset >= end_offset.min(self.log_end_offset) {
            return Ok(nothing);
        }
        if let Some(DamagedRange { next_offset, .. }) = self.damage_at(offset) {
            return Err(LogError::Damaged { offset, next_offset });
        }
        let Some(first) = self.locate(offset, bytes)? else { return Ok(nothing) };
        let end = self.end_position(first.base_offset, end_offset, bytes)?;
        let end = self.before_damage(&first, end);
        let available = end.saturating_sub(first.position);
        let first_size = first.header.size_in_bytes() as u64;
        let wanted = if min_one { bytes_max.max(first_size) } else { bytes_max };
        let len = available.min(wanted);
        Ok(ReadPlan {
            base_offset: first.base_offset,
            position: first.position,
            len,
            first_batch_incomplete: len < first_size,
        })
    }

    /// The first batch that ends at or behind `offset`; `None` if the log has none.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn locate<B: SegmentBytes>(
        &self,
        offset: Offset,
        bytes: &B,
    ) -> Result<Option<Located>, LogError> {
        let floor = self.floor_segment(offset).map_or(Offset::MIN, |found| found.base_offset);
        for segment in self.segments.range(floor..).map(|(_, segment)| segment) {
            if let Some(found) = self.locate_in(segment, offset, bytes)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The first batch of one segment that ends at or behind `offset`.
    pub(crate) fn locate_in<B: SegmentBytes>(
        &self,
        segment: &Segment,
        offset: Offset,
        bytes: &B,
    ) -> Result<Option<Located>, LogError> {
        let start = self.index_floor(segment, offset, bytes)?;
        match find(segment, start, offset, bytes) {
            // An index that points elsewhere than to a batch costs time, not the answer.
            Err(error) if error.is_corrupt() && start > 0 => find(segment, 0, offset, bytes),
            Ok(Some(batch)) if start > 0 && lies_behind(&batch, start, offset) => {
                find(segment, 0, offset, bytes)
            }
            found => found,
        }
    }

    /// Position of the last indexed batch whose last offset is at or before `offset`; 0 if none is.
    pub(crate) fn index_floor<B: SegmentBytes>(
        &self,
        segment: &Segment,
        offset: Offset,
        bytes: &B,
    ) -> Result<u64, LogError> {
        let entries = self.offset_entries(segment, bytes)?;
        let wanted = offset - segment.base_offset;
        let found = offset_entry_floor(segment.base_offset, entries, wanted, bytes)?;
        let position = found.map_or(0, |entry| u64::from(entry.position));
        Ok(if position < segment.size { position } else { 0 })
    }

    pub(crate) fn offset_entries<B: SegmentBytes>(
        &self,
        segment: &Segment,
        bytes: &B,
    ) -> Result<u64, LogError> {
        if self.is_active(segment.base_offset) {
            return Ok(segment.index_entries);
        }
        let len = bytes.len(segment.base_offset, SegmentFile::OffsetIndex)?;
        Ok(len / offset_index::ENTRY_BYTES)
    }

    pub(crate) fn time_entries<B: SegmentBytes>(
        &self,
        segment: &Segment,
        bytes: &B,
    ) -> Result<u64, LogError> {
        if self.is_active(segment.base_offset) {
            return Ok(segment.time_entries);
        }
        Ok(bytes.len(segment.base_offset, SegmentFile::TimeIndex)? / time_index::ENTRY_BYTES)
    }

    /// Nobody is given damaged bytes: a stretch ends where they begin.
    fn before_damage(&self, first: &Located, end: u64) -> u64 {
        let damaged = self.segments.get(&first.base_offset).map(|segment| &segment.damaged);
        let behind = |range: &&DamagedRange| range.position > first.position;
        let next = damaged.into_iter().flatten().find(behind);
        next.map_or(end, |range| end.min(range.position))
    }

    /// Where in a segment the batches end that lie before `end_offset`.
    fn end_position<B: SegmentBytes>(
        &self,
        base_offset: Offset,
        end_offset: Offset,
        bytes: &B,
    ) -> Result<u64, LogError> {
        let Some(segment) = self.segments.get(&base_offset) else { return Ok(0) };
        if end_offset >= self.end_of(base_offset) {
            return Ok(segment.size);
        }
        let found = self.locate_in(segment, end_offset, bytes)?;
        Ok(found.map_or(segment.size, |batch| batch.position))
    }
}

/// Whether an index entry for `offset` pointed behind it: the batch there begins later.
fn lies_behind(batch: &Located, start: u64, offset: Offset) -> bool {
    batch.position == start && batch.header.base_offset > offset
}

/// Walks a segment from `start`, where a batch begins, to the first batch that ends at or behind
/// `offset`.
pub(crate) fn find<B: SegmentBytes>(
    segment: &Segment,
    start: u64,
    offset: Offset,
    bytes: &B,
) -> Result<Option<Located>, LogError> {
    let base_offset = segment.base_offset;
    let mut scan = HeaderScan::new(bytes, base_offset, start, segment.size, LOOKUP_WINDOW_BYTES)
        .stepping_over(&segment.damaged);
    while let Some((position, header)) = scan.next()? {
        if header.last_offset() >= offset {
            return Ok(Some(Located { base_offset, position, header }));
        }
    }
    Ok(None)
}

/// How many of the first `entries` entries of an offset index lie below `relative_offset`.
pub(crate) fn offset_entries_below<B: SegmentBytes>(
    base_offset: Offset,
    entries: u64,
    relative_offset: i64,
    bytes: &B,
) -> Result<u64, LogError> {
    partition_point(entries, |at| {
        let entry = offset_entry(base_offset, at, bytes)?;
        Ok(entry.is_some_and(|entry| i64::from(entry.relative_offset) < relative_offset))
    })
}

/// How many of the first `entries` entries of a time index satisfy `below`, which holds for a
/// prefix of them.
pub(crate) fn time_entries_while<B: SegmentBytes>(
    base_offset: Offset,
    entries: u64,
    bytes: &B,
    below: impl Fn(&time_index::TimeEntry) -> bool,
) -> Result<u64, LogError> {
    partition_point(
        entries,
        |at| Ok(time_entry(base_offset, at, bytes)?.is_some_and(|e| below(&e))),
    )
}

pub(crate) fn offset_entry<B: SegmentBytes>(
    base_offset: Offset,
    at: u64,
    bytes: &B,
) -> Result<Option<offset_index::OffsetEntry>, LogError> {
    let position = at * offset_index::ENTRY_BYTES;
    let found = bytes.read_exact_at(base_offset, SegmentFile::OffsetIndex, position)?;
    Ok(found.map(offset_index::OffsetEntry::from_bytes))
}

pub(crate) fn time_entry<B: SegmentBytes>(
    base_offset: Offset,
    at: u64,
    bytes: &B,
) -> Result<Option<time_index::TimeEntry>, LogError> {
    let position = at * time_index::ENTRY_BYTES;
    let found = bytes.read_exact_at(base_offset, SegmentFile::TimeIndex, position)?;
    Ok(found.map(time_index::TimeEntry::from_bytes))
}

/// The length of the prefix of `0..len` for which `holds`.
pub(crate) fn partition_point(
    len: u64,
    holds: impl Fn(u64) -> Result<bool, LogError>,
) -> Result<u64, LogError> {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
