//! The metadata plane of a node: quorum, controller and the log that holds what they decide.
//!
//! ```text
//! handle.rs        MetadataHandle: the image, and changes to it         settings.rs
//! start.rs         a node joins: log, leadership, registration, partitions
//! service.rs       the one loop: decide, append, sync, commit, publish  service/append.rs, snapshots.rs
//! apply.rs         committed changes → partitions of this node, before anybody is answered
//! load.rs          snapshot and log → image                             format.rs  an empty dir
//! snapshot.rs      image ↔ checkpoint file                              control.rs control records
//! soundness.rs     what a start may cut off a log that is broken
//! quorum_state.rs  the quorum-state file                                changes.rs what clients ask for
//! ```
//!
//! A change goes through it in one direction: a decision is made on the newest image, committed or
//! not; its records are appended and replayed at once; a sync makes everything appended so far
//! durable (changes that come in meanwhile share the next one); then the image is published, the
//! partitions follow, and the answer is given.

mod apply;
mod changes;
mod control;
mod directories;
mod format;
mod handle;
mod load;
mod missing_dirs;
mod quorum_state;
mod service;
mod settings;
mod snapshot;
mod soundness;
mod start;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "OTTLA_SEED and OTTLA_SEEDS choose what is run")]
mod tests;

pub(crate) use format::format as format_log;
pub use handle::{DecideContext, Delta, MetadataError, MetadataHandle, QuorumView};
pub use ottla_raft::VoterEndpoint;
pub use settings::{Endpoint, MetadataSettings};
