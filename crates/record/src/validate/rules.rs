//! What a topic and the broker ask of a produced batch, and how a refusal is told.

use ottla_model::ErrorCode;

use crate::{BatchError, Compression, TimestampType};

/// What `compression.type` says about a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TopicCompression {
    /// `producer`: whatever the producer chose.
    #[default]
    Producer,
    /// One codec for all; `uncompressed` is [`crate::Codec::None`].
    To(Compression),
}

/// Limits and conditions for one partition's produced records. [`Default`] is Kafka's defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProduceRules<'a> {
    /// The partition as `topic-0`, for messages.
    pub partition: &'a str,
    /// Version of the Produce request: zstd is allowed from 7 on.
    pub version: i16,
    /// Whether `cleanup.policy` has `compact`: every record needs a key.
    pub compacted: bool,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `compression.type` and its level.
    pub compression: TopicCompression,
    /// `max.message.bytes`: of the batch as sent, and again as rewritten.
    pub message_bytes_max: u64,
    /// `segment.bytes`, which a batch must fit in.
    pub segment_bytes: u64,
    /// `max.decompressed.message.bytes` (Kafka 4.4): of one record's body, in a compressed batch.
    pub record_bytes_max: u64,
    /// Of all records of a batch unpacked. Kafka has no such limit; ours bounds the time that a
    /// bomb can take. No memory hangs on it.
    pub plain_bytes_max: u64,
    /// Of all records of a batch that must be written anew. Kafka has no such limit; ours bounds
    /// the memory that a bomb can take.
    pub rewritten_bytes_max: u64,
}

impl Default for ProduceRules<'_> {
    fn default() -> Self {
        Self {
            partition: "",
            version: 13,
            compacted: false,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            compression: TopicCompression::Producer,
            message_bytes_max: 1_048_588,
            segment_bytes: 1 << 30,
            record_bytes_max: 2_147_483_639,
            plain_bytes_max: 1 << 30,
            rewritten_bytes_max: 256 << 20,
        }
    }
}

/// Why produced records are refused: what goes into the response, and a line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The partition's error code.
    pub code: ErrorCode,
    /// The partition's error message (Produce v8 on); Kafka sends one only with record errors.
    pub message: Option<String>,
    /// Which records are at fault (Produce v8 on). At most [`RECORD_ERRORS_MAX`]; the message
    /// tells how many there are.
    pub record_errors: Vec<RecordError>,
    /// What happened, for our log.
    pub why: String,
}

/// Record errors that a response lists at most. Kafka lists all; a batch of empty records would
/// then draw an answer ten times its size.
pub const RECORD_ERRORS_MAX: usize = 10_000;

/// A record at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// Its place in the batch, from 0.
    pub batch_index: i32,
    /// What is wrong with it.
    pub message: String,
}

impl Rejection {
    pub(super) fn new(code: ErrorCode, why: impl Into<String>) -> Self {
        Self { code, message: None, record_errors: Vec::new(), why: why.into() }
    }

    /// The refusal of bytes that cannot be read. Kafka answers its catch-all code where its reader
    /// throws something it has no code for.
    pub(super) fn unreadable(error: &BatchError) -> Self {
        use crate::RecordProblem::BadLengthVarint;
        let code = match error {
            BatchError::Truncated { .. } => ErrorCode::InvalidRecord,
            BatchError::BadLength { .. }
            | BatchError::UnsupportedMagic { .. }
            | BatchError::BadCrc { .. } => ErrorCode::CorruptMessage,
            BatchError::UnknownCodec { .. }
            | BatchError::BadCompression { .. }
            | BatchError::BadRecord { problem: BadLengthVarint, .. } => {
                ErrorCode::UnknownServerError
            }
            BatchError::DecompressedTooLarge { .. } => ErrorCode::MessageTooLarge,
            BatchError::BadRecord { .. }
            | BatchError::BadRecordCount { .. }
            | BatchError::TrailingBytes => ErrorCode::InvalidRecord,
        };
        Self::new(code, error.to_string())
    }
}
