//! `uniform`, where members are subscribed to different topics: topics are dealt out one by one, each
//! partition to the least loaded subscriber, and then moved until no topic's subscribers differ by more
//! than one partition, or long enough.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use ottla_base::Uuid;

use super::{Spec, give, take};
use crate::record::Assignment;

/// How often all topics are balanced at most.
const ROUNDS_MAX: usize = 16;

pub(super) fn assign(group: &Spec) -> BTreeMap<Arc<str>, Assignment> {
    let mut dealer = Dealer::new(group);
    if dealer.topics.is_empty() {
        return BTreeMap::new();
    }
    dealer.keep(group);
    dealer.deal();
    dealer.balance();
    group.members.keys().cloned().zip(dealer.assigned).collect()
}

/// A topic while it is dealt out.
struct Topic {
    id: Uuid,
    /// Members by their index, ascending.
    subscribers: Vec<usize>,
    /// The owner of each partition.
    owners: Vec<Option<usize>>,
}

impl Topic {
    /// Topics with much for each subscriber first, then those with few subscribers.
    fn order(&self, other: &Self) -> Ordering {
        let load = |a: &Self, b: &Self| (a.owners.len() * b.subscribers.len()) as u128;
        load(other, self)
            .cmp(&load(self, other))
            .then(self.subscribers.len().cmp(&other.subscribers.len()))
            .then_with(|| signed(self.id).cmp(&signed(other.id)))
    }
}

/// The order of ids that Java sees: two signed halves.
fn signed(id: Uuid) -> (i64, i64) {
    let bits = u128::from_be_bytes(id.0);
    ((bits >> 64) as i64, bits as i64)
}

struct Dealer {
    topics: Vec<Topic>,
    /// Members by their index.
    assigned: Vec<Assignment>,
    /// How many partitions each has.
    loads: Vec<usize>,
}

impl Dealer {
    fn new(group: &Spec) -> Self {
        let mut topics: BTreeMap<Uuid, Topic> = BTreeMap::new();
        for (index, member) in group.members.values().enumerate() {
            for id in &member.topics {
                let Some(count) = group.partitions.get(id) else { continue };
                let owners = || (0..*count).map(|_| None).collect();
                let new = || Topic { id: *id, subscribers: Vec::new(), owners: owners() };
                topics.entry(*id).or_insert_with(new).subscribers.push(index);
            }
        }
        let mut topics: Vec<Topic> = topics.into_values().collect();
        topics.sort_by(Topic::order);
        let members = group.members.len();
        let assigned = core::iter::repeat_with(Assignment::new).take(members).collect();
        Self { topics, assigned, loads: alloc::vec![0; members] }
    }

    /// Everybody keeps what it had of the topics it is subscribed to.
    fn keep(&mut self, group: &Spec) {
        let index_of: BTreeMap<Uuid, usize> =
            self.topics.iter().enumerate().map(|(index, topic)| (topic.id, index)).collect();
        for (member, spec) in group.members.values().enumerate() {
            let subscribed = |(topic, _): &(&Uuid, &BTreeSet<i32>)| spec.topics.contains(*topic);
            for (topic, partitions) in spec.target.iter().filter(subscribed) {
                let Some(topic) = index_of.get(topic) else { continue };
                for partition in partitions {
                    self.assign(*topic, *partition, member);
                }
            }
        }
    }

    /// Gives what nobody has to the least loaded.
    fn deal(&mut self) {
        for topic in 0..self.topics.len() {
            let mut ranks = Ranks::new(&self.topics[topic].subscribers, &self.loads);
            for partition in 0..self.topics[topic].owners.len() {
                if self.topics[topic].owners[partition].is_some() {
                    continue;
                }
                let member = ranks.next_least(&self.loads);
                self.assign(topic, i32::try_from(partition).unwrap_or(i32::MAX), member);
            }
        }
    }

    /// Moves partitions from the most to the least loaded, topic by topic, until a whole round changes
    /// nothing.
    fn balance(&mut self) {
        let shared = |index: &usize| self.topics[*index].subscribers.len() >= 2;
        let shared: Vec<usize> = (0..self.topics.len()).filter(shared).collect();
        let mut last_changed = None;
        for _ in 0..ROUNDS_MAX {
            for topic in &shared {
                if last_changed == Some(*topic) {
                    return;
                }
                if self.balance_topic(*topic) || last_changed.is_none() {
                    last_changed = Some(*topic);
                }
            }
        }
    }

    fn balance_topic(&mut self, topic: usize) -> bool {
        let mut ranks = Ranks::new(&self.topics[topic].subscribers, &self.loads);
        if ranks.spread(&self.loads) <= 1 {
            return false;
        }
        let mut owned: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for (partition, owner) in (0..).zip(&self.topics[topic].owners) {
            if let Some(owner) = owner {
                owned.entry(*owner).or_default().push(partition);
            }
        }
        let mut is_changed = false;
        while !ranks.is_balanced() {
            let Some(partition) = ranks.give_up(&self.loads, &mut owned) else { break };
            let least = ranks.next_least(&self.loads);
            if ranks.is_balanced() {
                break;
            }
            self.assign(topic, partition, least);
            is_changed = true;
        }
        is_changed
    }

    fn assign(&mut self, topic: usize, partition: i32, member: usize) {
        let topic = &mut self.topics[topic];
        let Some(owner) = usize::try_from(partition).ok().and_then(|at| topic.owners.get_mut(at))
        else {
            return;
        };
        if let Some(before) = owner.replace(member) {
            take(&mut self.assigned[before], topic.id, partition);
            self.loads[before] -= 1;
        }
        give(&mut self.assigned[member], topic.id, partition);
        self.loads[member] += 1;
    }
}

/// The subscribers of a topic in order of their load, taken from both ends. Each end is a range of
/// members with equal loads, which widens by those that the range has caught up with.
struct Ranks {
    members: Vec<usize>,
    /// End of the range of the least loaded.
    least_end: usize,
    /// What each in there has, once the range has been walked.
    least_load: isize,
    next_least: usize,
    /// The range of the most loaded.
    most_start: usize,
    most_end: usize,
    most_load: isize,
    /// One more than the next to take; below `most_start` the range has been walked.
    next_most: isize,
}

impl Ranks {
    fn new(subscribers: &[usize], loads: &[usize]) -> Self {
        let mut members = subscribers.to_vec();
        members.sort_by_key(|member| (loads[*member], *member));
        let load = |at: Option<&usize>| at.map_or(0, |member| loads[*member].cast_signed());
        Self {
            least_end: 0,
            least_load: load(members.first()) - 1,
            next_least: 0,
            most_start: members.len(),
            most_end: members.len(),
            most_load: load(members.last()) + 1,
            next_most: members.len().cast_signed() - 1,
            members,
        }
    }

    fn load(&self, at: usize, loads: &[usize]) -> isize {
        loads[self.members[at]].cast_signed()
    }

    fn spread(&self, loads: &[usize]) -> isize {
        self.load(self.members.len() - 1, loads) - self.load(0, loads)
    }

    fn is_balanced(&self) -> bool {
        self.most_load - self.least_load <= 1
    }

    /// The next of the least loaded, who is about to have one more.
    fn next_least(&mut self, loads: &[usize]) -> usize {
        if self.next_least >= self.least_end {
            self.least_load += 1;
            while self.least_end < self.members.len()
                && self.load(self.least_end, loads) == self.least_load
            {
                self.least_end += 1;
            }
            self.next_least = 0;
        }
        let member = self.members[self.next_least];
        self.next_least += 1;
        member
    }

    /// The last partition of the next of the most loaded that has one to give.
    fn give_up(&mut self, loads: &[usize], owned: &mut BTreeMap<usize, Vec<i32>>) -> Option<i32> {
        loop {
            let member = self.next_most(loads)?;
            match owned.get_mut(&member).and_then(Vec::pop) {
                Some(partition) => return Some(partition),
                None => self.exclude_last_taken(),
            }
        }
    }

    fn next_most(&mut self, loads: &[usize]) -> Option<usize> {
        if self.next_most < self.most_start.cast_signed() {
            if self.most_end <= self.most_start && self.most_start > 0 {
                self.most_load = self.load(self.most_start - 1, loads);
            } else {
                self.most_load -= 1;
            }
            while self.most_start > 0 && self.load(self.most_start - 1, loads) == self.most_load {
                self.most_start -= 1;
            }
            self.next_most = self.most_end.cast_signed() - 1;
        }
        let at = usize::try_from(self.next_most).ok()?;
        self.next_most -= 1;
        self.members.get(at).copied()
    }

    /// The member that was taken last has nothing to give.
    fn exclude_last_taken(&mut self) {
        let at = (self.next_most + 1).cast_unsigned();
        self.most_end -= 1;
        self.members.swap(at, self.most_end);
    }
}
