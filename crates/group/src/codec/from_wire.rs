//! Stored messages to records.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_wire::{GroupKey, GroupValue, Str, records as w};

use crate::record::{
    Assignment, ClassicGroupMetadata, ClassicMemberMetadata, ClassicProtocols, CommittedOffset,
    CurrentAssignment, GroupEpoch, MemberState, Record, ResolvedRegex, Subscription, TargetEpoch,
};

/// Converts the value of a record, if there is one. A value whose kind is not its key's does not
/// come out of the decoder.
macro_rules! converted {
    ($value:expr, $kind:ident, $convert:expr) => {
        match $value {
            None => None,
            Some(GroupValue::$kind(value)) => Some($convert(value)),
            Some(_) => return None,
        }
    };
}

/// The record of a key and a value that goes with it; `None` for group types that are not served.
pub(super) fn from_wire(key: GroupKey, value: Option<GroupValue>) -> Option<Record> {
    Some(match key {
        GroupKey::LegacyOffsetCommit(key) => Record::OffsetCommit {
            group: arc(&key.group),
            topic: arc(&key.topic),
            partition: key.partition,
            committed: converted!(value, OffsetCommit, offset),
        },
        GroupKey::OffsetCommit(key) => Record::OffsetCommit {
            group: arc(&key.group),
            topic: arc(&key.topic),
            partition: key.partition,
            committed: converted!(value, OffsetCommit, offset),
        },
        GroupKey::GroupMetadata(key) => Record::ClassicGroup {
            group: arc(&key.group),
            metadata: converted!(value, GroupMetadata, classic),
        },
        key => return of_consumer_group(key, value),
    })
}

/// The same for the records of a consumer group (KIP-848).
fn of_consumer_group(key: GroupKey, value: Option<GroupValue>) -> Option<Record> {
    Some(match key {
        GroupKey::ConsumerGroupMetadata(key) => Record::ConsumerGroup {
            group: arc(&key.group_id),
            epoch: converted!(value, ConsumerGroupMetadata, epoch),
        },
        GroupKey::ConsumerGroupPartitionMetadata(key) => {
            Record::ConsumerPartitionMetadata { group: arc(&key.group_id) }
        }
        GroupKey::ConsumerGroupMemberMetadata(key) => Record::ConsumerMember {
            group: arc(&key.group_id),
            member: arc(&key.member_id),
            subscription: converted!(value, ConsumerGroupMemberMetadata, subscription),
        },
        GroupKey::ConsumerGroupTargetAssignmentMetadata(key) => Record::TargetEpoch {
            group: arc(&key.group_id),
            epoch: converted!(value, ConsumerGroupTargetAssignmentMetadata, target_epoch),
        },
        GroupKey::ConsumerGroupTargetAssignmentMember(key) => Record::TargetAssignment {
            group: arc(&key.group_id),
            member: arc(&key.member_id),
            partitions: converted!(value, ConsumerGroupTargetAssignmentMember, target),
        },
        GroupKey::ConsumerGroupCurrentMemberAssignment(key) => Record::CurrentAssignment {
            group: arc(&key.group_id),
            member: arc(&key.member_id),
            current: converted!(value, ConsumerGroupCurrentMemberAssignment, current),
        },
        GroupKey::ConsumerGroupRegularExpression(key) => Record::RegularExpression {
            group: arc(&key.group_id),
            regex: arc(&key.regular_expression),
            resolved: converted!(value, ConsumerGroupRegularExpression, resolved),
        },
        _ => return None,
    })
}

fn offset(value: w::offset_commit::OffsetCommitValue) -> CommittedOffset {
    CommittedOffset {
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: arc(&value.metadata),
        commit_timestamp: value.commit_timestamp,
        expire_timestamp: (value.expire_timestamp != -1).then_some(value.expire_timestamp),
        topic_id: value.topic_id,
    }
}

fn classic(value: w::group_metadata::GroupMetadataValue) -> ClassicGroupMetadata {
    let members = value.members.into_iter().map(|member| ClassicMemberMetadata {
        member_id: arc(&member.member_id),
        instance_id: member.group_instance_id.as_ref().map(arc),
        client_id: String::from(&*member.client_id),
        client_host: String::from(&*member.client_host),
        rebalance_timeout_ms: member.rebalance_timeout,
        session_timeout_ms: member.session_timeout,
        subscription: member.subscription,
        assignment: member.assignment,
    });
    ClassicGroupMetadata {
        protocol_type: arc(&value.protocol_type),
        generation: value.generation,
        protocol: value.protocol.as_ref().map(arc),
        leader: value.leader.as_ref().map(arc),
        state_timestamp: value.current_state_timestamp,
        members: members.collect(),
    }
}

fn epoch(value: w::consumer_group_metadata::ConsumerGroupMetadataValue) -> GroupEpoch {
    GroupEpoch { epoch: value.epoch, metadata_hash: value.metadata_hash }
}

fn subscription(
    value: w::consumer_group_member_metadata::ConsumerGroupMemberMetadataValue,
) -> Subscription {
    let classic = value.classic_member_metadata.map(|classic| ClassicProtocols {
        session_timeout_ms: classic.session_timeout_ms,
        protocols: classic
            .supported_protocols
            .into_iter()
            .map(|protocol| (arc(&protocol.name), protocol.metadata))
            .collect(),
    });
    Subscription {
        instance_id: value.instance_id.as_ref().map(arc),
        rack_id: value.rack_id.as_ref().map(arc),
        client_id: String::from(&*value.client_id),
        client_host: String::from(&*value.client_host),
        topics: value.subscribed_topic_names.iter().map(arc).collect(),
        regex: value.subscribed_topic_regex.as_ref().filter(|it| !it.is_empty()).map(arc),
        rebalance_timeout_ms: value.rebalance_timeout_ms,
        server_assignor: value.server_assignor.as_ref().map(arc),
        classic,
    }
}

fn target_epoch(
    value: w::consumer_group_target_assignment_metadata::ConsumerGroupTargetAssignmentMetadataValue,
) -> TargetEpoch {
    TargetEpoch { epoch: value.assignment_epoch, timestamp: value.assignment_timestamp }
}

fn target(
    value: w::consumer_group_target_assignment_member::ConsumerGroupTargetAssignmentMemberValue,
) -> Assignment {
    let topics = value.topic_partitions.into_iter();
    topics.map(|topic| (topic.topic_id, topic.partitions.into_iter().collect())).collect()
}

fn current(
    value: w::consumer_group_current_member_assignment::ConsumerGroupCurrentMemberAssignmentValue,
) -> CurrentAssignment {
    let epoch = value.member_epoch;
    CurrentAssignment {
        member_epoch: epoch,
        previous_member_epoch: value.previous_member_epoch,
        state: match value.state {
            0 => MemberState::Stable,
            1 => MemberState::UnrevokedPartitions,
            2 => MemberState::UnreleasedPartitions,
            _ => MemberState::Unknown,
        },
        assigned: owned(value.assigned_partitions, epoch),
        pending_revocation: owned(value.partitions_pending_revocation, epoch),
    }
}

/// Brokers before 4.3 noted no epochs: the member's own stands for them.
fn owned(
    topics: Vec<w::consumer_group_current_member_assignment::TopicPartitions>,
    epoch: i32,
) -> BTreeMap<Uuid, BTreeMap<i32, i32>> {
    topics
        .into_iter()
        .map(|topic| {
            let epochs = topic.assignment_epochs.unwrap_or_default();
            let partitions = topic.partitions.iter().enumerate().map(|(index, partition)| {
                (*partition, epochs.get(index).copied().unwrap_or(epoch))
            });
            (topic.topic_id, partitions.collect())
        })
        .collect()
}

fn resolved(
    value: w::consumer_group_regular_expression::ConsumerGroupRegularExpressionValue,
) -> ResolvedRegex {
    ResolvedRegex {
        topics: value.topics.iter().map(arc).collect(),
        version: value.version,
        timestamp: value.timestamp,
    }
}

fn arc(text: &Str) -> Arc<str> {
    Arc::from(text.as_str())
}
