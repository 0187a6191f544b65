//! DescribeTopicPartitions (key 75), version 0: topics page by page, with eligible leader replicas
//! (KIP-966).
//!
//! Topics come in the order of their names; when the page is full a cursor says where to go on.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_controller::Image;
use ottla_controller::image::{Partition, Topic};
use ottla_model::{ErrorCode, check_topic_name, is_internal_topic};
use ottla_wire::messages::describe_topic_partitions::{
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic, ResponseCursor,
    TopicRequest,
};

use crate::authorized_operations::ALL_OF_TOPIC;
use super::metadata::offline_replicas;
use crate::request::Request;
use crate::node::Node;

/// Answers DescribeTopicPartitions.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DescribeTopicPartitionsRequest,
) -> DescribeTopicPartitionsResponse {
    if body.cursor.as_ref().is_some_and(|cursor| cursor.partition_index < 0) {
        return refused(&body.topics);
    }
    let image = node.metadata.image();
    let limit = usize::try_from(body.response_partition_limit).unwrap_or(0);
    let mut page = Page {
        image: &image,
        room: limit.clamp(1, node.settings.describe_partitions_max),
        response: DescribeTopicPartitionsResponse::default(),
    };
    let (from_topic, from_partition) = match &body.cursor {
        Some(cursor) => (&*cursor.topic_name, cursor.partition_index),
        None => ("", 0),
    };
    let first_of = |name: &str| if name == from_topic { from_partition } else { 0 };
    if body.topics.is_empty() {
        for topic in image.topics.iter_from(from_topic) {
            if !page.put(topic, first_of(&topic.name)) {
                break;
            }
        }
        return page.response;
    }
    let names: BTreeSet<&str> = body.topics.iter().map(|topic| &*topic.name).collect();
    for name in names.into_iter().filter(|name| *name >= from_topic) {
        match image.topic(name) {
            Some(topic) if !page.put(topic, first_of(name)) => break,
            Some(_) => {}
            None => page.response.topics.push(missing(name)),
        }
    }
    page.response
}

struct Page<'a> {
    image: &'a Image,
    /// Partitions that still fit.
    room: usize,
    response: DescribeTopicPartitionsResponse,
}

impl Page<'_> {
    /// Puts the partitions from `first` on; false when the page is full and the cursor set.
    fn put(&mut self, topic: &Topic, first: i32) -> bool {
        let cursor = |partition_index| {
            Some(ResponseCursor {
                topic_name: (*topic.name).into(),
                partition_index,
            })
        };
        if self.room == 0 {
            self.response.next_cursor = cursor(first);
            return false;
        }
        let mut partitions = Vec::new();
        for (index, partition) in topic.partitions.range(first..) {
            if self.room == 0 {
                self.response.next_cursor = cursor(*index);
                break;
            }
            self.room -= 1;
            partitions.push(self.partition(*index, partition));
        }
        self.response.topics.push(DescribeTopicPartitionsResponseTopic {
            name: Some((*topic.name).into()),
            topic_id: topic.id,
            is_internal: is_internal_topic(&topic.name),
            partitions,
            topic_authorized_operations: ALL_OF_TOPIC,
            ..DescribeTopicPartitionsResponseTopic::default()
        });
        self.response.next_cursor.is_none()
    }

    fn partition(
        &self,
        index: i32,
        partition: &Partition,
    ) -> DescribeTopicPartitionsResponsePartition {
        let led = self.image.brokers.get(&partition.leader).is_some_and(|leader| !leader.fenced);
        let error = if led { ErrorCode::None } else { ErrorCode::LeaderNotAvailable };
        DescribeTopicPartitionsResponsePartition {
            error_code: error.code(),
            partition_index: index,
            leader_id: partition.leader,
            leader_epoch: partition.leader_epoch,
            replica_nodes: partition.replicas.to_vec(),
            isr_nodes: partition.isr.to_vec(),
            eligible_leader_replicas: Some(partition.elr.to_vec()),
            last_known_elr: Some(partition.last_known_elr.to_vec()),
            offline_replicas: offline_replicas(self.image, partition),
        }
    }
}

fn missing(name: &str) -> DescribeTopicPartitionsResponseTopic {
    let error = match check_topic_name(name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: error.code(),
        name: Some(name.into()),
        is_internal: is_internal_topic(name),
        topic_authorized_operations: ALL_OF_TOPIC,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}

/// Only topics that were named can be told that the cursor is wrong.
fn refused(topics: &[TopicRequest]) -> DescribeTopicPartitionsResponse {
    let topics = topics.iter().map(|topic| DescribeTopicPartitionsResponseTopic {
        error_code: ErrorCode::InvalidRequest.code(),
        name: Some(topic.name.clone()),
        ..DescribeTopicPartitionsResponseTopic::default()
    });
    DescribeTopicPartitionsResponse {
        topics: topics.collect(),
        ..DescribeTopicPartitionsResponse::default()
    }
}
