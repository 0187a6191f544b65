//! DescribeTransactions (key 65), version 0: where transactional ids stand (KIP-664).

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_txn::Described;
use ottla_wire::Str;
use ottla_wire::messages::describe_transactions::{
    DescribeTransactionsRequest, DescribeTransactionsResponse, TopicData, TransactionState,
};

use crate::node::Node;
use crate::request::Request;

/// Answers DescribeTransactions.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DescribeTransactionsRequest,
) -> DescribeTransactionsResponse {
    let states = body.transactional_ids.iter().map(|id| {
        let shard = node.transactions.shard(id);
        match shard.and_then(|shard| shard.look(|state| state.describe(id))) {
            Ok(found) => describe(id, &found),
            Err(code) => refused(id, code),
        }
    });
    DescribeTransactionsResponse {
        transaction_states: states.collect(),
        ..DescribeTransactionsResponse::default()
    }
}

fn describe(id: &Str, found: &Described) -> TransactionState {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for name in &found.partitions {
        topics.entry(&name.topic).or_default().push(name.partition);
    }
    let topics =
        topics.into_iter().map(|(topic, partitions)| TopicData { topic: topic.into(), partitions });
    TransactionState {
        error_code: ErrorCode::None.code(),
        transactional_id: id.clone(),
        transaction_state: found.state.name().into(),
        transaction_timeout_ms: found.timeout_ms,
        transaction_start_time_ms: found.started_ms,
        producer_id: found.producer_id,
        producer_epoch: found.producer_epoch,
        topics: topics.collect(),
    }
}

fn refused(id: &Str, code: ErrorCode) -> TransactionState {
    TransactionState {
        error_code: code.code(),
        transactional_id: id.clone(),
        ..TransactionState::default()
    }
}
