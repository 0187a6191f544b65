//! DescribeProducers (key 61), version 0: the producers that a partition knows, and the transactions
//! they have open (KIP-664).

use std::sync::Arc;

use ottla_model::{ErrorCode, check_topic_name};
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
    let topics = body.topics.iter().map(|topic| TopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partition_indexes
            .iter()
            .map(|index| partition(node, &topic.name, *index))
            .collect(),
    });
    DescribeProducersResponse { topics: topics.collect(), ..DescribeProducersResponse::default() }
}

fn partition(node: &Node, topic: &str, partition_index: i32) -> PartitionResponse {
    if let Err(invalid) = check_topic_name(topic) {
        return PartitionResponse {
            partition_index,
            error_code: ErrorCode::InvalidTopicException.code(),
            error_message: Some(invalid.sentence(topic).into()),
            ..PartitionResponse::default()
        };
    }
    let found = node.partition_by_name(topic, partition_index).and_then(|found| {
        // Followers answer too, but not a dir that has failed.
        if found.is_offline() { Err(ErrorCode::KafkaStorageError) } else { Ok(found) }
    });
    match found {
        Ok(found) => PartitionResponse {
            partition_index,
            active_producers: found.producers().iter().map(state).collect(),
            ..PartitionResponse::default()
        },
        Err(error) => PartitionResponse {
            partition_index,
            error_code: error.code(),
            error_message: Some(error.sentence().into()),
            ..PartitionResponse::default()
        },
    }
}

fn state(producer: &ActiveProducer) -> ProducerState {
    ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: i32::from(producer.producer_epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.current_txn_start_offset,
    }
}
