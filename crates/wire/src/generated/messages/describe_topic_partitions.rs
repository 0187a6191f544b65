//! DescribeTopicPartitions, key 75. KIP-966: paged describe with ELR; v0 cursor.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 75, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    pub topics: Vec<TopicRequest>,
    /// Default 2000.
    pub response_partition_limit: i32,
    /// Default null.
    pub cursor: Option<RequestCursor>,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        Self { topics: Default::default(), response_partition_limit: 2000, cursor: None }
    }
}

impl DescribeTopicPartitionsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeTopicPartitionsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.topics = r.array::<_, { TopicRequest::WIRE_BYTES_MIN }>(true, "topics", |r| {
            TopicRequest::decode(r, v)
        })?;
        x.response_partition_limit = r.int32("response_partition_limit")?;
        x.cursor = r.nullable_struct("cursor", |r| RequestCursor::decode(r, v))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeTopicPartitionsRequest", v, 0, 0)?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int32(self.response_partition_limit);
        w.nullable_struct(self.cursor.as_ref(), |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTopicPartitionsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    pub name: Str,
}

impl TopicRequest {
    pub(crate) const WIRE_BYTES_MIN: usize = 2;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTopicPartitionsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestCursor {
    pub topic_name: Str,
    pub partition_index: i32,
}

impl RequestCursor {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.partition_index = r.int32("partition_index")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.int32(self.partition_index);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeTopicPartitionsRequest, Request, 75, 0..=0, 0);

/// Response, key 75, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    /// Default null.
    pub next_cursor: Option<ResponseCursor>,
}

impl DescribeTopicPartitionsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeTopicPartitionsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.topics = r.array::<_, { DescribeTopicPartitionsResponseTopic::WIRE_BYTES_MIN }>(
            true,
            "topics",
            |r| DescribeTopicPartitionsResponseTopic::decode(r, v),
        )?;
        x.next_cursor = r.nullable_struct("next_cursor", |r| ResponseCursor::decode(r, v))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeTopicPartitionsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.nullable_struct(self.next_cursor.as_ref(), |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTopicPartitionsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    pub error_code: i16,
    pub name: Option<Str>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// Default -2147483648.
    pub topic_authorized_operations: i32,
}

impl Default for DescribeTopicPartitionsResponseTopic {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            name: Some(Default::default()),
            topic_id: Default::default(),
            is_internal: Default::default(),
            partitions: Default::default(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

impl DescribeTopicPartitionsResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 26;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.name = r.nullable_string(true, "name")?;
        x.topic_id = r.uuid("topic_id")?;
        x.is_internal = r.bool("is_internal")?;
        x.partitions = r.array::<_, { DescribeTopicPartitionsResponsePartition::WIRE_BYTES_MIN }>(
            true,
            "partitions",
            |r| DescribeTopicPartitionsResponsePartition::decode(r, v),
        )?;
        x.topic_authorized_operations = r.int32("topic_authorized_operations")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int16(self.error_code);
        w.nullable_string(true, self.name.as_ref(), "name")?;
        w.uuid(self.topic_id);
        w.bool(self.is_internal);
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.int32(self.topic_authorized_operations);
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTopicPartitionsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    pub error_code: i16,
    pub partition_index: i32,
    pub leader_id: i32,
    /// Default -1.
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    /// Default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Default null.
    pub last_known_elr: Option<Vec<i32>>,
    pub offline_replicas: Vec<i32>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            partition_index: Default::default(),
            leader_id: Default::default(),
            leader_epoch: -1,
            replica_nodes: Default::default(),
            isr_nodes: Default::default(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Default::default(),
        }
    }
}

impl DescribeTopicPartitionsResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 20;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.partition_index = r.int32("partition_index")?;
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.replica_nodes = r.array::<_, 4>(true, "replica_nodes", |r| r.int32("replica_nodes"))?;
        x.isr_nodes = r.array::<_, 4>(true, "isr_nodes", |r| r.int32("isr_nodes"))?;
        x.eligible_leader_replicas =
            r.nullable_array::<_, 4>(true, "eligible_leader_replicas", |r| {
                r.int32("eligible_leader_replicas")
            })?;
        x.last_known_elr =
            r.nullable_array::<_, 4>(true, "last_known_elr", |r| r.int32("last_known_elr"))?;
        x.offline_replicas =
            r.array::<_, 4>(true, "offline_replicas", |r| r.int32("offline_replicas"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int16(self.error_code);
        w.int32(self.partition_index);
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.array(true, &self.replica_nodes, "replica_nodes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.array(true, &self.isr_nodes, "isr_nodes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.nullable_array(
            true,
            self.eligible_leader_replicas.as_ref(),
            "eligible_leader_replicas",
            |w, x| {
                w.int32(*x);
                Ok(())
            },
        )?;
        w.nullable_array(true, self.last_known_elr.as_ref(), "last_known_elr", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.array(true, &self.offline_replicas, "offline_replicas", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTopicPartitionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseCursor {
    pub topic_name: Str,
    pub partition_index: i32,
}

impl ResponseCursor {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.partition_index = r.int32("partition_index")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.int32(self.partition_index);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeTopicPartitionsResponse, Response, 75, 0..=0, 0);
crate::message::request!(
    DescribeTopicPartitions,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse
);
