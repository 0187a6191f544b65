//! Commits in transactions: the group's partition has to belong to the transaction, or the offsets would
//! be pending for ever (KIP-890).

use std::sync::Arc;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_group::{Answer, CommitOffsets, Decision, Effect, Groups};
use ottla_model::ErrorCode;

use crate::node::Node;
use crate::transactions::{Admission, admit};

/// Commits offsets in a transaction, which is to end in the group's partition too (`adds`), or is known
/// to.
///
/// # Errors
/// What the coordinator of the transaction, or that of the group, said.
pub(crate) async fn commit_in_transaction(
    node: &Arc<Node>,
    transactional_id: &str,
    commit: CommitOffsets<'_>,
    adds: bool,
) -> Result<Answer, ErrorCode> {
    if commit.group.is_empty() {
        return Err(ErrorCode::InvalidGroupId);
    }
    let producer = commit.transaction.ok_or(ErrorCode::UnknownServerError)?;
    let shard = node.groups.shard(commit.group)?;
    let partition = Arc::clone(shard.partition());
    let admitted = admit(node, &partition, transactional_id, producer, adds).await;
    let admission = admitted.map_err(|code| match code {
        ErrorCode::NetworkException => ErrorCode::CoordinatorLoadInProgress,
        ErrorCode::RequestTimedOut | ErrorCode::UnknownTopicOrPartition => {
            ErrorCode::CoordinatorNotAvailable
        }
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        other => other,
    })?;
    let decide = |state: &mut Groups, now: Now, token: Token| -> Decision {
        // A marker since may have been the end of this transaction. Here none can come in between.
        if let Admission::Open(markers) | Admission::Begins(markers) = admission
            && partition.open_transaction(producer.id, producer.epoch).1 != markers
        {
            let refused = Answer::Partitions(Err(ErrorCode::CoordinatorNotAvailable));
            return Decision::effects(vec![Effect::Answer(token, refused)]);
        }
        state.commit(now, token, commit)
    };
    node.groups.ask_shard(&shard, decide).await
}
