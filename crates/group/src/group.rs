//! A group, of either kind.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::classic::ClassicGroup;
use crate::consumer::ConsumerGroup;
use crate::record::Record;

/// A group.
#[derive(Debug, Clone)]
pub enum Group {
    /// Members agree among themselves (JoinGroup, SyncGroup). Also the groups that only commit offsets.
    Classic(ClassicGroup),
    /// The coordinator assigns (KIP-848).
    Consumer(ConsumerGroup),
}

impl Group {
    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Classic(group) => group.is_empty(),
            Self::Consumer(group) => group.is_empty(),
        }
    }

    /// Where it stands, as tools print it.
    pub fn state_name(&self) -> &'static str {
        match self {
            Self::Classic(group) => group.state().name(),
            Self::Consumer(group) => group.state().name(),
        }
    }

    /// How many members it has.
    pub fn members_count(&self) -> usize {
        match self {
            Self::Classic(group) => group.members().count(),
            Self::Consumer(group) => group.members_count(),
        }
    }

    /// `consumer`, `connect`, …; empty if nobody ever joined.
    pub fn protocol_type(&self) -> &str {
        match self {
            Self::Classic(group) => group.protocol_type().map_or("", |it| it),
            Self::Consumer(_) => "consumer",
        }
    }

    /// Its type, as tools print it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
            Self::Consumer(_) => "consumer",
        }
    }

    /// Whether a member may be reading a topic.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        match self {
            Self::Classic(group) => group.is_subscribed_to(topic),
            Self::Consumer(group) => group.is_subscribed_to(topic),
        }
    }

    /// The records that take it away.
    pub(crate) fn tombstones(&self, id: &Arc<str>) -> Vec<Record> {
        match self {
            Self::Classic(_) => {
                alloc::vec![Record::ClassicGroup { group: id.clone(), metadata: None }]
            }
            Self::Consumer(group) => group.tombstones(id),
        }
    }
}
