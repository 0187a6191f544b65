//! librdkafka's settings under their names, and what they are called in Java's client.

use std::collections::BTreeMap;

use ottla_client::settings::{CommonSettings, ConsumerSettings, ProducerSettings};

use super::{Ended, Outcome};
use crate::console::Console;

/// Names that differ, and Java's.
const RENAMED: &[(&str, &str)] = &[
    ("metadata.broker.list", "bootstrap.servers"),
    ("compression.codec", "compression.type"),
    ("request.required.acks", "acks"),
    ("queue.buffering.max.ms", "linger.ms"),
    ("message.send.max.retries", "retries"),
    ("message.timeout.ms", "delivery.timeout.ms"),
    ("message.max.bytes", "max.request.size"),
    ("socket.timeout.ms", "request.timeout.ms"),
    ("request.timeout.ms", "request.timeout.ms"),
    ("socket.send.buffer.bytes", "send.buffer.bytes"),
    ("socket.receive.buffer.bytes", "receive.buffer.bytes"),
    ("max.in.flight", "max.in.flight.requests.per.connection"),
    ("fetch.wait.max.ms", "fetch.max.wait.ms"),
    ("fetch.message.max.bytes", "max.partition.fetch.bytes"),
    ("auto.commit.enable", "enable.auto.commit"),
    ("topic.metadata.refresh.interval.ms", "metadata.max.age.ms"),
    ("reconnect.backoff.jitter.ms", "reconnect.backoff.ms"),
    ("broker.address.family", ""),
    ("sasl.mechanisms", "sasl.mechanism"),
    ("ssl.ca.location", "ssl.truststore.location"),
    ("ssl.key.password", "ssl.key.password"),
    ("ssl.certificate.pem", "ssl.keystore.certificate.chain"),
    ("ssl.key.pem", "ssl.keystore.key"),
    ("ssl.ca.pem", "ssl.truststore.certificates"),
];

/// Names of librdkafka that mean nothing here.
const IGNORED: &[&str] = &[
    "api.version.fallback.ms",
    "api.version.request",
    "api.version.request.timeout.ms",
    "background_event_cb",
    "batch.num.messages",
    "broker.version.fallback",
    "builtin.features",
    "debug",
    "delivery.report.only.error",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.partition.eof",
    "enable.random.seed",
    "fetch.error.backoff.ms",
    "internal.termination.signal",
    "log.connection.close",
    "log.queue",
    "log.thread.name",
    "log_level",
    "max.in.flight.requests.per.connection",
    "message.copy.max.bytes",
    "offset.store.method",
    "partitioner",
    "plugin.library.paths",
    "produce.offset.report",
    "queue.buffering.backpressure.threshold",
    "queue.buffering.max.kbytes",
    "queue.buffering.max.messages",
    "queued.max.messages.kbytes",
    "queued.min.messages",
    "receive.message.max.bytes",
    "socket.blocking.max.ms",
    "socket.keepalive.enable",
    "socket.max.fails",
    "socket.nagle.disable",
    "statistics.interval.ms",
    "sticky.partitioning.linger.ms",
    "topic.blacklist",
    "topic.metadata.propagation.max.ms",
    "topic.metadata.refresh.fast.interval.ms",
    "topic.metadata.refresh.sparse",
];

/// Values of enumerations that have other names as well.
fn value_of<'a>(name: &str, value: &'a str) -> &'a str {
    match (name, value) {
        ("auto.offset.reset", "smallest" | "beginning") => "earliest",
        ("auto.offset.reset", "largest" | "end") => "latest",
        ("auto.offset.reset", "error") => "none",
        _ => value,
    }
}

/// What was set.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Under Java's names.
    properties: BTreeMap<String, String>,
    sasl_username: Option<String>,
    sasl_password: Option<String>,
    /// Whether they are to be shown, and nothing else done.
    pub(super) shows: bool,
}

impl Settings {
    /// # Errors
    /// There is no such name, or a value that its setting cannot have.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let name = name
            .strip_prefix("topic.")
            .filter(|rest| !rest.starts_with("metadata") && !rest.starts_with("blacklist"))
            .unwrap_or(name);
        match name {
            "sasl.username" => self.sasl_username = Some(value.to_owned()),
            "sasl.password" => self.sasl_password = Some(value.to_owned()),
            _ if IGNORED.contains(&name) => {}
            _ => {
                let renamed = RENAMED.iter().find(|(theirs, _)| *theirs == name);
                let java = renamed.map_or(name, |(_, java)| java);
                if java.is_empty() {
                    return Ok(());
                }
                if !ConsumerSettings::is_known(java) && !ProducerSettings::is_known(java) {
                    return Err(format!("No such configuration property: \"{name}\""));
                }
                let value = value_of(java, value);
                check(name, java, value)?;
                self.properties.insert(java.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }

    /// The same, unless it was set before: flags stand over files.
    pub(super) fn set_default(&mut self, name: &str, value: &str) -> Result<(), String> {
        let before = self.properties.clone();
        self.set(name, value)?;
        self.properties.extend(before);
        Ok(())
    }

    pub(super) fn has_brokers(&self) -> bool {
        self.properties.contains_key("bootstrap.servers")
    }

    /// Prints what was set, by Java's names.
    pub(super) fn show(&self, console: &mut Console) {
        console.line("# Settings that were given (names of Java's client)");
        for (name, value) in &self.properties {
            console.line(format_args!("{name} = {value}"));
        }
        console.line("# librdkafka's names that differ");
        for (theirs, java) in RENAMED.iter().filter(|(_, java)| !java.is_empty()) {
            console.line(format_args!("{theirs} is {java}"));
        }
    }

    fn with(
        &self,
        defaults: &[(&str, &str)],
        is_known: fn(&str) -> bool,
    ) -> BTreeMap<String, String> {
        let mut properties = self.properties.clone();
        // Brokers may stand without their port.
        if let Some(servers) = properties.get_mut("bootstrap.servers") {
            let full = |server: &str| {
                if server.contains(':') { server.to_owned() } else { format!("{server}:9092") }
            };
            *servers = servers.split(',').map(str::trim).map(full).collect::<Vec<_>>().join(",");
        }
        if let (Some(user), Some(password)) = (&self.sasl_username, &self.sasl_password) {
            let module =
                if properties.get("sasl.mechanism").is_some_and(|it| it.starts_with("SCRAM")) {
                    "scram.ScramLoginModule"
                } else {
                    "plain.PlainLoginModule"
                };
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
            let jaas = format!(
                "org.apache.kafka.common.security.{module} required username=\"{}\" password=\"{}\";",
                quoted(user),
                quoted(password)
            );
            properties.insert("sasl.jaas.config".to_owned(), jaas);
        }
        if properties.contains_key("ssl.truststore.location") {
            properties.entry("ssl.truststore.type".to_owned()).or_insert_with(|| "PEM".to_owned());
        }
        for (name, value) in defaults {
            properties.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
        }
        properties.retain(|name, _| is_known(name));
        properties
    }

    /// Settings of a producer, with librdkafka's defaults where they show.
    pub(super) fn producer(&self) -> Outcome<ProducerSettings> {
        let defaults = [
            ("client.id", "rdkafka"),
            ("max.request.size", "1000000"),
            ("max.block.ms", "300000"),
            ("delivery.timeout.ms", "300000"),
        ];
        let properties = self.with(&defaults, ProducerSettings::is_known);
        ProducerSettings::from_properties(properties)
            .map_err(|why| Ended::Fatal(format!("Failed to create producer: {}", why.message())))
    }

    /// Settings of a consumer, likewise.
    pub(super) fn consumer(&self, group: Option<&str>) -> Outcome<ConsumerSettings> {
        let mut defaults = vec![
            ("client.id", "rdkafka"),
            ("isolation.level", "read_committed"),
            ("allow.auto.create.topics", "false"),
            ("partition.assignment.strategy", "range,roundrobin"),
            ("default.api.timeout.ms", "5000"),
        ];
        if let Some(group) = group {
            defaults.push(("group.id", group));
        }
        let mut properties = self.with(&defaults, ConsumerSettings::is_known);
        if properties.get("group.protocol").is_some_and(|it| it == "consumer") {
            properties.remove("partition.assignment.strategy");
        }
        ConsumerSettings::from_properties(properties)
            .map_err(|why| Ended::Fatal(format!("Failed to create consumer: {}", why.message())))
    }

    /// What every client has.
    pub(super) fn common(&self) -> Outcome<CommonSettings> {
        Ok(self.consumer(None)?.common)
    }
}

/// Whether the setting can have the value, as far as it stands alone.
fn check(name: &str, java: &str, value: &str) -> Result<(), String> {
    let fixed = match java {
        "acks" => {
            return if value.parse::<i32>().is_ok() || value == "all" {
                Ok(())
            } else {
                Err("Invalid value for configuration property \"request.required.acks\"".to_owned())
            };
        }
        "compression.type" => ["none", "gzip", "snappy", "lz4", "zstd"].contains(&value),
        "auto.offset.reset" => ["earliest", "latest", "none"].contains(&value),
        "isolation.level" => ["read_committed", "read_uncommitted"].contains(&value),
        _ => true,
    };
    if fixed {
        Ok(())
    } else {
        Err(format!("Invalid value \"{value}\" for configuration property \"{name}\""))
    }
}
