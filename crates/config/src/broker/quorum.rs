//! Settings of a broker: the metadata quorum and its log.

use crate::setting::{
    Check, Default, Kind, NON_EMPTY_LIST, Setting, boolean, int, list, long, required, unset,
};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    required("controller.listener.names", Kind::List)
        .checked(NON_EMPTY_LIST)
        .high()
        .own(Default::Text(""))
        .doc("Names of the listeners that only controllers use."),
    long("controller.performance.sample.period.ms", 60_000).at_least(100.0).internal(),
    long("controller.performance.always.log.threshold.ms", 2000).at_least(0.0).internal(),
    long("metadata.log.max.record.bytes.between.snapshots", 20_971_520)
        .at_least(1.0)
        .high()
        .doc("Bytes of metadata records after which a snapshot is written."),
    long("metadata.log.max.snapshot.interval.ms", 3_600_000)
        .at_least(0.0)
        .high()
        .doc("Longest time between two metadata snapshots while records arrive; 0 for no limit."),
    unset("metadata.log.dir", Kind::String)
        .high()
        .doc("Directory of the metadata log; the first of log.dirs when unset."),
    int("metadata.log.segment.bytes", 1_073_741_824)
        .at_least(8_388_608.0)
        .high()
        .doc("Size at which a segment of the metadata log is closed."),
    long("metadata.log.segment.ms", 604_800_000)
        .high()
        .doc("Age at which a segment of the metadata log is closed."),
    long("metadata.max.retention.bytes", 104_857_600)
        .high()
        .doc("Size of metadata log and snapshots above which old ones are removed."),
    long("metadata.max.retention.ms", 604_800_000)
        .high()
        .doc("Age above which old metadata snapshots and segments are removed."),
    int("metadata.max.idle.interval.ms", 500)
        .at_least(0.0)
        .low()
        .doc("Longest pause between two metadata records; 0 lets the log rest."),
    unset("internal.metadata.log.segment.bytes", Kind::Int).low().internal(),
    int("internal.metadata.max.batch.size.in.bytes", 8_388_608).low().internal(),
    long("internal.metadata.delete.delay.millis", 60_000).low().internal(),
    int("controller.socket.timeout.ms", 30_000),
    list("controller.quorum.voters", "")
        .checked(Check::QuorumVoters)
        .high()
        .doc("The fixed members of the metadata quorum, as id@host:port."),
    list("controller.quorum.bootstrap.servers", "")
        .checked(Check::QuorumBootstrapServers)
        .high()
        .doc("Where a node finds the metadata quorum, as host:port."),
    int("controller.quorum.election.timeout.ms", 1000).at_least(0.0).high(),
    int("controller.quorum.fetch.timeout.ms", 2000).at_least(0.0).high(),
    int("controller.quorum.election.backoff.max.ms", 1000).at_least(0.0).high(),
    int("controller.quorum.append.linger.ms", 25).at_least(0.0),
    int("controller.quorum.request.timeout.ms", 2000).at_least(0.0),
    int("controller.quorum.retry.backoff.ms", 20).at_least(0.0).low(),
    boolean("controller.quorum.auto.join.enable", false).low(),
    int("controller.quorum.fetch.snapshot.max.bytes", 1_048_576).at_least(1.0).low(),
    int("controller.quorum.fetch.max.bytes", 1_048_576).at_least(1.0).low(),
];
