//! Settings of a broker: transactions and producer ids.

use crate::setting::{Default, Setting, boolean, int, short};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("transaction.state.log.min.isr", 2).at_least(1.0).high().own(Default::Integer(1)),
    int("transaction.state.log.load.buffer.size", 5_242_880).at_least(1.0).high(),
    short("transaction.state.log.replication.factor", 3)
        .at_least(1.0)
        .high()
        .own(Default::Integer(1)),
    int("transaction.state.log.num.partitions", 50).at_least(1.0).high(),
    int("transaction.state.log.segment.bytes", 104_857_600).at_least(1.0).high(),
    boolean("transaction.partition.verification.enable", true).low().cluster_wide(),
    int("producer.id.expiration.ms", 86_400_000)
        .at_least(1.0)
        .low()
        .cluster_wide()
        .doc("Silence after which an idempotent producer is forgotten."),
    int("producer.id.expiration.check.interval.ms", 600_000).at_least(1.0).low().internal(),
    int("transactional.id.expiration.ms", 604_800_000).at_least(1.0).high(),
    int("transaction.max.timeout.ms", 900_000).at_least(1.0).high(),
    int("transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000).at_least(1.0).low(),
    int("transaction.remove.expired.transaction.cleanup.interval.ms", 3_600_000)
        .at_least(1.0)
        .low(),
    boolean("transaction.two.phase.commit.enable", false).low(),
    int("add.partitions.to.txn.retry.backoff.max.ms", 100).at_least(0.0).high(),
    int("add.partitions.to.txn.retry.backoff.ms", 20).at_least(1.0).high(),
];
