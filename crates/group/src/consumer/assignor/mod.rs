//! Who reads what: the assignors that a coordinator runs.
//!
//! Both are deterministic, and neither looks at racks: Apache Kafka's do not.

mod mixed;
mod range;
#[cfg(test)]
mod tests;
mod uniform;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;

use ottla_base::Uuid;

use crate::record::Assignment;

/// An assignor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignor {
    /// As many partitions for each, and as few of them moved as possible.
    Uniform,
    /// The same partition numbers of every topic, where topics allow it.
    Range,
}

impl Assignor {
    /// The assignor of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "uniform" => Some(Self::Uniform),
            "range" => Some(Self::Range),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Range => "range",
        }
    }

    /// What each member is to have. Members that get nothing may be missing.
    pub fn assign(self, group: &Spec) -> BTreeMap<Arc<str>, Assignment> {
        match self {
            _ if group.members.is_empty() => BTreeMap::new(),
            Self::Range => range::assign(group),
            Self::Uniform if group.all_alike => uniform::assign(group),
            Self::Uniform => mixed::assign(group),
        }
    }
}

/// A group, as assignors see it.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// Its members, by their id.
    pub members: BTreeMap<Arc<str>, MemberSpec>,
    /// How many partitions each subscribed topic has. Topics that do not exist are not in here.
    pub partitions: BTreeMap<Uuid, i32>,
    /// Whether all members are subscribed to the same topics.
    pub all_alike: bool,
}

/// A member, as assignors see it.
#[derive(Debug, Clone, Default)]
pub struct MemberSpec {
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// The topics it is subscribed to, of those that exist.
    pub topics: BTreeSet<Uuid>,
    /// What it was to have so far.
    pub target: Assignment,
}

/// Adds a partition to an assignment.
fn give(assignment: &mut Assignment, topic: Uuid, partition: i32) {
    assignment.entry(topic).or_default().insert(partition);
}

/// Takes a partition out of an assignment.
fn take(assignment: &mut Assignment, topic: Uuid, partition: i32) {
    if let Some(partitions) = assignment.get_mut(&topic) {
        partitions.remove(&partition);
        if partitions.is_empty() {
            assignment.remove(&topic);
        }
    }
}
