//! Decisions: what must be recorded for a request, and what is answered once it is.
//!
//! Every decision is a function of an image and the request. It changes nothing; its records do,
//! when they are replayed. Names, numbers and sentences of errors are those of Apache Kafka 4.4.

mod brokers;
mod configs;
mod create_partitions;
mod create_topics;
mod delete_topics;
mod elect;
mod features;
mod partitions;
mod place;
mod producer_ids;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "scripts are files, rewritten when asked for")]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

pub use brokers::{
    RegisterBroker, begin_controlled_shutdown, directories_offline, fence_broker, register_broker,
    register_controller, resume_broker, set_cordoned_directories, supported_features,
    suspend_broker, unfence_broker, unregister_broker, unregister_controller,
};
pub use configs::{
    AlterConfigsResponse, ConfigChange, ConfigOp, ConfigRules, Settled, WholeConfig, alter_configs,
    elr_safety_records, legacy_alter_configs,
};
pub use create_partitions::{CreatePartitionsResponse, MorePartitions, create_partitions};
pub use create_topics::{CreateTopicsResponse, CreatedTopic, NewTopic, create_topics};
pub use delete_topics::delete_topics;
pub use elect::{ElectedPartition, ElectionType, elect_leaders};
pub use features::{
    FeatureUpdate, UpgradeType, bootstrap_records, bootstrap_records_of, update_features,
};
pub use partitions::{AlterPartition, alter_partition, assign_directories};
pub use producer_ids::{PRODUCER_IDS_PER_BLOCK, ProducerIdBlock, allocate_producer_ids};

use crate::record::Record;

/// Most partitions that one request may create.
pub const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;
/// Most records that one request may cause; they are committed together.
pub const RECORDS_PER_REQUEST_MAX: usize = 10_000;

/// What a request leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<R> {
    /// To commit together, or not at all. May be empty.
    pub records: Vec<Record>,
    /// To answer once they are committed.
    pub response: R,
}

impl<R> Decision<R> {
    /// Nothing to record.
    pub fn answer(response: R) -> Self {
        Self { records: Vec::new(), response }
    }
}

/// Why something is refused: what the client sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code.
    pub code: ErrorCode,
    /// The sentence; clients show the code's own if there is none.
    pub message: Option<String>,
}

impl Fault {
    /// `code` with a sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }

    /// `code` with the sentence that goes with it.
    pub fn standard(code: ErrorCode) -> Self {
        Self::new(code, code.sentence())
    }

    /// `code` without a sentence.
    pub fn bare(code: ErrorCode) -> Self {
        Self { code, message: None }
    }
}

/// The refusal of a request that would cause more than [`RECORDS_PER_REQUEST_MAX`] records.
fn too_many_records() -> Fault {
    let text = "Unable to perform excessively large batch operation.";
    Fault::new(ErrorCode::PolicyViolation, text)
}

/// What a controller is told by the node's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `node.id` of this controller.
    pub node_id: i32,
    /// `num.partitions`.
    pub default_partitions: i32,
    /// `default.replication.factor`.
    pub default_replication_factor: i16,
    /// `min.insync.replicas` of the settings file.
    pub min_insync_replicas: i32,
    /// `unclean.leader.election.enable` of the settings file.
    pub unclean_leader_election: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            node_id: 1,
            default_partitions: 1,
            default_replication_factor: 1,
            min_insync_replicas: 1,
            unclean_leader_election: false,
        }
    }
}
