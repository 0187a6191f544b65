//! Registrations: who is in the cluster, where it listens, what it understands.

use alloc::sync::Arc;

use ottla_base::Uuid;
use ottla_model::BrokerId;

use super::{DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, Map};
use crate::record::BrokerChange;

/// A listener as it was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Name of the listener.
    pub name: Arc<str>,
    /// Host that clients connect to.
    pub host: Arc<str>,
    /// Port that clients connect to.
    pub port: u16,
    /// 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    pub security_protocol: i16,
}

/// Levels of a feature that a node can work with, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureRange {
    /// Lowest level.
    pub min: i16,
    /// Highest level.
    pub max: i16,
}

/// A registered broker.
#[derive(Debug, Clone, PartialEq)]
pub struct Broker {
    /// `node.id`.
    pub id: BrokerId,
    /// Offset of the registration; grows with every incarnation.
    pub epoch: i64,
    /// Made anew by every process.
    pub incarnation_id: Uuid,
    /// Its listeners, in the order it gave them.
    pub endpoints: Arc<[Endpoint]>,
    /// What it understands, by feature.
    pub features: Map<Arc<str>, FeatureRange>,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Whether it must not lead.
    pub fenced: bool,
    /// Whether it is leaving on purpose.
    pub in_controlled_shutdown: bool,
    /// Ids of its online directories, sorted.
    pub directories: Arc<[Uuid]>,
    /// Ids of the directories that take no new replicas; none if it never said.
    pub cordoned_directories: Option<Arc<[Uuid]>>,
    /// Left over from a migration from ZooKeeper.
    pub is_migrating_zk_broker: bool,
}

impl Broker {
    /// Whether it may lead.
    pub fn is_active(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }

    /// Whether a replica of its own in this directory can be reached. Of one that is not placed yet,
    /// or was before directories had ids, that is not known, and it counts as reachable.
    pub fn has_online(&self, directory: Uuid) -> bool {
        match directory {
            DIRECTORY_MIGRATING | DIRECTORY_UNASSIGNED => true,
            DIRECTORY_LOST => false,
            id => self.directories.is_empty() || self.directories.contains(&id),
        }
    }

    /// Its listener called `name`.
    pub fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| &*endpoint.name == name)
    }

    /// Whether it has a directory that takes new replicas.
    pub fn takes_replicas(&self) -> bool {
        self.directories.is_empty() || self.uncordoned().next().is_some()
    }

    /// Where a new replica goes: to the only directory there is, else the broker will choose.
    pub fn default_directory(&self) -> Uuid {
        match &*self.directories {
            [] => DIRECTORY_MIGRATING,
            [only] => *only,
            _ => DIRECTORY_UNASSIGNED,
        }
    }

    /// The registration after `change`.
    pub(super) fn with(&self, change: &BrokerChange) -> Self {
        let mut broker = self.clone();
        if let Some(fenced) = change.fenced {
            broker.fenced = fenced;
        }
        if let Some(leaving) = change.in_controlled_shutdown {
            broker.in_controlled_shutdown = leaving;
        }
        if let Some(directories) = &change.directories {
            broker.directories = directories.clone();
        }
        if let Some(cordoned) = &change.cordoned_directories {
            broker.cordoned_directories = Some(cordoned.clone());
        }
        broker
    }

    fn uncordoned(&self) -> impl Iterator<Item = &Uuid> {
        self.directories.iter().filter(|id| {
            !self.cordoned_directories.as_ref().is_some_and(|cordoned| cordoned.contains(id))
        })
    }
}

/// A registered controller.
#[derive(Debug, Clone, PartialEq)]
pub struct Controller {
    /// `node.id`.
    pub id: BrokerId,
    /// Made anew by every process.
    pub incarnation_id: Uuid,
    /// Its listeners.
    pub endpoints: Arc<[Endpoint]>,
    /// What it understands, by feature.
    pub features: Map<Arc<str>, FeatureRange>,
    /// Left over from a migration from ZooKeeper.
    pub zk_migration_ready: bool,
}
