//! Which segments may go: by age, by size, because the log starts behind them.

use alloc::vec::Vec;

use ottla_base::WallTime;
use ottla_model::Offset;

use crate::{Log, Segment, TimestampAndOffset};

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
    /// Where the log ended when this was decided. What was appended since had no part in it.
    pub end_offset: Offset,
}

enum Verdict {
    Stays,
    Look,
    Goes(DeletionReason),
}

/// The next step of a retention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetentionStep {
    /// The age of this segment has to be known: read its largest timestamp
    /// ([`crate::segment::last_time_entry`]), tell it to [`Log::learn_largest`], ask again.
    Look(Offset),
    /// These go.
    Remove(RetentionPlan),
}

impl Log {
    /// Decides which segments go now, without opening a file. Only whole segments from the front, and
    /// none that holds a record at or behind `high_watermark`.
    pub fn plan_retention(&self, high_watermark: Offset, now: WallTime) -> RetentionStep {
        let end_offset = self.log_end_offset;
        let mut plan = RetentionPlan { end_offset, ..RetentionPlan::default() };
        let mut surplus = self.surplus_bytes();
        for segment in self.may_go(high_watermark) {
            let reason = match self.reason_to_delete(segment, surplus, now) {
                Verdict::Stays => break,
                Verdict::Look => return RetentionStep::Look(segment.base_offset),
                Verdict::Goes(reason) => reason,
            };
            surplus -= i64::try_from(segment.size).unwrap_or(i64::MAX);
            plan.segments.push((segment.base_offset, reason));
            plan.roll = self.is_active(segment.base_offset);
        }
        RetentionStep::Remove(plan)
    }

    /// The segments that the log start lets go, and no other.
    pub fn plan_before_start(&self, high_watermark: Offset) -> RetentionPlan {
        let gone = self.may_go(high_watermark).take_while(|segment| self.is_before_start(segment));
        let segments = gone.map(|segment| (segment.base_offset, DeletionReason::LogStart));
        let end_offset = self.log_end_offset;
        RetentionPlan { roll: false, segments: segments.collect(), end_offset }
    }

    /// What of a plan still holds: the segment that was active when it was made stays if anything was
    /// appended since.
    pub fn still_planned(&self, plan: &RetentionPlan) -> RetentionPlan {
        let mut plan = plan.clone();
        if plan.roll && plan.end_offset != self.log_end_offset {
            plan.segments.pop();
            plan.roll = false;
        }
        // Rolled meanwhile, without a record: it goes, and there is nothing left to seal.
        plan.roll &= plan.segments.last().is_some_and(|(base, _)| self.is_active(*base));
        plan
    }

    /// Notes the largest timestamp of a sealed segment that was only found so far.
    pub fn learn_largest(&mut self, base_offset: Offset, largest: TimestampAndOffset) {
        if let Some(segment) = self.segments.get_mut(&base_offset) {
            segment.largest.get_or_insert(largest);
        }
    }

    /// Segments whose records are all replicated, oldest first; an empty active one is none.
    fn may_go(&self, high_watermark: Offset) -> impl Iterator<Item = &Segment> {
        self.segments.values().take_while(move |segment| {
            let is_empty_active = self.is_active(segment.base_offset) && segment.size == 0;
            self.end_of(segment.base_offset) <= high_watermark && !is_empty_active
        })
    }

    fn is_before_start(&self, segment: &Segment) -> bool {
        let next = self.segment_after(segment.base_offset);
        next.is_some_and(|next| next.base_offset <= self.log_start_offset)
    }

    /// Bytes over `retention.bytes`; negative or zero if there are none.
    fn surplus_bytes(&self) -> i64 {
        if self.config.retention_bytes < 0 || !self.config.delete {
            return 0;
        }
        i64::try_from(self.size()).unwrap_or(i64::MAX).saturating_sub(self.config.retention_bytes)
    }

    fn reason_to_delete(&self, segment: &Segment, surplus: i64, now: WallTime) -> Verdict {
        if self.is_before_start(segment) {
            return Verdict::Goes(DeletionReason::LogStart);
        }
        if !self.config.delete {
            return Verdict::Stays;
        }
        let size = i64::try_from(segment.size).unwrap_or(i64::MAX);
        if surplus > 0 && surplus >= size {
            return Verdict::Goes(DeletionReason::Size);
        }
        let age_max = self.config.retention_ms;
        if age_max < 0 || age_max == i64::MAX {
            return Verdict::Stays;
        }
        let Some(largest) = segment.largest else { return Verdict::Look };
        // Records without timestamps are as old as their file.
        let from = match largest.timestamp {
            timestamp if timestamp >= 0 => timestamp,
            _ => segment.created.millis,
        };
        if now.millis.saturating_sub(from) > age_max {
            return Verdict::Goes(DeletionReason::Age);
        }
        Verdict::Stays
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
