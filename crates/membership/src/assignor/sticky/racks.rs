//! Who is near to what (KIP-881).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Field, Partition};
use crate::assignor::{PartitionRacks, TopicRacks, racks_matter};

/// Racks of members and partitions; of neither, if they make no difference.
pub(super) struct Racks<'a> {
    members: Vec<Option<Arc<str>>>,
    partitions: BTreeMap<Partition, &'a PartitionRacks>,
    /// How many members are near to each partition; known even where racks make no difference.
    near: BTreeMap<Partition, usize>,
}

impl<'a> Racks<'a> {
    pub(super) fn new(field: &Field<'_>, topics: &'a TopicRacks) -> Self {
        let members: Vec<Option<Arc<str>>> =
            field.members.iter().map(|it| it.subscription.rack()).collect();
        let known: BTreeSet<Arc<str>> = members.iter().flatten().cloned().collect();
        if known.is_empty() {
            let members = members.iter().map(|_| None).collect();
            return Self { members, partitions: BTreeMap::new(), near: BTreeMap::new() };
        }
        let mut partitions: BTreeMap<Partition, &PartitionRacks> = BTreeMap::new();
        for (topic, racks) in topics.values().enumerate() {
            partitions.extend(racks.iter().enumerate().map(|(number, it)| ((topic, number), it)));
        }
        let count = |racks: &PartitionRacks| {
            members.iter().flatten().filter(|rack| racks.contains(*rack)).count()
        };
        let near = partitions.iter().map(|(partition, racks)| (*partition, count(racks))).collect();
        if racks_matter(&known, partitions.values().copied()) {
            return Self { members, partitions, near };
        }
        Self { members: members.iter().map(|_| None).collect(), partitions: BTreeMap::new(), near }
    }

    /// Whether they make a difference.
    pub(super) fn matter(&self) -> bool {
        !self.partitions.is_empty()
    }

    /// Whether `member` has a rack, and `partition` no replica there.
    pub(super) fn mismatch(&self, member: usize, partition: Partition) -> bool {
        self.members[member].is_some() && !self.is_near(member, partition)
    }

    /// Whether `partition` has a replica in the rack of `member`.
    pub(super) fn is_near(&self, member: usize, partition: Partition) -> bool {
        let racks = self.partitions.get(&partition);
        self.members[member].as_ref().is_some_and(|it| racks.is_some_and(|all| all.contains(it)))
    }

    /// Partitions that few are near to come first.
    pub(super) fn sort_by_need(&self, partitions: &mut [Partition]) {
        partitions.sort_by_key(|it| self.near.get(it).copied().unwrap_or(0));
    }

    /// The first of `members`, from index `first` on and round, that is near to `partition`.
    pub(super) fn next_near(
        &self,
        partition: Partition,
        members: &[usize],
        first: usize,
    ) -> Option<usize> {
        let indices = (0..members.len()).map(|step| (first + step) % members.len());
        let mut near = indices.filter(|&at| self.is_near(members[at], partition));
        near.next()
    }
}
