//! Consumer groups (KIP-848): the coordinator assigns.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::record::Record;

/// A consumer group.
#[derive(Debug, Clone)]
pub struct ConsumerGroup {}

impl ConsumerGroup {
    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// Where it stands, as tools print it.
    pub fn state_name(&self) -> &'static str {
        "Empty"
    }

    /// Whether a member may be reading a topic.
    pub(crate) fn is_subscribed_to(&self, _topic: &str) -> bool {
        false
    }

    /// The records that take it away.
    pub(crate) fn tombstones(&self, id: &Arc<str>) -> Vec<Record> {
        alloc::vec![Record::ConsumerGroup { group: id.clone(), epoch: None }]
    }
}
