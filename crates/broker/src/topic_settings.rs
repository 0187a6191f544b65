//! What a topic's settings mean for its logs and for what producers send.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ottla_config::{ConfigLayers, Overrides, Value, effective_topic_configs};
use ottla_controller::Image;
use ottla_controller::image::ConfigResource;
use ottla_log::{AckDurability, LogConfig};
use ottla_record::validate::{ProduceRules, TopicCompression};
use ottla_record::{Codec, Compression, TimestampType};

use crate::storage::CleanerSettings;

/// What the process was started with, as far as it holds for topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedSettings {
    /// `node.id`: the name of this broker's own changes.
    pub node_id: i32,
    /// Settings given by file, environment or command line.
    pub texts: Overrides,
    /// Whether ottla's own defaults hold where they differ from Kafka's.
    pub own_defaults: bool,
    /// `producer.id.expiration.ms`.
    pub producer_id_expiration_ms: i64,
}

/// What the metadata log changed for one broker and for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChangedSettings {
    /// For this broker alone.
    pub(crate) broker: Overrides,
    /// For all brokers.
    pub(crate) all: Overrides,
}

/// What `image` changes for the broker that was started with `fixed`.
pub(crate) fn changed_settings(image: &Image, fixed: &FixedSettings) -> ChangedSettings {
    ChangedSettings {
        broker: overrides(image, &ConfigResource::broker(fixed.node_id.to_string())),
        all: overrides(image, &ConfigResource::broker("")),
    }
}

impl FixedSettings {
    /// All levels of the broker.
    pub(crate) fn layers<'a>(&'a self, changed: &'a ChangedSettings) -> ConfigLayers<'a> {
        ConfigLayers {
            dynamic_broker: &changed.broker,
            dynamic_default: &changed.all,
            fixed: &self.texts,
            own_defaults: self.own_defaults,
        }
    }
}

/// The settings of a topic, as typed values.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicSettings {
    /// For its logs; those of a topic share it, and those of all topics without settings of their
    /// own.
    pub log: Arc<LogConfig>,
    /// For what producers send; shared likewise.
    pub produce: Arc<ProduceSettings>,
}

/// The settings of `topic` after every level has spoken: the topic, this broker, all brokers, the
/// file, the default.
pub fn of_topic(image: &Image, fixed: &FixedSettings, topic: &str) -> TopicSettings {
    (*OfTopics::new(image, fixed).topic(topic)).clone()
}

/// The settings of many topics of one image. What is the same for all of them is found out once:
/// most topics have no settings of their own.
pub struct OfTopics<'a> {
    image: &'a Image,
    fixed: &'a FixedSettings,
    changed: ChangedSettings,
    without_own: Option<Arc<TopicSettings>>,
    last: Option<(Arc<str>, Arc<TopicSettings>)>,
}

impl<'a> OfTopics<'a> {
    /// Of the topics in `image`, for the broker that was started with `fixed`.
    pub fn new(image: &'a Image, fixed: &'a FixedSettings) -> Self {
        let changed = changed_settings(image, fixed);
        Self { image, fixed, changed, without_own: None, last: None }
    }

    /// The settings of one. Asking for the partitions of one topic after the other costs little.
    pub fn topic(&mut self, topic: &str) -> Arc<TopicSettings> {
        if let Some((_, settings)) = self.last.as_ref().filter(|(name, _)| **name == *topic) {
            return Arc::clone(settings);
        }
        let settings = match self.image.configs.of_topic(topic) {
            Some(_) => Arc::new(self.resolve(topic)),
            None => match &self.without_own {
                Some(settings) => Arc::clone(settings),
                None => Arc::clone(self.without_own.insert(Arc::new(self.resolve(topic)))),
            },
        };
        self.last = Some((topic.into(), Arc::clone(&settings)));
        settings
    }

    fn resolve(&self, topic: &str) -> TopicSettings {
        let of_topic = overrides(self.image, &ConfigResource::topic(topic));
        let values = Values(effective_topic_configs(&self.fixed.layers(&self.changed), &of_topic));
        TopicSettings {
            log: Arc::new(log_config(&values, self.fixed)),
            produce: Arc::new(produce_settings(&values)),
        }
    }
}

/// The settings of this broker's cleaner, after every level has spoken.
pub(crate) fn of_cleaner(image: &Image, fixed: &FixedSettings) -> CleanerSettings {
    let changed = changed_settings(image, fixed);
    let layers = fixed.layers(&changed);
    let value = |name: &str| layers.broker_value(name);
    let whole = |name: &str| value(name).as_i64().unwrap_or_default();
    let part = |name: &str| value(name).as_f64().unwrap_or_default();
    let count = |name: &str| usize::try_from(whole(name)).unwrap_or_default();
    CleanerSettings {
        enable: value("log.cleaner.enable").as_bool().unwrap_or(true),
        threads: count("log.cleaner.threads"),
        dedupe_buffer_bytes: u64::try_from(whole("log.cleaner.dedupe.buffer.size")).unwrap_or(0),
        load_factor: part("log.cleaner.io.buffer.load.factor"),
        io_buffer_bytes: count("log.cleaner.io.buffer.size"),
        bytes_per_second_max: part("log.cleaner.io.max.bytes.per.second"),
        backoff: Duration::from_millis(
            u64::try_from(whole("log.cleaner.backoff.ms")).unwrap_or_default(),
        ),
    }
}

/// `ottla.log.dir.stall.ms` of this broker, after every level has spoken.
pub(crate) fn stall_limit_ms(image: &Image, fixed: &FixedSettings) -> i64 {
    let changed = changed_settings(image, fixed);
    fixed.layers(&changed).broker_value("ottla.log.dir.stall.ms").as_i64().unwrap_or_default()
}

/// The settings that `resource` itself has, as the config crate takes them.
pub(crate) fn overrides(image: &Image, resource: &ConfigResource) -> Overrides {
    let settings = image.configs.of(resource).into_iter().flat_map(|map| map.iter());
    settings.map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// Values by name, with the types that the table of topic settings promises.
struct Values(BTreeMap<&'static str, Value>);

impl Values {
    fn i64(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    fn f64(&self, name: &str) -> f64 {
        self.0.get(name).and_then(Value::as_f64).unwrap_or_default()
    }

    /// For settings whose range begins at 0 or above.
    fn u32(&self, name: &str) -> u32 {
        u32::try_from(self.i64(name)).unwrap_or_default()
    }

    fn u64(&self, name: &str) -> u64 {
        u64::try_from(self.i64(name)).unwrap_or_default()
    }

    fn str(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn bool(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    fn has(&self, name: &str, element: &str) -> bool {
        let list = self.0.get(name).and_then(Value::as_list).unwrap_or_default();
        list.iter().any(|found| found == element)
    }
}

fn log_config(values: &Values, fixed: &FixedSettings) -> LogConfig {
    LogConfig {
        segment_bytes: u32::try_from(segment_bytes(values)).unwrap_or_default(),
        segment_ms: values.i64("segment.ms"),
        segment_jitter_ms: values.i64("segment.jitter.ms"),
        index_interval_bytes: values.u32("index.interval.bytes"),
        segment_index_bytes: values.u32("segment.index.bytes"),
        max_message_bytes: values.u32("max.message.bytes"),
        timestamp_type: timestamp_type(values),
        retention_ms: values.i64("retention.ms"),
        retention_bytes: values.i64("retention.bytes"),
        delete: values.has("cleanup.policy", "delete"),
        compact: values.has("cleanup.policy", "compact"),
        file_delete_delay_ms: values.i64("file.delete.delay.ms"),
        flush_messages: values.i64("flush.messages"),
        flush_ms: values.i64("flush.ms"),
        ack_durability: ack_durability(values),
        preallocate: values.bool("preallocate"),
        min_insync_replicas: values.u32("min.insync.replicas"),
        producer_id_expiration_ms: fixed.producer_id_expiration_ms,
        delete_retention_ms: values.i64("delete.retention.ms"),
        min_cleanable_dirty_ratio: values.f64("min.cleanable.dirty.ratio"),
        min_compaction_lag_ms: values.i64("min.compaction.lag.ms"),
        max_compaction_lag_ms: values.i64("max.compaction.lag.ms"),
    }
}

/// Kafka's way around the smallest `segment.bytes`, for tests.
fn segment_bytes(values: &Values) -> u64 {
    let internal = values.0.get("internal.segment.bytes").and_then(Value::as_i64);
    match internal {
        Some(bytes) => u64::try_from(bytes).unwrap_or_default(),
        None => values.u64("segment.bytes"),
    }
}

fn produce_settings(values: &Values) -> ProduceSettings {
    ProduceSettings {
        compacted: values.has("cleanup.policy", "compact"),
        timestamp_type: timestamp_type(values),
        timestamp_before_max_ms: values.i64("message.timestamp.before.max.ms"),
        timestamp_after_max_ms: values.i64("message.timestamp.after.max.ms"),
        compression: compression(values),
        message_bytes_max: values.u64("max.message.bytes"),
        segment_bytes: segment_bytes(values),
        record_bytes_max: values.u64("max.decompressed.message.bytes"),
    }
}

fn ack_durability(values: &Values) -> AckDurability {
    match values.str("ottla.ack.durability") {
        "synced" => AckDurability::Synced,
        _ => AckDurability::Written,
    }
}

fn timestamp_type(values: &Values) -> TimestampType {
    match values.str("message.timestamp.type") {
        "LogAppendTime" => TimestampType::LogAppendTime,
        _ => TimestampType::CreateTime,
    }
}

fn compression(values: &Values) -> TopicCompression {
    let (codec, level) = match values.str("compression.type") {
        "uncompressed" => (Codec::None, None),
        "gzip" => (Codec::Gzip, Some("compression.gzip.level")),
        "snappy" => (Codec::Snappy, None),
        "lz4" => (Codec::Lz4, Some("compression.lz4.level")),
        "zstd" => (Codec::Zstd, Some("compression.zstd.level")),
        _ => return TopicCompression::Producer,
    };
    let level = level.and_then(|name| i32::try_from(values.i64(name)).ok());
    TopicCompression::To(Compression { codec, level })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(texts: &[(&str, &str)]) -> TopicSettings {
        let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let fixed = FixedSettings {
            node_id: 1,
            texts: texts.collect(),
            own_defaults: false,
            producer_id_expiration_ms: 86_400_000,
        };
        of_topic(&Image::empty(), &fixed, "t")
    }

    #[test]
    fn defaults_are_those_the_log_and_the_validation_declare() {
        let found = settings(&[]);
        assert_eq!(*found.log, LogConfig::default());
        assert_eq!(*found.produce, ProduceSettings::default());
    }

    #[test]
    fn the_settings_file_speaks_for_topics_under_the_brokers_names() {
        let found = settings(&[
            ("log.retention.hours", "2"),
            ("log.cleanup.policy", "compact,delete"),
            ("compression.type", "zstd"),
            ("compression.zstd.level", "7"),
            ("log.message.timestamp.type", "LogAppendTime"),
        ]);
        assert_eq!(found.log.retention_ms, 7_200_000);
        assert!(found.log.compact && found.log.delete && found.produce.compacted);
        let zstd = Compression { codec: Codec::Zstd, level: Some(7) };
        assert_eq!(found.produce.compression, TopicCompression::To(zstd));
        assert_eq!(found.produce.timestamp_type, TimestampType::LogAppendTime);
    }
}
