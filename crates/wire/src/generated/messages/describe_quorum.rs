//! DescribeQuorum, key 55. V2 directory ids, listeners.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 55, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeQuorumRequest {
    pub topics: Vec<RequestTopicData>,
}

impl DescribeQuorumRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeQuorumRequest", v, 0, 2)?;
        let mut x = Self::default();
        x.topics = r.array::<_, { RequestTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            RequestTopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeQuorumRequest", v, 0, 2)?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicData {
    pub topic_name: Str,
    pub partitions: Vec<RequestPartitionData>,
}

impl RequestTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.partitions =
            r.array::<_, { RequestPartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                RequestPartitionData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    pub partition_index: i32,
}

impl RequestPartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeQuorumRequest, Request, 55, 0..=2, 0);

/// Response, key 55, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeQuorumResponse {
    pub error_code: i16,
    /// Versions 2+, ignorable.
    pub error_message: Option<Str>,
    pub topics: Vec<ResponseTopicData>,
    /// Versions 2+.
    pub nodes: Vec<Node>,
}

impl Default for DescribeQuorumResponse {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            topics: Default::default(),
            nodes: Default::default(),
        }
    }
}

impl DescribeQuorumResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeQuorumResponse", v, 0, 2)?;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        if v == 2 {
            x.error_message = r.nullable_string(true, "error_message")?;
        }
        x.topics = r.array::<_, { ResponseTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            ResponseTopicData::decode(r, v)
        })?;
        if v == 2 {
            x.nodes =
                r.array::<_, { Node::WIRE_BYTES_MIN }>(true, "nodes", |r| Node::decode(r, v))?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeQuorumResponse", v, 0, 2)?;
        w.int16(self.error_code);
        if v == 2 {
            w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        }
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v == 2 {
            w.array(true, &self.nodes, "nodes", |w, x| x.encode(w, v))?;
        } else if !self.nodes.is_empty() {
            return Err(EncodeError::not_in_version("nodes", v));
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicData {
    pub topic_name: Str,
    pub partitions: Vec<ResponsePartitionData>,
}

impl ResponseTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.partitions =
            r.array::<_, { ResponsePartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                ResponsePartitionData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    /// Versions 2+, ignorable.
    pub error_message: Option<Str>,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub current_voters: Vec<ReplicaState>,
    pub observers: Vec<ReplicaState>,
}

impl Default for ResponsePartitionData {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            leader_id: Default::default(),
            leader_epoch: Default::default(),
            high_watermark: Default::default(),
            current_voters: Default::default(),
            observers: Default::default(),
        }
    }
}

impl ResponsePartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 25;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        if v == 2 {
            x.error_message = r.nullable_string(true, "error_message")?;
        }
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.high_watermark = r.int64("high_watermark")?;
        x.current_voters =
            r.array::<_, { ReplicaState::WIRE_BYTES_MIN }>(true, "current_voters", |r| {
                ReplicaState::decode(r, v)
            })?;
        x.observers = r.array::<_, { ReplicaState::WIRE_BYTES_MIN }>(true, "observers", |r| {
            ReplicaState::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        if v == 2 {
            w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        }
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.int64(self.high_watermark);
        w.array(true, &self.current_voters, "current_voters", |w, x| x.encode(w, v))?;
        w.array(true, &self.observers, "observers", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    pub node_id: i32,
    pub listeners: Vec<Listener>,
}

impl Node {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.node_id = r.int32("node_id")?;
        x.listeners = r.array::<_, { Listener::WIRE_BYTES_MIN }>(true, "listeners", |r| {
            Listener::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.node_id);
        w.array(true, &self.listeners, "listeners", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    pub name: Str,
    pub host: Str,
    pub port: u16,
}

impl Listener {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.host = r.string(true, "host")?;
        x.port = r.uint16("port")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.string(true, &self.host, "host")?;
        w.uint16(self.port);
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    pub replica_id: i32,
    /// Versions 2+.
    pub replica_directory_id: Uuid,
    pub log_end_offset: i64,
    /// Versions 1+, ignorable, default -1.
    pub last_fetch_timestamp: i64,
    /// Versions 1+, ignorable, default -1.
    pub last_caught_up_timestamp: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: Default::default(),
            replica_directory_id: Default::default(),
            log_end_offset: Default::default(),
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}

impl ReplicaState {
    pub(crate) const WIRE_BYTES_MIN: usize = 13;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.replica_id = r.int32("replica_id")?;
        if v == 2 {
            x.replica_directory_id = r.uuid("replica_directory_id")?;
        }
        x.log_end_offset = r.int64("log_end_offset")?;
        if v >= 1 {
            x.last_fetch_timestamp = r.int64("last_fetch_timestamp")?;
        }
        if v >= 1 {
            x.last_caught_up_timestamp = r.int64("last_caught_up_timestamp")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.replica_id);
        if v == 2 {
            w.uuid(self.replica_directory_id);
        } else if !self.replica_directory_id.is_zero() {
            return Err(EncodeError::not_in_version("replica_directory_id", v));
        }
        w.int64(self.log_end_offset);
        if v >= 1 {
            w.int64(self.last_fetch_timestamp);
        }
        if v >= 1 {
            w.int64(self.last_caught_up_timestamp);
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeQuorumResponse, Response, 55, 0..=2, 0);
crate::message::request!(DescribeQuorum, DescribeQuorumRequest, DescribeQuorumResponse);
