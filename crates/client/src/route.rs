//! Whom a request is for, and in which lane it goes there.

use std::sync::Arc;

use ottla_model::BrokerId;

use crate::pool::Lane;

/// What a coordinator coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoordinatorKind {
    /// A group: members and offsets.
    Group,
    /// A transactional id.
    Transaction,
    /// A partition of a share group.
    Share,
}

impl CoordinatorKind {
    /// The number on the wire.
    pub fn code(self) -> i8 {
        match self {
            Self::Group => 0,
            Self::Transaction => 1,
            Self::Share => 2,
        }
    }
}

/// Whom a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub(crate) to: To,
    pub(crate) lane: Lane,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    Any,
    Node(BrokerId),
    Controller,
    Leader(Arc<str>, i32),
    Coordinator(CoordinatorKind, Arc<str>),
}

impl Route {
    /// Whichever broker answers first.
    pub fn any() -> Self {
        Self { to: To::Any, lane: Lane::General }
    }

    /// The broker of this number.
    pub fn node(id: BrokerId) -> Self {
        Self { to: To::Node(id), lane: Lane::General }
    }

    /// The controller, or with KRaft the broker that passes requests on to it.
    pub fn controller() -> Self {
        Self { to: To::Controller, lane: Lane::General }
    }

    /// The leader of a partition.
    pub fn leader(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self { to: To::Leader(topic.into(), partition), lane: Lane::General }
    }

    /// The coordinator of a group, in the coordinators' lane.
    pub fn group(group_id: impl Into<Arc<str>>) -> Self {
        Self::coordinator(CoordinatorKind::Group, group_id)
    }

    /// A coordinator, in the coordinators' lane.
    pub fn coordinator(kind: CoordinatorKind, key: impl Into<Arc<str>>) -> Self {
        Self { to: To::Coordinator(kind, key.into()), lane: Lane::Coordinator }
    }

    /// The same peer in another lane.
    #[must_use]
    pub fn on(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }
}
