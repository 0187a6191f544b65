//! The records of the metadata log, in plain types. One variant per record type of Apache Kafka
//! 4.4; the types inside are those the image keeps.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_model::{BrokerId, LeaderEpoch, ProducerId};

use crate::image::{
    Acl, Broker, ConfigResource, Controller, DelegationToken, Partition, QuotaEntity,
    ScramCredential,
};

/// One change of the cluster's metadata.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are those of the record that the variant is named after")]
pub enum Record {
    /// A broker (or a new incarnation of it) is known. Type 0.
    RegisterBroker(Broker),
    /// A broker is forgotten. Type 1.
    UnregisterBroker { id: BrokerId, epoch: i64 },
    /// A topic exists. Type 2.
    Topic { name: Arc<str>, topic_id: Uuid },
    /// A partition exists. Type 3.
    Partition { topic_id: Uuid, index: i32, partition: Partition },
    /// A setting of a resource has this value, or (none) its default. Type 4.
    Config { resource: ConfigResource, name: Arc<str>, value: Option<Arc<str>> },
    /// A partition changed. Type 5.
    PartitionChange { topic_id: Uuid, index: i32, change: PartitionChange },
    /// A broker must not lead. Type 7, of old clusters.
    FenceBroker { id: BrokerId, epoch: i64 },
    /// A broker may lead. Type 8, of old clusters.
    UnfenceBroker { id: BrokerId, epoch: i64 },
    /// A topic is gone, with partitions and settings. Type 9.
    RemoveTopic { topic_id: Uuid },
    /// A delegation token exists or was renewed. Type 10.
    DelegationToken(DelegationToken),
    /// A user has a SCRAM credential. Type 11.
    UserScramCredential { user: Arc<str>, mechanism: i8, credential: ScramCredential },
    /// A feature works at this level; 0 turns it off. Type 12.
    FeatureLevel { name: Arc<str>, level: i16 },
    /// A quota has this value, or (none) is taken back. Type 14.
    ClientQuota { entity: QuotaEntity, key: Arc<str>, value: Option<f64> },
    /// Producer ids below `next_producer_id` are given out. Type 15.
    ProducerIds { broker_id: BrokerId, broker_epoch: i64, next_producer_id: ProducerId },
    /// A broker's registration changed. Type 17.
    BrokerRegistrationChange { id: BrokerId, epoch: i64, change: BrokerChange },
    /// An ACL exists. Type 18.
    AccessControlEntry { id: Uuid, acl: Acl },
    /// An ACL is gone. Type 19.
    RemoveAccessControlEntry { id: Uuid },
    /// Nothing; shows that the quorum lives. Type 20.
    NoOp,
    /// How far a migration from ZooKeeper got; of old clusters. Type 21.
    ZkMigrationState { state: i8 },
    /// A user's SCRAM credential is gone. Type 22.
    RemoveUserScramCredential { user: Arc<str>, mechanism: i8 },
    /// What follows is visible all at once, or not at all. Type 23.
    BeginTransaction { name: Option<Arc<str>> },
    /// The transaction becomes visible. Type 24.
    EndTransaction,
    /// The transaction never happened. Type 25.
    AbortTransaction { reason: Option<Arc<str>> },
    /// A delegation token is gone. Type 26.
    RemoveDelegationToken { token_id: Arc<str> },
    /// A controller (or a new incarnation of it) is known. Type 27.
    RegisterController(Controller),
    /// Eligible leader replicas of a topic (empty: of all) are forgotten. Type 28.
    ClearElr { topic: Arc<str> },
    /// A controller is forgotten. Type 29.
    UnregisterController { id: BrokerId },
}

/// What a PartitionChangeRecord changes; none leaves a field as it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionChange {
    /// In-sync replicas.
    pub isr: Option<Arc<[BrokerId]>>,
    /// The leader; -1 for no leader. Any value, even the same, makes a new leader epoch.
    pub leader: Option<BrokerId>,
    /// All replicas, the preferred leader first.
    pub replicas: Option<Arc<[BrokerId]>>,
    /// Replicas that a reassignment takes away.
    pub removing_replicas: Option<Arc<[BrokerId]>>,
    /// Replicas that a reassignment adds.
    pub adding_replicas: Option<Arc<[BrokerId]>>,
    /// 0 recovered, 1 recovering from an unclean election.
    pub leader_recovery_state: Option<i8>,
    /// Directory of each replica, in the order of the replicas.
    pub directories: Option<Arc<[Uuid]>>,
    /// Replicas that left the ISR but hold everything committed.
    pub elr: Option<Arc<[BrokerId]>>,
    /// The last known of them, for unclean recovery.
    pub last_known_elr: Option<Arc<[BrokerId]>>,
}

impl PartitionChange {
    /// Whether nothing changes.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The partition after this change of `before`.
    pub fn apply(&self, before: &Partition) -> Partition {
        let leader_epoch: LeaderEpoch =
            before.leader_epoch.wrapping_add(i32::from(self.leader.is_some()));
        let pick = |new: &Option<Arc<[BrokerId]>>, old: &Arc<[BrokerId]>| {
            new.as_ref().unwrap_or(old).clone()
        };
        Partition {
            replicas: pick(&self.replicas, &before.replicas),
            directories: self.directories_after(before),
            isr: pick(&self.isr, &before.isr),
            removing_replicas: pick(&self.removing_replicas, &before.removing_replicas),
            adding_replicas: pick(&self.adding_replicas, &before.adding_replicas),
            leader: self.leader.unwrap_or(before.leader),
            leader_recovery_state: self
                .leader_recovery_state
                .unwrap_or(before.leader_recovery_state),
            leader_epoch,
            partition_epoch: before.partition_epoch.wrapping_add(1),
            elr: pick(&self.elr, &before.elr),
            last_known_elr: pick(&self.last_known_elr, &before.last_known_elr),
        }
    }

    /// Old records change replicas without naming directories.
    fn directories_after(&self, before: &Partition) -> Arc<[Uuid]> {
        match (&self.directories, &self.replicas) {
            (Some(directories), _) => directories.clone(),
            (None, None) => before.directories.clone(),
            (None, Some(replicas)) if replicas.len() == before.directories.len() => {
                before.directories.clone()
            }
            (None, Some(replicas)) => replicas
                .iter()
                .map(|_| crate::image::DIRECTORY_MIGRATING)
                .collect::<Vec<_>>()
                .into(),
        }
    }
}

/// What a BrokerRegistrationChangeRecord changes; none leaves a field as it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerChange {
    /// Whether it must not lead.
    pub fenced: Option<bool>,
    /// Whether it is leaving on purpose (there is no way back but a new registration).
    pub in_controlled_shutdown: Option<bool>,
    /// The directories it has online.
    pub directories: Option<Arc<[Uuid]>>,
    /// The directories that take no new replicas.
    pub cordoned_directories: Option<Arc<[Uuid]>>,
}
