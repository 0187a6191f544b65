//! Whether a group's settings may stand (KIP-848, KIP-932, KIP-1071). Texts observed on Apache
//! Kafka 4.4.0.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::AlterError;
use crate::effective::{ConfigLayers, Overrides};
use crate::group::{group_setting, group_settings};
use crate::number::trim;
use crate::synonym::group_synonym;
use crate::value::{ConfigError, Value, split_list};

/// A limit on a group's setting, given by settings of the broker.
enum Limit {
    Range(&'static str, &'static str),
    Most(&'static str),
    Least(&'static str),
}

const LIMITS: &[(&str, Limit)] = &[
    (
        "consumer.heartbeat.interval.ms",
        Limit::Range(
            "group.consumer.min.heartbeat.interval.ms",
            "group.consumer.max.heartbeat.interval.ms",
        ),
    ),
    (
        "consumer.session.timeout.ms",
        Limit::Range(
            "group.consumer.min.session.timeout.ms",
            "group.consumer.max.session.timeout.ms",
        ),
    ),
    (
        "consumer.assignment.interval.ms",
        Limit::Range(
            "group.consumer.min.assignment.interval.ms",
            "group.consumer.max.assignment.interval.ms",
        ),
    ),
    (
        "share.heartbeat.interval.ms",
        Limit::Range(
            "group.share.min.heartbeat.interval.ms",
            "group.share.max.heartbeat.interval.ms",
        ),
    ),
    (
        "share.session.timeout.ms",
        Limit::Range("group.share.min.session.timeout.ms", "group.share.max.session.timeout.ms"),
    ),
    (
        "share.record.lock.duration.ms",
        Limit::Range(
            "group.share.min.record.lock.duration.ms",
            "group.share.max.record.lock.duration.ms",
        ),
    ),
    (
        "share.delivery.count.limit",
        Limit::Range(
            "group.share.min.delivery.count.limit",
            "group.share.max.delivery.count.limit",
        ),
    ),
    (
        "share.partition.max.record.locks",
        Limit::Range(
            "group.share.min.partition.max.record.locks",
            "group.share.max.partition.max.record.locks",
        ),
    ),
    (
        "share.assignment.interval.ms",
        Limit::Range(
            "group.share.min.assignment.interval.ms",
            "group.share.max.assignment.interval.ms",
        ),
    ),
    (
        "streams.heartbeat.interval.ms",
        Limit::Range(
            "group.streams.min.heartbeat.interval.ms",
            "group.streams.max.heartbeat.interval.ms",
        ),
    ),
    (
        "streams.session.timeout.ms",
        Limit::Range(
            "group.streams.min.session.timeout.ms",
            "group.streams.max.session.timeout.ms",
        ),
    ),
    ("streams.num.standby.replicas", Limit::Most("group.streams.max.standby.replicas")),
    (
        "streams.assignment.interval.ms",
        Limit::Range(
            "group.streams.min.assignment.interval.ms",
            "group.streams.max.assignment.interval.ms",
        ),
    ),
    ("streams.task.offset.interval.ms", Limit::Least("group.streams.min.task.offset.interval.ms")),
    ("streams.num.warmup.replicas", Limit::Most("group.streams.max.warmup.replicas")),
];

/// Session timeout and heartbeat interval of each kind of group.
const SESSIONS: &[(&str, &str)] = &[
    ("consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"),
    ("share.session.timeout.ms", "share.heartbeat.interval.ms"),
    ("streams.session.timeout.ms", "streams.heartbeat.interval.ms"),
];

/// Checks every setting a group would hold.
///
/// # Errors
/// `INVALID_CONFIG` with Kafka's text for the first thing wrong.
pub fn validate_group_config(
    layers: &ConfigLayers<'_>,
    after: &Overrides,
) -> Result<(), AlterError> {
    for name in after.keys() {
        if group_setting(name).is_none() {
            return Err(AlterError::config(format!("Unknown group config name: {name}")));
        }
    }
    check_tags(after)?;
    let values = parse(after)?;
    for (name, limit) in LIMITS {
        check_limit(layers, &values, name, limit)?;
    }
    check_assignor(layers, &values)?;
    for (session, heartbeat) in SESSIONS {
        check_session(layers, &values, session, heartbeat)?;
    }
    let topic = get(&values, "errors.deadletterqueue.topic.name").and_then(Value::as_str);
    if topic.is_some_and(|topic| topic.starts_with("__")) {
        return Err(AlterError::config(
            "errors.deadletterqueue.topic.name: DLQ topic name must not start with '__'",
        ));
    }
    Ok(())
}

type Values = Vec<(&'static str, Value)>;

fn parse(after: &Overrides) -> Result<Values, ConfigError> {
    let mut values = Vec::new();
    for setting in group_settings() {
        if let Some(text) = after.get(setting.name) {
            values.push((setting.name, setting.parse(text)?));
        }
    }
    Ok(values)
}

fn get<'a>(values: &'a Values, name: &str) -> Option<&'a Value> {
    values.iter().find(|(one, _)| *one == name).map(|(_, value)| value)
}

fn get_number(values: &Values, name: &str) -> Option<i64> {
    get(values, name).and_then(Value::as_i64)
}

fn check_tags(after: &Overrides) -> Result<(), AlterError> {
    let name = "streams.rack.aware.assignment.tags";
    let tags: Vec<String> = after.get(name).map_or(Vec::new(), |text| split_list(trim(text)));
    let repeated = tags.iter().enumerate().any(|(at, tag)| tags[..at].contains(tag));
    if repeated {
        return Err(AlterError::config(format!("{name} must not contain duplicate tag keys.")));
    }
    Ok(())
}

fn check_limit(
    layers: &ConfigLayers<'_>,
    values: &Values,
    name: &str,
    limit: &Limit,
) -> Result<(), AlterError> {
    let Some(value) = get_number(values, name) else { return Ok(()) };
    let of = |name| layers.broker_value(name).as_i64().unwrap_or_default();
    let message = match limit {
        Limit::Range(least, most) if value < of(least) || value > of(most) => {
            format!("{name} must be in the range {} to {} inclusive.", of(least), of(most))
        }
        Limit::Most(most) if value > of(most) => {
            format!("{name} must be less than or equal to {}", of(most))
        }
        Limit::Least(least) if value < of(least) => {
            format!("{name} must be greater than or equal to {}", of(least))
        }
        _ => return Ok(()),
    };
    Err(AlterError::config(message))
}

fn check_assignor(layers: &ConfigLayers<'_>, values: &Values) -> Result<(), AlterError> {
    let Some(name) = get(values, "streams.assignor.name").and_then(Value::as_str) else {
        return Ok(());
    };
    let assignors = layers.broker_value("group.streams.assignors");
    let assignors = assignors.as_list().unwrap_or_default();
    if assignors.iter().any(|one| one == name) {
        return Ok(());
    }
    Err(AlterError::config(format!(
        "streams.assignor.name '{name}' is not a registered task assignor. Registered assignors \
         are: [{}].",
        assignors.join(", ")
    )))
}

fn check_session(
    layers: &ConfigLayers<'_>,
    values: &Values,
    session: &str,
    heartbeat: &str,
) -> Result<(), AlterError> {
    if get(values, session).is_none() && get(values, heartbeat).is_none() {
        return Ok(());
    }
    let effective = |name: &str| {
        get_number(values, name)
            .or_else(|| layers.broker_value(group_synonym(name)?).as_i64())
            .unwrap_or_default()
    };
    if effective(session) <= effective(heartbeat) {
        return Err(AlterError::config(format!("{session} must be greater than {heartbeat}")));
    }
    Ok(())
}
