//! FindCoordinator (key 10), versions 0-6: which node is responsible for a group or a transactional id.
//!
//! - v1: key types and error messages; v3: flexible; v4: many keys; v6: key type share (KIP-932), which
//!   this node does not serve.

use std::sync::Arc;

use ottla_coordinator::partition_for;
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::find_coordinator::{
    Coordinator, FindCoordinatorRequest, FindCoordinatorResponse,
};

use crate::internal_topics::{self, CONSUMER_OFFSETS, TRANSACTION_STATE};
use crate::node::Node;
use crate::request::Request;

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
/// First version that asks for many keys.
const MANY_KEYS_VERSION_MIN: i16 = 4;

/// Answers FindCoordinator.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: FindCoordinatorRequest,
) -> FindCoordinatorResponse {
    if request.version < MANY_KEYS_VERSION_MIN {
        let found = find(node, request, body.key_type, &body.key).await;
        return FindCoordinatorResponse {
            error_code: found.error_code,
            error_message: found.error_message,
            node_id: found.node_id,
            host: found.host,
            port: found.port,
            ..FindCoordinatorResponse::default()
        };
    }
    let mut coordinators = Vec::with_capacity(body.coordinator_keys.len());
    for key in &body.coordinator_keys {
        coordinators.push(find(node, request, body.key_type, key).await);
    }
    FindCoordinatorResponse { coordinators, ..FindCoordinatorResponse::default() }
}

async fn find(node: &Arc<Node>, request: &Request, key_type: i8, key: &Str) -> Coordinator {
    let (code, place) = match locate(node, request, key_type, key).await {
        Ok(place) => (ErrorCode::None, place),
        Err(code) => (code, (-1, Str::default(), -1)),
    };
    let (node_id, host, port) = place;
    Coordinator {
        key: key.clone(),
        node_id,
        host,
        port,
        error_code: code.code(),
        error_message: Some(match code {
            ErrorCode::None => Str::default(),
            code => code.sentence().into(),
        }),
    }
}

async fn locate(
    node: &Arc<Node>,
    request: &Request,
    key_type: i8,
    key: &str,
) -> Result<(i32, Str, i32), ErrorCode> {
    let (name, topic) = match key_type {
        GROUP => (CONSUMER_OFFSETS, &node.settings.groups.topic),
        TRANSACTION => (TRANSACTION_STATE, &node.settings.transactions.topic),
        _ => return Err(ErrorCode::InvalidRequest),
    };
    internal_topics::ensure(&node.metadata, name, topic).await?;
    let image = node.metadata.image();
    let unavailable = ErrorCode::CoordinatorNotAvailable;
    let found = image.topic(name).ok_or(unavailable)?;
    let count = i32::try_from(found.partitions.size()).unwrap_or(i32::MAX);
    let partition = found.partitions.get(&partition_for(key, count)).ok_or(unavailable)?;
    let broker = image.brokers.get(&partition.leader).filter(|broker| !broker.fenced);
    let endpoint = broker.and_then(|broker| broker.endpoint(&request.peer.listener));
    let endpoint = endpoint.ok_or(unavailable)?;
    Ok((partition.leader, (*endpoint.host).into(), i32::from(endpoint.port)))
}
