//! Whether a running broker may take a change to its settings (KIP-226, KIP-412). Texts observed
//! on Apache Kafka 4.4.0.

mod together;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::AlterError;
use crate::broker::{broker_setting, dynamic_broker_setting, dynamic_broker_settings};
use crate::effective::{ConfigLayers, Overrides};
use crate::setting::UpdateMode;
use crate::synonym::without_listener;

/// TLS settings that a running broker takes for one listener only.
const PER_LISTENER: &[&str] = &[
    "ssl.key.password",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.type",
    "ssl.truststore.certificates",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
];

/// Settings of a listener that may be given for all brokers at once.
const CLUSTER_LEVEL_LISTENER: &[&str] =
    &["max.connection.creation.rate", "max.connections", "num.network.threads"];

/// Checks the changes that this broker (`per_broker`) or all of them would hold: `after` takes the
/// place of that level in `layers`.
///
/// # Errors
/// `INVALID_REQUEST` with Kafka's text for the first thing wrong.
pub fn validate_broker_change(
    layers: &ConfigLayers<'_>,
    after: &Overrides,
    per_broker: bool,
) -> Result<(), AlterError> {
    let fixed = |name: &str| {
        broker_setting(name).is_some_and(|setting| setting.update == UpdateMode::ReadOnly)
    };
    refuse_any(after, fixed, "Cannot update these configs dynamically")?;
    refuse_any(
        after,
        |name| PER_LISTENER.contains(&name),
        "These security configs can be dynamically updated only per-listener using the listener \
         prefix",
    )?;
    check_values(after)?;
    if !per_broker {
        refuse_any(
            after,
            needs_broker,
            "Cannot update these configs at default cluster level, broker id must be specified",
        )?;
    }
    let changed = match per_broker {
        true => ConfigLayers { dynamic_broker: after, ..*layers },
        false => ConfigLayers { dynamic_default: after, ..*layers },
    };
    together::check(layers, &changed)
}

fn refuse_any(
    after: &Overrides,
    refused: impl Fn(&str) -> bool,
    why: &str,
) -> Result<(), AlterError> {
    let names: Vec<&str> = after.keys().map(String::as_str).filter(|name| refused(name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(AlterError::request(format!("{why}: [{}]", names.join(", "))))
}

fn needs_broker(name: &str) -> bool {
    match without_listener(name) {
        Some(base) => !CLUSTER_LEVEL_LISTENER.contains(&base),
        None => dynamic_broker_setting(name)
            .is_some_and(|setting| setting.update == UpdateMode::PerBroker),
    }
}

fn check_values(after: &Overrides) -> Result<(), AlterError> {
    for setting in dynamic_broker_settings() {
        let is_meant = |name: &str| without_listener(name).unwrap_or(name) == setting.name;
        for (_, text) in after.iter().filter(|(name, _)| is_meant(name)) {
            setting.parse(text).map_err(|error| AlterError::request(error.message))?;
        }
    }
    Ok(())
}
