//! ElectLeaders (key 43), versions 0-2: the preferred replica leads again, or (unclean) any.
//!
//! - v0: preferred only; v1: kinds of election, and an error for all.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_controller::decide::{ElectedPartition, ElectionType, Fault};
use ottla_model::ErrorCode;
use ottla_wire::messages::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
};

use crate::request::Request;
use crate::node::Node;

/// Answers ElectLeaders.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: ElectLeadersRequest,
) -> ElectLeadersResponse {
    let asked: Option<Vec<(String, i32)>> = body.topic_partitions.as_ref().map(|topics| {
        let partitions = topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|index| (topic.topic.to_string(), *index))
        });
        partitions.collect()
    });
    let election = match body.election_type {
        0 => ElectionType::Preferred,
        1 => ElectionType::Unclean,
        other => {
            let text = format!("Unknown election type {other}");
            return refused(asked.unwrap_or_default(), Fault::new(ErrorCode::InvalidRequest, text));
        }
    };
    let is_all = asked.is_none();
    let elected = node.metadata.elect_leaders(election, asked.clone()).await;
    match elected {
        Ok(elected) => answer(node, elected, is_all),
        Err(fault) => refused(asked.unwrap_or_default(), fault),
    }
}

/// When all partitions were asked for, every topic is named, and only what was elected in it.
fn answer(node: &Arc<Node>, elected: Vec<ElectedPartition>, is_all: bool) -> ElectLeadersResponse {
    let mut topics: BTreeMap<String, Vec<PartitionResult>> = BTreeMap::new();
    if is_all {
        let image = node.metadata.image();
        topics.extend(image.topics.iter().map(|topic| (topic.name.to_string(), Vec::new())));
    }
    for (topic, index, result) in elected {
        topics.entry(topic).or_default().push(partition(index, result.err().as_ref()));
    }
    ElectLeadersResponse { replica_election_results: results(topics), ..ElectLeadersResponse::default() }
}

fn refused(asked: Vec<(String, i32)>, fault: Fault) -> ElectLeadersResponse {
    let mut topics: BTreeMap<String, Vec<PartitionResult>> = BTreeMap::new();
    for (topic, index) in asked {
        topics.entry(topic).or_default().push(partition(index, Some(&fault)));
    }
    ElectLeadersResponse {
        error_code: fault.code.code(),
        replica_election_results: results(topics),
        ..ElectLeadersResponse::default()
    }
}

fn partition(partition_id: i32, fault: Option<&Fault>) -> PartitionResult {
    PartitionResult {
        partition_id,
        error_code: fault.map_or(ErrorCode::None, |fault| fault.code).code(),
        error_message: fault.and_then(|fault| fault.message.as_deref()).map(Into::into),
    }
}

fn results(topics: BTreeMap<String, Vec<PartitionResult>>) -> Vec<ReplicaElectionResult> {
    let result = |(topic, partition_result): (String, Vec<PartitionResult>)| ReplicaElectionResult {
        topic: topic.into(),
        partition_result,
    };
    topics.into_iter().map(result).collect()
}
