//! Who came with which partitions, and whom to believe: of two who claim the same one, the member of
//! the later generation; of two from the same generation, neither.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::{Assignor, Field, Partition};
use crate::assignor::GroupMember;
use crate::protocol;
use ottla_model::TopicPartition;

/// The generation of a member that has had no assignment.
pub(super) const GENERATION_NONE: i32 = -1;

/// What members have, as far as it is to be believed.
pub(super) struct Owned {
    pub(super) by_member: Vec<Vec<Partition>>,
    /// Claimed by two members of one generation.
    pub(super) disputed: BTreeSet<Partition>,
    pub(super) all_want_the_same: bool,
    pub(super) generation_max: i32,
    /// What each member said, before anybody else was heard.
    pub(super) claims: Vec<(Vec<Partition>, Option<i32>)>,
}

impl Owned {
    pub(super) fn new(field: &Field<'_>) -> Self {
        let mut owned = Self {
            by_member: field.members.iter().map(|_| Vec::new()).collect(),
            disputed: BTreeSet::new(),
            all_want_the_same: true,
            generation_max: GENERATION_NONE,
            claims: field.members.iter().map(|it| claim(field, it)).collect(),
        };
        let mut first_topics: BTreeSet<_> = BTreeSet::new();
        let mut owners: BTreeMap<Partition, usize> = BTreeMap::new();
        for &member in &field.java_order {
            let topics: BTreeSet<_> = field.members[member].subscription.topics.iter().collect();
            if first_topics.is_empty() {
                first_topics = topics;
            } else if topics != first_topics {
                owned.all_want_the_same = false;
            }
            owned.hear(field, member, &mut owners);
        }
        owned
    }

    fn hear(&mut self, field: &Field<'_>, member: usize, owners: &mut BTreeMap<Partition, usize>) {
        let (claimed, generation) = self.claims[member].clone();
        let generation = generation.unwrap_or(GENERATION_NONE);
        self.generation_max = self.generation_max.max(generation);
        for partition in claimed {
            let Some(&other) = owners.get(&partition) else {
                owners.insert(partition, member);
                self.by_member[member].push(partition);
                continue;
            };
            // The other's generation is the field's, whatever its user data say: so does Kafka.
            let other_generation =
                field.members[other].subscription.generation.unwrap_or(GENERATION_NONE);
            if generation < other_generation {
                continue;
            }
            if generation == other_generation {
                self.disputed.insert(partition);
            } else {
                self.by_member[member].push(partition);
            }
            let others = &mut self.by_member[other];
            if let Some(at) = others.iter().position(|it| *it == partition) {
                others.remove(at);
            }
            owners.insert(partition, member);
        }
    }
}

/// What `member` says it had, and when.
fn claim(field: &Field<'_>, member: &GroupMember) -> (Vec<Partition>, Option<i32>) {
    let subscription = &member.subscription;
    let named = |owned: &[TopicPartition]| owned.iter().filter_map(|it| field.find(it)).collect();
    let user_data = subscription.user_data.as_ref().filter(|data| !data.is_empty());
    if field.assignor == Assignor::Sticky {
        return match user_data.map(protocol::decode_sticky) {
            None => (Vec::new(), None),
            Some(None) => (Vec::new(), Some(GENERATION_NONE)),
            Some(Some((owned, generation))) => (named(&owned), generation),
        };
    }
    let generation = subscription.generation.or_else(|| {
        let data = subscription.user_data.as_ref()?;
        let number = data.get(..4).and_then(|it| it.try_into().ok()).map(i32::from_be_bytes);
        Some(number.unwrap_or(GENERATION_NONE))
    });
    (named(&subscription.owned), generation)
}
