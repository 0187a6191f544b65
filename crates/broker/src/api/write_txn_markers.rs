//! WriteTxnMarkers (key 27), versions 1-2: a transaction coordinator, or an operator who aborts a
//! transaction that hangs, ends transactions in partitions of this node.
//!
//! - v2: the transaction's version (KIP-1228).

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_coordinator::Producer;
use ottla_model::{ErrorCode, TopicPartition};
use ottla_wire::messages::write_txn_markers::{
    WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};

use crate::node::Node;
use crate::request::Request;
use crate::transactions::{Marker, end_in_partition};

/// Answers WriteTxnMarkers.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: WriteTxnMarkersRequest,
) -> WriteTxnMarkersResponse {
    let mut markers = Vec::with_capacity(body.markers.len());
    for asked in &body.markers {
        let marker = Marker {
            producer: Producer { id: asked.producer_id, epoch: asked.producer_epoch },
            committed: asked.transaction_result,
            coordinator_epoch: asked.coordinator_epoch,
        };
        // Kafka answers one topic once, however often it was named.
        let mut topics: BTreeMap<&str, Vec<WritableTxnMarkerPartitionResult>> = BTreeMap::new();
        for topic in &asked.topics {
            let results = topics.entry(topic.name.as_str()).or_default();
            for index in &topic.partition_indexes {
                let name = TopicPartition::new(topic.name.as_str(), *index);
                let ended = end_in_partition(node, &name, marker).await;
                let code = ended.err().unwrap_or(ErrorCode::None).code();
                let result =
                    WritableTxnMarkerPartitionResult { partition_index: *index, error_code: code };
                results.push(result);
            }
        }
        if topics.is_empty() {
            continue;
        }
        let topics = topics.into_iter().map(|(name, partitions)| WritableTxnMarkerTopicResult {
            name: name.into(),
            partitions,
        });
        markers.push(WritableTxnMarkerResult {
            producer_id: asked.producer_id,
            topics: topics.collect(),
        });
    }
    WriteTxnMarkersResponse { markers }
}
