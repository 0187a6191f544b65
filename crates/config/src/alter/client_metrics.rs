//! The settings of a client metrics subscription (KIP-714). Texts observed on Apache Kafka 4.4.0.

use alloc::format;

use super::AlterError;
use crate::effective::Overrides;
use crate::number::trim;
use crate::setting::{Setting, int, list};
use crate::value::Value;

const SETTINGS: &[Setting] = &[list("metrics", ""), int("interval.ms", 300_000), list("match", "")];

/// What a `match` element may look at.
const MATCHES: &[&str] = &[
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// Every setting of a subscription.
pub const fn client_metrics_settings() -> &'static [Setting] {
    SETTINGS
}

/// Checks every setting a subscription would hold.
///
/// # Errors
/// Kafka's text and code for the first thing wrong.
pub fn validate_client_metrics(name: &str, after: &Overrides) -> Result<(), AlterError> {
    if name.is_empty() {
        return Err(AlterError::request("Subscription name can't be empty"));
    }
    for key in after.keys() {
        if !SETTINGS.iter().any(|one| one.name == key) {
            return Err(AlterError::request(format!(
                "Unknown client metrics configuration: {key}"
            )));
        }
    }
    for setting in SETTINGS {
        let Some(text) = after.get(setting.name) else { continue };
        match setting.parse(text)? {
            Value::Int(interval) if !(100..=3_600_000).contains(&interval) => {
                return Err(AlterError::request(format!(
                    "Invalid value {interval} for interval.ms, interval must be between 100 and \
                     3600000 (1 hour)"
                )));
            }
            Value::List(patterns) if setting.name == "match" => {
                patterns.iter().try_for_each(|pattern| check_match(pattern))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `client_id=pattern`. Whether the pattern is a valid expression is not checked here.
fn check_match(pattern: &str) -> Result<(), AlterError> {
    let mut parts = pattern.split('=');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(value), None) if !value.is_empty() && MATCHES.contains(&trim(name)) => {
            Ok(())
        }
        _ => Err(AlterError::config(format!("Illegal client matching pattern: {pattern}"))),
    }
}
