//! Settings of a broker: partition logs on disk.

use crate::setting::{
    Check, Default, Kind, NON_EMPTY_LIST, NON_EMPTY_OR_NULL_LIST, NULLABLE_LIST, Setting, boolean,
    int, list, long, string, unset,
};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] =
    &[
        int("message.max.bytes", 1_048_588)
            .at_least(0.0)
            .high()
            .cluster_wide()
            .doc("Largest record batch accepted, as compressed by the producer."),
        int("max.decompressed.message.bytes", 2_147_483_639)
            .between(1.0, 2_147_483_639.0)
            .cluster_wide()
            .doc("Largest record accepted after decompression."),
        int("background.threads", 10).at_least(1.0).high().cluster_wide(),
        string("compression.type", "producer")
            .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
            .high()
            .cluster_wide()
            .doc("Codec of stored batches; producer keeps what the producer chose."),
        int("compression.gzip.level", -1)
            .checked(Check::GzipLevel)
            .cluster_wide()
            .doc("Level used when batches are compressed with gzip."),
        int("compression.lz4.level", 9)
            .between(1.0, 17.0)
            .cluster_wide()
            .doc("Level used when batches are compressed with lz4."),
        int("compression.zstd.level", 3)
            .between(-131_072.0, 22.0)
            .cluster_wide()
            .doc("Level used when batches are compressed with zstd."),
        list("log.dir", "/tmp/kafka-logs")
            .checked(NON_EMPTY_LIST)
            .high()
            .doc("Directory that holds the partitions, when log.dirs is unset."),
        unset("log.dirs", Kind::List)
            .checked(NON_EMPTY_OR_NULL_LIST)
            .high()
            .own(Default::Text("./ottla-data"))
            .doc("Directories that hold the partitions, separated by commas."),
        list("cordoned.log.dirs", "").checked(NULLABLE_LIST).per_broker(),
        int("log.segment.bytes", 1_073_741_824)
            .at_least(1_048_576.0)
            .high()
            .cluster_wide()
            .doc("Size at which a segment is closed and the next one begun."),
        unset("log.roll.ms", Kind::Long)
            .high()
            .cluster_wide()
            .doc("Age at which a segment is closed, in milliseconds; log.roll.hours when unset."),
        int("log.roll.hours", 168)
            .at_least(1.0)
            .high()
            .doc("Age at which a segment is closed, in hours."),
        unset("log.roll.jitter.ms", Kind::Long)
            .high()
            .cluster_wide()
            .doc("Most that is taken off the age at which a segment is closed, at random."),
        int("log.roll.jitter.hours", 0).at_least(0.0).high().doc(
            "Most that is taken off the age at which a segment is closed, at random, in hours.",
        ),
        unset("log.retention.ms", Kind::Long)
            .high()
            .cluster_wide()
            .doc("How long records are kept, in milliseconds; -1 for ever."),
        unset("log.retention.minutes", Kind::Int)
            .high()
            .doc("How long records are kept, in minutes, when log.retention.ms is unset."),
        int("log.retention.hours", 168).high().doc(
            "How long records are kept, in hours, when neither milliseconds nor minutes are set.",
        ),
        long("log.retention.bytes", -1).high().cluster_wide().doc(
            "Size of a partition above which its oldest segments are removed; -1 for no limit.",
        ),
        long("log.retention.check.interval.ms", 300_000)
            .at_least(1.0)
            .doc("Pause between two searches for segments to remove."),
        list("log.cleanup.policy", "delete")
            .checked(Check::List { of: &["compact", "delete"], empty: true, null: false })
            .cluster_wide()
            .doc("What becomes of old segments: delete, compact, both, or nothing when empty."),
        int("log.index.size.max.bytes", 10_485_760)
            .at_least(4.0)
            .cluster_wide()
            .doc("Largest size of an index file."),
        int("log.index.interval.bytes", 4096)
            .at_least(0.0)
            .cluster_wide()
            .doc("Bytes of records between two entries of an index."),
        long("log.flush.interval.messages", i64::MAX)
            .at_least(1.0)
            .high()
            .cluster_wide()
            .doc("Records after which a partition is flushed to disk."),
        long("log.segment.delete.delay.ms", 60_000)
            .at_least(0.0)
            .high()
            .cluster_wide()
            .doc("Time between dropping a segment and removing its files."),
        long("log.flush.scheduler.interval.ms", i64::MAX)
            .high()
            .doc("Pause between two searches for partitions to flush."),
        unset("log.flush.interval.ms", Kind::Long).high().cluster_wide().doc(
            "Longest time a record stays unflushed; log.flush.scheduler.interval.ms when unset.",
        ),
        int("log.flush.offset.checkpoint.interval.ms", 60_000)
            .at_least(0.0)
            .high()
            .doc("Pause between two writes of the recovery points."),
        int("log.flush.start.offset.checkpoint.interval.ms", 60_000)
            .at_least(0.0)
            .high()
            .doc("Pause between two writes of the log start offsets."),
        boolean("log.preallocate", false)
            .cluster_wide()
            .doc("Whether a new segment takes its whole size on disk at once."),
        int("num.recovery.threads.per.data.dir", 2)
            .at_least(1.0)
            .high()
            .cluster_wide()
            .doc("Partitions recovered at a time in each log directory."),
        int("min.insync.replicas", 1)
            .at_least(1.0)
            .high()
            .cluster_wide()
            .doc("Replicas that must hold a batch before acks=all is answered."),
        string("log.message.timestamp.type", "CreateTime")
            .one_of(&["CreateTime", "LogAppendTime"])
            .cluster_wide()
            .doc("Whether a record keeps its producer's time or gets the broker's."),
        long("log.message.timestamp.before.max.ms", i64::MAX)
            .at_least(0.0)
            .cluster_wide()
            .doc("How far behind the broker's clock a record's time may be."),
        long("log.message.timestamp.after.max.ms", 3_600_000)
            .at_least(0.0)
            .cluster_wide()
            .doc("How far ahead of the broker's clock a record's time may be."),
        long("log.dir.failure.timeout.ms", 30_000).at_least(1.0).low(),
        long("log.initial.task.delay.ms", 30_000).at_least(0.0).low().internal(),
    ];
