//! Changes to settings while the cluster runs: what an operation makes of a value, and whether
//! the result may stand. Errors are Kafka's, with its error code.

mod broker;
mod client_metrics;
mod group;
mod topic;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ottla_model::ErrorCode;

pub use broker::validate_broker_change;
pub use client_metrics::{ClientMetricsSetting, client_metrics_settings, validate_client_metrics};
pub use group::validate_group_config;
pub use topic::validate_topic_config;

use crate::broker::broker_setting;
use crate::group::group_setting;
use crate::setting::{Kind, Setting};
use crate::topic::topic_setting;
use crate::value::ConfigError;

/// What a change is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterError {
    /// The code in the response.
    pub code: ErrorCode,
    /// The text in the response.
    pub message: String,
}

impl AlterError {
    /// `INVALID_CONFIG` with this text.
    pub fn config(message: impl Into<String>) -> AlterError {
        AlterError { code: ErrorCode::InvalidConfig, message: message.into() }
    }

    /// `INVALID_REQUEST` with this text.
    pub fn request(message: impl Into<String>) -> AlterError {
        AlterError { code: ErrorCode::InvalidRequest, message: message.into() }
    }
}

impl From<ConfigError> for AlterError {
    fn from(error: ConfigError) -> AlterError {
        AlterError::config(error.message)
    }
}

/// What has settings; the discriminant is the code on the wire and in records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum ResourceType {
    /// A topic.
    Topic = 2,
    /// A broker, or all of them under the empty name.
    Broker = 4,
    /// The loggers of a broker.
    BrokerLogger = 8,
    /// A subscription to clients' metrics (KIP-714).
    ClientMetrics = 16,
    /// A group (KIP-848).
    Group = 32,
}

impl ResourceType {
    /// All of them, by code.
    pub const ALL: [ResourceType; 5] = [
        ResourceType::Topic,
        ResourceType::Broker,
        ResourceType::BrokerLogger,
        ResourceType::ClientMetrics,
        ResourceType::Group,
    ];

    /// The code on the wire.
    pub const fn code(self) -> i8 {
        self as i8
    }

    /// The type of that code.
    pub fn from_code(code: i8) -> Option<ResourceType> {
        ResourceType::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Its name in Kafka's messages.
    pub const fn name(self) -> &'static str {
        match self {
            ResourceType::Topic => "TOPIC",
            ResourceType::Broker => "BROKER",
            ResourceType::BrokerLogger => "BROKER_LOGGER",
            ResourceType::ClientMetrics => "CLIENT_METRICS",
            ResourceType::Group => "GROUP",
        }
    }

    /// The setting of this name that such a resource has.
    pub fn setting(self, name: &str) -> Option<&'static Setting> {
        match self {
            ResourceType::Topic => topic_setting(name),
            ResourceType::Broker => broker_setting(name),
            ResourceType::Group => group_setting(name),
            ResourceType::ClientMetrics | ResourceType::BrokerLogger => None,
        }
    }
}

/// An operation of IncrementalAlterConfigs (KIP-339); the discriminant is its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigOperation {
    /// Give it this value.
    Set = 0,
    /// Take the value away.
    Delete = 1,
    /// Add these elements to the list.
    Append = 2,
    /// Take these elements out of the list.
    Subtract = 3,
}

impl ConfigOperation {
    /// The operation of that code.
    pub const fn from_code(code: i8) -> Option<ConfigOperation> {
        match code {
            0 => Some(ConfigOperation::Set),
            1 => Some(ConfigOperation::Delete),
            2 => Some(ConfigOperation::Append),
            3 => Some(ConfigOperation::Subtract),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            ConfigOperation::Set => "SET",
            ConfigOperation::Delete => "DELETE",
            ConfigOperation::Append => "APPEND",
            ConfigOperation::Subtract => "SUBTRACT",
        }
    }
}

/// The text that `operation` leaves behind, none for no text at all. `current` is what the
/// resource itself holds. Lists grow from the default when the resource holds nothing.
///
/// # Errors
/// `INVALID_CONFIG` when elements are added to or taken from something that is no list.
pub fn apply_operation(
    resource: ResourceType,
    name: &str,
    current: Option<&str>,
    operation: ConfigOperation,
    operand: &str,
) -> Result<Option<String>, AlterError> {
    match operation {
        ConfigOperation::Set => return Ok(Some(operand.to_string())),
        ConfigOperation::Delete => return Ok(None),
        ConfigOperation::Append | ConfigOperation::Subtract => {}
    }
    let (kind, default) = list_facts(resource, name);
    if kind != Some(Kind::List) {
        return Err(AlterError::config(format!(
            "Can't {} to key {name} because its type is not LIST.",
            operation.name()
        )));
    }
    let text = current.map(ToString::to_string).or(default).unwrap_or_default();
    let mut elements: Vec<&str> = text.split(',').filter(|element| !element.is_empty()).collect();
    for element in java_split(operand) {
        match operation {
            ConfigOperation::Append if !elements.contains(&element) => elements.push(element),
            ConfigOperation::Subtract => {
                if let Some(at) = elements.iter().position(|one| *one == element) {
                    elements.remove(at);
                }
            }
            _ => {}
        }
    }
    Ok(Some(elements.join(",")))
}

/// Type and default text of a setting, also of a client metrics subscription's.
fn list_facts(resource: ResourceType, name: &str) -> (Option<Kind>, Option<String>) {
    if resource == ResourceType::ClientMetrics {
        let found = client_metrics_settings().iter().find(|setting| setting.name == name);
        return (found.map(|one| one.kind), found.map(|one| one.default.to_string()));
    }
    let setting = resource.setting(name);
    (setting.map(|one| one.kind), setting.and_then(|one| one.default.text()))
}

/// Java's `split(",")`: empty pieces at the end are dropped, unless the whole text is empty.
fn java_split(text: &str) -> Vec<&str> {
    let mut pieces: Vec<&str> = text.split(',').collect();
    while pieces.len() > 1 && pieces.last() == Some(&"") {
        pieces.pop();
    }
    if pieces == [""] && !text.is_empty() {
        pieces.clear();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(current: Option<&str>, operation: ConfigOperation, operand: &str, expected: &str) {
        let result =
            apply_operation(ResourceType::Topic, "cleanup.policy", current, operation, operand);
        assert_eq!(result, Ok(Some(expected.to_string())));
    }

    #[test]
    fn elements_are_added_once_and_taken_out() {
        use ConfigOperation::{Append, Subtract};
        check(None, Append, "compact", "delete,compact");
        check(Some("compact"), Append, "delete,compact", "compact,delete");
        check(Some("compact,delete"), Subtract, "compact", "delete");
        check(Some("compact"), Subtract, "delete", "compact");
        check(Some("compact"), Subtract, "compact", "");
        check(Some(""), Append, "compact,,", "compact");
    }

    #[test]
    fn only_lists_have_elements() {
        let error = apply_operation(
            ResourceType::Topic,
            "retention.ms",
            None,
            ConfigOperation::Append,
            "1",
        )
        .expect_err("no list");
        assert_eq!(error.code, ErrorCode::InvalidConfig);
        assert_eq!(error.message, "Can't APPEND to key retention.ms because its type is not LIST.");
    }
}
