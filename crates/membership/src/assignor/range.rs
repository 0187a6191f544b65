//! `range`: each topic is cut into stretches, one per member, in the order of the members; so partitions
//! of the same number come to the same member in every topic. Where racks are known and matter, a member
//! first gets what has a replica in its rack (KIP-881).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Assignments, GroupMember, PartitionRacks, TopicRacks, members_in_order, racks_matter};
use ottla_model::TopicPartition;

/// What `range` gives to each member.
pub(super) fn assign(topics: &TopicRacks, members: &[GroupMember]) -> Assignments {
    let ordered = members_in_order(members);
    let mut states: Vec<TopicState<'_>> = topics
        .iter()
        .map(|(topic, partitions)| TopicState::new(topic, partitions, &ordered))
        .collect();
    if states.iter().any(|state| state.racks_matter) {
        match_racks(&mut states);
    }
    let mut assignments: Assignments =
        members.iter().map(|member| (member.member_id.clone(), Vec::new())).collect();
    for mut state in states {
        state.give_ranges(false);
        for (member, partitions) in state.readers.iter().zip(&state.given) {
            let given = partitions.iter().map(|it| TopicPartition::new(state.topic.clone(), *it));
            assignments.entry(member.member_id.clone()).or_default().extend(given);
        }
    }
    assignments
}

/// Topics with the same readers and the same number of partitions are matched together, so that what
/// belongs together stays together.
fn match_racks(states: &mut [TopicState<'_>]) {
    let mut alike: BTreeMap<(Vec<Arc<str>>, usize), Vec<usize>> = BTreeMap::new();
    for (index, state) in states.iter().enumerate() {
        let readers = state.readers.iter().map(|it| it.member_id.clone()).collect();
        // A topic none of whose readers has a rack knows no partitions' racks either.
        let counted = if state.has_reader_racks { state.partitions.len() } else { 0 };
        alike.entry((readers, counted)).or_default().push(index);
    }
    for ((readers, partitions), indices) in alike {
        match indices.as_slice() {
            [one] if states[*one].racks_matter => states[*one].give_ranges(true),
            [_] => {}
            together => match_together(states, together, readers.len(), partitions),
        }
    }
}

fn match_together(
    states: &mut [TopicState<'_>],
    together: &[usize],
    readers: usize,
    partitions: usize,
) {
    let mut remaining: Vec<usize> = (0..readers).collect();
    for partition in 0..partitions {
        let fits = |reader: &usize| {
            together.iter().all(|&at| {
                states[at].rack_matches(*reader, partition) && states[at].may_get(*reader) > 0
            })
        };
        let Some(reader) = remaining.iter().copied().find(fits) else { continue };
        for &at in together {
            states[at].give(reader, &[partition]);
        }
        if together.iter().all(|&at| states[at].may_get(reader) == 0) {
            remaining.retain(|it| *it != reader);
            if remaining.is_empty() {
                break;
            }
        }
    }
}

struct TopicState<'a> {
    topic: Arc<str>,
    partitions: &'a [PartitionRacks],
    readers: Vec<&'a GroupMember>,
    has_reader_racks: bool,
    racks_matter: bool,
    /// Numbers of partitions that nobody has yet.
    left: BTreeSet<usize>,
    given: Vec<Vec<i32>>,
    /// What every reader gets at least.
    each: usize,
    /// How many more readers get one more.
    extras: usize,
}

impl<'a> TopicState<'a> {
    fn new(topic: &Arc<str>, partitions: &'a [PartitionRacks], all: &[&'a GroupMember]) -> Self {
        let readers: Vec<&GroupMember> =
            all.iter().copied().filter(|it| it.subscription.topics.contains(topic)).collect();
        let reader_racks: BTreeSet<Arc<str>> =
            readers.iter().filter_map(|it| it.subscription.rack()).collect();
        let count = readers.len().max(1);
        Self {
            topic: topic.clone(),
            racks_matter: racks_matter(&reader_racks, partitions.iter()),
            has_reader_racks: !reader_racks.is_empty(),
            left: (0..partitions.len()).collect(),
            given: readers.iter().map(|_| Vec::new()).collect(),
            each: partitions.len() / count,
            extras: if readers.is_empty() { 0 } else { partitions.len() % count },
            partitions,
            readers,
        }
    }

    fn give_ranges(&mut self, only_matching: bool) {
        for reader in 0..self.readers.len() {
            let matches = |it: &usize| !only_matching || self.rack_matches(reader, *it);
            let range: Vec<usize> =
                self.left.iter().copied().filter(matches).take(self.may_get(reader)).collect();
            if !range.is_empty() {
                self.give(reader, &range);
            }
        }
    }

    fn rack_matches(&self, reader: usize, partition: usize) -> bool {
        match self.readers[reader].subscription.rack() {
            None => true,
            Some(rack) => self.partitions.get(partition).is_some_and(|it| it.contains(&rack)),
        }
    }

    fn may_get(&self, reader: usize) -> usize {
        (self.each + usize::from(self.extras > 0)).saturating_sub(self.given[reader].len())
    }

    fn give(&mut self, reader: usize, partitions: &[usize]) {
        for &partition in partitions {
            self.left.remove(&partition);
            self.given[reader].push(i32::try_from(partition).unwrap_or(i32::MAX));
        }
        if self.given[reader].len() > self.each {
            self.extras = self.extras.saturating_sub(1);
        }
    }
}
