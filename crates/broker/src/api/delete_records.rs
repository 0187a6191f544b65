//! DeleteRecords (key 21), versions 0-2: moves the log start offset of partitions forward.
//!
//! Offset -1 means the high watermark. An offset beyond it is OFFSET_OUT_OF_RANGE; one at or below
//! the log start changes nothing and is no error. Compacted topics refuse (POLICY_VIOLATION).

use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_wire::messages::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsTopicResult,
};

use crate::request::Request;
use crate::node::Node;

/// Answers DeleteRecords.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DeleteRecordsRequest,
) -> DeleteRecordsResponse {
    let mut response = DeleteRecordsResponse::default();
    for topic in &body.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for wanted in &topic.partitions {
            let index = wanted.partition_index;
            let deleted = delete(node, &topic.name, index, wanted.offset).await;
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
    partition: i32,
    before: i64,
) -> Result<i64, ErrorCode> {
    let partition = node.partition_by_name(topic, partition)?;
    if ottla_model::is_internal_topic(topic) {
        return Err(ErrorCode::InvalidTopicException);
    }
    let now = node.io.now();
    node.io.blocking(move || partition.delete_records(now, before)).await
}
