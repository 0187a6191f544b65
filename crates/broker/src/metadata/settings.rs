//! What the metadata plane is told at its start.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ottla_controller::decide::{ConfigRules, Settings};
use ottla_model::BrokerId;
use ottla_raft::VoterEndpoint;

use crate::topic_settings::FixedSettings;

/// A listener as clients are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Name of the listener.
    pub listener: String,
    /// Host that clients connect to.
    pub host: String,
    /// Port that clients connect to.
    pub port: u16,
    /// 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    pub security_protocol: i16,
}

/// Everything the metadata plane is told.
#[derive(Clone)]
pub struct MetadataSettings {
    /// Defaults for new topics, and this node's id.
    pub controller: Settings,
    /// `ottla.log.dirs.lost`: log dirs whose replicas are made anew.
    pub lost_directories: Vec<String>,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// Where other controllers reach this one; empty without a controller listener.
    pub controller_endpoints: Vec<VoterEndpoint>,
    /// Ids in `controller.quorum.voters`: who votes in a quorum of kraft.version 0, which does not
    /// keep it in its log. Empty for this node alone.
    pub static_voters: Vec<BrokerId>,
    /// Rules for settings that clients want to change.
    pub config_rules: Arc<dyn ConfigRules + Send + Sync>,
    /// What the process was started with, as far as it holds for topics.
    pub fixed: Arc<FixedSettings>,
    /// Records of one batch; a larger change is a transaction of several. Kafka's is fixed as well.
    pub records_per_batch_max: usize,
    /// `metadata.log.segment.bytes`.
    pub segment_bytes: u32,
    /// `metadata.log.segment.ms`.
    pub segment_ms: i64,
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub snapshot_after_bytes: u64,
    /// `metadata.log.max.snapshot.interval.ms`; zero is never.
    pub snapshot_interval: Duration,
    /// `metadata.max.retention.bytes`: of log and snapshots together; negative keeps all.
    pub retention_bytes: i64,
    /// `metadata.max.retention.ms`: of snapshots that are not the newest; negative keeps all.
    pub retention_ms: i64,
    /// `metadata.max.idle.interval.ms`: how long the log may be silent; zero is for ever.
    pub idle_interval: Duration,
}

impl MetadataSettings {
    /// Kafka's defaults for the log of the node that `fixed` names.
    pub fn new(
        config_rules: Arc<dyn ConfigRules + Send + Sync>,
        fixed: Arc<FixedSettings>,
    ) -> Self {
        Self {
            controller: Settings { node_id: fixed.node_id, ..Settings::default() },
            lost_directories: Vec::new(),
            rack: None,
            controller_endpoints: Vec::new(),
            static_voters: Vec::new(),
            config_rules,
            fixed,
            records_per_batch_max: 10_000,
            segment_bytes: 1 << 30,
            segment_ms: 7 * 24 * 3_600_000,
            snapshot_after_bytes: 20 << 20,
            snapshot_interval: Duration::from_secs(3600),
            retention_bytes: 100 << 20,
            retention_ms: 7 * 24 * 3_600_000,
            idle_interval: Duration::from_millis(500),
        }
    }

    /// `node.id`.
    pub fn node_id(&self) -> i32 {
        self.controller.node_id
    }
}

impl fmt::Debug for MetadataSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataSettings")
            .field("controller", &self.controller)
            .field("rack", &self.rack)
            .field("controller_endpoints", &self.controller_endpoints)
            .finish_non_exhaustive()
    }
}
