//! What groups went through, as one JSON document on `/groups` of the operator's page.

use std::sync::Arc;

use ottla_group::{Change, Group, Groups, Rebalance};
use serde_json::{Value, json};

use crate::node::Node;

/// Groups on the page; of one that is asked for by name, all is shown.
const GROUPS_LISTED_MAX: usize = 1000;

/// The document: all groups of this node, or the one that `wanted` names.
pub(crate) fn page(node: &Arc<Node>, wanted: Option<&str>) -> String {
    let now = node.io.now().mono;
    let (shards, is_loading) = node.groups.shards();
    let mut groups = Vec::new();
    let mut count = 0;
    let mut storms = Vec::new();
    for shard in &shards {
        shard.look(|state| {
            storms.extend(state.history().storms(now).map(ToString::to_string));
            for (id, group) in state.iter().filter(|(id, _)| wanted.is_none_or(|it| *it == ***id)) {
                count += 1;
                if groups.len() < GROUPS_LISTED_MAX {
                    groups.push(one(state, id, group));
                }
            }
        });
    }
    json!({
        "node_id": node.settings.node_id,
        "loading": is_loading,
        "count": count,
        "rebalance_storms": storms,
        "groups": groups,
    })
    .to_string()
}

fn one(state: &Groups, id: &str, group: &Group) -> Value {
    json!({
        "group": id,
        "type": group.type_name(),
        "state": group.state_name(),
        "members": group.members_count(),
        "rebalances": state.history().of(id).map(rebalance).collect::<Vec<_>>(),
    })
}

fn rebalance(it: &Rebalance) -> Value {
    json!({
        "begun_ms": it.begun_ms,
        "took_ms": it.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "why": it.why,
        "generation": it.generation,
        "members": it.members,
        "changes": it.changes.iter().map(change).collect::<Vec<_>>(),
        "changes_left_out": it.changes_left_out,
    })
}

fn change(it: &Change) -> Value {
    json!({
        "at_ms": it.at_ms,
        "member_id": &*it.member_id,
        "group_instance_id": it.instance_id.as_deref(),
        "client_id": it.client_id,
        "client_host": it.client_host,
        "what": it.what.name(),
        "why": it.why,
    })
}
