//! Settings of a broker: tiered storage.

use crate::setting::{Check, Kind, Setting, boolean, double, int, long, string, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    boolean("remote.log.storage.system.enable", false),
    string("remote.log.storage.manager.impl.prefix", "rsm.config.").checked(Check::NonEmpty),
    string("remote.log.metadata.manager.impl.prefix", "rlmm.config.").checked(Check::NonEmpty),
    unset("remote.log.storage.manager.class.name", Kind::String).checked(Check::NonEmpty),
    unset("remote.log.storage.manager.class.path", Kind::String),
    string(
        "remote.log.metadata.manager.class.name",
        "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
    )
    .checked(Check::NonEmpty),
    unset("remote.log.metadata.manager.class.path", Kind::String),
    unset("remote.log.metadata.manager.listener.name", Kind::String).checked(Check::NonEmpty),
    int("remote.log.metadata.custom.metadata.max.bytes", 128).at_least(0.0).low(),
    long("remote.log.index.file.cache.total.size.bytes", 1_073_741_824)
        .at_least(1.0)
        .low()
        .cluster_wide(),
    long("remote.log.index.file.cache.ttl.ms", 900_000).at_least(-1.0).low().internal(),
    int("remote.log.manager.thread.pool.size", 2).at_least(1.0),
    int("remote.log.manager.copier.thread.pool.size", 10).at_least(1.0).cluster_wide(),
    int("remote.log.manager.expiration.thread.pool.size", 10).at_least(1.0).cluster_wide(),
    int("remote.log.manager.follower.thread.pool.size", 2).at_least(1.0).cluster_wide(),
    long("remote.log.manager.task.interval.ms", 30_000).at_least(1.0).low(),
    long("remote.log.manager.task.retry.backoff.ms", 500).at_least(1.0).low().internal(),
    long("remote.log.manager.task.retry.backoff.max.ms", 30_000).at_least(1.0).low().internal(),
    double("remote.log.manager.task.retry.jitter", 0.2).between(0.0, 0.5).low().internal(),
    int("remote.log.reader.threads", 10).at_least(1.0).cluster_wide(),
    int("remote.log.reader.max.pending.tasks", 100).at_least(1.0),
    long("log.local.retention.ms", -2).at_least(-2.0).cluster_wide(),
    long("log.local.retention.bytes", -2).at_least(-2.0).cluster_wide(),
    long("log.remote.copy.lag.ms", 0).at_least(-1.0).cluster_wide(),
    long("log.remote.copy.lag.bytes", -1).at_least(-1.0).cluster_wide(),
    long("remote.log.manager.copy.max.bytes.per.second", i64::MAX).at_least(1.0).cluster_wide(),
    int("remote.log.manager.copy.quota.window.num", 11).at_least(1.0),
    int("remote.log.manager.copy.quota.window.size.seconds", 1).at_least(1.0),
    long("remote.log.manager.fetch.max.bytes.per.second", i64::MAX).at_least(1.0).cluster_wide(),
    int("remote.log.manager.fetch.quota.window.num", 11).at_least(1.0),
    int("remote.log.manager.fetch.quota.window.size.seconds", 1).at_least(1.0),
    int("remote.fetch.max.wait.ms", 500).at_least(1.0).cluster_wide(),
    long("remote.list.offsets.request.timeout.ms", 30_000).at_least(1.0).cluster_wide(),
    boolean("follower.fetch.last.tiered.offset.enable", false).cluster_wide(),
];
