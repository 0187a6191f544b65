//! Settings of a broker: sockets, listeners, and the requests that arrive on them.

use crate::setting::{
    Default, Kind, NON_EMPTY_LIST, NON_EMPTY_OR_NULL_LIST, NULLABLE_LIST, Setting, int, list, long,
    string, unset,
};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("num.io.threads", 8).at_least(1.0).high().cluster_wide(),
    long("socket.connection.setup.timeout.ms", 10_000),
    long("socket.connection.setup.timeout.max.ms", 30_000),
    unset("early.start.listeners", Kind::List).checked(NULLABLE_LIST).high(),
    int("max.incremental.fetch.session.cache.slots", 1000).at_least(0.0).doc("Most incremental fetch sessions kept at a time."),
    int("fetch.max.bytes", 57_671_680).at_least(1024.0).doc("Most bytes of records in one answer to Fetch."),
    int("max.request.partition.size.limit", 2000).at_least(1.0).doc("Most partitions in one answer of DescribeTopicPartitions."),
    list("listeners", "PLAINTEXT://:9092").checked(NON_EMPTY_LIST).high().per_broker().own(Default::Text("PLAINTEXT://127.0.0.1:9092")).doc("Addresses the node listens on, as NAME://host:port, separated by commas."),
    unset("advertised.listeners", Kind::List).checked(NON_EMPTY_OR_NULL_LIST).high().doc("Addresses clients are told to connect to; the listeners themselves when unset."),
    string("listener.security.protocol.map", "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT").low().per_broker().doc("Security protocol of each listener name."),
    int("socket.send.buffer.bytes", 102_400).high(),
    int("socket.receive.buffer.bytes", 102_400).high(),
    int("socket.request.max.bytes", 104_857_600).at_least(1.0).high().doc("Largest request accepted."),
    int("socket.listen.backlog.size", 50).at_least(1.0).doc("Connections that may wait to be accepted."),
    int("max.connections.per.ip", i32::MAX).at_least(0.0).cluster_wide().doc("Most connections at a time from one address."),
    string("max.connections.per.ip.overrides", "").cluster_wide(),
    int("max.connections", i32::MAX).at_least(0.0).cluster_wide().doc("Most connections at a time."),
    int("max.connection.creation.rate", i32::MAX).at_least(0.0).cluster_wide(),
    long("connections.max.idle.ms", 600_000).doc("Silence after which a connection is closed."),
    int("connection.failed.authentication.delay.ms", 100).at_least(0.0).low(),
    int("queued.max.requests", 500).at_least(1.0).high(),
    long("queued.max.request.bytes", -1),
    int("num.network.threads", 3).at_least(1.0).high().cluster_wide(),
    int("fetch.purgatory.purge.interval.requests", 1000),
    int("producer.purgatory.purge.interval.requests", 1000),
    int("delete.records.purgatory.purge.interval.requests", 1),
    string("security.inter.broker.protocol", "PLAINTEXT").one_of(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]).doc("Security protocol that brokers use among themselves, when inter.broker.listener.name is unset."),
    unset("inter.broker.listener.name", Kind::String).doc("Name of the listener that brokers use among themselves."),
    long("connections.max.reauth.ms", 0),
];
