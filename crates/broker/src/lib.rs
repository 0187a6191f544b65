//! A node: connections, one handler per API key, storage directories, metadata, shutdown.

mod acceptor;
mod admin;
mod api;
mod authorized_operations;
mod codec_spaces;
mod config_changes;
pub mod config_rules;
mod connection;
mod fetch_session;
pub mod metadata;
mod metrics;
pub mod node;
mod producer_ids;
mod reply;
pub mod settings;
pub mod storage;
pub mod topic_settings;
pub mod waiting;
