//! Topics by name and by id, with the state of every partition.

use alloc::sync::Arc;

use ottla_base::Uuid;
use ottla_model::{BrokerId, LeaderEpoch};

use super::Map;

/// Directory of a replica that was placed before directories had ids.
pub const DIRECTORY_MIGRATING: Uuid = Uuid::ZERO;
/// Directory of a replica whose broker has not chosen one yet.
pub const DIRECTORY_UNASSIGNED: Uuid = Uuid::from_low(1);
/// Directory of a replica whose directory is offline.
pub const DIRECTORY_LOST: Uuid = Uuid::from_low(2);

/// Where a partition is, who leads it, who is in sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// All replicas, the preferred leader first.
    pub replicas: Arc<[BrokerId]>,
    /// Directory of each replica, in the order of the replicas.
    pub directories: Arc<[Uuid]>,
    /// Replicas that hold everything the leader committed.
    pub isr: Arc<[BrokerId]>,
    /// Replicas that a reassignment takes away.
    pub removing_replicas: Arc<[BrokerId]>,
    /// Replicas that a reassignment adds.
    pub adding_replicas: Arc<[BrokerId]>,
    /// Who leads; -1 for nobody.
    pub leader: BrokerId,
    /// 0 recovered, 1 recovering from an unclean election.
    pub leader_recovery_state: i8,
    /// Grows with every election.
    pub leader_epoch: LeaderEpoch,
    /// Grows with every change.
    pub partition_epoch: i32,
    /// Replicas that left the ISR but hold everything committed (KIP-966).
    pub elr: Arc<[BrokerId]>,
    /// The last known of them, for unclean recovery.
    pub last_known_elr: Arc<[BrokerId]>,
}

impl Partition {
    /// The directory that the replica on this broker is in, as far as is known; none if it has none.
    pub fn directory_of(&self, id: BrokerId) -> Option<Uuid> {
        let place = self.replicas.iter().position(|replica| *replica == id)?;
        Some(self.directories.get(place).copied().unwrap_or(DIRECTORY_MIGRATING))
    }

    /// A fresh partition on `replicas`, led by the first of `isr`.
    pub fn new(replicas: Arc<[BrokerId]>, directories: Arc<[Uuid]>, isr: Arc<[BrokerId]>) -> Self {
        let none: Arc<[BrokerId]> = Arc::default();
        Self {
            leader: isr.first().copied().unwrap_or(-1),
            replicas,
            directories,
            isr,
            removing_replicas: none.clone(),
            adding_replicas: none.clone(),
            leader_recovery_state: 0,
            leader_epoch: 0,
            partition_epoch: 0,
            elr: none.clone(),
            last_known_elr: none,
        }
    }

    /// Holds arrays that are equal once only: those of one partition, and those it has in common
    /// with its neighbour. A cluster has many partitions and few different arrays.
    pub(super) fn share_arrays(&mut self, neighbour: Option<&Self>) {
        if let Some(neighbour) = neighbour {
            share(&mut self.replicas, &neighbour.replicas);
            share(&mut self.directories, &neighbour.directories);
            share(&mut self.isr, &neighbour.isr);
        }
        share(&mut self.isr, &self.replicas);
        for array in [
            &mut self.removing_replicas,
            &mut self.adding_replicas,
            &mut self.elr,
            &mut self.last_known_elr,
        ] {
            // The empty one takes no place of its own.
            share(array, &Arc::default());
        }
    }
}

fn share<T: PartialEq>(array: &mut Arc<[T]>, other: &Arc<[T]>) {
    if array == other {
        *array = other.clone();
    }
}

/// A topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name.
    pub name: Arc<str>,
    /// Its id; another topic of the same name has another one.
    pub id: Uuid,
    /// Its partitions by number.
    pub partitions: Map<i32, Partition>,
}

/// All topics, found by name or by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topics {
    by_name: Map<Arc<str>, Arc<Topic>>,
    by_id: Map<Uuid, Arc<Topic>>,
}

impl Topics {
    /// The topic called `name`.
    pub fn by_name(&self, name: &str) -> Option<&Arc<Topic>> {
        self.by_name.get(name)
    }

    /// The topic with this id.
    pub fn by_id(&self, id: Uuid) -> Option<&Arc<Topic>> {
        self.by_id.get(&id)
    }

    /// Every topic, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.by_name.values()
    }

    /// The topics whose names are not before `name`, in order.
    pub fn iter_from<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Arc<Topic>> {
        let start = core::ops::Bound::Included(name);
        self.by_name.range::<str, _>((start, core::ops::Bound::Unbounded)).map(|(_, topic)| topic)
    }

    /// Number of topics.
    pub fn len(&self) -> usize {
        self.by_name.size()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(super) fn insert(&mut self, topic: Arc<Topic>) {
        self.by_name.insert_mut(topic.name.clone(), topic.clone());
        self.by_id.insert_mut(topic.id, topic);
    }

    /// Takes the topic out of both maps; `change` gets it, and it goes back in. `None` if there is
    /// no topic with this id.
    pub(super) fn update(&mut self, id: Uuid, change: impl FnOnce(&mut Topic)) -> Option<()> {
        let mut topic = (**self.by_id.get(&id)?).clone();
        change(&mut topic);
        self.insert(Arc::new(topic));
        Some(())
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Option<Arc<Topic>> {
        let topic = self.by_id.get(&id)?.clone();
        self.by_id.remove_mut(&id);
        self.by_name.remove_mut(&topic.name);
        Some(topic)
    }
}
