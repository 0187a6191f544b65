//! Settings of a broker: what ottla has and Kafka has not.

use crate::setting::{Default, Kind, Setting, int, list, long, string, unset};

/// Names that begin with `ottla.`.
pub(crate) const SETTINGS: &[Setting] = &[
    string("ottla.ack.durability", "written")
        .one_of(&["written", "synced"])
        .cluster_wide()
        .doc("The ottla.ack.durability of topics that do not set it."),
    unset("ottla.admin.listener", Kind::String)
        .own(Default::Text("127.0.0.1:9644"))
        .doc("Address of metrics and health over HTTP, as host:port; empty for none."),
    unset("ottla.cluster.id", Kind::String)
        .doc("Cluster id given to a new data directory; a random one when unset."),
    int("ottla.group.member.bytes.max", 1_048_576).at_least(1.0).doc(
        "Bytes that a member of a group may say of itself when it joins; more is INVALID_REQUEST.",
    ),
    int("ottla.group.pending.joins.max", 10_000).at_least(1.0).doc(
        "Members of a classic group that have been given an id and have not joined with it yet; one \
         more is GROUP_MAX_SIZE_REACHED.",
    ),
    long("ottla.log.dir.reserve.bytes", -1).at_least(-1.0).doc(
        "Bytes kept free on the volume of each log dir; -1 for ottla.log.dir.reserve.percent.",
    ),
    int("ottla.log.dir.reserve.percent", 1).between(0.0, 50.0).doc(
        "Share of the volume of each log dir that is kept free, but at least log.segment.bytes \
         unless that is more than ten times the share. Below it Produce is refused until there is \
         room again; 0 for no reserve.",
    ),
    long("ottla.log.dir.stall.ms", 10_000).at_least(0.0).cluster_wide().doc(
        "Time after which a write, sync or read in a log dir that has not ended is told in the log, \
         and again when it ends; 0 for never.",
    ),
    list("ottla.log.dirs.lost", "").doc(
        "Directory ids of log dirs that are gone for good. Without it a node does not start while the \
         metadata knows replicas of it in a log dir that none of log.dirs is; with it these are made \
         anew, empty.",
    ),
    long("ottla.log.flush.background.ms", 60_000).at_least(0.0).doc(
        "Age at which what is not synced yet is synced beside everything else, so that a start after a \
         kill has little to check; it promises producers nothing. 0 for never, as in Kafka.",
    ),
    string("ottla.log.format", "human")
        .one_of(&["human", "json", "auto"])
        .doc("How log lines are written; auto is human on a terminal and json elsewhere."),
    unset("ottla.log.open.files.max", Kind::Int)
        .at_least(16.0)
        .doc("Segment files held open at once, over all partitions; two thirds of the descriptors that the process may have when unset."),
    string("ottla.log.level", "info")
        .doc("Least severe level that is logged, or a filter such as info,ottla_raft=debug."),
    long("ottla.producer.state.bytes.max", 268_435_456).at_least(0.0).doc(
        "Memory for what all partitions of the node remember of idempotent producers. Above it those \
         idle the longest are forgotten before producer.id.expiration.ms, but none in a transaction; \
         0 for no bound.",
    ),
    long("ottla.scrub.bytes.per.second", 8_388_608)
        .at_least(0.0)
        .doc("Bytes of log segments that are read each second to find damaged batches before a client does; 0 for none."),
    long("ottla.scrub.interval.ms", 604_800_000)
        .at_least(0.0)
        .doc("Time from the beginning of one such pass over all segments to that of the next."),
    int("ottla.transactional.ids.max", 1_000_000).at_least(1.0).doc(
        "Transactional ids that each partition of __transaction_state remembers; one more is \
         POLICY_VIOLATION until others have expired (transactional.id.expiration.ms).",
    ),
];
