//! A node: connections, one handler per API key, storage directories, metadata, shutdown.

mod acceptor;
mod admin;
mod api;
mod authorized_operations;
mod codec_spaces;
mod config_changes;
pub mod config_rules;
mod connection;
mod coordinator;
mod expiry;
mod facts;
mod fetch_session;
pub mod formatting;
pub mod groups;
mod internal_topics;
mod lifecycle;
pub mod metadata;
mod metrics;
mod node;
mod places;
mod producer_ids;
mod reply;
mod request;
pub mod settings;
mod standing;
pub mod storage;
pub mod topic_settings;
pub mod transactions;
pub mod waiting;

pub use internal_topics::InternalTopic;
pub use lifecycle::{RunningNode, StartError, start};
