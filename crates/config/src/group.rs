//! The 27 settings of a group.
//!
//! Their defaults come from the broker: see [`crate::synonym`].

use crate::setting::{Check, Kind, Setting, boolean, int, list, long, string, unset};

/// In Kafka's order of definition.
const GROUP_SETTINGS: &[Setting] = &[
    int("consumer.session.timeout.ms", 45_000).at_least(1.0),
    int("consumer.heartbeat.interval.ms", 5000).at_least(1.0),
    int("consumer.assignment.interval.ms", 1000).at_least(0.0),
    boolean("consumer.assignor.offload.enable", true).internal(),
    int("share.session.timeout.ms", 45_000).at_least(1.0),
    int("share.heartbeat.interval.ms", 5000).at_least(1.0),
    int("share.record.lock.duration.ms", 30_000).at_least(1000.0),
    int("share.delivery.count.limit", 5).at_least(2.0),
    int("share.partition.max.record.locks", 2000).at_least(100.0),
    string("share.auto.offset.reset", "latest").checked(Check::ShareOffsetReset),
    string("share.isolation.level", "read_uncommitted")
        .one_of(&["read_committed", "read_uncommitted"]),
    boolean("share.renew.acknowledge.enable", true),
    int("share.assignment.interval.ms", 1000).at_least(0.0),
    boolean("share.assignor.offload.enable", true).internal(),
    int("streams.session.timeout.ms", 45_000).at_least(1.0),
    int("streams.heartbeat.interval.ms", 5000).at_least(1.0),
    int("streams.num.standby.replicas", 0).at_least(0.0),
    int("streams.initial.rebalance.delay.ms", 3000).at_least(0.0),
    int("streams.assignment.interval.ms", 1000).at_least(0.0),
    boolean("streams.assignor.offload.enable", true).internal(),
    int("streams.task.offset.interval.ms", 60_000).at_least(1.0).internal(),
    int("streams.num.warmup.replicas", 2).at_least(0.0).internal(),
    list("streams.rack.aware.assignment.tags", "").low(),
    long("streams.acceptable.recovery.lag", 10_000).at_least(0.0).internal(),
    unset("streams.assignor.name", Kind::String),
    string("errors.deadletterqueue.topic.name", ""),
    boolean("errors.deadletterqueue.copy.record.enable", false),
];

/// Every setting of a group.
pub fn group_settings() -> &'static [Setting] {
    GROUP_SETTINGS
}

/// The setting of a group that has this name.
pub fn group_setting(name: &str) -> Option<&'static Setting> {
    GROUP_SETTINGS.iter().find(|setting| setting.name == name)
}
