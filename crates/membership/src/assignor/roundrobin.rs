//! `roundrobin`: all partitions of all topics are dealt out in turn to those who subscribed.

use alloc::vec::Vec;

use super::{Assignments, GroupMember, TopicRacks, members_in_order};
use ottla_model::TopicPartition;

/// What `roundrobin` gives to each member.
pub(super) fn assign(topics: &TopicRacks, members: &[GroupMember]) -> Assignments {
    let mut assignments: Assignments =
        members.iter().map(|member| (member.member_id.clone(), Vec::new())).collect();
    let ordered = members_in_order(members);
    let mut turn = 0;
    for (topic, partitions) in topics {
        for partition in 0..partitions.len() {
            let wants = |at: &usize| {
                let member = ordered[at % ordered.len()];
                member.subscription.topics.contains(topic)
            };
            let Some(at) = (turn..turn + ordered.len()).find(wants) else { break };
            let member_id = ordered[at % ordered.len()].member_id.clone();
            let partition = i32::try_from(partition).unwrap_or(i32::MAX);
            let given = TopicPartition::new(topic.clone(), partition);
            assignments.entry(member_id).or_default().push(given);
            turn = (at + 1) % ordered.len();
        }
    }
    assignments
}
