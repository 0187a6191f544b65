//! UnregisterBroker (key 64), version 0: a broker that is gone for good is forgotten.

use std::sync::Arc;

use ottla_wire::messages::unregister_broker::{UnregisterBrokerRequest, UnregisterBrokerResponse};

use crate::request::Request;
use crate::node::Node;

/// Answers UnregisterBroker.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: UnregisterBrokerRequest,
) -> UnregisterBrokerResponse {
    match node.metadata.unregister_broker(body.broker_id).await {
        Ok(()) => {
            UnregisterBrokerResponse { error_message: None, ..UnregisterBrokerResponse::default() }
        }
        Err(fault) => UnregisterBrokerResponse {
            error_code: fault.code.code(),
            error_message: fault.message.map(Into::into),
            ..UnregisterBrokerResponse::default()
        },
    }
}
