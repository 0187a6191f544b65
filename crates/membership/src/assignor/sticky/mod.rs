//! `sticky` and `cooperative-sticky`: as even as possible, and within that as before.
//!
//! ```text
//! owners.rs       who came with what, and whom to believe
//! constrained.rs  everybody wants the same topics: quotas
//! general.rs      they want different ones: move single partitions until nothing gets better
//! racks.rs        who is near to what                movements.rs  what moved, so that it can move back
//! ```
//! Inside, a member is its rank by id and a topic its rank by name, so that numbers sort as names do.

mod constrained;
mod general;
mod movements;
mod owners;
mod racks;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::java_order::{JavaSet, string_hash};
use super::{Assignments, Assignor, GroupMember, TopicRacks};
use ottla_model::TopicPartition;
use owners::Owned;
use racks::Racks;

/// A partition: the rank of its topic, and its number.
type Partition = (usize, usize);

/// The members, topics and partitions of one assignment, by rank.
struct Field<'a> {
    assignor: Assignor,
    topics: Vec<(&'a Arc<str>, i32)>,
    partition_counts: Vec<usize>,
    members: Vec<&'a GroupMember>,
    /// Ranks of the members, as Java meets them.
    java_order: Vec<usize>,
    /// Of each member, the topics it wants that there are, in order.
    wants: Vec<Vec<usize>>,
}

/// What `assignor`, one of the two, gives to each member.
pub(super) fn assign(
    assignor: Assignor,
    topics: &TopicRacks,
    members: &[GroupMember],
) -> Assignments {
    let field = Field::new(assignor, topics, members);
    let racks = Racks::new(&field, topics);
    let owned = Owned::new(&field);
    let (mut assigned, moving) = match owned.all_want_the_same {
        true => constrained::assign(&field, &racks, &owned),
        false => {
            let assigned = general::assign(&field, &racks, &owned);
            let moving = field.moving(&assigned);
            (assigned, moving)
        }
    };
    if assignor.is_cooperative() {
        // What someone still reads is given away only after he has given it back: next time.
        for (partition, member) in moving {
            assigned[member].retain(|it| *it != partition);
        }
    }
    let named =
        |partitions: Vec<Partition>| partitions.into_iter().map(|it| field.name(it)).collect();
    let ids = field.members.iter().map(|member| member.member_id.clone());
    ids.zip(assigned.into_iter().map(named)).collect()
}

impl<'a> Field<'a> {
    fn new(assignor: Assignor, topics: &'a TopicRacks, members: &'a [GroupMember]) -> Self {
        let by_id: BTreeMap<&Arc<str>, &GroupMember> =
            members.iter().map(|member| (&member.member_id, member)).collect();
        let ranked: Vec<&GroupMember> = by_id.into_values().collect();
        let mut java = JavaSet::new();
        for member in members {
            let rank = ranked.partition_point(|it| it.member_id < member.member_id);
            java.insert(string_hash(&member.member_id), rank);
        }
        let names: Vec<&Arc<str>> = topics.keys().collect();
        let wants = |member: &&GroupMember| {
            let wanted: BTreeSet<&Arc<str>> = member.subscription.topics.iter().collect();
            wanted.into_iter().filter_map(|topic| names.binary_search(&topic).ok()).collect()
        };
        Self {
            assignor,
            wants: ranked.iter().map(wants).collect(),
            topics: names.iter().map(|name| (*name, string_hash(name))).collect(),
            partition_counts: topics.values().map(Vec::len).collect(),
            members: ranked,
            java_order: java.iter().collect(),
        }
    }

    fn name(&self, (topic, partition): Partition) -> TopicPartition {
        let number = i32::try_from(partition).unwrap_or(i32::MAX);
        TopicPartition::new(self.topics[topic].0.clone(), number)
    }

    /// The partition of this name, if it is one of those that are shared out.
    fn find(&self, named: &TopicPartition) -> Option<Partition> {
        let topic = self.topics.binary_search_by(|(name, _)| (*name).cmp(&named.topic)).ok()?;
        let partition = usize::try_from(named.partition).ok()?;
        (partition < self.partition_counts[topic]).then_some((topic, partition))
    }

    fn partitions_of(&self, topic: usize) -> impl Iterator<Item = Partition> + use<> {
        (0..self.partition_counts[topic]).map(move |partition| (topic, partition))
    }

    fn partition_count(&self) -> usize {
        self.partition_counts.iter().sum()
    }

    /// What goes to a member while another still has it.
    fn moving(&self, assigned: &[Vec<Partition>]) -> BTreeMap<Partition, usize> {
        let (mut added, mut revoked) = (BTreeMap::new(), BTreeSet::new());
        for (member, assigned) in assigned.iter().enumerate() {
            let owned = &self.members[member].subscription.owned;
            let owned: BTreeSet<Partition> = owned.iter().filter_map(|it| self.find(it)).collect();
            let assigned: BTreeSet<Partition> = assigned.iter().copied().collect();
            added.extend(assigned.difference(&owned).map(|it| (*it, member)));
            revoked.extend(owned.difference(&assigned).copied());
        }
        added.retain(|partition, _| revoked.contains(partition));
        added
    }
}
