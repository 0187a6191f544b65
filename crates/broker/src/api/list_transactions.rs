//! ListTransactions (key 66), versions 0-2: the transactional ids this node is responsible for (KIP-664).
//!
//! - v1: those whose transaction has been open for longer than a time (KIP-994); v2: those whose id
//!   matches a regular expression (KIP-1152).

use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_txn::State;
use ottla_wire::messages::list_transactions::{
    ListTransactionsRequest, ListTransactionsResponse, TransactionState,
};

use regex::Regex;

use crate::node::Node;
use crate::request::Request;

/// Kafka's name of a transactional id that is being forgotten. Here that is one step.
const DEAD: &str = "Dead";

/// Answers ListTransactions.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: ListTransactionsRequest,
) -> ListTransactionsResponse {
    let (shards, is_loading) = node.transactions.shards();
    if is_loading {
        return ListTransactionsResponse {
            error_code: ErrorCode::CoordinatorLoadInProgress.code(),
            ..ListTransactionsResponse::default()
        };
    }
    let Ok(pattern) = pattern(body.transactional_id_pattern.as_deref()) else {
        return ListTransactionsResponse {
            error_code: ErrorCode::InvalidRegularExpression.code(),
            ..ListTransactionsResponse::default()
        };
    };
    let mut states = Vec::new();
    let mut unknown_state_filters = Vec::new();
    for name in &body.state_filters {
        match State::from_name(name) {
            Some(state) => states.push(state),
            // A state that Kafka's coordinators go through and no list shows.
            None if &**name == DEAD => {}
            None => unknown_state_filters.push(name.clone()),
        }
    }
    // A filter that no state can pass leaves out everything.
    let is_hopeless = states.is_empty() && !body.state_filters.is_empty();
    let now = node.io.now().wall;
    let mut listed = Vec::new();
    for shard in shards.iter().filter(|_| !is_hopeless) {
        let ids = &body.producer_id_filters;
        listed.extend(shard.look(|state| state.list(now, &states, ids, body.duration_filter)));
    }
    let is_wanted = |id: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(id));
    listed.retain(|one| is_wanted(&one.transactional_id));
    let listed = listed.into_iter().map(|one| TransactionState {
        transactional_id: (*one.transactional_id).into(),
        producer_id: one.producer_id,
        transaction_state: one.state.name().into(),
    });
    ListTransactionsResponse {
        unknown_state_filters,
        transaction_states: listed.collect(),
        ..ListTransactionsResponse::default()
    }
}

/// The expression has to match all of an id; an empty one asks for nothing.
fn pattern(text: Option<&str>) -> Result<Option<Regex>, regex::Error> {
    let text = text.filter(|text| !text.is_empty());
    text.map(|text| Regex::new(&format!("^(?:{text})$"))).transpose()
}
