//! OffsetCommit (key 8), versions 2-10: how far a group is.
//!
//! - v2-4: retention of its own; v6: leader epochs; v7: static members; v8: flexible; v9: member epochs
//!   (KIP-848); v10: topic ids.

use std::sync::Arc;

use ottla_group::{Answer, CommitOffsets, NewOffset};
use ottla_model::ErrorCode;
use ottla_wire::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};

use crate::groups::{self, Verdicts};
use crate::node::Node;
use crate::request::Request;

/// First version whose clients know GROUP_ID_NOT_FOUND and STALE_MEMBER_EPOCH.
const EPOCHS_VERSION_MIN: i16 = 9;
/// First version that names topics by id.
const IDS_VERSION_MIN: i16 = 10;
/// The retention of a commit that asks for none of its own.
const RETENTION_OF_BROKER: i64 = -1;

/// Answers OffsetCommit.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: OffsetCommitRequest,
) -> OffsetCommitResponse {
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
    let topics = body.topics.iter().zip(verdicts.answer(answered)).map(|(topic, verdicts)| {
        let partitions = verdicts.into_iter().map(|(partition_index, code)| {
            OffsetCommitResponsePartition { partition_index, error_code: code.code() }
        });
        OffsetCommitResponseTopic {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            partitions: partitions.collect(),
        }
    });
    OffsetCommitResponse { topics: topics.collect(), ..OffsetCommitResponse::default() }
}

async fn commit(
    node: &Arc<Node>,
    request: &Request,
    body: &OffsetCommitRequest,
    offsets: Vec<NewOffset>,
) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
    let asked = groups::ask(node, &body.group_id, |state, now, token| {
        let retention = body.retention_time_ms;
        let commit = CommitOffsets {
            group: &body.group_id,
            member_id: &body.member_id,
            instance_id: body.group_instance_id.as_deref(),
            generation: body.generation_id_or_member_epoch,
            retention_ms: (retention != RETENTION_OF_BROKER).then_some(retention),
            transaction: None,
            knows_epochs: request.version >= EPOCHS_VERSION_MIN,
            offsets,
        };
        state.commit(now, token, commit)
    });
    match asked.await? {
        Answer::Partitions(result) => result,
        _ => Err(ErrorCode::UnknownServerError),
    }
}
