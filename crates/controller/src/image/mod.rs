//! The cluster's metadata at one offset, as persistent maps.
//!
//! `records → image → records → image` loses nothing: every record type of Apache Kafka 4.4 has a
//! place here, also those that this node does not act on.

mod brokers;
mod configs;
mod replay;
mod security;
mod snapshot;
#[cfg(test)]
mod tests;
mod topics;

use alloc::sync::Arc;

use ottla_base::Uuid;
use ottla_model::{BrokerId, LeaderEpoch, Offset, ProducerId};
use rpds::RedBlackTreeMapSync;

pub use brokers::{Broker, Controller, Endpoint, FeatureRange};
pub use configs::{ConfigResource, Configs, ResourceType};
pub use replay::{Change, ReplayError, Replayer};
pub use security::{Acl, DelegationToken, QuotaEntity, ScramCredential};
pub use topics::{
    DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, Partition, Topic, Topics,
};

use crate::metadata_version::{METADATA_VERSION, MetadataVersion};

/// A map whose clone is one pointer.
pub type Map<K, V> = RedBlackTreeMapSync<K, V>;

/// Everything the cluster knows of itself after the record before `offset`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Image {
    /// Offset of the next record to replay.
    pub offset: Offset,
    /// Epoch of the last record replayed; 0 before the first.
    pub epoch: LeaderEpoch,
    /// Wall-clock milliseconds of the last record replayed.
    pub timestamp_ms: i64,
    /// Finalized features by name; none at level 0.
    pub features: Map<Arc<str>, i16>,
    /// Registered brokers by id.
    pub brokers: Map<BrokerId, Arc<Broker>>,
    /// Registered controllers by id.
    pub controllers: Map<BrokerId, Arc<Controller>>,
    /// Topics by name and by id.
    pub topics: Topics,
    /// Settings by resource.
    pub configs: Configs,
    /// The first producer id not given out yet, and to whom the last block went.
    pub producer_ids: ProducerIds,
    /// Quotas by entity, then by key.
    pub client_quotas: Map<QuotaEntity, Map<Arc<str>, f64>>,
    /// SCRAM credentials by mechanism and user.
    pub scram: Map<(i8, Arc<str>), ScramCredential>,
    /// Delegation tokens by id.
    pub delegation_tokens: Map<Arc<str>, DelegationToken>,
    /// ACLs by id.
    pub acls: Map<Uuid, Acl>,
    /// ZooKeeper migration state, if the cluster ever had one.
    pub zk_migration_state: Option<i8>,
}

/// What is left of the producer ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIds {
    /// The broker that got the last block; -1 for none.
    pub broker_id: BrokerId,
    /// Its epoch.
    pub broker_epoch: i64,
    /// The first id not given out; -1 if none ever was.
    pub next: ProducerId,
}

impl Default for ProducerIds {
    fn default() -> Self {
        Self { broker_id: -1, broker_epoch: -1, next: -1 }
    }
}

impl Image {
    /// The image before the first record.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The level at which records are written. Before the cluster has one: the newest.
    pub fn metadata_version(&self) -> MetadataVersion {
        self.features
            .get(METADATA_VERSION)
            .and_then(|level| MetadataVersion::from_level(*level))
            .unwrap_or(MetadataVersion::LATEST)
    }

    /// The finalized level of a feature; 0 if it is off.
    pub fn feature_level(&self, name: &str) -> i16 {
        self.features.get(name).copied().unwrap_or(0)
    }

    /// Whether eligible leader replicas are kept.
    pub fn is_elr_enabled(&self) -> bool {
        self.feature_level(crate::metadata_version::ELR_VERSION) >= 1
    }

    /// The topic called `name`.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.by_name(name)
    }

    /// The topic with this id.
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<Topic>> {
        self.topics.by_id(id)
    }

    /// A partition of the topic called `name`.
    pub fn partition(&self, name: &str, index: i32) -> Option<&Partition> {
        self.topic(name)?.partitions.get(&index)
    }

    /// Whether `id` is registered and may lead: neither fenced nor on its way out.
    pub fn is_active(&self, id: BrokerId) -> bool {
        self.brokers.get(&id).is_some_and(|broker| broker.is_active())
    }

    /// Whether the replica on `id` is in a log dir that has not failed, as far as is known.
    pub fn has_replica_online(&self, partition: &Partition, id: BrokerId) -> bool {
        let directory = partition.directory_of(id);
        let broker = self.brokers.get(&id);
        broker.zip(directory).is_some_and(|(broker, directory)| broker.has_online(directory))
    }

    /// Whether `id` may lead this partition.
    pub fn may_lead(&self, partition: &Partition, id: BrokerId) -> bool {
        self.is_active(id) && self.has_replica_online(partition, id)
    }
}
