//! The words of reading: places, where to begin without one, and why there is none.

use core::time::Duration;

use ottla_base::WallTime;
use ottla_model::TopicPartition;

/// `auto.offset.reset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetReset {
    /// The first offset there is.
    Earliest,
    /// Behind the last one.
    Latest,
    /// The first record that is not older than this (KIP-1106).
    ByDuration(Duration),
    /// An error.
    None,
}

/// What ListOffsets is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetTo {
    /// -2.
    Earliest,
    /// -1.
    Latest,
    /// The first record of this time or later; [`ResetTo::Latest`] if there is none.
    Time(WallTime),
}

impl ResetTo {
    /// The timestamp that says so on the wire.
    pub fn timestamp(self) -> i64 {
        match self {
            Self::Earliest => -2,
            Self::Latest => -1,
            Self::Time(time) => time.millis,
        }
    }
}

/// A place in a partition: the next offset, and the epoch of the record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The next offset.
    pub offset: i64,
    /// Leader epoch of the last record read, or of the committed offset.
    pub epoch: Option<i32>,
}

/// Why a partition cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PositionError {
    /// Nothing is committed and `auto.offset.reset` is none.
    NoOffset(TopicPartition),
    /// The offset is not in the log, and `auto.offset.reset` is none.
    OutOfRange(TopicPartition, i64),
    /// The leader does not have what was read (KIP-320), and `auto.offset.reset` is none; the offset up
    /// to which both agree, if it is known.
    Truncated(TopicPartition, i64, Option<i64>),
}

/// Records that were read, and that no leader has any more: reading went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Where.
    pub partition: TopicPartition,
    /// The position before.
    pub from: i64,
    /// The position now.
    pub to: i64,
}

/// What a fetch asks of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetchable {
    /// From where.
    pub from: Position,
    /// To recognise the answer by.
    pub version: u64,
    /// The follower that the leader sent us to.
    pub replica: Option<i32>,
}

/// Ends of a partition's log, as an answer told them; -1 where unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// First offset.
    pub log_start: i64,
    /// End of what transactions may still take back.
    pub last_stable: i64,
    /// End of what all in-sync replicas have.
    pub high_watermark: i64,
}
