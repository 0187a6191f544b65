//! InitProducerId (key 22), versions 0-5: an id for an idempotent producer.
//!
//! - v3: the producer may name the id and epoch it has; v4: PRODUCER_FENCED; v5: no change but for
//!   the error codes a client must understand. Version 6 (KIP-939) is not released.
//!
//! A transactional id is for the transaction coordinator, which this node does not have.

use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_wire::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

use crate::request::Request;
use crate::node::Node;

/// Answers InitProducerId.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: InitProducerIdRequest,
) -> InitProducerIdResponse {
    let assigned = match body.transactional_id.as_deref() {
        Some("") => Err(ErrorCode::InvalidRequest),
        Some(_) => Err(ErrorCode::CoordinatorNotAvailable),
        // An idempotent producer that lost count gets a new id; the one it had needs no bump.
        None => node.producer_ids.next(&node.metadata).await,
    };
    match assigned {
        Ok(producer_id) => InitProducerIdResponse {
            producer_id,
            producer_epoch: 0,
            ..InitProducerIdResponse::default()
        },
        Err(error) => InitProducerIdResponse {
            error_code: error.code(),
            producer_id: -1,
            producer_epoch: -1,
            ..InitProducerIdResponse::default()
        },
    }
}
