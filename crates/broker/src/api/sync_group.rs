//! SyncGroup (key 14), versions 0-5: the leader of a classic group assigns, the others ask what they have.
//!
//! - v3: static members; v4: flexible; v5: protocol type and name (KIP-559).

use std::sync::Arc;

use bytes::Bytes;
use ottla_group::{Answer, SyncGroup};
use ottla_model::ErrorCode;
use ottla_wire::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

use crate::groups::{self, ClusterView};
use crate::node::Node;
use crate::request::Request;

/// First version that says which protocol it means.
const PROTOCOL_VERSION_MIN: i16 = 5;

/// Answers SyncGroup, when the leader has assigned.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: SyncGroupRequest,
) -> SyncGroupResponse {
    // KIP-559: whoever can say which protocol it means has to.
    let is_vague = body.protocol_type.is_none() || body.protocol_name.is_none();
    if request.version >= PROTOCOL_VERSION_MIN && is_vague {
        return refused(ErrorCode::InconsistentGroupProtocol);
    }
    let view = ClusterView::of(node, &body.group_id);
    let asked = groups::ask(node, &body.group_id, |state, now, token| {
        let assignments = body.assignments.iter().map(|one| {
            (Arc::from(&*one.member_id), Bytes::copy_from_slice(&one.assignment))
        });
        let sync = SyncGroup {
            group: &body.group_id,
            member_id: &body.member_id,
            instance_id: body.group_instance_id.as_deref(),
            generation: body.generation_id,
            protocol_type: body.protocol_type.as_deref(),
            protocol: body.protocol_name.as_deref(),
            assignments: assignments.collect(),
        };
        state.sync(now, token, sync, view.cluster())
    });
    match asked.await {
        Ok(Answer::Synced(Ok(synced))) => SyncGroupResponse {
            protocol_type: synced.protocol_type.as_deref().map(Into::into),
            protocol_name: synced.protocol.as_deref().map(Into::into),
            assignment: synced.assignment,
            ..SyncGroupResponse::default()
        },
        Ok(Answer::Synced(Err(code))) | Err(code) => refused(code),
        Ok(_) => refused(ErrorCode::UnknownServerError),
    }
}

fn refused(code: ErrorCode) -> SyncGroupResponse {
    SyncGroupResponse { error_code: code.code(), ..SyncGroupResponse::default() }
}
