//! Heartbeat (key 12), versions 0-4: a member of a classic group is alive.
//!
//! - v3: static members; v4: flexible.

use std::sync::Arc;

use ottla_group::Answer;
use ottla_model::ErrorCode;
use ottla_wire::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use crate::groups;
use crate::node::Node;
use crate::request::Request;

/// Answers Heartbeat.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: HeartbeatRequest,
) -> HeartbeatResponse {
    let asked = groups::ask(node, &body.group_id, |state, now, token| {
        let instance_id = body.group_instance_id.as_deref();
        state.heartbeat(
            now,
            token,
            &body.group_id,
            &body.member_id,
            instance_id,
            body.generation_id,
        )
    });
    let code = match asked.await {
        Ok(Answer::Alive(alive)) => alive.err().unwrap_or(ErrorCode::None),
        Ok(_) => ErrorCode::UnknownServerError,
        // The new coordinator is still reading: nothing is known against the member.
        Err(ErrorCode::CoordinatorLoadInProgress) => ErrorCode::None,
        Err(code) => code,
    };
    HeartbeatResponse { error_code: code.code(), ..HeartbeatResponse::default() }
}
