//! EndTxn (key 26), versions 0-5: commit or abort.
//!
//! - v2: PRODUCER_FENCED; v3: flexible; v4: TRANSACTION_ABORTABLE; v5: the answer names the producer to
//!   go on as (KIP-890).

use std::sync::Arc;

use ottla_coordinator::Producer;
use ottla_model::ErrorCode;
use ottla_txn::{EndTransaction, TransactionVersion};
use ottla_wire::messages::end_txn::{EndTxnRequest, EndTxnResponse};

use crate::node::Node;
use crate::request::Request;
use crate::transactions;

/// First version whose clients know PRODUCER_FENCED.
const FENCED_VERSION_MIN: i16 = 2;

/// Answers EndTxn.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: EndTxnRequest,
) -> EndTxnResponse {
    let version = TransactionVersion::of_end_txn(request.version);
    let id: &str = &body.transactional_id;
    let ended = transactions::ask_producer(node, id, |state, now, token, fresh_id| {
        let request = EndTransaction {
            transactional_id: id,
            producer: Producer { id: body.producer_id, epoch: body.producer_epoch },
            commit: body.committed,
            version,
            fresh_id,
        };
        state.end_transaction(now, token, request)
    });
    match ended.await {
        Ok(producer) => EndTxnResponse {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            ..EndTxnResponse::default()
        },
        Err(error) => EndTxnResponse {
            error_code: match error {
                ErrorCode::ProducerFenced if request.version < FENCED_VERSION_MIN => {
                    ErrorCode::InvalidProducerEpoch.code()
                }
                other => other.code(),
            },
            producer_id: -1,
            producer_epoch: -1,
            ..EndTxnResponse::default()
        },
    }
}
