//! `range`: each member gets a run of each topic's partitions, members in the same order for all topics.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;

use super::{MemberSpec, Spec};
use crate::record::Assignment;

/// What is left of a topic.
struct Run {
    next: i32,
    partitions: i32,
    /// What each of its members gets at least.
    quota: i32,
    /// How many members get one more.
    extra: i32,
}

pub(super) fn assign(group: &Spec) -> BTreeMap<Arc<str>, Assignment> {
    let mut runs = runs(group);
    let mut assigned = BTreeMap::new();
    for (id, member) in in_order(group) {
        let mut assignment = Assignment::new();
        for topic in &member.topics {
            let Some(run) = runs.get_mut(topic) else { continue };
            let mut length = run.quota;
            if run.extra > 0 {
                run.extra -= 1;
                length += 1;
            }
            let end = (run.next + length).min(run.partitions);
            if run.next < end {
                assignment.insert(*topic, (run.next..end).collect());
            }
            run.next = end;
        }
        assigned.insert(id.clone(), assignment);
    }
    assigned
}

fn runs(group: &Spec) -> BTreeMap<Uuid, Run> {
    let mut subscribers: BTreeMap<Uuid, i32> = BTreeMap::new();
    for topic in group.members.values().flat_map(|member| &member.topics) {
        *subscribers.entry(*topic).or_default() += 1;
    }
    let run = |(topic, members): (Uuid, i32)| {
        let partitions = *group.partitions.get(&topic)?;
        let (quota, extra) = (partitions / members, partitions % members);
        Some((topic, Run { next: 0, partitions, quota, extra }))
    };
    subscribers.into_iter().filter_map(run).collect()
}

/// Static members by their instance id, then the others by their id: who restarts keeps its place.
fn in_order(group: &Spec) -> Vec<(&Arc<str>, &MemberSpec)> {
    let mut members: Vec<_> = group.members.iter().collect();
    members.sort_by_key(|(id, member)| match &member.instance_id {
        Some(instance) => (0, instance.clone()),
        None => (1, (*id).clone()),
    });
    members
}
