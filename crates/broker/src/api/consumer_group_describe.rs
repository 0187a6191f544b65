//! ConsumerGroupDescribe (key 69), versions 0-1: consumer groups and their members (KIP-848).
//!
//! - v1: whether a member speaks the classic protocol.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_group::{ConsumerGroup, ConsumerMember, Group};
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::consumer_group_describe::{
    Assignment, ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, DescribedGroup,
    Member, TopicPartitions,
};

use crate::authorized_operations::{ALL_OF_GROUP, NOT_ASKED_FOR};
use crate::groups;
use crate::node::Node;
use crate::request::Request;

/// What is said of members of either protocol.
const CLASSIC_MEMBER: i8 = 0;
const CONSUMER_MEMBER: i8 = 1;

/// Answers ConsumerGroupDescribe.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: ConsumerGroupDescribeRequest,
) -> ConsumerGroupDescribeResponse {
    let image = node.metadata.image();
    let assignors = &node.settings.groups.core.consumer.assignors;
    let default = assignors.first().map_or("", |assignor| assignor.name());
    let is_served = groups::serves_consumer(node);
    let groups = body.group_ids.iter().map(|id| {
        let mut described = match node.groups.shard(id) {
            _ if !is_served => refused(id, ErrorCode::UnsupportedVersion, None),
            Err(code) => refused(id, code, None),
            Ok(shard) => shard.look(|state| match state.get(id) {
                Some(Group::Consumer(group)) => describe(id, group, default, &image),
                Some(_) => not_found(id, format!("Group {id} is not a consumer group.")),
                None => not_found(id, format!("Group {id} not found.")),
            }),
        };
        let is_told =
            body.include_authorized_operations && described.error_code == ErrorCode::None.code();
        described.authorized_operations = if is_told { ALL_OF_GROUP } else { NOT_ASKED_FOR };
        described
    });
    ConsumerGroupDescribeResponse {
        groups: groups.collect(),
        ..ConsumerGroupDescribeResponse::default()
    }
}

fn describe(id: &Str, group: &ConsumerGroup, default: &str, image: &Image) -> DescribedGroup {
    let members = group.members().iter().map(|(member_id, it)| member(group, member_id, it, image));
    DescribedGroup {
        group_id: id.clone(),
        group_state: group.state().name().into(),
        group_epoch: group.epoch(),
        assignment_epoch: group.assignment_epoch(),
        assignor_name: group.assignor_name(default).into(),
        members: members.collect(),
        ..DescribedGroup::default()
    }
}

fn member(group: &ConsumerGroup, id: &Arc<str>, member: &ConsumerMember, image: &Image) -> Member {
    let text = |text: &Arc<str>| Str::from(&**text);
    let (asked, current) = (&member.subscription, &member.current);
    let mut held: BTreeMap<Uuid, Vec<i32>> = BTreeMap::new();
    for (topic, partitions) in current.assigned.iter().chain(&current.pending_revocation) {
        held.entry(*topic).or_default().extend(partitions.keys());
    }
    let target = group.target(id).into_iter().flatten();
    let target = target.map(|(topic, partitions)| (*topic, partitions.iter().copied().collect()));
    Member {
        member_id: text(id),
        instance_id: asked.instance_id.as_ref().map(text),
        rack_id: asked.rack_id.as_ref().map(text),
        member_epoch: current.member_epoch,
        client_id: asked.client_id.as_str().into(),
        client_host: asked.client_host.as_str().into(),
        subscribed_topic_names: asked.topics.iter().map(text).collect(),
        subscribed_topic_regex: asked.regex.as_ref().map(text),
        assignment: named(held, image),
        target_assignment: named(target.collect(), image),
        member_type: if member.is_classic() { CLASSIC_MEMBER } else { CONSUMER_MEMBER },
    }
}

/// Topics that are gone are left out.
fn named(assignment: BTreeMap<Uuid, Vec<i32>>, image: &Image) -> Assignment {
    let topics = assignment.into_iter().filter_map(|(topic_id, partitions)| {
        let topic_name = (*image.topic_by_id(topic_id)?.name).into();
        Some(TopicPartitions { topic_id, topic_name, partitions })
    });
    Assignment { topic_partitions: topics.collect() }
}

fn not_found(id: &Str, message: String) -> DescribedGroup {
    refused(id, ErrorCode::GroupIdNotFound, Some(message.as_str().into()))
}

fn refused(id: &Str, code: ErrorCode, message: Option<Str>) -> DescribedGroup {
    DescribedGroup {
        group_id: id.clone(),
        error_code: code.code(),
        error_message: message,
        ..DescribedGroup::default()
    }
}
