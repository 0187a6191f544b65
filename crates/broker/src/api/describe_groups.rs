//! DescribeGroups (key 15), versions 0-6: classic groups and their members.
//!
//! - v3: authorized operations (KIP-430); v4: static members; v5: flexible; v6: error message, and
//!   GROUP_ID_NOT_FOUND instead of a group that is dead (KIP-1043).

use std::sync::Arc;

use ottla_group::{ClassicGroup, Group, State};
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};

use crate::authorized_operations::{ALL_OF_GROUP, NOT_ASKED_FOR};
use crate::node::Node;
use crate::request::Request;

/// First version whose clients know GROUP_ID_NOT_FOUND.
const NOT_FOUND_VERSION_MIN: i16 = 6;
/// The state that is said of a group which is not there.
const DEAD: &str = "Dead";

/// Answers DescribeGroups.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: DescribeGroupsRequest,
) -> DescribeGroupsResponse {
    let with_operations = body.include_authorized_operations;
    let groups = body.groups.iter().map(|id| {
        let mut described = match node.groups.shard(id) {
            Err(code) => refused(id, code),
            Ok(shard) => shard.look(|state| match state.get(id) {
                Some(Group::Classic(group)) => describe(id, group),
                other => not_found(id, other.is_some(), request.version),
            }),
        };
        let is_told = with_operations && described.error_code == ErrorCode::None.code();
        described.authorized_operations = if is_told { ALL_OF_GROUP } else { NOT_ASKED_FOR };
        described
    });
    DescribeGroupsResponse { groups: groups.collect(), ..DescribeGroupsResponse::default() }
}

fn describe(id: &Str, group: &ClassicGroup) -> DescribedGroup {
    let protocol = group.protocol().filter(|_| group.state() == State::Stable);
    let members = group.members().map(|(member_id, member)| {
        let metadata = protocol.and_then(|protocol| member.metadata(protocol));
        DescribedGroupMember {
            member_id: (**member_id).into(),
            group_instance_id: member.instance_id.as_deref().map(Into::into),
            client_id: member.client_id.as_str().into(),
            client_host: member.client_host.as_str().into(),
            member_metadata: metadata.cloned().unwrap_or_default(),
            member_assignment: member.assignment.clone(),
        }
    });
    DescribedGroup {
        group_id: id.clone(),
        group_state: group.state().name().into(),
        protocol_type: group.protocol_type().map(|it| (**it).into()).unwrap_or_default(),
        protocol_data: protocol.map(|it| (**it).into()).unwrap_or_default(),
        members: members.collect(),
        ..DescribedGroup::default()
    }
}

fn not_found(id: &Str, is_other: bool, version: i16) -> DescribedGroup {
    let mut described =
        DescribedGroup { group_id: id.clone(), group_state: DEAD.into(), ..DescribedGroup::default() };
    if version >= NOT_FOUND_VERSION_MIN {
        let message = match is_other {
            true => format!("Group {id} is not a classic group."),
            false => format!("Group {id} not found."),
        };
        described.error_code = ErrorCode::GroupIdNotFound.code();
        described.error_message = Some(message.into());
    }
    described
}

fn refused(id: &Str, code: ErrorCode) -> DescribedGroup {
    DescribedGroup { group_id: id.clone(), error_code: code.code(), ..DescribedGroup::default() }
}
