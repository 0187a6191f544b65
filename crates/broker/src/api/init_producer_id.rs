//! InitProducerId (key 22), versions 0-5: who a producer is.
//!
//! - v3: the producer may name the id and epoch it has; v4: PRODUCER_FENCED; v5: no change but for
//!   the error codes a client must understand. Version 6 (KIP-939) is not released.

use std::sync::Arc;

use ottla_coordinator::Producer;
use ottla_model::ErrorCode;
use ottla_txn::InitProducerId;
use ottla_wire::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

use crate::node::Node;
use crate::request::Request;
use crate::transactions;

/// First version whose clients know PRODUCER_FENCED.
const FENCED_VERSION_MIN: i16 = 4;

/// Answers InitProducerId.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: InitProducerIdRequest,
) -> InitProducerIdResponse {
    let assigned = match body.transactional_id.as_deref() {
        // An idempotent producer that lost count gets a new id; the one it had needs no bump.
        None => node.producer_ids.next(&node.metadata).await.map(|id| Producer { id, epoch: 0 }),
        Some("") => Err(ErrorCode::InvalidRequest),
        Some(transactional_id) => init(node, transactional_id, &body).await,
    };
    match assigned {
        Ok(Producer { id, epoch }) => InitProducerIdResponse {
            producer_id: id,
            producer_epoch: epoch,
            ..InitProducerIdResponse::default()
        },
        Err(error) => InitProducerIdResponse {
            error_code: match error {
                ErrorCode::ProducerFenced if request.version < FENCED_VERSION_MIN => {
                    ErrorCode::InvalidProducerEpoch.code()
                }
                other => other.code(),
            },
            producer_id: -1,
            producer_epoch: -1,
            ..InitProducerIdResponse::default()
        },
    }
}

async fn init(
    node: &Arc<Node>,
    transactional_id: &str,
    body: &InitProducerIdRequest,
) -> Result<Producer, ErrorCode> {
    let named = Producer { id: body.producer_id, epoch: body.producer_epoch };
    let expected = match (named.id == -1, named.epoch == -1) {
        (true, true) => None,
        (false, false) => Some(named),
        _ => return Err(ErrorCode::InvalidRequest),
    };
    transactions::ask_producer(node, transactional_id, |state, now, token, fresh_id| {
        let request = InitProducerId {
            transactional_id,
            timeout_ms: body.transaction_timeout_ms,
            expected,
            two_phase_commit: body.enable2_pc,
            keep_prepared: body.keep_prepared_txn,
            fresh_id,
        };
        state.init_producer_id(now, token, request)
    })
    .await
}
