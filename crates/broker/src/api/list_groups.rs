//! ListGroups (key 16), versions 0-5: the groups this node is responsible for.
//!
//! - v3: flexible; v4: states (KIP-518); v5: types (KIP-848).

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_group::Group;
use ottla_model::ErrorCode;
use ottla_wire::messages::list_groups::{ListGroupsRequest, ListGroupsResponse, ListedGroup};

use crate::node::Node;
use crate::request::Request;

/// Answers ListGroups.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: ListGroupsRequest,
) -> ListGroupsResponse {
    let (shards, is_loading) = node.groups.shards();
    if is_loading {
        return ListGroupsResponse {
            error_code: ErrorCode::CoordinatorLoadInProgress.code(),
            ..ListGroupsResponse::default()
        };
    }
    let lower = |all: &[ottla_wire::Str]| -> BTreeSet<String> {
        all.iter().map(|one| one.trim().to_lowercase()).collect()
    };
    let (states, types) = (lower(&body.states_filter), lower(&body.types_filter));
    let is_wanted = |group: &Group| {
        (states.is_empty() || states.contains(&group.state_name().to_lowercase()))
            && (types.is_empty() || types.contains(group.type_name()))
    };
    let mut groups = Vec::new();
    for shard in shards {
        shard.look(|state| {
            let wanted = state.iter().filter(|(_, group)| is_wanted(group));
            groups.extend(wanted.map(|(id, group)| ListedGroup {
                group_id: (**id).into(),
                protocol_type: group.protocol_type().into(),
                group_state: group.state_name().into(),
                group_type: capitalized(group.type_name()).into(),
            }));
        });
    }
    ListGroupsResponse { groups, ..ListGroupsResponse::default() }
}

/// Kafka prints group types with a capital.
fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
