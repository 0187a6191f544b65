//! Metrics of the groups of this node.

use ottla_group::State;

use super::exposition::{OfNode, counter, gauge};
use crate::groups;

/// What is told of groups.
pub(super) const OF_GROUPS: &[OfNode] = &[
    gauge(
        "kafka_coordinator_group_groupmetadatamanager_numoffsets",
        "Offsets committed, of the groups of this node.",
        |node| groups::sum(node, |state| state.offsets_count() as u64),
    ),
    gauge(
        "kafka_coordinator_group_groupmetadatamanager_numgroups",
        "Groups of this node.",
        |node| groups::sum(node, |state| state.iter().count() as u64),
    ),
    gauge(
        "kafka_coordinator_group_groupmetadatamanager_numgroupsempty",
        "Classic groups without members.",
        |node| groups::in_state(node, State::Empty),
    ),
    gauge(
        "kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance",
        "Classic groups whose members join.",
        |node| groups::in_state(node, State::PreparingRebalance),
    ),
    gauge(
        "kafka_coordinator_group_groupmetadatamanager_numgroupscompletingrebalance",
        "Classic groups whose leader assigns.",
        |node| groups::in_state(node, State::CompletingRebalance),
    ),
    gauge(
        "kafka_coordinator_group_groupmetadatamanager_numgroupsstable",
        "Classic groups whose members know what they have.",
        |node| groups::in_state(node, State::Stable),
    ),
    counter(
        "kafka_server_group_coordinator_metrics_group_completed_rebalance",
        "Rebalances completed, since the groups were loaded.",
        |node| groups::sum(node, |state| state.history().completed()),
    ),
    counter(
        "kafka_server_group_coordinator_metrics_offset_commit",
        "Offsets committed, since the groups were loaded.",
        |node| groups::sum(node, |state| state.counts().commits),
    ),
    counter(
        "kafka_server_group_coordinator_metrics_offset_deletion",
        "Offsets deleted on request, since the groups were loaded.",
        |node| groups::sum(node, |state| state.counts().deletions),
    ),
    counter(
        "kafka_server_group_coordinator_metrics_offset_expiration",
        "Offsets expired, since the groups were loaded.",
        |node| groups::sum(node, |state| state.counts().expired),
    ),
    gauge(
        "ottla_group_rebalance_storms",
        "Groups that have rebalanced five times or more within ten minutes; /groups names them.",
        |node| {
            let now = node.io.now().mono;
            groups::sum(node, |state| state.history().storms(now).count() as u64)
        },
    ),
];
