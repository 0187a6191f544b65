//! Settings of a broker: who the node is, how it joins and leaves.

use crate::setting::{Check, Default, Kind, Setting, boolean, int, list, long, required, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("broker.id", -1).high().doc("Old name of node.id."),
    int("request.timeout.ms", 30_000).high(),
    list("config.providers", "").low().cluster_wide(),
    unset("broker.rack", Kind::String)
        .doc("Where this broker stands; replicas of a partition are spread over racks."),
    boolean("controlled.shutdown.enable", true)
        .doc("Whether a stopping broker first hands its partitions over."),
    boolean("unstable.api.versions.enable", false).high().internal(),
    boolean("unstable.feature.versions.enable", false).high().internal(),
    required("process.roles", Kind::List)
        .checked(Check::List { of: &["broker", "controller"], empty: false, null: false })
        .high()
        .own(Default::Text("broker,controller"))
        .doc("What this node does: broker, controller, or both."),
    required("node.id", Kind::Int)
        .at_least(0.0)
        .high()
        .own(Default::Integer(1))
        .doc("Number of this node, unique in the cluster."),
    int("initial.broker.registration.timeout.ms", 60_000),
    int("broker.heartbeat.interval.ms", 2000)
        .doc("Pause between two heartbeats to the controller."),
    int("broker.session.timeout.ms", 9000)
        .doc("Silence after which the controller fences a broker."),
    long("server.max.startup.time.ms", i64::MAX).at_least(0.0).internal(),
];
