//! DescribeProducers (key 61), version 0: the producers a partition knows, and whose transaction is open
//! (KIP-664).

use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_wire::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState,
    TopicResponse,
};

use crate::node::Node;
use crate::request::Request;
use crate::storage::ActiveProducer;

/// Answers DescribeProducers.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DescribeProducersRequest,
) -> DescribeProducersResponse {
    let topics = body.topics.iter().map(|topic| {
        let partitions = topic.partition_indexes.iter();
        TopicResponse {
            name: topic.name.clone(),
            partitions: partitions.map(|index| describe(node, &topic.name, *index)).collect(),
        }
    });
    DescribeProducersResponse { topics: topics.collect(), ..DescribeProducersResponse::default() }
}

fn describe(node: &Arc<Node>, topic: &str, index: i32) -> PartitionResponse {
    let found = node.partition_by_name(topic, index).and_then(|partition| {
        partition.check_leader_epoch(-1)?;
        Ok(partition.producers())
    });
    match found {
        Ok(producers) => PartitionResponse {
            partition_index: index,
            error_code: ErrorCode::None.code(),
            active_producers: producers.into_iter().map(state).collect(),
            error_message: None,
        },
        Err(code) => PartitionResponse {
            partition_index: index,
            error_code: code.code(),
            error_message: None,
            active_producers: Vec::new(),
        },
    }
}

fn state(producer: ActiveProducer) -> ProducerState {
    ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: i32::from(producer.producer_epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.current_txn_start_offset,
    }
}
