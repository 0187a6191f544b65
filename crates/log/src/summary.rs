//! What is known of a log while none of its files is open: enough for metrics, the ends that
//! clients ask for, and to tell whether retention has anything to do.

use ottla_base::WallTime;
use ottla_model::ids::NO_LEADER_EPOCH;
use ottla_model::{LeaderEpoch, Offset};

use crate::{Log, LogConfig};

/// [`LogSummary::oldest_timestamp`] of a log whose oldest segment has not been looked into.
pub const UNKNOWN_TIMESTAMP: i64 = i64::MIN;
/// [`LogSummary::second_base_offset`] of a log with one segment.
pub const NO_SECOND_SEGMENT: Offset = -1;

/// One log, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSummary {
    /// First offset that may be read.
    pub log_start_offset: Offset,
    /// Offset the next record gets.
    pub log_end_offset: Offset,
    /// Everything before this offset is on the device.
    pub recovery_point: Offset,
    /// Everything before is on all replicas in sync.
    pub high_watermark: Offset,
    /// Everything before is decided as well.
    pub last_stable_offset: Offset,
    /// Bytes of all its segments' log files.
    pub size: u64,
    /// How many segments it has.
    pub segments: u32,
    /// Base offset of the segment that is written.
    pub active_base_offset: Offset,
    /// Bytes of the oldest segment's log file.
    pub oldest_bytes: u64,
    /// Largest timestamp in the oldest segment, in milliseconds; the age of its file if the records
    /// have none; [`UNKNOWN_TIMESTAMP`].
    pub oldest_timestamp: i64,
    /// Base offset of the second oldest segment, or [`NO_SECOND_SEGMENT`].
    pub second_base_offset: Offset,
    /// Epoch of the record at the log start; -1 if that is not known.
    pub start_leader_epoch: LeaderEpoch,
    /// The newest leader epoch; -1 if there is none.
    pub last_leader_epoch: LeaderEpoch,
}

impl LogSummary {
    /// A log that nothing was ever appended to.
    pub const EMPTY: Self = Self {
        log_start_offset: 0,
        log_end_offset: 0,
        recovery_point: 0,
        high_watermark: 0,
        last_stable_offset: 0,
        size: 0,
        segments: 1,
        active_base_offset: 0,
        oldest_bytes: 0,
        oldest_timestamp: UNKNOWN_TIMESTAMP,
        second_base_offset: NO_SECOND_SEGMENT,
        start_leader_epoch: NO_LEADER_EPOCH,
        last_leader_epoch: NO_LEADER_EPOCH,
    };

    /// Whether retention may find a segment that goes, so that the log has to be opened for it.
    pub fn wants_retention(&self, config: &LogConfig, now: WallTime) -> bool {
        if self.size == 0 {
            return false;
        }
        if self.second_base_offset != NO_SECOND_SEGMENT
            && self.second_base_offset <= self.log_start_offset
        {
            return true;
        }
        config.delete && (self.is_too_large(config) || self.is_too_old(config, now))
    }

    fn is_too_large(&self, config: &LogConfig) -> bool {
        let Ok(size_max) = u64::try_from(config.retention_bytes) else { return false };
        self.size.saturating_sub(size_max) >= self.oldest_bytes.max(1)
    }

    fn is_too_old(&self, config: &LogConfig, now: WallTime) -> bool {
        let age_max = config.retention_ms;
        let ever = age_max >= 0 && age_max != i64::MAX;
        ever && now.millis.saturating_sub(self.oldest_timestamp) > age_max
    }

    /// Whether both say the same of what the files hold, whatever is replicated or synced of it.
    pub fn holds_as_much_as(&self, other: &Self) -> bool {
        let held = |it: &Self| {
            (it.log_start_offset, it.log_end_offset, it.size, it.segments, it.active_base_offset)
        };
        held(self) == held(other)
    }
}

impl Log {
    /// The log as numbers; nothing is read for it.
    pub fn summary(&self, high_watermark: Offset) -> LogSummary {
        let mut segments = self.segments.values();
        let oldest = segments.next();
        let oldest_timestamp = |segment: &crate::Segment| match segment.largest {
            Some(largest) if largest.timestamp >= 0 => largest.timestamp,
            Some(_) => segment.created.millis,
            None => UNKNOWN_TIMESTAMP,
        };
        LogSummary {
            log_start_offset: self.log_start_offset,
            log_end_offset: self.log_end_offset,
            recovery_point: self.recovery_point,
            high_watermark,
            last_stable_offset: self.last_stable_offset(high_watermark),
            size: self.size(),
            segments: u32::try_from(self.segments.len()).unwrap_or(u32::MAX),
            active_base_offset: self.active().base_offset,
            oldest_bytes: oldest.map_or(0, |segment| segment.size),
            oldest_timestamp: oldest.map_or(UNKNOWN_TIMESTAMP, oldest_timestamp),
            second_base_offset: segments
                .next()
                .map_or(NO_SECOND_SEGMENT, |segment| segment.base_offset),
            start_leader_epoch: self
                .epochs
                .epoch_for(self.log_start_offset)
                .unwrap_or(NO_LEADER_EPOCH),
            last_leader_epoch: self.epochs.latest().map_or(NO_LEADER_EPOCH, |last| last.epoch),
        }
    }

    /// The same with the oldest segment's largest timestamp, for which its time index is read if
    /// need be.
    ///
    /// # Errors
    /// What is wrong with the time index.
    pub fn summary_for_retention<B: crate::SegmentBytes>(
        &self,
        high_watermark: Offset,
        bytes: &B,
    ) -> Result<LogSummary, crate::LogError> {
        let mut summary = self.summary(high_watermark);
        if summary.oldest_timestamp == UNKNOWN_TIMESTAMP
            && let Some(oldest) = self.segments.values().next()
        {
            let largest = oldest.largest_timestamp(bytes)?.timestamp;
            summary.oldest_timestamp = if largest >= 0 { largest } else { oldest.created.millis };
        }
        Ok(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each setting makes of a log of 300 bytes, 100 of them in the oldest segment, whose
    /// youngest record is of 1000 ms, at 5000 ms.
    #[test]
    fn retention_is_wanted_when_the_oldest_segment_may_go() {
        let summary = LogSummary {
            log_end_offset: 30,
            size: 300,
            segments: 3,
            oldest_bytes: 100,
            oldest_timestamp: 1000,
            second_base_offset: 10,
            ..LogSummary::EMPTY
        };
        let config = |retention_bytes, retention_ms, delete| LogConfig {
            retention_bytes,
            retention_ms,
            delete,
            ..LogConfig::default()
        };
        let now = WallTime { millis: 5000 };
        for (config, expected) in [
            (config(-1, -1, true), false),
            (config(-1, i64::MAX, true), false),
            (config(-1, 4000, true), false),
            (config(-1, 3999, true), true),
            (config(-1, 3999, false), false),
            (config(200, -1, true), true),
            (config(201, -1, true), false),
            (config(200, -1, false), false),
        ] {
            assert_eq!(summary.wants_retention(&config, now), expected, "{config:?}");
        }
        let behind = LogSummary { log_start_offset: 10, ..summary };
        assert!(behind.wants_retention(&config(-1, -1, false), now), "before the log start");
        assert!(!LogSummary::EMPTY.wants_retention(&config(0, 0, true), now), "nothing to go");
    }
}
