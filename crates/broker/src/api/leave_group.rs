//! LeaveGroup (key 13), versions 0-5: members of a classic group go, or are sent away.
//!
//! - v3: several members, also by instance id (KIP-345); v4: flexible; v5: reason (KIP-800).

use std::sync::Arc;

use ottla_group::{Answer, LeaveGroup, LeavingMember};
use ottla_model::ErrorCode;
use ottla_wire::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberResponse};

use crate::groups::{self, ClusterView};
use crate::node::Node;
use crate::request::Request;

/// First version that names several members.
const MANY_MEMBERS_VERSION_MIN: i16 = 3;

/// Answers LeaveGroup.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: LeaveGroupRequest,
) -> LeaveGroupResponse {
    let is_one = request.version < MANY_MEMBERS_VERSION_MIN;
    let members = match is_one {
        true => vec![LeavingMember {
            member_id: (*body.member_id).into(),
            instance_id: None,
            reason: None,
        }],
        false => body
            .members
            .iter()
            .map(|member| LeavingMember {
                member_id: (*member.member_id).into(),
                instance_id: member.group_instance_id.as_deref().map(Into::into),
                reason: member.reason.as_deref().map(Into::into),
            })
            .collect(),
    };
    let view = ClusterView::of(node, &body.group_id);
    let asked = groups::ask(node, &body.group_id, |state, now, token| {
        let leave = LeaveGroup { group: &body.group_id, members };
        state.leave(now, token, leave, view.cluster())
    });
    let left = match asked.await {
        Ok(Answer::Left(Ok(left))) => left,
        Ok(Answer::Left(Err(code))) | Err(code) => return refused(code),
        Ok(_) => return refused(ErrorCode::UnknownServerError),
    };
    let code = |result: Result<(), ErrorCode>| result.err().unwrap_or(ErrorCode::None).code();
    if is_one {
        let error_code = left.into_iter().next().map_or(0, |one| code(one.result));
        return LeaveGroupResponse { error_code, ..LeaveGroupResponse::default() };
    }
    let members = left.into_iter().map(|one| MemberResponse {
        member_id: (*one.member_id).into(),
        group_instance_id: one.instance_id.as_deref().map(Into::into),
        error_code: code(one.result),
    });
    LeaveGroupResponse { members: members.collect(), ..LeaveGroupResponse::default() }
}

fn refused(code: ErrorCode) -> LeaveGroupResponse {
    LeaveGroupResponse { error_code: code.code(), ..LeaveGroupResponse::default() }
}
