//! TxnOffsetCommit (key 28), versions 0-6: how far a group is once a transaction is committed.
//!
//! - v2: leader epochs; v3: flexible, and the member that commits (KIP-447); v4: TRANSACTION_ABORTABLE;
//!   v5: adds the group to the transaction (KIP-890); v6: topic ids.

use std::sync::Arc;

use ottla_coordinator::Producer;
use ottla_group::{Answer, CommitOffsets, NewOffset};
use ottla_model::ErrorCode;
use ottla_wire::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitResponse, TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
};

use crate::groups::{self, Verdicts};
use crate::node::Node;
use crate::request::Request;

/// First version whose clients can wait for a coordinator that loads.
const LOADING_VERSION_MIN: i16 = 2;
/// First version whose clients know TRANSACTION_ABORTABLE.
const ABORTABLE_VERSION_MIN: i16 = 4;
/// First version that adds the group to the transaction by itself.
const IMPLICIT_ADD_VERSION_MIN: i16 = 5;
/// First version that names topics by id.
const IDS_VERSION_MIN: i16 = 6;

/// Answers TxnOffsetCommit.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: TxnOffsetCommitRequest,
) -> TxnOffsetCommitResponse {
    let image = node.metadata.image();
    let by_id = request.version >= IDS_VERSION_MIN;
    let (mut verdicts, mut offsets) = (Verdicts::default(), Vec::new());
    for topic in &body.topics {
        verdicts.begin_topic();
        let found = groups::topic(&image, by_id, topic.topic_id, &topic.name);
        for one in &topic.partitions {
            match &found {
                Ok(known) if known.partitions.get(&one.partition_index).is_some() => {
                    verdicts.ask(one.partition_index);
                    offsets.push(NewOffset {
                        topic: known.name.clone(),
                        topic_id: known.id,
                        partition: one.partition_index,
                        offset: one.committed_offset,
                        leader_epoch: one.committed_leader_epoch,
                        metadata: one.committed_metadata.as_deref().unwrap_or_default().into(),
                    });
                }
                Ok(_) => {
                    verdicts.refuse(one.partition_index, ErrorCode::UnknownTopicOrPartition);
                }
                Err(code) => verdicts.refuse(one.partition_index, *code),
            }
        }
    }
    let answered = match offsets.is_empty() {
        true => Ok(Vec::new()),
        false => commit(node, request, &body, offsets).await,
    };
    let answered = answered.map_err(|code| told(code, request.version));
    let topics = body.topics.iter().zip(verdicts.answer(answered)).map(|(topic, verdicts)| {
        let partitions = verdicts.into_iter().map(|(partition_index, code)| {
            TxnOffsetCommitResponsePartition { partition_index, error_code: code.code() }
        });
        TxnOffsetCommitResponseTopic {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            partitions: partitions.collect(),
        }
    });
    TxnOffsetCommitResponse { topics: topics.collect(), ..TxnOffsetCommitResponse::default() }
}

async fn commit(
    node: &Arc<Node>,
    request: &Request,
    body: &TxnOffsetCommitRequest,
    offsets: Vec<NewOffset>,
) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
    let commit = CommitOffsets {
        group: &body.group_id,
        member_id: &body.member_id,
        instance_id: body.group_instance_id.as_deref(),
        generation: body.generation_id_or_member_epoch,
        retention_ms: None,
        transaction: Some(Producer { id: body.producer_id, epoch: body.producer_epoch }),
        knows_epochs: false,
        offsets,
    };
    let adds = request.version >= IMPLICIT_ADD_VERSION_MIN;
    match groups::commit_in_transaction(node, &body.transactional_id, commit, adds).await? {
        Answer::Partitions(result) => result,
        _ => Err(ErrorCode::UnknownServerError),
    }
}

fn told(code: ErrorCode, version: i16) -> ErrorCode {
    match code {
        ErrorCode::CoordinatorLoadInProgress if version < LOADING_VERSION_MIN => {
            ErrorCode::CoordinatorNotAvailable
        }
        ErrorCode::TransactionAbortable if version < ABORTABLE_VERSION_MIN => {
            ErrorCode::InvalidTxnState
        }
        other => other,
    }
}
