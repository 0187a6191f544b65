//! CreatePartitions (key 37), versions 0-3: topics grow.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_controller::decide::{Fault, MorePartitions};
use ottla_model::ErrorCode;
use ottla_wire::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
    CreatePartitionsTopicResult,
};

use crate::request::Request;
use crate::node::Node;

/// Answers CreatePartitions.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: CreatePartitionsRequest,
) -> CreatePartitionsResponse {
    let mut mentions: BTreeMap<&str, usize> = BTreeMap::new();
    for topic in &body.topics {
        *mentions.entry(&topic.name).or_default() += 1;
    }
    let mut results = Vec::with_capacity(mentions.len());
    for (name, _) in mentions.iter().filter(|(_, count)| **count > 1) {
        let fault = Fault::new(ErrorCode::InvalidRequest, "Duplicate topic name.");
        results.push(answer(name, Err(fault)));
    }
    let once = body.topics.iter().filter(|topic| mentions.get(&*topic.name) == Some(&1));
    let wanted: Vec<MorePartitions> = once.map(more_partitions).collect();
    let names: Vec<String> = wanted.iter().map(|topic| topic.name.clone()).collect();
    match node.metadata.create_partitions(wanted, body.validate_only).await {
        Ok(grown) => results.extend(grown.into_iter().map(|(name, result)| answer(&name, result))),
        Err(fault) => results.extend(names.iter().map(|name| answer(name, Err(fault.clone())))),
    }
    CreatePartitionsResponse { results, ..CreatePartitionsResponse::default() }
}

fn more_partitions(topic: &CreatePartitionsTopic) -> MorePartitions {
    let chosen = topic.assignments.as_ref();
    MorePartitions {
        name: topic.name.to_string(),
        count: topic.count,
        assignments: chosen.map(|all| all.iter().map(|one| one.broker_ids.clone()).collect()),
    }
}

fn answer(name: &str, result: Result<(), Fault>) -> CreatePartitionsTopicResult {
    let (code, message) = match result {
        Ok(()) => (ErrorCode::None, None),
        Err(fault) => (fault.code, fault.message),
    };
    CreatePartitionsTopicResult {
        name: name.into(),
        error_code: code.code(),
        error_message: message.map(Into::into),
    }
}
