//! DescribeCluster (key 60), versions 0-2: who is in the cluster.
//!
//! - v1: brokers or controllers (KIP-919); v2: fenced brokers too (KIP-1073).

use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};

use crate::authorized_operations::{ALL_OF_CLUSTER, NOT_ASKED_FOR};
use crate::request::Request;
use crate::node::Node;

/// `endpoint_type` of brokers.
const BROKERS: i8 = 1;
/// `endpoint_type` of controllers.
const CONTROLLERS: i8 = 2;

/// Answers DescribeCluster.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: DescribeClusterRequest,
) -> DescribeClusterResponse {
    if let Err((error, message)) = check_endpoint_type(body.endpoint_type) {
        return DescribeClusterResponse {
            error_code: error.code(),
            error_message: Some(message.into()),
            ..DescribeClusterResponse::default()
        };
    }
    let image = node.metadata.image();
    let shown = image.brokers.values().filter(|b| body.include_fenced_brokers || !b.fenced);
    let brokers = shown.filter_map(|broker| {
        let endpoint = broker.endpoint(&request.peer.listener)?;
        Some(DescribeClusterBroker {
            broker_id: broker.id,
            host: (*endpoint.host).into(),
            port: i32::from(endpoint.port),
            rack: broker.rack.as_deref().map(Str::from),
            is_fenced: broker.fenced,
        })
    });
    let asks = body.include_cluster_authorized_operations;
    DescribeClusterResponse {
        endpoint_type: BROKERS,
        cluster_id: (*node.cluster_id).into(),
        controller_id: node.settings.node_id,
        brokers: brokers.collect(),
        cluster_authorized_operations: if asks { ALL_OF_CLUSTER } else { NOT_ASKED_FOR },
        ..DescribeClusterResponse::default()
    }
}

fn check_endpoint_type(endpoint_type: i8) -> Result<(), (ErrorCode, String)> {
    match endpoint_type {
        BROKERS => Ok(()),
        CONTROLLERS => Err((
            ErrorCode::MismatchedEndpointType,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                .to_owned(),
        )),
        _ => Err((
            ErrorCode::UnsupportedEndpointType,
            format!("Unsupported endpoint type {endpoint_type}"),
        )),
    }
}
