//! What a node is told at its start, as typed values. The names of settings stay outside.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ottla_io::SocketOptions;

use crate::config_rules::NodeConfigRules;
use crate::groups::GroupSettings;
use crate::metadata::MetadataSettings;
use crate::storage::StorageSettings;
use crate::topic_settings::FixedSettings;
use crate::transactions::TransactionSettings;

/// An address clients come in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerSettings {
    /// Name of the listener (`PLAINTEXT`, `EXTERNAL`, …).
    pub name: String,
    /// Host to bind; empty for every address.
    pub host: String,
    /// Port to bind; 0 lets the system choose.
    pub port: u16,
    /// Host that clients are told; `None`: the bound one.
    pub advertised_host: Option<String>,
    /// Port that clients are told; `None`: the bound one.
    pub advertised_port: Option<u16>,
    /// 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    pub security_protocol: i16,
}

/// Where the operator's page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminSettings {
    /// Host to bind.
    pub host: String,
    /// Port to bind.
    pub port: u16,
    /// Whether the operator named it: then a taken port stops the start, else it is a warning.
    pub is_asked_for: bool,
}

/// Everything a node is told.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// `node.id`.
    pub node_id: i32,
    /// `listeners` without the controller's own.
    pub listeners: Vec<ListenerSettings>,
    /// `ottla.admin.listener`; `None` is off.
    pub admin: Option<AdminSettings>,
    /// Socket buffers and backlog.
    pub sockets: SocketOptions,
    /// `socket.request.max.bytes`.
    pub request_bytes_max: usize,
    /// `connections.max.idle.ms`.
    pub connection_idle_max: Duration,
    /// `max.connections`.
    pub connections_max: usize,
    /// `max.connections.per.ip`.
    pub connections_per_ip_max: usize,
    /// `fetch.max.bytes`: of one Fetch response.
    pub fetch_bytes_max: u64,
    /// `max.incremental.fetch.session.cache.slots`.
    pub fetch_sessions_max: usize,
    /// `auto.create.topics.enable`.
    pub auto_create_topics: bool,
    /// `delete.topic.enable`.
    pub delete_topics: bool,
    /// `max.request.partition.size.limit`: partitions on one page of DescribeTopicPartitions.
    pub describe_partitions_max: usize,
    /// How long a stop waits for requests in flight.
    pub shutdown_grace: Duration,
    /// Log dirs and everything about the files in them.
    pub storage: StorageSettings,
    /// The metadata quorum and its log.
    pub metadata: MetadataSettings,
    /// The group coordinator.
    pub groups: GroupSettings,
    /// The transaction coordinator.
    pub transactions: TransactionSettings,
}

impl NodeSettings {
    /// Kafka's defaults for the node that was started with `fixed`: no listener, no operator's page,
    /// data in `log_dirs`.
    pub fn new(fixed: FixedSettings, log_dirs: Vec<PathBuf>) -> Self {
        let fixed = Arc::new(fixed);
        let rules = Arc::new(NodeConfigRules::new(Arc::clone(&fixed)));
        Self {
            node_id: fixed.node_id,
            listeners: Vec::new(),
            admin: None,
            sockets: SocketOptions::default(),
            request_bytes_max: 100 << 20,
            connection_idle_max: Duration::from_secs(600),
            connections_max: i32::MAX as usize,
            connections_per_ip_max: i32::MAX as usize,
            fetch_bytes_max: 55 << 20,
            fetch_sessions_max: 1000,
            auto_create_topics: true,
            delete_topics: true,
            describe_partitions_max: 2000,
            shutdown_grace: Duration::from_millis(500),
            storage: StorageSettings::new(fixed.node_id, log_dirs),
            metadata: MetadataSettings::new(rules, fixed),
            groups: GroupSettings::default(),
            transactions: TransactionSettings::default(),
        }
    }
}
