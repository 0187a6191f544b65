//! Settings of a broker: topics: creation and deletion.

use crate::setting::{Kind, Setting, boolean, int, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    boolean("delete.topic.enable", true).high().doc("Whether topics may be deleted."),
    int("default.replication.factor", 1).doc("Replicas of a new topic that asks for no number."),
    int("num.partitions", 1)
        .at_least(1.0)
        .doc("Partitions of a new topic that asks for no number."),
    boolean("auto.create.topics.enable", true)
        .high()
        .doc("Whether asking for a topic that does not exist creates it."),
    unset("create.topic.policy.class.name", Kind::Class).low(),
    unset("alter.config.policy.class.name", Kind::Class).low(),
];
