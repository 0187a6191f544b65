//! StreamsGroupDescribe, key 89. KIP-1071; v1 topology (KIP-1331).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 89, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeRequest {
    pub group_ids: Vec<Str>,
    pub include_authorized_operations: bool,
    /// Versions 1+.
    pub include_topology_description: bool,
}

impl StreamsGroupDescribeRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupDescribeRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.group_ids = r.array::<_, 1>(true, "group_ids", |r| r.string(true, "group_ids"))?;
        x.include_authorized_operations = r.bool("include_authorized_operations")?;
        if v == 1 {
            x.include_topology_description = r.bool("include_topology_description")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupDescribeRequest", v, 0, 1)?;
        w.array(true, &self.group_ids, "group_ids", |w, x| w.string(true, x, "group_ids"))?;
        w.bool(self.include_authorized_operations);
        if v == 1 {
            w.bool(self.include_topology_description);
        } else if self.include_topology_description {
            return Err(EncodeError::not_in_version("include_topology_description", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupDescribeRequest, Request, 89, 0..=1, 0);

/// Response, key 89, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeResponse {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl StreamsGroupDescribeResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupDescribeResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.groups = r.array::<_, { DescribedGroup::WIRE_BYTES_MIN }>(true, "groups", |r| {
            DescribedGroup::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupDescribeResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.array(true, &self.groups, "groups", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub group_id: Str,
    pub group_state: Str,
    pub group_epoch: i32,
    pub assignment_epoch: i32,
    /// Default null.
    pub topology: Option<Topology>,
    pub members: Vec<Member>,
    /// Default -2147483648.
    pub authorized_operations: i32,
    /// Versions 1+, default null.
    pub topology_description: Option<TopologyDescription>,
    /// Versions 1+.
    pub topology_description_status: i8,
    /// Versions 1+, ignorable, default null.
    pub assignor_name: Option<Str>,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: None,
            group_id: Default::default(),
            group_state: Default::default(),
            group_epoch: Default::default(),
            assignment_epoch: Default::default(),
            topology: None,
            members: Default::default(),
            authorized_operations: i32::MIN,
            topology_description: None,
            topology_description_status: Default::default(),
            assignor_name: None,
        }
    }
}

impl DescribedGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 20;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.group_id = r.string(true, "group_id")?;
        x.group_state = r.string(true, "group_state")?;
        x.group_epoch = r.int32("group_epoch")?;
        x.assignment_epoch = r.int32("assignment_epoch")?;
        x.topology = r.nullable_struct("topology", |r| Topology::decode(r, v))?;
        x.members =
            r.array::<_, { Member::WIRE_BYTES_MIN }>(true, "members", |r| Member::decode(r, v))?;
        x.authorized_operations = r.int32("authorized_operations")?;
        if v == 1 {
            x.topology_description =
                r.nullable_struct("topology_description", |r| TopologyDescription::decode(r, v))?;
        }
        if v == 1 {
            x.topology_description_status = r.int8("topology_description_status")?;
        }
        if v == 1 {
            x.assignor_name = r.nullable_string(true, "assignor_name")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.string(true, &self.group_id, "group_id")?;
        w.string(true, &self.group_state, "group_state")?;
        w.int32(self.group_epoch);
        w.int32(self.assignment_epoch);
        w.nullable_struct(self.topology.as_ref(), |w, x| x.encode(w, v))?;
        w.array(true, &self.members, "members", |w, x| x.encode(w, v))?;
        w.int32(self.authorized_operations);
        if v == 1 {
            w.nullable_struct(self.topology_description.as_ref(), |w, x| x.encode(w, v))?;
        } else if self.topology_description.is_some() {
            return Err(EncodeError::not_in_version("topology_description", v));
        }
        if v == 1 {
            w.int8(self.topology_description_status);
        } else if self.topology_description_status != 0 {
            return Err(EncodeError::not_in_version("topology_description_status", v));
        }
        if v == 1 {
            w.nullable_string(true, self.assignor_name.as_ref(), "assignor_name")?;
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    pub epoch: i32,
    /// Default null.
    pub subtopologies: Option<Vec<Subtopology>>,
}

impl Topology {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        x.subtopologies =
            r.nullable_array::<_, { Subtopology::WIRE_BYTES_MIN }>(true, "subtopologies", |r| {
                Subtopology::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.epoch);
        w.nullable_array(true, self.subtopologies.as_ref(), "subtopologies", |w, x| {
            x.encode(w, v)
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    pub subtopology_id: Str,
    pub source_topics: Vec<Str>,
    pub repartition_sink_topics: Vec<Str>,
    pub state_changelog_topics: Vec<TopicInfo>,
    pub repartition_source_topics: Vec<TopicInfo>,
}

impl Subtopology {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.source_topics =
            r.array::<_, 1>(true, "source_topics", |r| r.string(true, "source_topics"))?;
        x.repartition_sink_topics = r.array::<_, 1>(true, "repartition_sink_topics", |r| {
            r.string(true, "repartition_sink_topics")
        })?;
        x.state_changelog_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "state_changelog_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        x.repartition_source_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "repartition_source_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.array(true, &self.source_topics, "source_topics", |w, x| {
            w.string(true, x, "source_topics")
        })?;
        w.array(true, &self.repartition_sink_topics, "repartition_sink_topics", |w, x| {
            w.string(true, x, "repartition_sink_topics")
        })?;
        w.array(true, &self.state_changelog_topics, "state_changelog_topics", |w, x| {
            x.encode(w, v)
        })?;
        w.array(true, &self.repartition_source_topics, "repartition_source_topics", |w, x| {
            x.encode(w, v)
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    pub member_id: Str,
    pub member_epoch: i32,
    /// Default null.
    pub instance_id: Option<Str>,
    /// Default null.
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub topology_epoch: i32,
    pub process_id: Str,
    /// Default null.
    pub user_endpoint: Option<Endpoint>,
    pub client_tags: Vec<KeyValue>,
    pub task_offsets: Vec<TaskOffset>,
    pub task_end_offsets: Vec<TaskOffset>,
    pub assignment: Assignment,
    pub target_assignment: Assignment,
    pub is_classic: bool,
}

impl Member {
    pub(crate) const WIRE_BYTES_MIN: usize = 28;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.member_id = r.string(true, "member_id")?;
        x.member_epoch = r.int32("member_epoch")?;
        x.instance_id = r.nullable_string(true, "instance_id")?;
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.client_id = r.string(true, "client_id")?;
        x.client_host = r.string(true, "client_host")?;
        x.topology_epoch = r.int32("topology_epoch")?;
        x.process_id = r.string(true, "process_id")?;
        x.user_endpoint = r.nullable_struct("user_endpoint", |r| Endpoint::decode(r, v))?;
        x.client_tags = r.array::<_, { KeyValue::WIRE_BYTES_MIN }>(true, "client_tags", |r| {
            KeyValue::decode(r, v)
        })?;
        x.task_offsets =
            r.array::<_, { TaskOffset::WIRE_BYTES_MIN }>(true, "task_offsets", |r| {
                TaskOffset::decode(r, v)
            })?;
        x.task_end_offsets =
            r.array::<_, { TaskOffset::WIRE_BYTES_MIN }>(true, "task_end_offsets", |r| {
                TaskOffset::decode(r, v)
            })?;
        x.assignment = Assignment::decode(r, v)?;
        x.target_assignment = Assignment::decode(r, v)?;
        x.is_classic = r.bool("is_classic")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.member_id, "member_id")?;
        w.int32(self.member_epoch);
        w.nullable_string(true, self.instance_id.as_ref(), "instance_id")?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.string(true, &self.client_id, "client_id")?;
        w.string(true, &self.client_host, "client_host")?;
        w.int32(self.topology_epoch);
        w.string(true, &self.process_id, "process_id")?;
        w.nullable_struct(self.user_endpoint.as_ref(), |w, x| x.encode(w, v))?;
        w.array(true, &self.client_tags, "client_tags", |w, x| x.encode(w, v))?;
        w.array(true, &self.task_offsets, "task_offsets", |w, x| x.encode(w, v))?;
        w.array(true, &self.task_end_offsets, "task_end_offsets", |w, x| x.encode(w, v))?;
        w.nested(|w| self.assignment.encode(w, v))?;
        w.nested(|w| self.target_assignment.encode(w, v))?;
        w.bool(self.is_classic);
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    pub host: Str,
    pub port: u16,
}

impl Endpoint {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.host = r.string(true, "host")?;
        x.port = r.uint16("port")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.host, "host")?;
        w.uint16(self.port);
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskOffset {
    pub subtopology_id: Str,
    pub partition: i32,
    pub offset: i64,
}

impl TaskOffset {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.partition = r.int32("partition")?;
        x.offset = r.int64("offset")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.int32(self.partition);
        w.int64(self.offset);
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    pub active_tasks: Vec<TaskIds>,
    pub standby_tasks: Vec<TaskIds>,
    pub warmup_tasks: Vec<TaskIds>,
}

impl Assignment {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.active_tasks = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(true, "active_tasks", |r| {
            TaskIds::decode(r, v)
        })?;
        x.standby_tasks =
            r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(true, "standby_tasks", |r| {
                TaskIds::decode(r, v)
            })?;
        x.warmup_tasks = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(true, "warmup_tasks", |r| {
            TaskIds::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.active_tasks, "active_tasks", |w, x| x.encode(w, v))?;
        w.array(true, &self.standby_tasks, "standby_tasks", |w, x| x.encode(w, v))?;
        w.array(true, &self.warmup_tasks, "warmup_tasks", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl TaskIds {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    pub key: Str,
    pub value: Str,
}

impl KeyValue {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.key = r.string(true, "key")?;
        x.value = r.string(true, "value")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.key, "key")?;
        w.string(true, &self.value, "value")?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    pub name: Str,
    pub partitions: i32,
    pub replication_factor: i16,
    pub topic_configs: Vec<KeyValue>,
}

impl TopicInfo {
    pub(crate) const WIRE_BYTES_MIN: usize = 9;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.partitions = r.int32("partitions")?;
        x.replication_factor = r.int16("replication_factor")?;
        x.topic_configs =
            r.array::<_, { KeyValue::WIRE_BYTES_MIN }>(true, "topic_configs", |r| {
                KeyValue::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int32(self.partitions);
        w.int16(self.replication_factor);
        w.array(true, &self.topic_configs, "topic_configs", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription {
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
}

impl TopologyDescription {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopologies = r.array::<_, { TopologyDescriptionSubtopology::WIRE_BYTES_MIN }>(
            true,
            "subtopologies",
            |r| TopologyDescriptionSubtopology::decode(r, v),
        )?;
        x.global_stores = r.array::<_, { TopologyDescriptionGlobalStore::WIRE_BYTES_MIN }>(
            true,
            "global_stores",
            |r| TopologyDescriptionGlobalStore::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.subtopologies, "subtopologies", |w, x| x.encode(w, v))?;
        w.array(true, &self.global_stores, "global_stores", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology {
    pub subtopology_id: Str,
    pub nodes: Vec<TopologyDescriptionNode>,
}

impl TopologyDescriptionSubtopology {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.nodes =
            r.array::<_, { TopologyDescriptionNode::WIRE_BYTES_MIN }>(true, "nodes", |r| {
                TopologyDescriptionNode::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.array(true, &self.nodes, "nodes", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode {
    pub name: Str,
    pub node_type: i8,
    pub source_topics: Vec<Str>,
    /// Default null.
    pub sink_topic: Option<Str>,
    pub stores: Vec<Str>,
    pub successors: Vec<Str>,
}

impl TopologyDescriptionNode {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.node_type = r.int8("node_type")?;
        x.source_topics =
            r.array::<_, 1>(true, "source_topics", |r| r.string(true, "source_topics"))?;
        x.sink_topic = r.nullable_string(true, "sink_topic")?;
        x.stores = r.array::<_, 1>(true, "stores", |r| r.string(true, "stores"))?;
        x.successors = r.array::<_, 1>(true, "successors", |r| r.string(true, "successors"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int8(self.node_type);
        w.array(true, &self.source_topics, "source_topics", |w, x| {
            w.string(true, x, "source_topics")
        })?;
        w.nullable_string(true, self.sink_topic.as_ref(), "sink_topic")?;
        w.array(true, &self.stores, "stores", |w, x| w.string(true, x, "stores"))?;
        w.array(true, &self.successors, "successors", |w, x| w.string(true, x, "successors"))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore {
    pub source: TopologyDescriptionNode,
    pub processor: TopologyDescriptionNode,
}

impl TopologyDescriptionGlobalStore {
    pub(crate) const WIRE_BYTES_MIN: usize = 15;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.source = TopologyDescriptionNode::decode(r, v)?;
        x.processor = TopologyDescriptionNode::decode(r, v)?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.nested(|w| self.source.encode(w, v))?;
        w.nested(|w| self.processor.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupDescribeResponse, Response, 89, 0..=1, 0);
crate::message::request!(
    StreamsGroupDescribe,
    StreamsGroupDescribeRequest,
    StreamsGroupDescribeResponse
);
