//! The settings of a broker: the 379 of Kafka, by area, and ottla's own.

mod groups;
mod identity;
mod listeners;
mod log;
mod log_cleaner;
mod metrics;
mod ottla;
mod quorum;
mod quotas;
mod remote;
mod replication;
mod sasl;
mod security;
mod share;
mod ssl;
mod topics;
mod transactions;

use crate::setting::{Setting, UpdateMode};

/// The tables, in the order in which they are described.
const AREAS: &[&[Setting]] = &[
    identity::SETTINGS,
    listeners::SETTINGS,
    topics::SETTINGS,
    log::SETTINGS,
    log_cleaner::SETTINGS,
    replication::SETTINGS,
    quorum::SETTINGS,
    groups::SETTINGS,
    share::SETTINGS,
    transactions::SETTINGS,
    security::SETTINGS,
    ssl::SETTINGS,
    sasl::SETTINGS,
    quotas::SETTINGS,
    remote::SETTINGS,
    metrics::SETTINGS,
    ottla::SETTINGS,
];

/// Every setting of a broker, Kafka's and ottla's.
pub fn broker_settings() -> impl Iterator<Item = &'static Setting> {
    AREAS.iter().flat_map(|area| area.iter())
}

/// The setting of a broker that has this name.
pub fn broker_setting(name: &str) -> Option<&'static Setting> {
    broker_settings().find(|setting| setting.name == name)
}

/// The setting of this name that a running broker may change: those of a file that are not
/// read-only, and those that exist only as changes.
pub fn dynamic_broker_setting(name: &str) -> Option<&'static Setting> {
    dynamic_broker_settings().find(|setting| setting.name == name)
}

/// Every setting that a running broker may change.
pub fn dynamic_broker_settings() -> impl Iterator<Item = &'static Setting> {
    let changeable = |setting: &&Setting| setting.update != UpdateMode::ReadOnly;
    quotas::DYNAMIC_ONLY.iter().chain(broker_settings().filter(changeable))
}
