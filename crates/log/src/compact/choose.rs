//! How dirty a log is, and what of it may be cleaned.

use ottla_base::WallTime;
use ottla_model::Offset;
use ottla_record::BatchHeader;

use crate::scan::HeaderScan;
use crate::{Log, LogError, Segment, SegmentBytes};

/// What may be cleaned of a log, and how much it matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cleanable {
    /// First offset that no compaction has been over.
    pub first_dirty_offset: Offset,
    /// First offset that must not be cleaned yet; the base offset of a segment.
    pub first_uncleanable_offset: Offset,
    /// Bytes of segments that begin before the first dirty offset.
    pub clean_bytes: u64,
    /// Bytes of segments that may be cleaned and have not been.
    pub cleanable_bytes: u64,
    /// How long records have been waiting beyond `max.compaction.lag.ms`, in milliseconds.
    pub delay_ms: i64,
    /// The checkpoint's offset lies outside of the log and has to be written anew.
    pub checkpoint_is_wrong: bool,
}

/// Whether a log is to be cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CleanableState {
    /// There is nothing that could be cleaned.
    Clean,
    /// There is something, but too little of it.
    BelowRatio,
    /// Now.
    Due,
}

impl Cleanable {
    /// The dirty part of what would be gone over; 0 for an empty log.
    pub fn ratio(&self) -> f64 {
        let total = self.clean_bytes + self.cleanable_bytes;
        if total == 0 { 0.0 } else { self.cleanable_bytes as f64 / total as f64 }
    }

    /// Whether to clean, with this `min.cleanable.dirty.ratio`.
    pub fn state(&self, ratio_min: f64) -> CleanableState {
        if self.cleanable_bytes == 0 {
            CleanableState::Clean
        } else if self.delay_ms > 0 || self.ratio() > ratio_min {
            CleanableState::Due
        } else {
            CleanableState::BelowRatio
        }
    }
}

impl Log {
    /// Looks at how dirty the log is. `checkpoint` is where the last compaction ended, if there was
    /// one. Never cleaned is what is in the active segment, not replicated, in an open transaction, or
    /// in or behind a segment that is younger than `min.compaction.lag.ms`, or in or behind one with
    /// damage that is known.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn cleanable<B: SegmentBytes>(
        &self,
        checkpoint: Option<Offset>,
        high_watermark: Offset,
        now: WallTime,
        bytes: &B,
    ) -> Result<Cleanable, LogError> {
        let start = self.log_start_offset;
        let checkpoint = checkpoint.unwrap_or(start);
        let checkpoint_is_wrong = !(start..=self.log_end_offset).contains(&checkpoint);
        let first_dirty_offset = if checkpoint_is_wrong { start } else { checkpoint };
        let limit = self.last_stable_offset(high_watermark).min(self.active().base_offset);
        let young = self.first_young(first_dirty_offset, now, bytes)?;
        let limit = limit.min(young.unwrap_or(limit)).max(first_dirty_offset);
        let sound_end = self.first_damaged_segment().unwrap_or(Offset::MAX);
        let first_dirty_offset = first_dirty_offset.min(sound_end);
        let first_uncleanable_offset = self.floor_of(limit).min(sound_end);
        let from = self.floor_of(first_dirty_offset.min(first_uncleanable_offset));
        let cleanable = self.segments.range(from..first_uncleanable_offset.max(from));
        let clean = self.segments.range(..first_dirty_offset);
        Ok(Cleanable {
            first_dirty_offset,
            first_uncleanable_offset,
            clean_bytes: clean.map(|(_, segment)| segment.size).sum(),
            cleanable_bytes: cleanable.map(|(_, segment)| segment.size).sum(),
            delay_ms: self.compaction_delay_ms(first_dirty_offset, now, bytes)?,
            checkpoint_is_wrong,
        })
    }

    /// Base offset of the first segment with damage that is known. What is behind it is not cleaned
    /// either: a round goes over a log from its start, and a deletion that is lost in the damage
    /// would bring earlier records of its key back.
    fn first_damaged_segment(&self) -> Option<Offset> {
        let mut segments = self.segments.values();
        segments.find(|segment| !segment.damaged.is_empty()).map(|segment| segment.base_offset)
    }

    /// Base offset of the segment that `offset` lies in, the active one at most.
    fn floor_of(&self, offset: Offset) -> Offset {
        let floor = self.floor_segment(offset).or(self.segments.values().next());
        floor.map_or(offset, |segment| segment.base_offset)
    }

    /// The sealed segments from the one that holds `offset` on, up to the first damaged one.
    fn dirty_sealed(&self, offset: Offset) -> impl Iterator<Item = &Segment> {
        let active = self.active().base_offset;
        self.segments
            .range(self.floor_of(offset)..active.max(self.floor_of(offset)))
            .map(|(_, segment)| segment)
            .take_while(|segment| segment.damaged.is_empty())
    }

    /// The first dirty segment with a record younger than `min.compaction.lag.ms`.
    fn first_young<B: SegmentBytes>(
        &self,
        first_dirty_offset: Offset,
        now: WallTime,
        bytes: &B,
    ) -> Result<Option<Offset>, LogError> {
        let lag_ms = self.config.min_compaction_lag_ms;
        if lag_ms <= 0 {
            return Ok(None);
        }
        for segment in self.dirty_sealed(first_dirty_offset) {
            let largest = segment.largest_timestamp(bytes)?.timestamp;
            let age_from = if largest >= 0 { largest } else { segment.created.millis };
            if age_from > now.millis.saturating_sub(lag_ms) {
                return Ok(Some(segment.base_offset));
            }
        }
        Ok(None)
    }

    fn compaction_delay_ms<B: SegmentBytes>(
        &self,
        first_dirty_offset: Offset,
        now: WallTime,
        bytes: &B,
    ) -> Result<i64, LogError> {
        let due = now.millis.saturating_sub(self.config.max_compaction_lag_ms.max(0));
        if due <= 0 {
            return Ok(0);
        }
        let mut earliest = i64::MAX;
        for segment in self.dirty_sealed(first_dirty_offset) {
            let first = match segment.rolling_timestamp {
                Some(timestamp) => Some(timestamp),
                None => first_timestamp(segment, bytes)?,
            };
            earliest = earliest.min(first.filter(|&first| first > 0).unwrap_or(i64::MAX));
        }
        Ok(due.saturating_sub(earliest).max(0))
    }
}

/// The timestamp of a segment's first batch.
fn first_timestamp<B: SegmentBytes>(segment: &Segment, bytes: &B) -> Result<Option<i64>, LogError> {
    let (base_offset, size) = (segment.base_offset, segment.size);
    let mut scan = HeaderScan::new(bytes, base_offset, 0, size, BatchHeader::LEN);
    Ok(scan.next()?.map(|(_, header)| header.max_timestamp))
}
