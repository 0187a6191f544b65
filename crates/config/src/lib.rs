//! Every setting, declared once: name, type, default, range, documentation, where it may be changed.
//!
//! Four tables ([`broker_settings`], [`topic_settings`], [`group_settings`], and ottla's own names
//! among the broker's) hold the facts of Apache Kafka 4.4.0. Parsing, validation, precedence and
//! the answers of DescribeConfigs follow from them. Nothing here reads a file, the environment or
//! an argument: sources come in as text, and a [`Resolved`] or a list of [`Problem`]s goes out.
#![no_std]

extern crate alloc;

pub mod alter;
pub mod broker;
mod check;
pub mod describe;
pub mod effective;
pub mod group;
pub mod listener;
mod nearest;
mod number;
pub mod properties;
pub mod resolve;
mod retired;
pub mod server_config;
pub mod setting;
pub mod source;
pub mod synonym;
pub mod topic;
pub mod value;

pub use alter::AlterError;
pub use broker::{broker_setting, broker_settings, dynamic_broker_setting};
pub use describe::{
    ConfigEntry, ConfigSource, ConfigSynonymEntry, describe_broker, describe_broker_default,
    describe_client_metrics, describe_group, describe_new_topic, describe_topic,
};
pub use effective::{ConfigLayers, Overrides, effective_topic_config, effective_topic_configs};
pub use group::{group_setting, group_settings};
pub use listener::{Endpoint, Listener, SecurityProtocol};
pub use nearest::nearest_name;
pub use resolve::{Origin, Problem, Resolved, resolve};
pub use server_config::{
    AdminListener, GroupsConfig, InternalTopicConfig, LogFormat, LogUpkeepConfig,
    MetadataLogConfig, QuorumTimingConfig, Roles, ServerConfig, TransactionsConfig, Voter,
};
pub use setting::{Check, Default, Importance, Kind, Setting, UpdateMode};
pub use source::{Family, Source, SourceError, SourceKind, environment};
pub use topic::{topic_setting, topic_settings};
pub use value::{ConfigError, Value};
