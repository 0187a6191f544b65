//! What a log refuses, and why.

use alloc::string::String;
use core::fmt;

use ottla_base::SourceError;
use ottla_model::{ErrorCode, Offset, ProducerId};

/// Why a log could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogError {
    /// The device refused.
    Source(SourceError),
    /// The bytes are not what a log holds.
    Corrupt(String),
    /// There is no sound batch where one has to be.
    BrokenBatch {
        /// Base offset of the segment.
        base_offset: Offset,
        /// Where the batch begins.
        position: u64,
        /// What is wrong with it.
        why: String,
    },
    /// There are messages of a format from before record batches. Nothing is wrong with them, and
    /// nothing may happen to them.
    OldFormat {
        /// Base offset of the segment.
        base_offset: Offset,
        /// Where the first of them that was met begins.
        position: u64,
        /// The format, 0 or 1.
        magic: u8,
    },
    /// The offset is in a stretch that is known to be damaged.
    Damaged {
        /// What was asked for.
        offset: Offset,
        /// The first offset behind the stretch.
        next_offset: Offset,
    },
    /// The offset lies before the log start or behind its end.
    OffsetOutOfRange {
        /// What was asked for.
        offset: Offset,
        /// Where the log starts.
        log_start_offset: Offset,
        /// Where the readable part ends.
        end_offset: Offset,
    },
}

impl LogError {
    /// The code a client is given.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Source(_) | Self::OldFormat { .. } => ErrorCode::KafkaStorageError,
            Self::Corrupt(_) | Self::BrokenBatch { .. } | Self::Damaged { .. } => {
                ErrorCode::CorruptMessage
            }
            Self::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
        }
    }
}

impl LogError {
    /// Whether the bytes are to blame, and not the device or the one who asks.
    pub fn is_corrupt(&self) -> bool {
        matches!(self, Self::Corrupt(_) | Self::BrokenBatch { .. })
    }
}

impl From<SourceError> for LogError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Corrupt(what) => f.write_str(what),
            Self::BrokenBatch { base_offset, position, why } => {
                write!(f, "{base_offset:020}.log is broken at position {position}: {why}")
            }
            Self::OldFormat { base_offset, position, magic } => write!(
                f,
                "{base_offset:020}.log has a message of format {magic}, from before Kafka 0.11, at position \
                 {position}; the log is left as it is. Apache Kafka reads it, 4.4 too: copy the topic there, \
                 or keep it there until retention has removed such segments"
            ),
            Self::Damaged { offset, next_offset } => {
                write!(f, "offset {offset} is lost: the log is damaged there up to {next_offset}")
            }
            Self::OffsetOutOfRange { offset, log_start_offset, end_offset } => write!(
                f,
                "offset {offset} is outside of the log, which holds {log_start_offset} to {end_offset}"
            ),
        }
    }
}

impl core::error::Error for LogError {}

/// Why batches were not appended. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppendError {
    /// There is no batch, or one that is not whole.
    Malformed(String),
    /// A batch is larger than `max.message.bytes`.
    BatchTooLarge {
        /// Its bytes.
        bytes: usize,
        /// The bound.
        bytes_max: u32,
    },
    /// The batches together are larger than a segment.
    ListTooLarge {
        /// Their bytes.
        bytes: usize,
        /// The bound.
        bytes_max: u32,
    },
    /// A gap or a repetition in a producer's sequence numbers (KIP-98).
    OutOfOrderSequence {
        /// The producer.
        producer_id: ProducerId,
        /// Sequence number of the batch.
        sequence: i32,
        /// Sequence number of the last record known; -1 if none is.
        last_sequence: i32,
    },
    /// The producer's epoch is older than the one last seen.
    InvalidProducerEpoch {
        /// The producer.
        producer_id: ProducerId,
        /// Epoch of the batch.
        producer_epoch: i16,
        /// Epoch last seen.
        current_epoch: i16,
    },
    /// A batch outside of a transaction from a producer that is in one.
    InvalidTxnState {
        /// The producer.
        producer_id: ProducerId,
    },
    /// A marker from a transaction coordinator that another has replaced.
    CoordinatorFenced {
        /// The producer.
        producer_id: ProducerId,
    },
    /// Replicated batches do not continue the log.
    UnexpectedOffset {
        /// Offset of the batch.
        offset: Offset,
        /// Where the log ends.
        log_end_offset: Offset,
    },
}

impl AppendError {
    /// The code a client is given.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(_) => ErrorCode::CorruptMessage,
            Self::BatchTooLarge { .. } => ErrorCode::MessageTooLarge,
            Self::ListTooLarge { .. } => ErrorCode::RecordListTooLarge,
            Self::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
            Self::InvalidProducerEpoch { .. } => ErrorCode::InvalidProducerEpoch,
            Self::InvalidTxnState { .. } => ErrorCode::InvalidTxnState,
            Self::CoordinatorFenced { .. } => ErrorCode::TransactionCoordinatorFenced,
            Self::UnexpectedOffset { .. } => ErrorCode::UnknownServerError,
        }
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => f.write_str(what),
            Self::BatchTooLarge { bytes, bytes_max } => {
                write!(f, "a batch of {bytes} bytes is over the limit of {bytes_max}")
            }
            Self::ListTooLarge { bytes, bytes_max } => {
                write!(f, "batches of {bytes} bytes are larger than a segment of {bytes_max}")
            }
            Self::OutOfOrderSequence { producer_id, sequence, last_sequence } => write!(
                f,
                "producer {producer_id} sent sequence number {sequence} after {last_sequence}"
            ),
            Self::InvalidProducerEpoch { producer_id, producer_epoch, current_epoch } => write!(
                f,
                "producer {producer_id} is at epoch {producer_epoch}, the last seen is {current_epoch}"
            ),
            Self::InvalidTxnState { producer_id } => {
                write!(f, "producer {producer_id} is in a transaction, the batch is in none")
            }
            Self::CoordinatorFenced { producer_id } => {
                write!(f, "the marker for producer {producer_id} is from a replaced coordinator")
            }
            Self::UnexpectedOffset { offset, log_end_offset } => {
                write!(
                    f,
                    "batch at offset {offset} does not continue a log that ends at {log_end_offset}"
                )
            }
        }
    }
}

impl core::error::Error for AppendError {}
