//! Records to the messages they are stored as.

use alloc::vec::Vec;

use ottla_wire::{GroupKey, GroupValue, Str, records as w};

use crate::record::{
    Assignment, ClassicGroupMetadata, CommittedOffset, CurrentAssignment, GroupEpoch, MemberState,
    Record, ResolvedRegex, Subscription, TargetEpoch,
};

/// Version of an offset that carries an expiry (OffsetCommit v2-4).
const OFFSET_WITH_EXPIRY: i16 = 1;
/// Version of an offset without the topic's id.
const OFFSET: i16 = 3;
/// Version of a classic group.
const CLASSIC_GROUP: i16 = 3;

/// The message of the key, and the message and version of the value.
pub(super) fn to_wire(record: &Record) -> (GroupKey, Option<(GroupValue, i16)>) {
    match record {
        Record::OffsetCommit { group, topic, partition, committed } => {
            let (group, topic, partition) = (str(group), str(topic), *partition);
            let key = w::offset_commit::OffsetCommitKey { group, topic, partition };
            (key.into(), committed.as_ref().map(offset))
        }
        Record::ClassicGroup { group, metadata } => {
            let key = w::group_metadata::GroupMetadataKey { group: str(group) };
            let value = metadata.as_ref().map(|metadata| (classic(metadata), CLASSIC_GROUP));
            (key.into(), value)
        }
        Record::ConsumerGroup { group, epoch } => {
            let key = w::consumer_group_metadata::ConsumerGroupMetadataKey { group_id: str(group) };
            (key.into(), epoch.as_ref().map(|it| (epoch_value(it), 0)))
        }
        Record::ConsumerPartitionMetadata { group } => {
            let group_id = str(group);
            let key = w::consumer_group_partition_metadata::ConsumerGroupPartitionMetadataKey {
                group_id,
            };
            (key.into(), None)
        }
        Record::ConsumerMember { group, member, subscription } => {
            let key = w::consumer_group_member_metadata::ConsumerGroupMemberMetadataKey {
                group_id: str(group),
                member_id: str(member),
            };
            (key.into(), subscription.as_ref().map(|it| (member_value(it), 0)))
        }
        Record::TargetEpoch { group, epoch } => {
            use w::consumer_group_target_assignment_metadata as target;
            let key = target::ConsumerGroupTargetAssignmentMetadataKey { group_id: str(group) };
            (key.into(), epoch.as_ref().map(|it| (target_epoch_value(it), 0)))
        }
        Record::TargetAssignment { group, member, partitions } => {
            let key = w::consumer_group_target_assignment_member::ConsumerGroupTargetAssignmentMemberKey {
                group_id: str(group),
                member_id: str(member),
            };
            (key.into(), partitions.as_ref().map(|it| (target_value(it), 0)))
        }
        Record::CurrentAssignment { group, member, current } => {
            let key = w::consumer_group_current_member_assignment::ConsumerGroupCurrentMemberAssignmentKey {
                group_id: str(group),
                member_id: str(member),
            };
            (key.into(), current.as_ref().map(|it| (current_value(it), 0)))
        }
        Record::RegularExpression { group, regex, resolved } => {
            let key = w::consumer_group_regular_expression::ConsumerGroupRegularExpressionKey {
                group_id: str(group),
                regular_expression: str(regex),
            };
            (key.into(), resolved.as_ref().map(|it| (regex_value(it), 0)))
        }
    }
}

fn offset(committed: &CommittedOffset) -> (GroupValue, i16) {
    let version = match (committed.expire_timestamp, committed.topic_id.is_zero()) {
        (Some(_), _) => OFFSET_WITH_EXPIRY,
        (None, true) => OFFSET,
        (None, false) => OFFSET + 1,
    };
    let value = w::offset_commit::OffsetCommitValue {
        offset: committed.offset,
        leader_epoch: committed.leader_epoch,
        metadata: str(&committed.metadata),
        commit_timestamp: committed.commit_timestamp,
        expire_timestamp: committed.expire_timestamp.unwrap_or(-1),
        topic_id: committed.topic_id,
    };
    (value.into(), version)
}

fn classic(metadata: &ClassicGroupMetadata) -> GroupValue {
    let members = metadata.members.iter().map(|member| w::group_metadata::MemberMetadata {
        member_id: str(&member.member_id),
        group_instance_id: member.instance_id.as_deref().map(str),
        client_id: str(&member.client_id),
        client_host: str(&member.client_host),
        rebalance_timeout: member.rebalance_timeout_ms,
        session_timeout: member.session_timeout_ms,
        subscription: member.subscription.clone(),
        assignment: member.assignment.clone(),
    });
    w::group_metadata::GroupMetadataValue {
        protocol_type: str(&metadata.protocol_type),
        generation: metadata.generation,
        protocol: metadata.protocol.as_deref().map(str),
        leader: metadata.leader.as_deref().map(str),
        current_state_timestamp: metadata.state_timestamp,
        members: members.collect(),
    }
    .into()
}

fn epoch_value(epoch: &GroupEpoch) -> GroupValue {
    w::consumer_group_metadata::ConsumerGroupMetadataValue {
        epoch: epoch.epoch,
        metadata_hash: epoch.metadata_hash,
    }
    .into()
}

fn member_value(subscription: &Subscription) -> GroupValue {
    use w::consumer_group_member_metadata as member;
    let classic = subscription.classic.as_ref().map(|classic| member::ClassicMemberMetadata {
        session_timeout_ms: classic.session_timeout_ms,
        supported_protocols: classic
            .protocols
            .iter()
            .map(|(name, metadata)| member::ClassicProtocol {
                name: str(name),
                metadata: metadata.clone(),
            })
            .collect(),
    });
    member::ConsumerGroupMemberMetadataValue {
        instance_id: subscription.instance_id.as_deref().map(str),
        rack_id: subscription.rack_id.as_deref().map(str),
        client_id: str(&subscription.client_id),
        client_host: str(&subscription.client_host),
        subscribed_topic_names: subscription.topics.iter().map(|topic| str(topic)).collect(),
        // Kafka writes an empty one for none.
        subscribed_topic_regex: Some(str(subscription.regex.as_deref().unwrap_or_default())),
        rebalance_timeout_ms: subscription.rebalance_timeout_ms,
        server_assignor: subscription.server_assignor.as_deref().map(str),
        classic_member_metadata: classic,
    }
    .into()
}

fn target_epoch_value(epoch: &TargetEpoch) -> GroupValue {
    w::consumer_group_target_assignment_metadata::ConsumerGroupTargetAssignmentMetadataValue {
        assignment_epoch: epoch.epoch,
        assignment_timestamp: epoch.timestamp,
    }
    .into()
}

fn target_value(assignment: &Assignment) -> GroupValue {
    use w::consumer_group_target_assignment_member as target;
    let topics = assignment.iter().map(|(topic_id, partitions)| target::TopicPartition {
        topic_id: *topic_id,
        partitions: partitions.iter().copied().collect(),
    });
    target::ConsumerGroupTargetAssignmentMemberValue { topic_partitions: topics.collect() }.into()
}

fn current_value(current: &CurrentAssignment) -> GroupValue {
    use w::consumer_group_current_member_assignment as assignment;
    let topics =
        |from: &alloc::collections::BTreeMap<_, alloc::collections::BTreeMap<i32, i32>>| {
            from.iter()
                .map(|(topic_id, partitions)| assignment::TopicPartitions {
                    topic_id: *topic_id,
                    partitions: partitions.keys().copied().collect(),
                    assignment_epochs: Some(partitions.values().copied().collect()),
                })
                .collect::<Vec<_>>()
        };
    assignment::ConsumerGroupCurrentMemberAssignmentValue {
        member_epoch: current.member_epoch,
        previous_member_epoch: current.previous_member_epoch,
        state: match current.state {
            MemberState::Stable => 0,
            MemberState::UnrevokedPartitions => 1,
            MemberState::UnreleasedPartitions => 2,
            MemberState::Unknown => 127,
        },
        assigned_partitions: topics(&current.assigned),
        partitions_pending_revocation: topics(&current.pending_revocation),
    }
    .into()
}

fn regex_value(resolved: &ResolvedRegex) -> GroupValue {
    w::consumer_group_regular_expression::ConsumerGroupRegularExpressionValue {
        topics: resolved.topics.iter().map(|topic| str(topic)).collect(),
        version: resolved.version,
        timestamp: resolved.timestamp,
    }
    .into()
}

fn str(text: &str) -> Str {
    Str::from(text)
}
