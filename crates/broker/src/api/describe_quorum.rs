//! DescribeQuorum (key 55), versions 0-2: how the metadata quorum stands.
//!
//! - v1: when each voter last fetched and was caught up; v2: directory ids, and where voters listen.

use std::sync::Arc;

use ottla_base::Uuid;
use ottla_model::{ErrorCode, METADATA_TOPIC};
use ottla_raft::Voter;
use ottla_wire::messages::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumResponse, Listener, Node as VoterNode, ReplicaState,
    ResponsePartitionData, ResponseTopicData,
};

use crate::request::Request;
use crate::metadata::QuorumView;
use crate::node::Node;

/// First version that tells directory ids and listeners.
const PLACES_VERSION_MIN: i16 = 2;

/// Answers DescribeQuorum. What is asked for beside the metadata log is answered instead of it, as
/// Kafka does.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: DescribeQuorumRequest,
) -> DescribeQuorumResponse {
    let quorum = node.metadata.quorum();
    let mut response =
        DescribeQuorumResponse { error_message: Some("".into()), ..DescribeQuorumResponse::default() };
    let asks_for_log = match body.topics.as_slice() {
        [topic] => {
            topic.topic_name == METADATA_TOPIC
                && matches!(topic.partitions.as_slice(), [only] if only.partition_index == 0)
        }
        _ => false,
    };
    if !asks_for_log {
        response.topics = body.topics.iter().map(|topic| ResponseTopicData {
            topic_name: topic.topic_name.clone(),
            partitions: topic.partitions.iter().map(|p| unknown(p.partition_index)).collect(),
        }).collect();
        return response;
    }
    response.topics = vec![ResponseTopicData {
        topic_name: METADATA_TOPIC.into(),
        partitions: vec![state(&quorum, request.version)],
    }];
    if request.version >= PLACES_VERSION_MIN {
        response.nodes = quorum.voters.iter().map(node_of).collect();
    }
    response
}

fn node_of(voter: &Voter) -> VoterNode {
    let listeners = voter.endpoints.iter().map(|endpoint| Listener {
        name: endpoint.name.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
    });
    VoterNode { node_id: voter.key.id, listeners: listeners.collect() }
}

fn unknown(partition_index: i32) -> ResponsePartitionData {
    let error = ErrorCode::UnknownTopicOrPartition;
    ResponsePartitionData {
        partition_index,
        error_code: error.code(),
        error_message: Some(error.sentence().into()),
        ..ResponsePartitionData::default()
    }
}

/// The leader is always caught up with itself.
fn state(quorum: &QuorumView, version: i16) -> ResponsePartitionData {
    let voters = quorum.voters.iter().map(|voter| ReplicaState {
        replica_id: voter.key.id,
        replica_directory_id: if version >= PLACES_VERSION_MIN {
            voter.key.directory_id
        } else {
            Uuid::ZERO
        },
        log_end_offset: quorum.log_end_offset,
        last_fetch_timestamp: quorum.caught_up_timestamp_ms,
        last_caught_up_timestamp: quorum.caught_up_timestamp_ms,
    });
    ResponsePartitionData {
        error_message: Some("".into()),
        leader_id: quorum.leader_id,
        leader_epoch: quorum.leader_epoch,
        high_watermark: quorum.high_watermark,
        current_voters: voters.collect(),
        ..ResponsePartitionData::default()
    }
}
