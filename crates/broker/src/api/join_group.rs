//! JoinGroup (key 11), versions 0-9: a member of a classic group wants to be in the next generation.
//!
//! - v1: rebalance timeout; v4: a new member comes again with its id (KIP-394); v5: static members;
//!   v6: flexible; v7: protocol type (KIP-559); v8: reason (KIP-800); v9: leaders that need not assign.

use std::sync::Arc;

use bytes::Bytes;
use ottla_group::{Answer, Generation, JoinGroup, Joined};
use ottla_model::ErrorCode;
use ottla_wire::messages::join_group::{
    JoinGroupRequest, JoinGroupResponse, JoinGroupResponseMember,
};

use crate::groups::{self, ClusterView};
use crate::node::Node;
use crate::request::Request;

/// First version that says how long a rebalance may take; before, as long as a session.
const REBALANCE_TIMEOUT_VERSION_MIN: i16 = 1;
/// First version whose clients come again when they are told their id.
const KNOWN_ID_VERSION_MIN: i16 = 4;
/// First version whose answers may have no protocol.
const NULLABLE_PROTOCOL_VERSION_MIN: i16 = 7;
/// First version whose leaders can be told that there is nothing to assign.
const SKIP_ASSIGNMENT_VERSION_MIN: i16 = 9;

/// Answers JoinGroup, when the generation begins.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: JoinGroupRequest,
) -> JoinGroupResponse {
    let (version, host) = (request.version, groups::client_host(request));
    let view = ClusterView::of(node, &body.group_id);
    let asked = groups::ask(node, &body.group_id, |state, now, token| {
        let protocols = body.protocols.iter().map(|protocol| {
            // Not a slice of the request: it is kept for as long as the member.
            (Arc::from(&*protocol.name), Bytes::copy_from_slice(&protocol.metadata))
        });
        let join = JoinGroup {
            group: &body.group_id,
            member_id: &body.member_id,
            instance_id: body.group_instance_id.as_deref(),
            client_id: request.client_id.as_deref().unwrap_or_default(),
            client_host: &host,
            session_timeout_ms: body.session_timeout_ms,
            rebalance_timeout_ms: match version < REBALANCE_TIMEOUT_VERSION_MIN {
                true => body.session_timeout_ms,
                false => body.rebalance_timeout_ms,
            },
            protocol_type: &body.protocol_type,
            protocols: protocols.collect(),
            reason: body.reason.as_deref(),
            must_know_id: version >= KNOWN_ID_VERSION_MIN,
            can_skip_assignment: version >= SKIP_ASSIGNMENT_VERSION_MIN,
        };
        state.join(now, token, &join, view.cluster())
    });
    match asked.await {
        Ok(Answer::Joined(joined)) => answer(joined, version),
        Ok(_) => refused(&body.member_id, ErrorCode::UnknownServerError, version),
        Err(code) => refused(&body.member_id, code, version),
    }
}

fn answer(joined: Joined, version: i16) -> JoinGroupResponse {
    let generation: Generation = match joined.result {
        Ok(generation) => generation,
        Err(code) => return refused(&joined.member_id, code, version),
    };
    let members = generation.members.into_iter().map(|member| JoinGroupResponseMember {
        member_id: (*member.member_id).into(),
        group_instance_id: member.instance_id.as_deref().map(Into::into),
        metadata: member.metadata,
    });
    JoinGroupResponse {
        generation_id: generation.generation,
        protocol_type: generation.protocol_type.as_deref().map(Into::into),
        protocol_name: protocol_name(generation.protocol.as_deref(), version),
        leader: (*generation.leader).into(),
        skip_assignment: generation.skip_assignment,
        member_id: (*joined.member_id).into(),
        members: members.collect(),
        ..JoinGroupResponse::default()
    }
}

fn refused(member_id: &str, code: ErrorCode, version: i16) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code: code.code(),
        generation_id: -1,
        protocol_name: protocol_name(None, version),
        member_id: member_id.into(),
        ..JoinGroupResponse::default()
    }
}

fn protocol_name(name: Option<&str>, version: i16) -> Option<ottla_wire::Str> {
    match version < NULLABLE_PROTOCOL_VERSION_MIN {
        true => Some(name.unwrap_or_default().into()),
        false => name.map(Into::into),
    }
}
