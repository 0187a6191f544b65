//! Names that once were settings, or are settings of something else: accepted, with a word about
//! what holds instead.

/// What is said about a name that ottla does not act on, if it is known at all.
pub(crate) fn retired_note(name: &str) -> Option<&'static str> {
    let exact = NAMES.iter().find(|(retired, _)| *retired == name);
    let prefix = || PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix));
    exact.or_else(prefix).map(|(_, note)| *note)
}

const NO_ZOOKEEPER: &str = "ignored: ottla keeps its metadata itself and needs no ZooKeeper";
const ONE_FORMAT: &str = "ignored: there is one message format left";
const NO_JVM: &str = "ignored: it is for the JVM";
const OF_CONFLUENT: &str = "ignored: it is for Confluent's additions to Kafka";
const AUTHORIZER: &str = "kept for the authorizer";
const GONE: &str = "ignored: Kafka removed it";

const PREFIXES: &[(&str, &str)] = &[
    ("zookeeper.", NO_ZOOKEEPER),
    ("confluent.", OF_CONFLUENT),
    ("password.encoder.", "ignored: it belonged to settings kept in ZooKeeper"),
    ("config.providers.", "ignored: config providers are Java classes"),
    ("rsm.config.", "kept for remote storage"),
    ("rlmm.config.", "kept for remote storage"),
    ("jmx.", NO_JVM),
    ("log4j.", NO_JVM),
];

const NAMES: &[(&str, &str)] = &[
    ("super.users", AUTHORIZER),
    ("allow.everyone.if.no.acl.found", AUTHORIZER),
    ("inter.broker.protocol.version", "ignored: set the feature metadata.version instead"),
    ("log.message.format.version", ONE_FORMAT),
    ("message.format.version", ONE_FORMAT),
    ("log.message.downconversion.enable", ONE_FORMAT),
    ("port", "ignored: write listeners=PLAINTEXT://host:port"),
    ("host.name", "ignored: write listeners=PLAINTEXT://host:port"),
    ("advertised.port", "ignored: write advertised.listeners=PLAINTEXT://host:port"),
    ("advertised.host.name", "ignored: write advertised.listeners=PLAINTEXT://host:port"),
    ("delegation.token.master.key", "ignored: write delegation.token.secret.key"),
    (
        "log.message.timestamp.difference.max.ms",
        "ignored: write log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms",
    ),
    ("quota.producer.default", "ignored: set producer_byte_rate for the default client"),
    ("quota.consumer.default", "ignored: set consumer_byte_rate for the default client"),
    ("broker.id.generation.enable", "ignored: write node.id"),
    ("reserved.broker.max.id", "ignored: write node.id"),
    ("control.plane.listener.name", "ignored: controllers have listeners of their own"),
    ("controlled.shutdown.max.retries", GONE),
    ("controlled.shutdown.retry.backoff.ms", GONE),
    ("leader.imbalance.per.broker.percentage", GONE),
    ("offsets.commit.required.acks", GONE),
    ("group.coordinator.new.enable", GONE),
    (
        "eligible.leader.replicas.enable",
        "ignored: it is a feature, eligible.leader.replicas.version",
    ),
    ("metadata.max.snapshot.interval.ms", "ignored: write metadata.log.max.snapshot.interval.ms"),
    ("auto.include.jmx.reporter", NO_JVM),
];

/// Settings of Kafka that only mean something inside a JVM: valid, and without effect here.
pub(crate) fn jvm_note(name: &str) -> Option<&'static str> {
    JVM.contains(&name).then_some("without effect: it is for the JVM")
}

const JVM: &[&str] = &[
    "metric.reporters",
    "kafka.metrics.reporters",
    "kafka.metrics.polling.interval.secs",
    "security.providers",
    "ssl.provider",
    "ssl.keymanager.algorithm",
    "ssl.trustmanager.algorithm",
    "ssl.secure.random.implementation",
    "group.share.persister.class.name",
    "group.share.dlq.manager.class.name",
];
