//! A node: connections, one handler per API key, storage directories, metadata, shutdown.

pub mod metadata;
pub mod storage;
pub mod waiting;
