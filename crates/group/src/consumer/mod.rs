//! Consumer groups (KIP-848): the coordinator assigns.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use crate::fetch::FetchOffsets;
use crate::record::Record;

/// A consumer group.
#[derive(Debug, Clone)]
pub struct ConsumerGroup {}

impl ConsumerGroup {
    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// How many members it has.
    pub fn members_count(&self) -> usize {
        0
    }

    /// Whether who asks for offsets is who it says.
    pub(crate) fn check_fetch(&self, _request: &FetchOffsets<'_>) -> Result<(), ErrorCode> {
        Ok(())
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
