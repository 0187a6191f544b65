//! Which segments may go: by age, by size, because the log starts behind them.

use alloc::vec::Vec;

use ottla_base::WallTime;
use ottla_model::Offset;

use crate::{Log, LogError, Segment, SegmentBytes};

/// Why a segment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionReason {
    /// All its records lie before the log start offset.
    LogStart,
    /// Without it the log is still larger than `retention.bytes`.
    Size,
    /// Its largest timestamp is older than `retention.ms`.
    Age,
}

/// What retention decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetentionPlan {
    /// The active segment is among those that go: roll first.
    pub roll: bool,
    /// Base offsets of the segments that go, oldest first, each with its reason.
    pub segments: Vec<(Offset, DeletionReason)>,
}

impl Log {
    /// Decides which segments go now. Only whole segments from the front, and none that holds a
    /// record at or behind `high_watermark`.
    ///
    /// # Errors
    /// What is wrong with a time index.
    pub fn plan_retention<B: SegmentBytes>(
        &self,
        high_watermark: Offset,
        now: WallTime,
        bytes: &B,
    ) -> Result<RetentionPlan, LogError> {
        let mut plan = RetentionPlan::default();
        let mut surplus = self.surplus_bytes();
        for segment in self.segments.values() {
            let active = self.is_active(segment.base_offset);
            if self.end_of(segment.base_offset) > high_watermark || (active && segment.size == 0) {
                break;
            }
            let Some(reason) = self.reason_to_delete(segment, surplus, now, bytes)? else { break };
            surplus -= i64::try_from(segment.size).unwrap_or(i64::MAX);
            plan.segments.push((segment.base_offset, reason));
            plan.roll = active;
        }
        Ok(plan)
    }

    /// Bytes over `retention.bytes`; negative or zero if there are none.
    fn surplus_bytes(&self) -> i64 {
        if self.config.retention_bytes < 0 || !self.config.delete {
            return 0;
        }
        i64::try_from(self.size()).unwrap_or(i64::MAX).saturating_sub(self.config.retention_bytes)
    }

    fn reason_to_delete<B: SegmentBytes>(
        &self,
        segment: &Segment,
        surplus: i64,
        now: WallTime,
        bytes: &B,
    ) -> Result<Option<DeletionReason>, LogError> {
        let next = self.segment_after(segment.base_offset);
        if next.is_some_and(|next| next.base_offset <= self.log_start_offset) {
            return Ok(Some(DeletionReason::LogStart));
        }
        if !self.config.delete {
            return Ok(None);
        }
        let size = i64::try_from(segment.size).unwrap_or(i64::MAX);
        if surplus > 0 && surplus >= size {
            return Ok(Some(DeletionReason::Size));
        }
        let age_max = self.config.retention_ms;
        if age_max < 0 || age_max == i64::MAX {
            return Ok(None);
        }
        let largest = segment.largest_timestamp(bytes)?.timestamp;
        // Records without timestamps are as old as their file.
        let from = if largest >= 0 { largest } else { segment.created.millis };
        Ok((now.millis.saturating_sub(from) > age_max).then_some(DeletionReason::Age))
    }

    /// Follows the removal of the oldest segments up to and without the one at `first_kept`.
    /// True if `leader-epoch-checkpoint` has to be written again.
    pub fn commit_deletion(&mut self, first_kept: Offset) -> bool {
        self.segments = self.segments.split_off(&first_kept);
        ottla_base::always!(!self.segments.is_empty(), "retention leaves the active segment");
        self.advance_log_start(first_kept)
    }

    /// Moves the log start, never back; true if `leader-epoch-checkpoint` has to be written again.
    /// The segments before it go at the next retention. The recovery point stays: unlike Kafka's, it
    /// only says what has been synced, and the segment that holds the new start may not be.
    pub fn advance_log_start(&mut self, offset: Offset) -> bool {
        if offset <= self.log_start_offset || offset > self.log_end_offset {
            return false;
        }
        self.log_start_offset = offset;
        self.producers.log_start_moved(offset);
        self.epochs.truncate_from_start(offset)
    }
}
