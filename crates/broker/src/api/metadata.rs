//! Metadata (key 3), versions 0-13: brokers, and topics with their leaders.
//!
//! - v0: an empty list means all topics; v1 on: null does. v4: the client may forbid creation;
//!   v5: offline replicas; v7: leader epochs; v8: authorized operations; v9: flexible;
//!   v10, v12: topic ids; v13: an error on top.
//!
//! A topic that is named twice is answered once, and an id before v12 refuses the request.
//! A topic that does not exist is created if setting and client allow it, and is answered as it is
//! then; Apache Kafka answers UNKNOWN_TOPIC_OR_PARTITION and lets the client ask again.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::decide::NewTopic;
use ottla_controller::image::{Partition, Topic};
use ottla_model::{ErrorCode, check_topic_name, is_internal_topic};
use ottla_wire::Str;
use ottla_wire::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};
use tracing::info;

use crate::authorized_operations::{ALL_OF_CLUSTER, ALL_OF_TOPIC, NOT_ASKED_FOR};
use crate::request::Request;
use crate::node::Node;

/// First version in which a topic may be named by its id.
const TOPIC_ID_VERSION_MIN: i16 = 12;

/// Answers Metadata.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: MetadataRequest,
) -> MetadataResponse {
    let wanted = body.topics.as_ref().filter(|topics| request.version > 0 || !topics.is_empty());
    let wanted = wanted.map(|topics| named_once(topics));
    if let Some(wanted) = &wanted {
        if request.version < TOPIC_ID_VERSION_MIN && wanted.iter().any(|topic| is_by_id(topic)) {
            return refused(wanted, ErrorCode::InvalidRequest);
        }
        if wanted.iter().any(|topic| topic.name.is_none() && topic.topic_id.is_zero()) {
            return refused(wanted, ErrorCode::UnknownServerError);
        }
        let may_create = request.version < 4 || body.allow_auto_topic_creation;
        if node.settings.auto_create_topics && may_create {
            create_missing(node, wanted).await;
        }
    }
    let image = node.metadata.image();
    let view = View { image: &image, listener: &request.peer.listener };
    let mut topics: Vec<MetadataResponseTopic> = match &wanted {
        None => image.topics.iter().map(|topic| view.topic(topic)).collect(),
        Some(wanted) => wanted.iter().map(|topic| view.wanted(topic)).collect(),
    };
    if body.include_topic_authorized_operations {
        for topic in topics.iter_mut().filter(|topic| topic.error_code == 0) {
            topic.topic_authorized_operations = ALL_OF_TOPIC;
        }
    }
    let asks_for_cluster = body.include_cluster_authorized_operations;
    MetadataResponse {
        brokers: view.brokers(),
        cluster_id: Some((*node.cluster_id).into()),
        // Clients send to it what the controller decides; any broker passes that on.
        controller_id: node.settings.node_id,
        topics,
        cluster_authorized_operations: if asks_for_cluster {
            ALL_OF_CLUSTER
        } else {
            NOT_ASKED_FOR
        },
        ..MetadataResponse::default()
    }
}

/// The topics asked for, each at its first mention, as Kafka answers: else a small request for one
/// large topic, over and over, would be answered with more than memory holds.
fn named_once(topics: &[MetadataRequestTopic]) -> Vec<&MetadataRequestTopic> {
    // With an id, the name says nothing: the Java client sends an empty one beside each.
    let key = |topic: &MetadataRequestTopic| match topic.topic_id.is_zero() {
        true => (topic.name.clone(), Uuid::ZERO),
        false => (None, topic.topic_id),
    };
    let mut seen = BTreeSet::new();
    topics.iter().filter(|topic| seen.insert(key(topic))).collect()
}

fn is_by_id(topic: &MetadataRequestTopic) -> bool {
    topic.name.is_none() || !topic.topic_id.is_zero()
}

/// The answer to a request that Apache Kafka fails on as a whole: versions 10 and 11 with a topic's
/// id, which they only seem to allow, and a topic with neither name nor id.
fn refused(wanted: &[&MetadataRequestTopic], error: ErrorCode) -> MetadataResponse {
    let topics = wanted.iter().map(|topic| MetadataResponseTopic {
        error_code: error.code(),
        name: Some(topic.name.clone().unwrap_or_default()),
        topic_id: topic.topic_id,
        ..MetadataResponseTopic::default()
    });
    MetadataResponse { topics: topics.collect(), ..MetadataResponse::default() }
}

/// Creates the topics that are named and do not exist. One that cannot be created shows as missing
/// in the answer.
async fn create_missing(node: &Arc<Node>, wanted: &[&MetadataRequestTopic]) {
    let image = node.metadata.image();
    let names: BTreeSet<&str> = wanted
        .iter()
        .filter(|topic| topic.topic_id.is_zero())
        .filter_map(|topic| topic.name.as_deref())
        .filter(|name| image.topic(name).is_none())
        .filter(|name| check_topic_name(name).is_ok() && !is_internal_topic(name))
        .collect();
    if names.is_empty() {
        return;
    }
    let topics: Vec<NewTopic> = names.into_iter().map(with_defaults).collect();
    let Ok(created) = node.metadata.create_topics(topics, false).await else { return };
    for (name, result) in created {
        match result {
            Ok(topic) => info!(topic = %name, partitions = topic.partitions, "topic auto-created"),
            Err(fault) => info!(topic = %name, code = %fault.code, "topic not auto-created"),
        }
    }
}

fn with_defaults(name: &str) -> NewTopic {
    NewTopic {
        name: name.to_owned(),
        partitions: -1,
        replication_factor: -1,
        ..NewTopic::default()
    }
}

/// The cluster as the clients of one listener see it.
struct View<'a> {
    image: &'a Image,
    listener: &'a str,
}

impl View<'_> {
    fn brokers(&self) -> Vec<MetadataResponseBroker> {
        let active = self.image.brokers.values().filter(|broker| !broker.fenced);
        active
            .filter_map(|broker| {
                let endpoint = broker.endpoint(self.listener)?;
                Some(MetadataResponseBroker {
                    node_id: broker.id,
                    host: (*endpoint.host).into(),
                    port: i32::from(endpoint.port),
                    rack: broker.rack.as_deref().map(Str::from),
                })
            })
            .collect()
    }

    fn wanted(&self, wanted: &MetadataRequestTopic) -> MetadataResponseTopic {
        // An id counts before a name: the Java client sends an empty one beside it.
        let Some(name) = wanted.name.as_ref().filter(|_| wanted.topic_id.is_zero()) else {
            return match self.image.topic_by_id(wanted.topic_id) {
                Some(topic) => self.topic(topic),
                None => MetadataResponseTopic {
                    error_code: ErrorCode::UnknownTopicId.code(),
                    name: None,
                    topic_id: wanted.topic_id,
                    ..MetadataResponseTopic::default()
                },
            };
        };
        match self.image.topic(name) {
            Some(topic) => self.topic(topic),
            None => {
                let error = match check_topic_name(name) {
                    Ok(()) => ErrorCode::UnknownTopicOrPartition,
                    Err(_) => ErrorCode::InvalidTopicException,
                };
                MetadataResponseTopic {
                    error_code: error.code(),
                    name: Some(name.clone()),
                    is_internal: is_internal_topic(name),
                    ..MetadataResponseTopic::default()
                }
            }
        }
    }

    fn topic(&self, topic: &Topic) -> MetadataResponseTopic {
        let partitions = topic.partitions.iter();
        MetadataResponseTopic {
            name: Some((*topic.name).into()),
            topic_id: topic.id,
            is_internal: is_internal_topic(&topic.name),
            partitions: partitions.map(|(index, found)| self.partition(*index, found)).collect(),
            ..MetadataResponseTopic::default()
        }
    }

    fn partition(&self, index: i32, partition: &Partition) -> MetadataResponsePartition {
        MetadataResponsePartition {
            error_code: self.leader_error(partition).code(),
            partition_index: index,
            leader_id: partition.leader,
            leader_epoch: partition.leader_epoch,
            replica_nodes: partition.replicas.to_vec(),
            isr_nodes: partition.isr.to_vec(),
            offline_replicas: offline_replicas(self.image, partition),
        }
    }

    fn leader_error(&self, partition: &Partition) -> ErrorCode {
        match self.image.brokers.get(&partition.leader).filter(|leader| !leader.fenced) {
            None => ErrorCode::LeaderNotAvailable,
            Some(leader) if leader.endpoint(self.listener).is_none() => {
                ErrorCode::ListenerNotFound
            }
            Some(_) => ErrorCode::None,
        }
    }
}

/// Replicas on brokers that are not there, or in log dirs that have failed.
pub(super) fn offline_replicas(image: &Image, partition: &Partition) -> Vec<i32> {
    let is_offline = |id: &&i32| {
        image.brokers.get(id).is_none_or(|broker| broker.fenced)
            || !image.has_replica_online(partition, **id)
    };
    partition.replicas.iter().filter(is_offline).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_named_by_id_with_an_empty_name_beside_it_are_all_answered() {
        let by_id = |low| MetadataRequestTopic {
            name: Some(Str::default()),
            topic_id: Uuid::from_low(low),
        };
        let topics = [by_id(1), by_id(2), by_id(1)];
        let ids: Vec<Uuid> = named_once(&topics).iter().map(|topic| topic.topic_id).collect();
        assert_eq!(ids, [Uuid::from_low(1), Uuid::from_low(2)]);
    }
}
