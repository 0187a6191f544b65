//! Settings of a broker: replication and leadership.

use crate::setting::{Kind, Setting, boolean, int, long, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    unset("num.replica.alter.log.dirs.threads", Kind::Int).high(),
    long("replica.lag.time.max.ms", 30_000).high(),
    int("replica.socket.timeout.ms", 30_000).high(),
    int("replica.socket.receive.buffer.bytes", 65_536).high(),
    int("replica.fetch.max.bytes", 1_048_576).at_least(0.0),
    int("replica.fetch.wait.max.ms", 500).high(),
    int("replica.fetch.backoff.ms", 1000).at_least(0.0),
    int("replica.fetch.min.bytes", 1).high(),
    int("replica.fetch.response.max.bytes", 10_485_760).at_least(0.0),
    int("num.replica.fetchers", 1).at_least(1.0).high().cluster_wide(),
    long("replica.high.watermark.checkpoint.interval.ms", 5000).high(),
    boolean("auto.leader.rebalance.enable", true).high(),
    long("leader.imbalance.check.interval.seconds", 300).at_least(1.0).high(),
    long("unclean.leader.election.interval.ms", 300_000).at_least(1.0).internal(),
    boolean("unclean.leader.election.enable", false)
        .high()
        .cluster_wide()
        .doc("Whether a replica outside of the ISR may lead, at the price of lost records."),
    unset("replica.selector.class", Kind::String),
];
