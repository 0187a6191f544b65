//! What a partition answers.

use ottla_io::File;
use ottla_model::{ErrorCode, LeaderEpoch, Offset, ProducerId};

/// Up to where a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadLimit {
    /// What is on all replicas in sync: consumers.
    HighWatermark,
    /// What is also decided: consumers of committed transactions.
    LastStable,
    /// Everything: followers.
    LogEnd,
}

/// What a reader is given.
#[derive(Debug, Clone)]
pub struct ReadSlice {
    /// The segment file to read from; `None` if there is nothing yet.
    pub file: Option<File>,
    /// Position of the first byte.
    pub position: u64,
    /// Number of bytes; the last batch may be cut off.
    pub len: u64,
    /// Everything before is on all replicas in sync.
    pub high_watermark: Offset,
    /// Everything before is decided as well.
    pub last_stable_offset: Offset,
    /// Where the log starts.
    pub log_start_offset: Offset,
    /// Transactions whose records a reader of committed ones leaves out: producer and first offset.
    pub aborted: Vec<(ProducerId, Offset)>,
}

/// What an append did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the first record.
    pub first_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// Time the leader stamped on the records, in milliseconds; -1 where the producer stamps.
    pub append_time: i64,
    /// Where the log starts.
    pub log_start_offset: Offset,
    /// Everything before is on all replicas in sync; with [`Acks::All`] the producer hears of its
    /// records once this is behind `last_offset`.
    pub high_watermark: Offset,
    /// The batch had been appended before; nothing was written.
    pub duplicate: bool,
    /// The producer hears of its records once they are on the device: a sync of them has been
    /// ordered.
    pub sync_first: bool,
}

/// Why an append did not happen: what the producer is told, and why, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendError {
    /// The protocol's code.
    pub code: ErrorCode,
    /// The reason, as one sentence.
    pub message: String,
}

impl std::fmt::Display for AppendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for AppendError {}

/// Where a leader epoch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// The epoch, which may be older than the one asked for.
    pub leader_epoch: LeaderEpoch,
    /// Offset behind its last record.
    pub end_offset: Offset,
}

/// What is known of an active producer (DescribeProducers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveProducer {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its epoch.
    pub producer_epoch: i16,
    /// Sequence number of its last record, or -1.
    pub last_sequence: i32,
    /// Time of its last batch, in milliseconds.
    pub last_timestamp: i64,
    /// Epoch of the coordinator of its last transaction marker, or -1.
    pub coordinator_epoch: i32,
    /// Where its open transaction begins, or -1.
    pub current_txn_start_offset: Offset,
}
