//! The settings of a topic: the 38 of Kafka, and what ottla has besides.
//!
//! Their defaults come from the broker: see [`crate::synonym`].

use crate::setting::{Check, Kind, Setting, boolean, double, int, list, long, string, unset};

/// In Kafka's order of definition, which decides whose error is reported when several are wrong.
const TOPIC_SETTINGS: &[Setting] = &[
    int("segment.bytes", 1_073_741_824)
        .at_least(1_048_576.0)
        .doc("Size at which a segment is closed and the next one begun."),
    long("segment.ms", 604_800_000).at_least(1.0).doc("Age at which a segment is closed."),
    long("segment.jitter.ms", 0)
        .at_least(0.0)
        .doc("Most that is taken off the age at which a segment is closed, at random."),
    int("segment.index.bytes", 10_485_760).at_least(4.0).doc("Largest size of an index file."),
    long("flush.messages", i64::MAX)
        .at_least(1.0)
        .doc("Records after which the partition is flushed to disk."),
    long("flush.ms", i64::MAX).at_least(0.0).doc("Longest time a record stays unflushed."),
    long("retention.bytes", -1)
        .doc("Size of a partition above which its oldest segments are removed; -1 for no limit."),
    long("retention.ms", 604_800_000).at_least(-1.0).doc("How long records are kept; -1 for ever."),
    int("max.message.bytes", 1_048_588)
        .at_least(0.0)
        .doc("Largest record batch accepted, as compressed by the producer."),
    int("max.decompressed.message.bytes", 2_147_483_639)
        .between(1.0, 2_147_483_639.0)
        .doc("Largest record accepted after decompression."),
    int("index.interval.bytes", 4096)
        .at_least(0.0)
        .doc("Bytes of records between two entries of an index."),
    long("delete.retention.ms", 86_400_000).at_least(0.0),
    long("min.compaction.lag.ms", 0).at_least(0.0),
    long("max.compaction.lag.ms", i64::MAX).at_least(1.0),
    long("file.delete.delay.ms", 60_000)
        .at_least(0.0)
        .doc("Time between dropping a segment and removing its files."),
    double("min.cleanable.dirty.ratio", 0.5).between(0.0, 1.0),
    list("cleanup.policy", "delete")
        .checked(Check::List { of: &["compact", "delete"], empty: true, null: false })
        .doc("What becomes of old segments: delete, compact, both, or nothing when empty."),
    boolean("unclean.leader.election.enable", false)
        .doc("Whether a replica outside of the ISR may lead, at the price of lost records."),
    int("min.insync.replicas", 1)
        .at_least(1.0)
        .doc("Replicas that must hold a batch before acks=all is answered."),
    string("compression.type", "producer")
        .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
        .doc("Codec of stored batches; producer keeps what the producer chose."),
    int("compression.gzip.level", -1)
        .checked(Check::GzipLevel)
        .doc("Level used when batches are compressed with gzip."),
    int("compression.lz4.level", 9)
        .between(1.0, 17.0)
        .doc("Level used when batches are compressed with lz4."),
    int("compression.zstd.level", 3)
        .between(-131_072.0, 22.0)
        .doc("Level used when batches are compressed with zstd."),
    boolean("preallocate", false)
        .doc("Whether a new segment takes its whole size on disk at once."),
    string("message.timestamp.type", "CreateTime")
        .one_of(&["CreateTime", "LogAppendTime"])
        .doc("Whether a record keeps its producer's time or gets the broker's."),
    long("message.timestamp.before.max.ms", i64::MAX)
        .at_least(0.0)
        .doc("How far behind the broker's clock a record's time may be."),
    long("message.timestamp.after.max.ms", 3_600_000)
        .at_least(0.0)
        .doc("How far ahead of the broker's clock a record's time may be."),
    list("leader.replication.throttled.replicas", "").checked(Check::ThrottledReplicas),
    list("follower.replication.throttled.replicas", "").checked(Check::ThrottledReplicas),
    boolean("remote.storage.enable", false),
    long("local.retention.ms", -2).at_least(-2.0),
    long("local.retention.bytes", -2).at_least(-2.0),
    boolean("remote.log.copy.disable", false),
    long("remote.copy.lag.ms", 0).at_least(-1.0),
    long("remote.copy.lag.bytes", -1).at_least(-1.0),
    boolean("remote.log.delete.on.disable", false),
    boolean("errors.deadletterqueue.group.enable", false),
    unset("internal.segment.bytes", Kind::Int).internal(),
    string("ottla.ack.durability", "written")
        .one_of(&["written", "synced"])
        .doc("What an acknowledged record is safe from: written, the end of the process; synced, a power cut too."),
];

/// Every setting of a topic.
pub fn topic_settings() -> &'static [Setting] {
    TOPIC_SETTINGS
}

/// The setting of a topic that has this name.
pub fn topic_setting(name: &str) -> Option<&'static Setting> {
    TOPIC_SETTINGS.iter().find(|setting| setting.name == name)
}
