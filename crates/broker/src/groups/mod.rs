//! The group coordinators of this node.

use crate::internal_topics::InternalTopic;

/// What the group coordinator of a node is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    /// `offsets.topic.…`
    pub topic: InternalTopic,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self { topic: InternalTopic::consumer_offsets() }
    }
}
