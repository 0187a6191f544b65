//! Settings: Java's property names, types and defaults (read from kafka-clients 4.4.0), one row
//! each; and typed builders made from the same rows.

mod admin;
mod connection;
mod consumer;
mod ignored;
mod producer;
mod row;
mod security;

use std::collections::BTreeMap;

use ottla_config::nearest_name;

pub use admin::AdminSettings;
pub use connection::{CommonSettings, DnsLookup, RecoveryStrategy};
pub use consumer::{AutoOffsetReset, ConsumerSettings, GroupProtocol, IsolationLevel};
pub use producer::{Acks, PartitionerKind, ProducerSettings};
pub use security::{OAuthSettings, SaslSettings, SecurityProtocol, SecuritySettings, TlsSettings};

use crate::{Error, ErrorKind, Result};

/// Settings as text, by their Java names.
pub(crate) type Properties = BTreeMap<String, String>;

/// Collects properties, and refuses names that [`is_known`] does not know.
fn collect<N: Into<String>, V: Into<String>>(
    given: impl IntoIterator<Item = (N, V)>,
    tables: &[&'static [ottla_config::Setting]],
) -> Result<Properties> {
    let given: Properties =
        given.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
    for name in given.keys() {
        if !is_known(name, tables) {
            return Err(unknown(name, rows(tables).map(|row| row.name)));
        }
    }
    Ok(given)
}

/// Whether a client with these tables, or Kafka's, has such a setting.
fn is_known(name: &str, tables: &[&'static [ottla_config::Setting]]) -> bool {
    rows(tables).any(|row| row.name == name) || ignored::is_known(name)
}

/// The settings of `tables`, and those of TLS and SASL, which every client has.
fn rows(
    tables: &[&'static [ottla_config::Setting]],
) -> impl Iterator<Item = &'static ottla_config::Setting> {
    tables.iter().copied().chain([security::TLS, security::SASL, security::OAUTH]).flatten()
}

fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> Error {
    let names = known.chain(ignored::names());
    let hint = match nearest_name(name, names) {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => String::new(),
    };
    Error::new(ErrorKind::Settings, format!("unknown setting {name}{hint}"))
}

fn contradiction(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Settings, text)
}

#[cfg(test)]
mod tests;
