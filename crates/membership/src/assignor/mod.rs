//! Who reads what, as the leader of a classic group decides it: Kafka's four assignors, with the
//! results of Apache Kafka 4.4 for the same members (`testdata/assignors.txt` is what it answered).
//!
//! ```text
//! range.rs       stretches of each topic        sticky/     as before, as even as can be
//! roundrobin.rs  dealt out in turn              java_order  the order in which Java meets members
//! ```

mod java_order;
mod range;
mod roundrobin;
mod sticky;
#[cfg(test)]
mod tests;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_model::TopicPartition;

use crate::protocol::{self, Subscription};

/// The racks of a partition's replicas; empty where they are unknown.
pub type PartitionRacks = BTreeSet<Arc<str>>;

/// Every partition of every topic that is known, with its racks; the index is the partition's number.
pub type TopicRacks = BTreeMap<Arc<str>, Vec<PartitionRacks>>;

/// What each member shall read, partitions in order of topic and number.
pub type Assignments = BTreeMap<Arc<str>, Vec<TopicPartition>>;

/// One member as JoinGroup showed it to the leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// The id that the coordinator knows it by.
    pub member_id: Arc<str>,
    /// `group.instance.id`, of a static member.
    pub instance_id: Option<Arc<str>>,
    /// What it sent along with its choice of this assignor.
    pub subscription: Subscription,
}

/// A rule by which the leader of a group shares out partitions (`partition.assignment.strategy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assignor {
    /// Stretches of each topic.
    Range,
    /// Partitions dealt out in turn.
    RoundRobin,
    /// As even as possible, then as before; everything is given back before each rebalance.
    Sticky,
    /// As [`Assignor::Sticky`], and only what moves is given back (KIP-429).
    CooperativeSticky,
}

impl Assignor {
    /// All, by the names that the wire knows.
    pub const ALL: [Self; 4] =
        [Self::Range, Self::RoundRobin, Self::Sticky, Self::CooperativeSticky];

    /// What JoinGroup calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::Sticky => "sticky",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// The assignor of this name, or of the name of Java's class for it.
    pub fn named(name: &str) -> Option<Self> {
        let class = name.strip_prefix("org.apache.kafka.clients.consumer.").unwrap_or(name);
        Some(match class {
            "range" | "RangeAssignor" => Self::Range,
            "roundrobin" | "RoundRobinAssignor" => Self::RoundRobin,
            "sticky" | "StickyAssignor" => Self::Sticky,
            "cooperative-sticky" | "CooperativeStickyAssignor" => Self::CooperativeSticky,
            _ => return None,
        })
    }

    /// Whether members keep reading through a rebalance what stays with them.
    pub fn is_cooperative(self) -> bool {
        self == Self::CooperativeSticky
    }

    /// What a member tells the leader beside its topics: `last` is what it was assigned and in which
    /// generation, `None` before its first assignment.
    pub fn user_data(self, last: Option<(&[TopicPartition], i32)>) -> Option<Bytes> {
        match self {
            Self::Range | Self::RoundRobin => None,
            Self::Sticky => {
                last.map(|(owned, generation)| protocol::encode_sticky(owned, generation))
            }
            Self::CooperativeSticky => {
                let generation = last.map_or(-1, |(_, generation)| generation);
                Some(Bytes::copy_from_slice(&generation.to_be_bytes()))
            }
        }
    }

    /// What each of `members`, in the order in which JoinGroup listed them, shall read. Topics that
    /// `topics` does not know, or that have no partitions, are left out.
    pub fn assign(self, topics: &TopicRacks, members: &[GroupMember]) -> Assignments {
        let wanted: BTreeSet<&Arc<str>> =
            members.iter().flat_map(|it| &it.subscription.topics).collect();
        let known: TopicRacks = topics
            .iter()
            .filter(|(topic, partitions)| wanted.contains(topic) && !partitions.is_empty())
            .map(|(topic, partitions)| (topic.clone(), partitions.clone()))
            .collect();
        let mut assignments = match self {
            Self::Range => range::assign(&known, members),
            Self::RoundRobin => roundrobin::assign(&known, members),
            Self::Sticky | Self::CooperativeSticky => sticky::assign(self, &known, members),
        };
        assignments.values_mut().for_each(|partitions| partitions.sort_unstable());
        assignments
    }
}

/// Static members by their instance, then the others by their id.
fn members_in_order(members: &[GroupMember]) -> Vec<&GroupMember> {
    let mut ordered: Vec<&GroupMember> = members.iter().collect();
    ordered.sort_by_key(|it| match &it.instance_id {
        Some(instance) => (false, instance.clone()),
        None => (true, it.member_id.clone()),
    });
    ordered
}

/// Whether racks can make a difference: some member is where some replica is, and not every partition
/// is everywhere.
fn racks_matter<'a>(
    member_racks: &BTreeSet<Arc<str>>,
    partitions: impl Iterator<Item = &'a PartitionRacks> + Clone,
) -> bool {
    let everywhere: PartitionRacks = partitions.clone().flatten().cloned().collect();
    !member_racks.is_disjoint(&everywhere) && partitions.into_iter().any(|it| *it != everywhere)
}
