//! AddOffsetsToTxn (key 25), versions 0-4: a transaction is about to commit offsets of a group.
//!
//! - v2: PRODUCER_FENCED; v3: flexible; v4: TRANSACTION_ABORTABLE.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_coordinator::{Producer, partition_for};
use ottla_model::{ErrorCode, TopicPartition};
use ottla_txn::{AddPartitions, Answer, TransactionVersion};
use ottla_wire::messages::add_offsets_to_txn::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse};

use crate::internal_topics::{self, CONSUMER_OFFSETS};
use crate::node::Node;
use crate::request::Request;
use crate::transactions;

/// First version whose clients know PRODUCER_FENCED.
const FENCED_VERSION_MIN: i16 = 2;

/// Answers AddOffsetsToTxn.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: AddOffsetsToTxnRequest,
) -> AddOffsetsToTxnResponse {
    let code = match add(node, &body).await {
        Ok(()) => ErrorCode::None,
        Err(ErrorCode::ProducerFenced) if request.version < FENCED_VERSION_MIN => {
            ErrorCode::InvalidProducerEpoch
        }
        Err(code) => code,
    };
    AddOffsetsToTxnResponse { error_code: code.code(), ..AddOffsetsToTxnResponse::default() }
}

async fn add(node: &Arc<Node>, body: &AddOffsetsToTxnRequest) -> Result<(), ErrorCode> {
    internal_topics::ensure(&node.metadata, CONSUMER_OFFSETS, &node.settings.groups.topic).await?;
    let image = node.metadata.image();
    let count = image.topic(CONSUMER_OFFSETS).map_or(1, |topic| topic.partitions.size());
    let index = partition_for(&body.group_id, i32::try_from(count).unwrap_or(i32::MAX));
    let request = AddPartitions {
        transactional_id: &body.transactional_id,
        producer: Producer { id: body.producer_id, epoch: body.producer_epoch },
        partitions: BTreeSet::from([TopicPartition::new(CONSUMER_OFFSETS, index)]),
        version: TransactionVersion::TV0,
    };
    let asked = transactions::ask(node, &body.transactional_id, |state, now, token| {
        state.add_partitions(now, token, request)
    });
    match asked.await? {
        Answer::Added(result) => result,
        _ => Err(ErrorCode::UnknownServerError),
    }
}
