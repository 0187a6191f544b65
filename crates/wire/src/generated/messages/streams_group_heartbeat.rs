//! StreamsGroupHeartbeat, key 88. KIP-1071 GA 4.2; v1 (4.4).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 88, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub member_epoch: i32,
    pub endpoint_information_epoch: i32,
    /// Default null.
    pub instance_id: Option<Str>,
    /// Default null.
    pub rack_id: Option<Str>,
    /// Default -1.
    pub rebalance_timeout_ms: i32,
    /// Default null.
    pub topology: Option<Topology>,
    /// Default null.
    pub active_tasks: Option<Vec<RequestTaskIds>>,
    /// Default null.
    pub standby_tasks: Option<Vec<RequestTaskIds>>,
    /// Default null.
    pub warmup_tasks: Option<Vec<RequestTaskIds>>,
    /// Default null.
    pub process_id: Option<Str>,
    /// Default null.
    pub user_endpoint: Option<RequestEndpoint>,
    /// Default null.
    pub client_tags: Option<Vec<KeyValue>>,
    /// Default null.
    pub task_offsets: Option<Vec<TaskOffset>>,
    /// Default null.
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    pub shutdown_application: bool,
}

impl Default for StreamsGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: Default::default(),
            member_epoch: Default::default(),
            endpoint_information_epoch: Default::default(),
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            topology: None,
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            process_id: None,
            user_endpoint: None,
            client_tags: None,
            task_offsets: None,
            task_end_offsets: None,
            shutdown_application: Default::default(),
        }
    }
}

impl StreamsGroupHeartbeatRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupHeartbeatRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.member_id = r.string(true, "member_id")?;
        x.member_epoch = r.int32("member_epoch")?;
        x.endpoint_information_epoch = r.int32("endpoint_information_epoch")?;
        x.instance_id = r.nullable_string(true, "instance_id")?;
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.rebalance_timeout_ms = r.int32("rebalance_timeout_ms")?;
        x.topology = r.nullable_struct("topology", |r| Topology::decode(r, v))?;
        x.active_tasks =
            r.nullable_array::<_, { RequestTaskIds::WIRE_BYTES_MIN }>(true, "active_tasks", |r| {
                RequestTaskIds::decode(r, v)
            })?;
        x.standby_tasks = r.nullable_array::<_, { RequestTaskIds::WIRE_BYTES_MIN }>(
            true,
            "standby_tasks",
            |r| RequestTaskIds::decode(r, v),
        )?;
        x.warmup_tasks =
            r.nullable_array::<_, { RequestTaskIds::WIRE_BYTES_MIN }>(true, "warmup_tasks", |r| {
                RequestTaskIds::decode(r, v)
            })?;
        x.process_id = r.nullable_string(true, "process_id")?;
        x.user_endpoint = r.nullable_struct("user_endpoint", |r| RequestEndpoint::decode(r, v))?;
        x.client_tags =
            r.nullable_array::<_, { KeyValue::WIRE_BYTES_MIN }>(true, "client_tags", |r| {
                KeyValue::decode(r, v)
            })?;
        x.task_offsets =
            r.nullable_array::<_, { TaskOffset::WIRE_BYTES_MIN }>(true, "task_offsets", |r| {
                TaskOffset::decode(r, v)
            })?;
        x.task_end_offsets =
            r.nullable_array::<_, { TaskOffset::WIRE_BYTES_MIN }>(true, "task_end_offsets", |r| {
                TaskOffset::decode(r, v)
            })?;
        x.shutdown_application = r.bool("shutdown_application")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupHeartbeatRequest", v, 0, 1)?;
        w.string(true, &self.group_id, "group_id")?;
        w.string(true, &self.member_id, "member_id")?;
        w.int32(self.member_epoch);
        w.int32(self.endpoint_information_epoch);
        w.nullable_string(true, self.instance_id.as_ref(), "instance_id")?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.int32(self.rebalance_timeout_ms);
        w.nullable_struct(self.topology.as_ref(), |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.active_tasks.as_ref(), "active_tasks", |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.standby_tasks.as_ref(), "standby_tasks", |w, x| {
            x.encode(w, v)
        })?;
        w.nullable_array(true, self.warmup_tasks.as_ref(), "warmup_tasks", |w, x| x.encode(w, v))?;
        w.nullable_string(true, self.process_id.as_ref(), "process_id")?;
        w.nullable_struct(self.user_endpoint.as_ref(), |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.client_tags.as_ref(), "client_tags", |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.task_offsets.as_ref(), "task_offsets", |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.task_end_offsets.as_ref(), "task_end_offsets", |w, x| {
            x.encode(w, v)
        })?;
        w.bool(self.shutdown_application);
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    pub epoch: i32,
    pub subtopologies: Vec<Subtopology>,
}

impl Topology {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        x.subtopologies =
            r.array::<_, { Subtopology::WIRE_BYTES_MIN }>(true, "subtopologies", |r| {
                Subtopology::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.epoch);
        w.array(true, &self.subtopologies, "subtopologies", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    pub subtopology_id: Str,
    pub source_topics: Vec<Str>,
    pub source_topic_regex: Vec<Str>,
    pub state_changelog_topics: Vec<TopicInfo>,
    pub repartition_sink_topics: Vec<Str>,
    pub repartition_source_topics: Vec<TopicInfo>,
    pub copartition_groups: Vec<CopartitionGroup>,
}

impl Subtopology {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.source_topics =
            r.array::<_, 1>(true, "source_topics", |r| r.string(true, "source_topics"))?;
        x.source_topic_regex =
            r.array::<_, 1>(true, "source_topic_regex", |r| r.string(true, "source_topic_regex"))?;
        x.state_changelog_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "state_changelog_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        x.repartition_sink_topics = r.array::<_, 1>(true, "repartition_sink_topics", |r| {
            r.string(true, "repartition_sink_topics")
        })?;
        x.repartition_source_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "repartition_source_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        x.copartition_groups =
            r.array::<_, { CopartitionGroup::WIRE_BYTES_MIN }>(true, "copartition_groups", |r| {
                CopartitionGroup::decode(r, v)
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
        w.array(true, &self.source_topic_regex, "source_topic_regex", |w, x| {
            w.string(true, x, "source_topic_regex")
        })?;
        w.array(true, &self.state_changelog_topics, "state_changelog_topics", |w, x| {
            x.encode(w, v)
        })?;
        w.array(true, &self.repartition_sink_topics, "repartition_sink_topics", |w, x| {
            w.string(true, x, "repartition_sink_topics")
        })?;
        w.array(true, &self.repartition_source_topics, "repartition_source_topics", |w, x| {
            x.encode(w, v)
        })?;
        w.array(true, &self.copartition_groups, "copartition_groups", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    pub source_topics: Vec<i16>,
    pub source_topic_regex: Vec<i16>,
    pub repartition_source_topics: Vec<i16>,
}

impl CopartitionGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.source_topics = r.array::<_, 2>(true, "source_topics", |r| r.int16("source_topics"))?;
        x.source_topic_regex =
            r.array::<_, 2>(true, "source_topic_regex", |r| r.int16("source_topic_regex"))?;
        x.repartition_source_topics = r.array::<_, 2>(true, "repartition_source_topics", |r| {
            r.int16("repartition_source_topics")
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.source_topics, "source_topics", |w, x| {
            w.int16(*x);
            Ok(())
        })?;
        w.array(true, &self.source_topic_regex, "source_topic_regex", |w, x| {
            w.int16(*x);
            Ok(())
        })?;
        w.array(true, &self.repartition_source_topics, "repartition_source_topics", |w, x| {
            w.int16(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatRequest`].
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

/// In [`StreamsGroupHeartbeatRequest`].
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

/// In [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestEndpoint {
    pub host: Str,
    pub port: u16,
}

impl RequestEndpoint {
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

/// In [`StreamsGroupHeartbeatRequest`].
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

/// In [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl RequestTaskIds {
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

crate::message::message!(StreamsGroupHeartbeatRequest, Request, 88, 0..=1, 0);

/// Response, key 88, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub member_id: Str,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    /// Versions 0.
    pub acceptable_recovery_lag_legacy: i32,
    pub task_offset_interval_ms: i32,
    /// Versions 1+, ignorable, default -1.
    pub acceptable_recovery_lag: i64,
    pub status: Option<Vec<Status>>,
    /// Default null.
    pub active_tasks: Option<Vec<ResponseTaskIds>>,
    /// Default null.
    pub standby_tasks: Option<Vec<ResponseTaskIds>>,
    /// Default null.
    pub warmup_tasks: Option<Vec<ResponseTaskIds>>,
    /// Versions 1+.
    pub topology_description_required: bool,
    pub endpoint_information_epoch: i32,
    /// Default null.
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
}

impl Default for StreamsGroupHeartbeatResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: None,
            member_id: Default::default(),
            member_epoch: Default::default(),
            heartbeat_interval_ms: Default::default(),
            acceptable_recovery_lag_legacy: Default::default(),
            task_offset_interval_ms: Default::default(),
            acceptable_recovery_lag: -1,
            status: Some(Default::default()),
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            topology_description_required: Default::default(),
            endpoint_information_epoch: Default::default(),
            partitions_by_user_endpoint: None,
        }
    }
}

impl StreamsGroupHeartbeatResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupHeartbeatResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.member_id = r.string(true, "member_id")?;
        x.member_epoch = r.int32("member_epoch")?;
        x.heartbeat_interval_ms = r.int32("heartbeat_interval_ms")?;
        if v == 0 {
            x.acceptable_recovery_lag_legacy = r.int32("acceptable_recovery_lag_legacy")?;
        }
        x.task_offset_interval_ms = r.int32("task_offset_interval_ms")?;
        if v == 1 {
            x.acceptable_recovery_lag = r.int64("acceptable_recovery_lag")?;
        }
        x.status = r.nullable_array::<_, { Status::WIRE_BYTES_MIN }>(true, "status", |r| {
            Status::decode(r, v)
        })?;
        x.active_tasks = r.nullable_array::<_, { ResponseTaskIds::WIRE_BYTES_MIN }>(
            true,
            "active_tasks",
            |r| ResponseTaskIds::decode(r, v),
        )?;
        x.standby_tasks = r.nullable_array::<_, { ResponseTaskIds::WIRE_BYTES_MIN }>(
            true,
            "standby_tasks",
            |r| ResponseTaskIds::decode(r, v),
        )?;
        x.warmup_tasks = r.nullable_array::<_, { ResponseTaskIds::WIRE_BYTES_MIN }>(
            true,
            "warmup_tasks",
            |r| ResponseTaskIds::decode(r, v),
        )?;
        if v == 1 {
            x.topology_description_required = r.bool("topology_description_required")?;
        }
        x.endpoint_information_epoch = r.int32("endpoint_information_epoch")?;
        x.partitions_by_user_endpoint = r
            .nullable_array::<_, { EndpointToPartitions::WIRE_BYTES_MIN }>(
                true,
                "partitions_by_user_endpoint",
                |r| EndpointToPartitions::decode(r, v),
            )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupHeartbeatResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.string(true, &self.member_id, "member_id")?;
        w.int32(self.member_epoch);
        w.int32(self.heartbeat_interval_ms);
        if v == 0 {
            w.int32(self.acceptable_recovery_lag_legacy);
        } else if self.acceptable_recovery_lag_legacy != 0 {
            return Err(EncodeError::not_in_version("acceptable_recovery_lag_legacy", v));
        }
        w.int32(self.task_offset_interval_ms);
        if v == 1 {
            w.int64(self.acceptable_recovery_lag);
        }
        w.nullable_array(true, self.status.as_ref(), "status", |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.active_tasks.as_ref(), "active_tasks", |w, x| x.encode(w, v))?;
        w.nullable_array(true, self.standby_tasks.as_ref(), "standby_tasks", |w, x| {
            x.encode(w, v)
        })?;
        w.nullable_array(true, self.warmup_tasks.as_ref(), "warmup_tasks", |w, x| x.encode(w, v))?;
        if v == 1 {
            w.bool(self.topology_description_required);
        } else if self.topology_description_required {
            return Err(EncodeError::not_in_version("topology_description_required", v));
        }
        w.int32(self.endpoint_information_epoch);
        w.nullable_array(
            true,
            self.partitions_by_user_endpoint.as_ref(),
            "partitions_by_user_endpoint",
            |w, x| x.encode(w, v),
        )?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndpointToPartitions {
    pub user_endpoint: ResponseEndpoint,
    pub active_partitions: Vec<TopicPartition>,
    pub standby_partitions: Vec<TopicPartition>,
}

impl EndpointToPartitions {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.user_endpoint = ResponseEndpoint::decode(r, v)?;
        x.active_partitions =
            r.array::<_, { TopicPartition::WIRE_BYTES_MIN }>(true, "active_partitions", |r| {
                TopicPartition::decode(r, v)
            })?;
        x.standby_partitions =
            r.array::<_, { TopicPartition::WIRE_BYTES_MIN }>(true, "standby_partitions", |r| {
                TopicPartition::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.nested(|w| self.user_endpoint.encode(w, v))?;
        w.array(true, &self.active_partitions, "active_partitions", |w, x| x.encode(w, v))?;
        w.array(true, &self.standby_partitions, "standby_partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    pub status_code: i8,
    pub status_detail: Str,
}

impl Status {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.status_code = r.int8("status_code")?;
        x.status_detail = r.string(true, "status_detail")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int8(self.status_code);
        w.string(true, &self.status_detail, "status_detail")?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic = r.string(true, "topic")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic, "topic")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl ResponseTaskIds {
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

/// In [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseEndpoint {
    pub host: Str,
    pub port: u16,
}

impl ResponseEndpoint {
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

crate::message::message!(StreamsGroupHeartbeatResponse, Response, 88, 0..=1, 0);
crate::message::request!(
    StreamsGroupHeartbeat,
    StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse
);
