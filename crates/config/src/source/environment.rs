//! Environment variables as the known container images understand them.
//!
//! Three families share the prefix `KAFKA_`. apache/kafka and confluentinc/cp-kafka write every
//! setting as `KAFKA_` and its name in capitals, `.` as `_`, `_` as `__`, `-` as `___`. Bitnami's
//! image writes `KAFKA_CFG_` and knows some names without `CFG`. ottla's own settings are written
//! `OTTLA_LOG_FORMAT` for `ottla.log.format`, in every family.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Source, SourceKind};
use crate::broker::{broker_setting, broker_settings};
use crate::nearest::nearest_name;
use crate::retired::retired_note;
use crate::synonym::without_listener;

/// Whose rules the variables follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// apache/kafka: `KAFKA_X_Y`.
    Apache,
    /// bitnami/kafka: `KAFKA_CFG_X_Y` and aliases.
    Bitnami,
    /// confluentinc/cp-kafka: as apache, with its own data directory.
    Confluent,
}

impl Family {
    /// The family whose marks are among the variables.
    pub fn detect<'a>(names: impl IntoIterator<Item = &'a str>) -> Family {
        let mut family = Family::Apache;
        for name in names {
            if name.starts_with("KAFKA_CFG_") || BITNAMI_MARKS.contains(&name) {
                return Family::Bitnami;
            }
            if CONFLUENT_MARKS.contains(&name) {
                family = Family::Confluent;
            }
        }
        family
    }

    /// Its name for notes.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Apache => "apache/kafka",
            Family::Bitnami => "bitnami/kafka",
            Family::Confluent => "confluentinc/cp-kafka",
        }
    }
}

const BITNAMI_MARKS: &[&str] =
    &["ALLOW_PLAINTEXT_LISTENER", "BITNAMI_DEBUG", "KAFKA_ENABLE_KRAFT", "KAFKA_KRAFT_CLUSTER_ID"];
const CONFLUENT_MARKS: &[&str] = &["CUB_CLASSPATH", "CONFLUENT_VERSION", "KAFKA_CONFLUENT_SUPPORT"];

/// Names that Bitnami's image reads without `CFG`, and the settings they stand for.
const BITNAMI_ALIASES: &[(&str, &str)] = &[
    ("ADVERTISED_LISTENERS", "advertised.listeners"),
    ("AUTO_CREATE_TOPICS_ENABLE", "auto.create.topics.enable"),
    ("BROKER_ID", "broker.id"),
    ("CONTROLLER_QUORUM_VOTERS", "controller.quorum.voters"),
    ("DEFAULT_REPLICATION_FACTOR", "default.replication.factor"),
    ("DELETE_TOPIC_ENABLE", "delete.topic.enable"),
    ("INTER_BROKER_LISTENER_NAME", "inter.broker.listener.name"),
    ("LISTENERS", "listeners"),
    ("LISTENER_SECURITY_PROTOCOL_MAP", "listener.security.protocol.map"),
    ("LOGS_DIRS", "log.dirs"),
    ("LOG_DIRS", "log.dirs"),
    ("LOG_FLUSH_INTERVAL_MESSAGES", "log.flush.interval.messages"),
    ("LOG_FLUSH_INTERVAL_MS", "log.flush.interval.ms"),
    ("LOG_MESSAGE_FORMAT_VERSION", "log.message.format.version"),
    ("LOG_RETENTION_BYTES", "log.retention.bytes"),
    ("LOG_RETENTION_CHECK_INTERVALS_MS", "log.retention.check.interval.ms"),
    ("LOG_RETENTION_HOURS", "log.retention.hours"),
    ("LOG_SEGMENT_BYTES", "log.segment.bytes"),
    ("MAX_MESSAGE_BYTES", "message.max.bytes"),
    ("MESSAGE_MAX_BYTES", "message.max.bytes"),
    ("NODE_ID", "node.id"),
    ("NUM_IO_THREADS", "num.io.threads"),
    ("NUM_NETWORK_THREADS", "num.network.threads"),
    ("NUM_PARTITIONS", "num.partitions"),
    ("NUM_RECOVERY_THREADS_PER_DATA_DIR", "num.recovery.threads.per.data.dir"),
    ("OFFSETS_TOPIC_REPLICATION_FACTOR", "offsets.topic.replication.factor"),
    ("PROCESS_ROLES", "process.roles"),
    ("SEGMENT_BYTES", "log.segment.bytes"),
    ("SOCKET_RECEIVE_BUFFER_BYTES", "socket.receive.buffer.bytes"),
    ("SOCKET_REQUEST_MAX_BYTES", "socket.request.max.bytes"),
    ("SOCKET_SEND_BUFFER_BYTES", "socket.send.buffer.bytes"),
    ("SSL_ENDPOINT_IDENTIFICATION_ALGORITHM", "ssl.endpoint.identification.algorithm"),
    ("TRANSACTION_STATE_LOG_MIN_ISR", "transaction.state.log.min.isr"),
    ("TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "transaction.state.log.replication.factor"),
    ("ZOOKEEPER_CONNECT", "zookeeper.connect"),
    ("ZOOKEEPER_CONNECTION_TIMEOUT_MS", "zookeeper.connection.timeout.ms"),
];

/// Variables of all images that are no settings, by how they begin: options of the JVM, of the
/// start scripts, and what Kubernetes adds for a service called kafka.
const IGNORED_PREFIXES: &[&str] = &[
    "KAFKA_DEBUG",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",
    "KAFKA_HOME",
    "KAFKA_INITIAL_CONTROLLERS",
    "KAFKA_JMX_",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG4J",
    "KAFKA_OPTS",
    "KAFKA_PORT",
    "KAFKA_SERVICE_",
    "KAFKA_SKIP_KRAFT_STORAGE_INIT",
    "KAFKA_TOOLS_",
    "KAFKA_ENABLE_KRAFT",
    "KAFKA_CONFLUENT_SUPPORT",
    "KAFKA_REST_",
];

/// More of them that only Bitnami's image has.
const BITNAMI_IGNORED: &[&str] = &[
    "KAFKA_BASE_DIR",
    "KAFKA_VOLUME_DIR",
    "KAFKA_DATA_DIR",
    "KAFKA_CONF_DIR",
    "KAFKA_CONF_FILE",
    "KAFKA_MOUNTED_CONF_DIR",
    "KAFKA_CERTS_DIR",
    "KAFKA_INITSCRIPTS_DIR",
    "KAFKA_LOG_DIR",
    "KAFKA_DAEMON_",
];

/// Variables that carry the cluster's id.
const CLUSTER_ID: &[&str] = &["CLUSTER_ID", "KAFKA_CLUSTER_ID", "KAFKA_KRAFT_CLUSTER_ID"];

/// What the environment gives: one source for the variables, and one for what the image they
/// were written for would add. Empty when no variable concerns ottla.
pub fn environment<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Source> {
    let variables: BTreeMap<&str, &str> = variables.into_iter().collect();
    let family = Family::detect(variables.keys().copied());
    let mut source = Source::new(SourceKind::Environment);
    for (name, text) in &variables {
        if CLUSTER_ID.contains(name) {
            // Compose files pass `CLUSTER_ID: ${CLUSTER_ID}` on when there is none.
            if !text.is_empty() {
                source.give("ottla.cluster.id", text, name);
            }
        } else if *name == "OTTLA_LOG" {
            source.give("ottla.log.level", text, name);
        } else if let Some(rest) = name.strip_prefix("OTTLA_") {
            let setting = format!("ottla.{}", rest.to_ascii_lowercase().replace('_', "."));
            source.give(&setting, text, name);
        } else if *name == "KAFKA_LOG4J_ROOT_LOGLEVEL" {
            source.give("ottla.log.level", level_of_log4j(text), name);
        } else if let Some(rest) = name.strip_prefix("KAFKA_") {
            take_variable(&mut source, family, name, rest, text);
        }
    }
    prefer_the_longer_name(&mut source);
    let image = image(family, &source);
    [image, source].into_iter().filter(|one| *one != Source::new(one.kind)).collect()
}

fn take_variable(source: &mut Source, family: Family, name: &str, rest: &str, text: &str) {
    if family == Family::Bitnami {
        return take_bitnami(source, name, rest, text);
    }
    if IGNORED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return;
    }
    let setting = setting_name(rest);
    if text.is_empty() && broker_setting(&setting).is_none() {
        return;
    }
    source.give(&setting, text, name);
}

fn take_bitnami(source: &mut Source, name: &str, rest: &str, text: &str) {
    if let Some(rest) = rest.strip_prefix("CFG_") {
        return source.give(&setting_name(rest), text, name);
    }
    if let Some((_, setting)) = BITNAMI_ALIASES.iter().find(|(alias, _)| *alias == rest) {
        // The image passes an alias on only when it says something.
        if !text.is_empty() {
            source.give(setting, text, name);
        }
        return;
    }
    let mut ignored = IGNORED_PREFIXES.iter().chain(BITNAMI_IGNORED);
    if ignored.any(|prefix| name.starts_with(prefix)) {
        return;
    }
    let setting = setting_name(rest);
    let names = broker_settings().map(|setting| setting.name);
    let known = broker_setting(&setting).map(|one| one.name);
    match known.or_else(|| nearest_name(&setting, names)) {
        Some(meant) => {
            let right = variable_name(meant);
            source.warnings.push(format!("{name} is ignored: write KAFKA_CFG_{right}"));
        }
        None => source.notes.push(format!("{name} is ignored: ottla does not know it")),
    }
}

/// Log4j's levels under the names ottla has for them; what is none of them stays as it is.
fn level_of_log4j(level: &str) -> &str {
    match level.to_ascii_uppercase().as_str() {
        "FATAL" => "error",
        "ALL" => "trace",
        "ERROR" => "error",
        "WARN" => "warn",
        "INFO" => "info",
        "DEBUG" => "debug",
        "TRACE" => "trace",
        "OFF" => "off",
        _ => level,
    }
}

/// With `KAFKA_CFG_LOG_DIRS` and `KAFKA_LOG_DIRS` both set, the first one counts.
fn prefer_the_longer_name(source: &mut Source) {
    let cfg: Vec<String> = source
        .given
        .iter()
        .filter(|given| given.place.starts_with("KAFKA_CFG_"))
        .map(|given| given.name.clone())
        .collect();
    source
        .given
        .retain(|given| given.place.starts_with("KAFKA_CFG_") || !cfg.contains(&given.name));
}

/// What the image itself would have set in the file it writes.
fn image(family: Family, given: &Source) -> Source {
    let mut image = Source::new(SourceKind::Image);
    let place = format!("as {} sets it", family.name());
    if given.given.is_empty() {
        return image;
    }
    let data = match family {
        Family::Apache => None,
        Family::Bitnami => Some("/bitnami/kafka/data"),
        Family::Confluent => Some("/var/lib/kafka/data"),
    };
    if let Some(data) = data.filter(|_| !given.gives("log.dirs")) {
        image.give("log.dirs", data, &place);
    }
    // apache's and Confluent's scripts listen everywhere on the ports that are advertised.
    let advertised = given.given.iter().find(|one| one.name == "advertised.listeners");
    if family != Family::Bitnami
        && !given.gives("listeners")
        && let Some(advertised) = advertised
    {
        image.give("listeners", &listen_everywhere(&advertised.text), &place);
    }
    image
}

/// `A://somewhere:1` to `A://0.0.0.0:1`, for each of them.
fn listen_everywhere(advertised: &str) -> String {
    let everywhere = |text: &str| -> Option<String> {
        let (name, address) = text.trim().split_once("://")?;
        let (_, port) = address.rsplit_once(':')?;
        Some(format!("{name}://0.0.0.0:{port}"))
    };
    let listeners = advertised.split(',').filter_map(everywhere);
    listeners.collect::<Vec<_>>().join(",")
}

/// `LOG_DIRS` to `log.dirs`; `__` is `_`, `___` is `-`.
fn setting_name(rest: &str) -> String {
    let lower = rest.to_ascii_lowercase();
    let name = lower.replace("___", "\u{1}").replace("__", "\u{2}").replace('_', ".");
    let name = name.replace('\u{1}', "-").replace('\u{2}', "_");
    // A listener's name may hold a `_` that was written only once.
    match name.strip_prefix("zookeeper.clientcnxnsocket") {
        Some(_) => "zookeeper.clientCnxnSocket".to_string(),
        None => name,
    }
}

fn variable_name(setting: &str) -> String {
    setting.replace('_', "__").replace('-', "___").replace('.', "_").to_ascii_uppercase()
}

/// Whether a name means something to a broker: a setting, one of a listener, or a retired one.
pub(crate) fn is_meaningful(name: &str) -> bool {
    let known = |name: &str| broker_setting(name).is_some();
    known(name)
        || retired_note(name).is_some()
        || without_listener(name).is_some_and(|base| {
            known(base) || base.split_once('.').is_some_and(|(_, rest)| known(rest))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables in, `name=text (place)` and messages out.
    fn check(variables: &[(&str, &str)], expected: &[&str]) {
        let mut lines = Vec::new();
        for source in environment(variables.iter().copied()) {
            for given in source.given {
                lines.push(format!("{}={} ({})", given.name, given.text, given.place));
            }
            lines.extend(source.notes);
            lines.extend(source.warnings);
        }
        assert_eq!(lines, expected);
    }

    #[test]
    fn apache_variables_are_settings_in_capitals() {
        check(
            &[
                ("KAFKA_NODE_ID", "3"),
                ("KAFKA_LOG_RETENTION_MS", "5"),
                ("KAFKA_LISTENER_NAME_A__B_SSL_KEYSTORE_TYPE", "PEM"),
                ("KAFKA_HEAP_OPTS", "-Xmx1G"),
                ("KAFKA_PORT_9092_TCP", "tcp://10.0.0.1:9092"),
                ("PATH", "/bin"),
            ],
            &[
                "listener.name.a_b.ssl.keystore.type=PEM (KAFKA_LISTENER_NAME_A__B_SSL_KEYSTORE_TYPE)",
                "log.retention.ms=5 (KAFKA_LOG_RETENTION_MS)",
                "node.id=3 (KAFKA_NODE_ID)",
            ],
        );
    }

    #[test]
    fn listeners_follow_from_what_is_advertised() {
        check(
            &[("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://host:9092,IN://in:9093")],
            &[
                "listeners=PLAINTEXT://0.0.0.0:9092,IN://0.0.0.0:9093 (as apache/kafka sets it)",
                "advertised.listeners=PLAINTEXT://host:9092,IN://in:9093 \
                 (KAFKA_ADVERTISED_LISTENERS)",
            ],
        );
    }

    #[test]
    fn bitnami_variables_have_aliases_and_the_longer_name_wins() {
        check(
            &[
                ("ALLOW_PLAINTEXT_LISTENER", "yes"),
                ("KAFKA_CFG_ZOOKEEPER_CONNECT", "zookeeper:2181"),
                ("KAFKA_CFG_NUM_PARTITIONS", "4"),
                ("KAFKA_NUM_PARTITIONS", "2"),
                ("KAFKA_SEGMENT_BYTES", "2000000"),
                ("KAFKA_BROKER_ID", ""),
                ("KAFKA_JVM_PERFORMANCE_OPTS", "-server"),
                ("KAFKA_MIN_INSYNC_REPLICAS", "2"),
            ],
            &[
                "log.dirs=/bitnami/kafka/data (as bitnami/kafka sets it)",
                "num.partitions=4 (KAFKA_CFG_NUM_PARTITIONS)",
                "zookeeper.connect=zookeeper:2181 (KAFKA_CFG_ZOOKEEPER_CONNECT)",
                "log.segment.bytes=2000000 (KAFKA_SEGMENT_BYTES)",
                "KAFKA_MIN_INSYNC_REPLICAS is ignored: write KAFKA_CFG_MIN_INSYNC_REPLICAS",
            ],
        );
    }

    #[test]
    fn confluent_variables_bring_their_data_directory() {
        check(
            &[("CUB_CLASSPATH", "x"), ("KAFKA_BROKER_ID", "1"), ("CLUSTER_ID", "abc")],
            &[
                "log.dirs=/var/lib/kafka/data (as confluentinc/cp-kafka sets it)",
                "ottla.cluster.id=abc (CLUSTER_ID)",
                "broker.id=1 (KAFKA_BROKER_ID)",
            ],
        );
    }

    #[test]
    fn ottla_has_variables_of_its_own() {
        check(
            &[("OTTLA_LOG_FORMAT", "json"), ("KAFKA_LOG4J_ROOT_LOGLEVEL", "WARN")],
            &[
                "ottla.log.level=warn (KAFKA_LOG4J_ROOT_LOGLEVEL)",
                "ottla.log.format=json (OTTLA_LOG_FORMAT)",
            ],
        );
    }

    #[test]
    fn what_ottla_would_stumble_over_is_translated_or_left_out() {
        check(
            &[("CLUSTER_ID", ""), ("KAFKA_LOG4J_ROOT_LOGLEVEL", "FATAL")],
            &["ottla.log.level=error (KAFKA_LOG4J_ROOT_LOGLEVEL)"],
        );
    }

    #[test]
    fn an_environment_without_a_word_for_us_gives_nothing() {
        check(&[("HOME", "/root"), ("ALLOW_PLAINTEXT_LISTENER", "yes")], &[]);
    }
}
