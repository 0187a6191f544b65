//! DeleteRecords (key 21), versions 0-2: moves the log start offset of partitions forward.
//!
//! Offset -1 means the high watermark. An offset beyond it is OFFSET_OUT_OF_RANGE; one at or below
//! the log start changes nothing and is no error. Compacted topics refuse (POLICY_VIOLATION).

use std::sync::Arc;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_model::ErrorCode;
use ottla_wire::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsTopicResult,
};

use crate::request::Request;
use crate::node::Node;

/// Answers DeleteRecords.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: DeleteRecordsRequest,
) -> DeleteRecordsResponse {
    let mut response = DeleteRecordsResponse::default();
    let limit = Duration::from_millis(u64::try_from(body.timeout_ms).unwrap_or(0));
    let deadline = request.received + limit;
    for topic in &body.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for wanted in &topic.partitions {
            let index = wanted.partition_index;
            let deleted = delete(node, &topic.name, wanted, deadline).await;
            partitions.push(DeleteRecordsPartitionResult {
                partition_index: index,
                low_watermark: deleted.unwrap_or(-1),
                error_code: deleted.err().unwrap_or(ErrorCode::None).code(),
            });
        }
        response.topics.push(DeleteRecordsTopicResult {
            name: topic.name.clone(),
            partitions,
        });
    }
    response
}

async fn delete(
    node: &Arc<Node>,
    topic: &str,
    wanted: &DeleteRecordsPartition,
    deadline: MonoTime,
) -> Result<i64, ErrorCode> {
    let partition = node.partition_by_name(topic, wanted.partition_index)?;
    if ottla_model::is_internal_topic(topic) {
        return Err(ErrorCode::InvalidTopicException);
    }
    partition.opened(deadline).await?;
    let (now, before) = (node.io.now(), wanted.offset);
    node.io.blocking(move || partition.delete_records(now, before)).await
}
