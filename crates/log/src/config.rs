//! The settings of one log, as typed values. Names and defaults are those of Kafka's topic
//! settings.

/// Who stamps the records (`message.timestamp.type`).
pub use ottla_record::TimestampType;

const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What an acknowledged record is safe from (`ottla.ack.durability`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AckDurability {
    /// The end of the process: it has reached the page cache, as in Kafka.
    #[default]
    Written,
    /// A power cut too: it is on the device.
    Synced,
}

/// Settings of a log. A value of [`i64::MAX`] or a negative retention means "never".
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`: a segment is rolled before it would grow larger than this.
    pub segment_bytes: u32,
    /// `segment.ms`: a segment is rolled when its first batch is older than this.
    pub segment_ms: i64,
    /// `segment.jitter.ms`: up to this much is taken off `segment_ms`, so that partitions which
    /// began together do not roll together.
    pub segment_jitter_ms: i64,
    /// `index.interval.bytes`: bytes of log between two index entries.
    pub index_interval_bytes: u32,
    /// `segment.index.bytes`: an index that would grow larger makes the segment roll.
    pub segment_index_bytes: u32,
    /// `max.message.bytes`: largest batch a client may append.
    pub max_message_bytes: u32,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `retention.ms`; negative keeps for ever.
    pub retention_ms: i64,
    /// `retention.bytes`; negative keeps any size.
    pub retention_bytes: i64,
    /// `cleanup.policy` contains `delete`. Without it only DeleteRecords removes segments.
    pub delete: bool,
    /// `cleanup.policy` contains `compact`.
    pub compact: bool,
    /// `file.delete.delay.ms`: how long a removed segment's files stay under another name.
    pub file_delete_delay_ms: i64,
    /// `flush.messages`: records after which the log is synced.
    pub flush_messages: i64,
    /// `flush.ms`: age of the oldest unsynced record at which the log is synced.
    pub flush_ms: i64,
    /// `ottla.ack.durability`.
    pub ack_durability: AckDurability,
    /// `preallocate`: a new segment's log file has `segment_bytes` at once.
    pub preallocate: bool,
    /// `min.insync.replicas`.
    pub min_insync_replicas: u32,
    /// `producer.id.expiration.ms` (a broker setting): a producer idle for longer is forgotten.
    pub producer_id_expiration_ms: i64,
    /// `delete.retention.ms`: how long compaction keeps tombstones and transaction markers.
    pub delete_retention_ms: i64,
    /// `min.cleanable.dirty.ratio`: how dirty a log is before it is compacted.
    pub min_cleanable_dirty_ratio: f64,
    /// `min.compaction.lag.ms`: how long records stay as they are.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`: how long records wait for compaction at most.
    pub max_compaction_lag_ms: i64,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            segment_bytes: 1 << 30,
            segment_ms: WEEK_MS,
            segment_jitter_ms: 0,
            index_interval_bytes: 4096,
            segment_index_bytes: 10 << 20,
            max_message_bytes: 1_048_588,
            timestamp_type: TimestampType::CreateTime,
            retention_ms: WEEK_MS,
            retention_bytes: -1,
            delete: true,
            compact: false,
            file_delete_delay_ms: 60_000,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            ack_durability: AckDurability::Written,
            preallocate: false,
            min_insync_replicas: 1,
            producer_id_expiration_ms: DAY_MS,
            delete_retention_ms: DAY_MS,
            min_cleanable_dirty_ratio: 0.5,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
        }
    }
}

impl LogConfig {
    /// Whether no record is acknowledged, or counts as replicated here, before it is on the device.
    /// `flush.messages=1` says the same in Kafka's words: a flush before the append returns.
    pub fn syncs_before_ack(&self) -> bool {
        self.ack_durability == AckDurability::Synced || self.flush_messages <= 1
    }

    /// How old a segment may become before the next batch begins another: what waits for its first
    /// compaction waits in the segment that is written (`LogConfig.maxSegmentMs` of Kafka 4.4).
    pub fn segment_ms_max(&self) -> i64 {
        if self.compact && self.max_compaction_lag_ms > 0 {
            self.segment_ms.min(self.max_compaction_lag_ms)
        } else {
            self.segment_ms
        }
    }

    /// Bytes that the log file of a new segment has at once.
    pub fn preallocated_bytes(&self) -> u64 {
        if self.preallocate { u64::from(self.segment_bytes) } else { 0 }
    }

    /// Entries an offset index may hold; a segment with as many is full.
    pub fn offset_index_entries_max(&self) -> u64 {
        u64::from(self.segment_index_bytes) / crate::files::offset_index::ENTRY_BYTES
    }

    /// Entries a time index may hold before its segment is full. One is kept back for the entry
    /// that is written when the segment is sealed.
    pub fn time_index_entries_max(&self) -> u64 {
        (u64::from(self.segment_index_bytes) / crate::files::time_index::ENTRY_BYTES)
            .saturating_sub(1)
    }
}
