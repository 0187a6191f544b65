//! What a topic's settings mean for the log and for what producers send.

use ottla_record::TimestampType;
use ottla_record::validate::{ProduceRules, TopicCompression};

/// The settings that produced batches are checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProduceSettings {
    /// `cleanup.policy` contains `compact`.
    pub compacted: bool,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `compression.type` and the level for its codec.
    pub compression: TopicCompression,
    /// `max.message.bytes`.
    pub message_bytes_max: u64,
    /// `segment.bytes`.
    pub segment_bytes: u64,
    /// `max.decompressed.message.bytes`.
    pub record_bytes_max: u64,
}

impl Default for ProduceSettings {
    fn default() -> Self {
        let rules = ProduceRules::default();
        Self {
            compacted: rules.compacted,
            timestamp_type: rules.timestamp_type,
            timestamp_before_max_ms: rules.timestamp_before_max_ms,
            timestamp_after_max_ms: rules.timestamp_after_max_ms,
            compression: rules.compression,
            message_bytes_max: rules.message_bytes_max,
            segment_bytes: rules.segment_bytes,
            record_bytes_max: rules.record_bytes_max,
        }
    }
}

impl ProduceSettings {
    /// The rules for a batch to `partition` (its name, for messages) in Produce `version`.
    pub fn rules<'a>(&self, partition: &'a str, version: i16) -> ProduceRules<'a> {
        ProduceRules {
            partition,
            version,
            compacted: self.compacted,
            timestamp_type: self.timestamp_type,
            timestamp_before_max_ms: self.timestamp_before_max_ms,
            timestamp_after_max_ms: self.timestamp_after_max_ms,
            compression: self.compression,
            message_bytes_max: self.message_bytes_max,
            segment_bytes: self.segment_bytes,
            record_bytes_max: self.record_bytes_max,
            ..ProduceRules::default()
        }
    }
}
