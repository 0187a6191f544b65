//! Whether a broker's settings still fit together after a change.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::alter::AlterError;
use crate::effective::{ConfigLayers, Overrides, effective_topic_config};
use crate::listener::{SecurityProtocol, is_valid_host};

/// Settings that count threads, which Kafka lets grow to double and shrink to half at a time.
const THREADS: &[&str] = &[
    "num.io.threads",
    "num.network.threads",
    "num.replica.fetchers",
    "num.recovery.threads.per.data.dir",
    "background.threads",
    "remote.log.manager.copier.thread.pool.size",
    "remote.log.manager.expiration.thread.pool.size",
    "remote.log.reader.threads",
];

/// Settings that Kafka changes while it runs and ottla does not: its listeners stay as they were
/// opened, and whom a connection speaks for is not decided by a class.
const FIXED_HERE: &[&str] =
    &["listeners", "listener.security.protocol.map", "principal.builder.class"];

/// Checks what would hold against what holds.
pub(super) fn check(before: &ConfigLayers<'_>, after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    check_protocol_map(after)?;
    check_times(after)?;
    check_cleaner_buffer(after)?;
    check_cordoned(after)?;
    check_connections(after)?;
    check_threads(before, after)?;
    check_cleaner_threads(before, after)?;
    check_reporters(after)?;
    check_fixed_here(before, after)
}

fn required(holds: bool, text: &str) -> Result<(), AlterError> {
    if holds { Ok(()) } else { Err(AlterError::request(format!("requirement failed: {text}"))) }
}

fn number(layers: &ConfigLayers<'_>, name: &str) -> i64 {
    layers.broker_value(name).as_i64().unwrap_or_default()
}

fn check_protocol_map(after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let name = "listener.security.protocol.map";
    let value = after.broker_value(name);
    for pair in value.as_str().unwrap_or_default().split(',').filter(|pair| !pair.is_empty()) {
        let protocol = pair.rsplit_once(':').map_or(pair, |(_, protocol)| protocol).trim();
        if SecurityProtocol::from_name(protocol).is_none() {
            return Err(AlterError::request(format!(
                "Invalid security protocol `{protocol}` defined in {name}"
            )));
        }
    }
    Ok(())
}

fn check_times(after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let none = Overrides::new();
    let of_topics = |name| {
        let value = effective_topic_config(after, &none, name);
        value.and_then(|value| value.as_i64()).unwrap_or_default()
    };
    required(of_topics("segment.ms") >= 1, "log.roll.ms must be greater than or equal to 1")?;
    required(
        of_topics("segment.jitter.ms") >= 0,
        "log.roll.jitter.ms must be greater than or equal to 0",
    )?;
    required(
        of_topics("retention.ms") != 0,
        "log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
    )
}

fn check_cleaner_buffer(after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let buffer = number(after, "log.cleaner.dedupe.buffer.size");
    let threads = number(after, "log.cleaner.threads");
    // Java's own words for a division by zero threads.
    let each = buffer.checked_div(threads).ok_or_else(|| AlterError::request("/ by zero"))?;
    required(
        each > 1_048_576,
        "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.",
    )
}

fn check_cordoned(after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let list = |name: &str| after.broker_value(name).as_list().map(<[String]>::to_vec);
    let dirs = list("log.dirs").or_else(|| list("log.dir")).unwrap_or_default();
    let cordoned = list("cordoned.log.dirs").unwrap_or_default();
    // A single `*` stands for all of them (KIP-1066).
    if cordoned.iter().any(|dir| dir == "*") {
        return required(
            cordoned.len() == 1,
            "When cordoned.log.dirs is set to *, it must not contain other values",
        );
    }
    let missing: Vec<&str> =
        cordoned.iter().filter(|dir| !dirs.contains(dir)).map(String::as_str).collect();
    required(
        missing.is_empty(),
        &format!(
            "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing \
             entries : {}",
            missing.join(", ")
        ),
    )
}

fn check_connections(after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let value = after.broker_value("max.connections.per.ip.overrides");
    let overrides = value.as_str().unwrap_or_default();
    required(
        number(after, "max.connections.per.ip") != 0 || !overrides.is_empty(),
        "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides \
         property is set.",
    )?;
    for pair in overrides.split(',').filter(|pair| !pair.is_empty()) {
        let (address, count) = pair.rsplit_once(':').unwrap_or((pair, ""));
        let (address, count) = (address.trim(), count.trim());
        if count.parse::<i32>().is_err() {
            return Err(AlterError::request(format!("For input string: \"{count}\"")));
        }
        if !is_valid_host(address) {
            return Err(AlterError::request(format!(
                "max.connections.per.ip.overrides contains invalid addresses : {address}"
            )));
        }
    }
    Ok(())
}

fn check_threads(before: &ConfigLayers<'_>, after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    for name in THREADS {
        let (old, new) = (number(before, name), number(after, name));
        let why = if new < old / 2 {
            format!("value should be at least half the current value {old}")
        } else if new > old * 2 {
            format!("value should not be greater than double the current value {old}")
        } else {
            continue;
        };
        return Err(invalid_change(&format!(
            "Dynamic thread count update validation failed for {name}={new}, {why}"
        )));
    }
    Ok(())
}

fn check_cleaner_threads(
    before: &ConfigLayers<'_>,
    after: &ConfigLayers<'_>,
) -> Result<(), AlterError> {
    let (old, new) = (number(before, "log.cleaner.threads"), number(after, "log.cleaner.threads"));
    if new < old / 2 {
        return Err(invalid_change(&format!(
            "Log cleaner threads cannot be reduced to less than half the current value {old}"
        )));
    }
    if new > old * 2 {
        return Err(invalid_change(&format!(
            "Log cleaner threads cannot be increased to more than double the current value {old}"
        )));
    }
    Ok(())
}

/// Kafka loads these classes when they change; the only one there is here is its own.
fn check_reporters(after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let name = "metric.reporters";
    let value = after.broker_value(name);
    let reporters = value.as_list().unwrap_or_default();
    if reporters.iter().all(|one| one == "org.apache.kafka.common.metrics.JmxReporter") {
        return Ok(());
    }
    Err(invalid_change(&format!(
        "Validation of dynamic config update of Set({name}) failed with class class \
         kafka.server.DynamicMetricsReporters"
    )))
}

fn check_fixed_here(before: &ConfigLayers<'_>, after: &ConfigLayers<'_>) -> Result<(), AlterError> {
    let differs = |name: &&str| before.broker_value(name) != after.broker_value(name);
    let names: Vec<&str> = FIXED_HERE.iter().copied().filter(differs).collect();
    if names.is_empty() {
        return Ok(());
    }
    let names = names.join(", ");
    Err(AlterError::request(format!("Cannot update these configs dynamically: [{names}]")))
}

/// Kafka's frame around the refusal of a part that would have to change while it runs.
fn invalid_change(why: &str) -> AlterError {
    AlterError::request(format!(
        "Invalid value org.apache.kafka.common.config.ConfigException: {why} for configuration \
         Invalid dynamic configuration"
    ))
}
