//! Settings of a broker: share groups and their coordinator.

use crate::setting::{Default, NON_EMPTY_LIST, Setting, boolean, int, list, short, string};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("group.share.session.timeout.ms", 45_000).at_least(1.0),
    int("group.share.min.session.timeout.ms", 45_000).at_least(1.0),
    int("group.share.max.session.timeout.ms", 60_000).at_least(1.0),
    int("group.share.heartbeat.interval.ms", 5000).at_least(1.0),
    int("group.share.min.heartbeat.interval.ms", 5000).at_least(1.0),
    int("group.share.max.heartbeat.interval.ms", 15_000).at_least(1.0),
    int("group.share.max.size", 200).between(1.0, 1000.0),
    list("group.share.assignors", "simple").checked(NON_EMPTY_LIST),
    int("group.share.assignment.interval.ms", 1000).at_least(0.0).cluster_wide(),
    int("group.share.min.assignment.interval.ms", 0).at_least(0.0),
    int("group.share.max.assignment.interval.ms", 15_000).at_least(0.0),
    boolean("group.share.assignor.offload.enable", true).cluster_wide().internal(),
    int("group.share.initialize.retry.interval.ms", 30_000).at_least(1.0).low().internal(),
    boolean("errors.deadletterqueue.auto.create.topics.enable", false).cluster_wide(),
    string("errors.deadletterqueue.topic.name.prefix", "dlq.").cluster_wide(),
    int("group.share.delivery.count.limit", 5).between(2.0, 10.0),
    int("group.share.max.delivery.count.limit", 10).between(5.0, 25.0),
    int("group.share.min.delivery.count.limit", 2).between(2.0, 5.0),
    int("group.share.record.lock.duration.ms", 30_000).between(1000.0, 3_600_000.0),
    int("group.share.min.record.lock.duration.ms", 15_000).between(1000.0, 30_000.0),
    int("group.share.max.record.lock.duration.ms", 60_000).between(30_000.0, 3_600_000.0),
    int("group.share.partition.max.record.locks", 2000).between(100.0, 10_000.0),
    int("group.share.max.partition.max.record.locks", 4000).between(2000.0, 10_000.0),
    int("group.share.min.partition.max.record.locks", 100).between(100.0, 2000.0),
    int("share.fetch.purgatory.purge.interval.requests", 1000),
    int("group.share.max.share.sessions", 2000).at_least(1.0),
    string(
        "group.share.persister.class.name",
        "org.apache.kafka.server.share.persister.DefaultStatePersister",
    )
    .internal(),
    string(
        "group.share.dlq.manager.class.name",
        "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager",
    )
    .internal(),
    int("share.coordinator.state.topic.num.partitions", 50).at_least(1.0).high(),
    short("share.coordinator.state.topic.replication.factor", 3)
        .at_least(1.0)
        .high()
        .own(Default::Integer(1)),
    short("share.coordinator.state.topic.min.isr", 2).at_least(1.0).high().own(Default::Integer(1)),
    int("share.coordinator.state.topic.segment.bytes", 104_857_600).at_least(1.0).high(),
    int("share.coordinator.threads", 1).at_least(1.0),
    int("share.coordinator.snapshot.update.records.per.snapshot", 500).between(0.0, 500.0),
    int("share.coordinator.load.buffer.size", 5_242_880).at_least(1.0).high(),
    int("share.coordinator.state.topic.compression.codec", 0).high(),
    int("share.coordinator.append.linger.ms", -1).at_least(-1.0),
    int("share.coordinator.write.timeout.ms", 5000).at_least(1.0).high(),
    int("share.coordinator.state.topic.prune.interval.ms", 300_000).at_least(1.0).low().internal(),
    int("share.coordinator.cold.partition.snapshot.interval.ms", 300_000)
        .at_least(1.0)
        .low()
        .internal(),
    int("share.coordinator.cached.buffer.max.bytes", 1_048_588).at_least(524_288.0).cluster_wide(),
];
