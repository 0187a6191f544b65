//! Settings of a broker: quotas and the windows they are measured over.

use crate::setting::{Kind, Setting, int, long, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("quota.window.num", 11).at_least(1.0).low(),
    int("replication.quota.window.num", 11).at_least(1.0).low(),
    int("alter.log.dirs.replication.quota.window.num", 11).at_least(1.0).low(),
    int("controller.quota.window.num", 11).at_least(1.0).low(),
    int("quota.window.size.seconds", 1).at_least(1.0).low(),
    int("replication.quota.window.size.seconds", 1).at_least(1.0).low(),
    int("alter.log.dirs.replication.quota.window.size.seconds", 1).at_least(1.0).low(),
    int("controller.quota.window.size.seconds", 1).at_least(1.0).low(),
    unset("client.quota.callback.class", Kind::Class).low(),
];

/// Settings that exist only as changes to a running broker, never in a file.
pub(crate) const DYNAMIC_ONLY: &[Setting] = &[
    long("leader.replication.throttled.rate", i64::MAX).at_least(0.0).cluster_wide(),
    long("follower.replication.throttled.rate", i64::MAX).at_least(0.0).cluster_wide(),
    long("replica.alter.log.dirs.io.max.bytes.per.second", i64::MAX).at_least(0.0).cluster_wide(),
];
