//! DeleteGroups (key 42), versions 0-3: groups without members, and their offsets.
//!
//! - v2: flexible; v3: error message, in which Apache Kafka 4.4 says nothing either.

use std::sync::Arc;

use ottla_group::Answer;
use ottla_model::ErrorCode;
use ottla_wire::messages::delete_groups::{
    DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse,
};

use crate::groups;
use crate::node::Node;
use crate::request::Request;

/// Answers DeleteGroups.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DeleteGroupsRequest,
) -> DeleteGroupsResponse {
    let mut results = Vec::with_capacity(body.groups_names.len());
    for group in &body.groups_names {
        let code = delete(node, group).await.err().unwrap_or(ErrorCode::None);
        results.push(DeletableGroupResult {
            group_id: group.clone(),
            error_code: code.code(),
            error_message: None,
        });
    }
    DeleteGroupsResponse { results, ..DeleteGroupsResponse::default() }
}

async fn delete(node: &Arc<Node>, group: &str) -> Result<(), ErrorCode> {
    let asked =
        groups::ask(node, group, |state, _, token| state.delete_group(token, group)).await?;
    match asked {
        Answer::Deleted(result) => result,
        _ => Err(ErrorCode::UnknownServerError),
    }
}
