//! Groups of every kind: list, describe, delete, take members out.

use std::collections::BTreeMap;

use ottla_model::{ErrorCode, TopicPartition};
use ottla_wire::messages::consumer_group_describe as consumer;
use ottla_wire::messages::delete_groups::DeleteGroupsRequest;
use ottla_wire::messages::describe_groups as classic;
use ottla_wire::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use ottla_wire::messages::list_groups::ListGroupsRequest;
use ottla_wire::records::consumer_protocol_assignment::ConsumerProtocolAssignment;
use ottla_wire::records::consumer_protocol_subscription::ConsumerProtocolSubscription;
use ottla_wire::{Reader, Str};

use super::work::Patience;
use super::{Admin, Results, operations, text};
use crate::pool::Lane;
use crate::route::{CoordinatorKind, Route};
use crate::{Error, ErrorKind, Result};

/// What runs a group's protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupType {
    /// The members (JoinGroup).
    Classic,
    /// The broker (KIP-848).
    Consumer,
    /// Of another kind, or of one that the broker does not tell.
    Other(String),
}

impl GroupType {
    fn of(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "classic" => Self::Classic,
            "consumer" => Self::Consumer,
            _ => Self::Other(text.to_owned()),
        }
    }
}

/// One line of a list of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub group_id: String,
    /// What its members are to each other: `consumer`, or something that only they know.
    pub protocol_type: String,
    /// Its state; empty from brokers before 2.6.
    pub state: String,
    /// What runs its protocol; `Other("")` from brokers before 3.8.
    pub group_type: GroupType,
}

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDescription {
    /// Its id.
    pub group_id: String,
    /// What runs its protocol.
    pub group_type: GroupType,
    /// Its state.
    pub state: String,
    /// What its members are to each other.
    pub protocol_type: String,
    /// The assignor in use.
    pub assignor: String,
    /// Counts changes of the members (KIP-848).
    pub group_epoch: Option<i32>,
    /// The group epoch that the target assignment belongs to (KIP-848).
    pub target_epoch: Option<i32>,
    /// The node of its coordinator.
    pub coordinator: i32,
    /// Its members.
    pub members: Vec<GroupMember>,
    /// What the caller may do with it, as bits, if the broker tells.
    pub authorized_operations: Option<i32>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Its id.
    pub member_id: String,
    /// The name that outlives its process (KIP-345).
    pub instance_id: Option<String>,
    /// What it calls itself.
    pub client_id: String,
    /// Where it was seen.
    pub host: String,
    /// Where it stands.
    pub rack: Option<String>,
    /// The epoch it has reached (KIP-848).
    pub epoch: Option<i32>,
    /// Topics it subscribed to, as far as they can be read.
    pub topics: Vec<String>,
    /// The pattern it subscribed to (KIP-848).
    pub topic_pattern: Option<String>,
    /// The partitions it has; none if its protocol is not known here.
    pub assignment: Option<MemberAssignment>,
    /// The partitions it is to have (KIP-848).
    pub target: Option<MemberAssignment>,
}

/// Partitions of a member, in order.
pub type MemberAssignment = Vec<TopicPartition>;

/// A member to be taken out of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberToRemove {
    /// By the id that it has at the moment.
    Member(String),
    /// By the name that outlives its process.
    Instance(String),
}

impl Admin {
    /// Every group of every broker, by id; only those in one of `states` and of one of `types`,
    /// unless these are empty.
    ///
    /// # Errors
    /// A broker does not answer, or cannot filter (before 2.6, 3.8).
    pub async fn list_groups(
        &self,
        states: &[&str],
        types: &[GroupType],
    ) -> Result<Vec<GroupListing>> {
        let kind = |kind: &GroupType| match kind {
            GroupType::Classic => Str::from_static("classic"),
            GroupType::Consumer => Str::from_static("consumer"),
            GroupType::Other(name) => Str::from(name),
        };
        let request = ListGroupsRequest {
            states_filter: states.iter().map(|state| Str::from(*state)).collect(),
            types_filter: types.iter().map(kind).collect(),
        };
        let mut groups = BTreeMap::new();
        for node in self.brokers().await? {
            let check = |answer: &ottla_wire::messages::list_groups::ListGroupsResponse| {
                Error::check(answer.error_code, None, format!("list groups of node {node}"))
            };
            let answer = self.ask(&Route::node(node), &request, check).await?;
            for group in answer.groups {
                let group_type = GroupType::of(&group.group_type);
                let listing = GroupListing {
                    group_id: group.group_id.to_string(),
                    protocol_type: group.protocol_type.to_string(),
                    state: group.group_state.to_string(),
                    group_type,
                };
                groups.insert(listing.group_id.clone(), listing);
            }
        }
        Ok(groups.into_values().collect())
    }

    /// Groups with their members. A group that does not exist is `GROUP_ID_NOT_FOUND`, or, from
    /// brokers that do not say, in state `Dead`.
    pub async fn describe_groups(&self, group_ids: &[&str]) -> Results<String, GroupDescription> {
        let mut work = self.work(group_ids.iter().map(ToString::to_string), Patience::Retriable);
        while let Some(groups) = work.next() {
            let mut brought = Vec::new();
            for group in groups {
                let described = self.describe_group_once(&group).await;
                self.note_refusal(&group, &described);
                brought.push((group, described));
            }
            work.take(Ok(brought)).await;
        }
        work.results()
    }

    /// First as a group whose broker runs the protocol, then as one whose members do: a group does
    /// not say beforehand which it is.
    async fn describe_group_once(&self, group: &str) -> Result<GroupDescription> {
        let coordinator = self.client.coordinator(CoordinatorKind::Group, group).await?;
        let request = consumer::ConsumerGroupDescribeRequest {
            group_ids: vec![Str::from(group)],
            include_authorized_operations: false,
        };
        let route = Route::node(coordinator).on(Lane::Coordinator);
        let described = match self.client.call(&route, request).await {
            Ok(answer) => answer.groups.into_iter().next().map_or_else(
                || Err(Error::malformed("the answer leaves the group out")),
                |group| consumer_group(group, coordinator),
            ),
            Err(error) => Err(error),
        };
        match described {
            Err(error)
                if error.code() == Some(ErrorCode::GroupIdNotFound)
                    || error.code() == Some(ErrorCode::UnsupportedVersion)
                    || error.kind() == ErrorKind::Unsupported =>
            {
                self.describe_classic_group(group, coordinator).await
            }
            described => described,
        }
    }

    async fn describe_classic_group(
        &self,
        group: &str,
        coordinator: i32,
    ) -> Result<GroupDescription> {
        let request = classic::DescribeGroupsRequest {
            groups: vec![Str::from(group)],
            include_authorized_operations: false,
        };
        let route = Route::node(coordinator).on(Lane::Coordinator);
        let answer = self.client.call(&route, request).await?;
        let described = answer.groups.into_iter().next();
        classic_group(
            described.ok_or_else(|| Error::malformed("the answer leaves the group out"))?,
            coordinator,
        )
    }

    /// Deletes groups that have no members, with their offsets.
    pub async fn delete_groups(&self, group_ids: &[&str]) -> Results<String, ()> {
        let mut work = self.work(group_ids.iter().map(ToString::to_string), Patience::Retriable);
        while let Some(groups) = work.next() {
            let mut brought = Vec::new();
            for group in groups {
                let request = DeleteGroupsRequest { groups_names: vec![Str::from(&group)] };
                let answer = self.client.call(&Route::group(group.as_str()), request).await;
                let deleted = answer.and_then(|answer| {
                    let result = answer.results.first();
                    let result = result.ok_or_else(|| Error::malformed("no result"))?;
                    let what = format!("delete group {group}");
                    Error::check(result.error_code, text(&result.error_message), what)
                });
                self.note_refusal(&group, &deleted);
                brought.push((group, deleted));
            }
            work.take(Ok(brought)).await;
        }
        work.results()
    }

    /// Takes members out of a group; gives the result for each, in order. Brokers of 2.3 and later.
    ///
    /// # Errors
    /// The group's coordinator does not answer or refuses altogether.
    pub async fn remove_members(
        &self,
        group: &str,
        members: &[MemberToRemove],
        reason: &str,
    ) -> Result<Vec<Result<()>>> {
        let identity = |member: &MemberToRemove, version| MemberIdentity {
            member_id: match member {
                MemberToRemove::Member(id) => Str::from(id),
                MemberToRemove::Instance(_) => Str::default(),
            },
            group_instance_id: match member {
                MemberToRemove::Member(_) => None,
                MemberToRemove::Instance(name) => Some(Str::from(name)),
            },
            reason: (version >= 5).then(|| Str::from(reason)),
        };
        let build = |version| LeaveGroupRequest {
            group_id: Str::from(group),
            members: members.iter().map(|member| identity(member, version)).collect(),
            ..Default::default()
        };
        let what = format!("remove members of group {group}");
        let (_, answer) = self
            .ask_versioned(&Route::group(group), 3..=i16::MAX, build, |answer| {
                Error::check(answer.error_code, None, &what)
            })
            .await?;
        Ok(answer
            .members
            .iter()
            .map(|member| Error::check(member.error_code, None, &what))
            .collect())
    }

    /// Has the coordinator looked up again, if that is what was wrong.
    pub(super) fn note_refusal<T>(&self, group: &str, result: &Result<T>) {
        if result.as_ref().is_err_and(Error::wants_coordinator) {
            self.client.forget_coordinator(CoordinatorKind::Group, group);
        }
    }
}

fn classic_group(group: classic::DescribedGroup, coordinator: i32) -> Result<GroupDescription> {
    let what = format!("describe group {}", group.group_id);
    Error::check(group.error_code, text(&group.error_message), what)?;
    let is_consumer = &*group.protocol_type == "consumer";
    let members = group.members.into_iter().map(|member| {
        let topics = if is_consumer { subscribed(&member.member_metadata) } else { Vec::new() };
        let assignment = is_consumer.then(|| assigned(&member.member_assignment));
        GroupMember {
            member_id: member.member_id.to_string(),
            instance_id: member.group_instance_id.as_ref().map(ToString::to_string),
            client_id: member.client_id.to_string(),
            host: member.client_host.to_string(),
            rack: None,
            epoch: None,
            topics,
            topic_pattern: None,
            assignment,
            target: None,
        }
    });
    Ok(GroupDescription {
        members: members.collect(),
        group_id: group.group_id.to_string(),
        group_type: GroupType::Classic,
        state: group.group_state.to_string(),
        protocol_type: group.protocol_type.to_string(),
        assignor: group.protocol_data.to_string(),
        group_epoch: None,
        target_epoch: None,
        coordinator,
        authorized_operations: operations(group.authorized_operations),
    })
}

fn consumer_group(group: consumer::DescribedGroup, coordinator: i32) -> Result<GroupDescription> {
    let what = format!("describe group {}", group.group_id);
    Error::check(group.error_code, text(&group.error_message), what)?;
    let members = group.members.into_iter().map(|member| GroupMember {
        member_id: member.member_id.to_string(),
        instance_id: member.instance_id.as_ref().map(ToString::to_string),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: member.rack_id.as_ref().map(ToString::to_string),
        epoch: Some(member.member_epoch),
        topics: member.subscribed_topic_names.iter().map(ToString::to_string).collect(),
        topic_pattern: member
            .subscribed_topic_regex
            .as_ref()
            .filter(|pattern| !pattern.is_empty())
            .map(ToString::to_string),
        assignment: Some(partitions(&member.assignment)),
        target: Some(partitions(&member.target_assignment)),
    });
    Ok(GroupDescription {
        members: members.collect(),
        group_id: group.group_id.to_string(),
        group_type: GroupType::Consumer,
        state: group.group_state.to_string(),
        protocol_type: "consumer".to_owned(),
        assignor: group.assignor_name.to_string(),
        group_epoch: Some(group.group_epoch),
        target_epoch: Some(group.assignment_epoch),
        coordinator,
        authorized_operations: operations(group.authorized_operations),
    })
}

fn partitions(assignment: &consumer::Assignment) -> MemberAssignment {
    let mut partitions: Vec<_> = assignment
        .topic_partitions
        .iter()
        .flat_map(|topic| {
            topic
                .partitions
                .iter()
                .map(|index| TopicPartition::new(topic.topic_name.as_str(), *index))
        })
        .collect();
    partitions.sort();
    partitions
}

/// Versions before the fields of which only the first is known are read as that one.
fn consumer_protocol(bytes: &bytes::Bytes) -> Option<(i16, Reader)> {
    let (version, reader) = ottla_wire::frame::split_prefix(bytes.clone()).ok()?;
    (version >= 0).then_some((version, reader))
}

fn subscribed(metadata: &bytes::Bytes) -> Vec<String> {
    let newest = *<ConsumerProtocolSubscription as ottla_wire::Message>::VERSIONS.end();
    let read = consumer_protocol(metadata).and_then(|(version, mut reader)| {
        ConsumerProtocolSubscription::decode(&mut reader, version.min(newest)).ok()
    });
    read.map(|read| read.topics.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn assigned(assignment: &bytes::Bytes) -> MemberAssignment {
    let newest = *<ConsumerProtocolAssignment as ottla_wire::Message>::VERSIONS.end();
    let read = consumer_protocol(assignment).and_then(|(version, mut reader)| {
        ConsumerProtocolAssignment::decode(&mut reader, version.min(newest)).ok()
    });
    let mut partitions: Vec<_> = read
        .iter()
        .flat_map(|read| &read.assigned_partitions)
        .flat_map(|topic| {
            topic.partitions.iter().map(|index| TopicPartition::new(topic.topic.as_str(), *index))
        })
        .collect();
    partitions.sort();
    partitions
}
