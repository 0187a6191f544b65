//! Whether changed settings of a topic, a group, a metrics subscription or a running broker may
//! stand. Errors are Kafka's, with its error code.

mod broker;
mod client_metrics;
mod group;
mod topic;

use alloc::string::String;

use ottla_model::ErrorCode;

pub use broker::validate_broker_change;
pub use client_metrics::{client_metrics_settings, validate_client_metrics};
pub use group::validate_group_config;
pub use topic::validate_topic_config;

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
