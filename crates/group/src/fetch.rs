//! OffsetFetch: where a group is.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use crate::answer::Answer;
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;
use crate::record::CommittedOffset;

/// An OffsetFetch request for one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchOffsets<'a> {
    /// The group.
    pub group: &'a str,
    /// Who asks, if it says (v9).
    pub member_id: Option<&'a str>,
    /// Its epoch, if it says (v9); else -1.
    pub member_epoch: i32,
    /// The partitions; `None` for all that there are.
    pub partitions: Option<Vec<(Arc<str>, i32)>>,
    /// Whether what a transaction is about to commit has to be waited for.
    pub require_stable: bool,
}

/// What is committed for a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedOffset {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
    /// What is committed; `None` if nothing is.
    pub result: Result<Option<CommittedOffset>, ErrorCode>,
}

impl Groups {
    /// What a group has committed.
    pub fn fetch_offsets(&self, token: Token, request: &FetchOffsets<'_>) -> Decision {
        answer(token, Answer::Fetched(self.fetch(request)))
    }

    fn fetch(&self, request: &FetchOffsets<'_>) -> Result<Vec<FetchedOffset>, ErrorCode> {
        if let Some(Group::Consumer(group)) = self.by_id.get(request.group) {
            group.check_fetch(request.member_id, request.member_epoch)?;
        }
        let group = request.group;
        let one = |topic: &Arc<str>, partition: i32| FetchedOffset {
            topic: topic.clone(),
            partition,
            result: match request.require_stable && self.offsets.is_pending(group, topic, partition)
            {
                true => Err(ErrorCode::UnstableOffsetCommit),
                false => Ok(self.offsets.get(group, topic, partition).cloned()),
            },
        };
        Ok(match &request.partitions {
            Some(named) => named.iter().map(|(topic, partition)| one(topic, *partition)).collect(),
            None => {
                let all = self.offsets.of_group(group);
                all.map(|(topic, partition, _)| one(topic, partition)).collect()
            }
        })
    }
}
