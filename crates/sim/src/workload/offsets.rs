//! What a group has committed: asked, and committed outside of transactions.

use ottla_model::{ErrorCode, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_wire::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};

use super::caller::{Caller, Verdict};
use super::{Failure, Identity};
use crate::{Deed, GroupPartition, Ledger};

/// Versions that are spoken: the last with topics by name.
const FETCH_VERSION: i16 = 9;
const COMMIT_VERSION: i16 = 9;

/// Asks what the group has committed of a partition, in no transaction that is open; `None` if there
/// is no answer to that now.
///
/// # Errors
/// There was no answer at all.
pub async fn fetch_offset(
    caller: &mut Caller,
    ledger: &Ledger,
    asker: &str,
    who: &Identity,
    partition: &TopicPartition,
) -> Result<Option<i64>, Failure> {
    let of = GroupPartition { group: who.group.clone(), partition: partition.clone() };
    let topic = OffsetFetchRequestTopics {
        name: Str::from(&*partition.topic),
        partition_indexes: vec![partition.partition],
        ..Default::default()
    };
    let group = OffsetFetchRequestGroup {
        group_id: Str::from(who.group.as_str()),
        member_id: (who.epoch >= 0).then(|| Str::from(who.member_id.as_str())),
        member_epoch: who.epoch,
        topics: Some(vec![topic]),
    };
    let request =
        OffsetFetchRequest { groups: vec![group], require_stable: true, ..Default::default() };
    ledger.note(Deed::OffsetAsked { asker: asker.to_owned(), of: of.clone() });
    let response = caller.ask(&request, FETCH_VERSION).await?;
    let Some(group) = response.groups.first().filter(|group| group.error_code == 0) else {
        return Ok(None);
    };
    let mut partitions = group.topics.iter().flat_map(|topic| &topic.partitions);
    let Some(found) = partitions.next().filter(|found| found.error_code == 0) else {
        return Ok(None);
    };
    let offset = (found.committed_offset >= 0).then_some(found.committed_offset);
    ledger.note(Deed::OffsetFound { asker: asker.to_owned(), of, offset });
    Ok(Some(offset.unwrap_or(0)))
}

/// Commits an offset as a member; whether that was acknowledged.
///
/// # Errors
/// There was no answer: it may have happened, or happen later.
pub async fn commit_offset(
    caller: &mut Caller,
    ledger: &Ledger,
    who: &Identity,
    partition: &TopicPartition,
    offset: i64,
) -> Result<bool, Failure> {
    let one = OffsetCommitRequestPartition {
        partition_index: partition.partition,
        committed_offset: offset,
        committed_leader_epoch: -1,
        ..Default::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: Str::from(&*partition.topic),
        partitions: vec![one],
        ..Default::default()
    };
    let request = OffsetCommitRequest {
        group_id: Str::from(who.group.as_str()),
        generation_id_or_member_epoch: who.epoch,
        member_id: Str::from(who.member_id.as_str()),
        topics: vec![topic],
        ..Default::default()
    };
    let commit = ledger.next_number();
    ledger.note(who.commit_sent(commit, partition, offset, false));
    let response = caller.ask(&request, COMMIT_VERSION).await?;
    let mut partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
    match Verdict::of(partitions.next().map_or(-1, |it| it.error_code)) {
        Verdict::Done => {
            ledger.note(Deed::Committed { commit });
            Ok(true)
        }
        Verdict::Refused(error) if is_certain(error) => {
            ledger.note(Deed::CommitRefused { commit });
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// Whether a commit that was refused so has not happened.
fn is_certain(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::IllegalGeneration
            | ErrorCode::UnknownMemberId
            | ErrorCode::StaleMemberEpoch
            | ErrorCode::RebalanceInProgress
            | ErrorCode::FencedInstanceId
    )
}
