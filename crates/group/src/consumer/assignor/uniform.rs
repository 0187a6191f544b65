//! `uniform`, where all members are subscribed to the same topics: numbers of partitions differ by at
//! most one, and a member keeps what it has up to its quota.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;

use super::{Spec, give};
use crate::record::Assignment;

pub(super) fn assign(group: &Spec) -> BTreeMap<Arc<str>, Assignment> {
    let topics = group.members.values().next().map(|member| &member.topics);
    let Some(topics) = topics.filter(|topics| !topics.is_empty()) else { return BTreeMap::new() };
    let mut free = unassigned(group, topics);
    let mut quotas = Quotas::new(group, topics);
    let mut unfilled = Vec::new();
    let mut assigned = BTreeMap::new();
    for (nth, (id, member)) in group.members.iter().enumerate() {
        let mut room = quotas.most();
        let mut kept = Assignment::new();
        for (topic, partitions) in &member.target {
            let Some(count) = group.partitions.get(topic).filter(|_| topics.contains(topic)) else {
                continue;
            };
            for partition in partitions.iter().filter(|partition| *partition < count) {
                if room > 0 {
                    room -= 1;
                    give(&mut kept, *topic, *partition);
                } else {
                    free.push((*topic, *partition));
                }
            }
        }
        room = quotas.settle(room, group.members.len() - nth);
        if room > 0 {
            unfilled.push((id.clone(), room));
        }
        assigned.insert(id.clone(), kept);
    }
    let mut free = free.into_iter();
    for (id, room) in unfilled {
        let assignment: &mut Assignment = assigned.entry(id).or_default();
        for (topic, partition) in free.by_ref().take(room) {
            give(assignment, topic, partition);
        }
    }
    assigned
}

/// Partitions that nobody was to have.
fn unassigned(group: &Spec, topics: &BTreeSet<Uuid>) -> Vec<(Uuid, i32)> {
    let mut taken: BTreeSet<(Uuid, i32)> = BTreeSet::new();
    for (topic, partitions) in group.members.values().flat_map(|member| &member.target) {
        taken.extend(partitions.iter().map(|partition| (*topic, *partition)));
    }
    let mut free = Vec::new();
    for topic in topics {
        let count = group.partitions.get(topic).copied().unwrap_or(0);
        free.extend(
            (0..count).map(|partition| (*topic, partition)).filter(|at| !taken.contains(at)),
        );
    }
    free
}

/// How many partitions members get, one after the other.
struct Quotas {
    least: usize,
    /// How many members get one more.
    extra: usize,
}

impl Quotas {
    fn new(group: &Spec, topics: &BTreeSet<Uuid>) -> Self {
        let counts = topics.iter().filter_map(|topic| group.partitions.get(topic));
        let total: usize = counts.map(|count| usize::try_from(*count).unwrap_or(0)).sum();
        let members = group.members.len().max(1);
        Self { least: total / members, extra: total % members }
    }

    /// What the next member may keep.
    fn most(&self) -> usize {
        self.least + usize::from(self.extra > 0)
    }

    /// What a member has room for that has kept what it may. One that has no use for it leaves the
    /// extra partition to the `members_left`, itself included, as long as they can take them all.
    fn settle(&mut self, room: usize, members_left: usize) -> usize {
        if self.extra == 0 {
            return room;
        }
        if room > 0 && members_left > self.extra {
            return room - 1;
        }
        self.extra -= 1;
        room
    }
}
