//! OffsetForLeaderEpoch (key 23), versions 2-4: where a leader epoch ended, so that a client or a
//! follower can tell whether what it read still stands (KIP-320).

use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_wire::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderPartition,
    OffsetForLeaderTopicResult,
};

use super::list_offsets::OPENING_MAX;
use crate::node::Node;
use crate::request::Request;
use crate::storage::EpochEnd;

/// Answers OffsetForLeaderEpoch.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: OffsetForLeaderEpochRequest,
) -> OffsetForLeaderEpochResponse {
    let mut response = OffsetForLeaderEpochResponse::default();
    for topic in &body.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for wanted in &topic.partitions {
            let found = find(node, request, &topic.topic, wanted).await;
            let (error, end) = match found {
                Ok(end) => (ErrorCode::None, end),
                Err(error) => (error, None),
            };
            partitions.push(EpochEndOffset {
                partition: wanted.partition,
                error_code: error.code(),
                leader_epoch: end.map_or(-1, |end| end.leader_epoch),
                end_offset: end.map_or(-1, |end| end.end_offset),
            });
        }
        response.topics.push(OffsetForLeaderTopicResult {
            topic: topic.topic.clone(),
            partitions,
        });
    }
    response
}

async fn find(
    node: &Arc<Node>,
    request: &Request,
    topic: &str,
    wanted: &OffsetForLeaderPartition,
) -> Result<Option<EpochEnd>, ErrorCode> {
    let found = node.partition_by_name(topic, wanted.partition)?;
    found.check_leader_epoch(wanted.current_leader_epoch)?;
    found.opened(request.received + OPENING_MAX).await?;
    Ok(found.end_offset_for_leader_epoch(wanted.leader_epoch))
}
