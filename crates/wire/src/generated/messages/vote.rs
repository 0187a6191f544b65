//! Vote, key 52. V2 = PreVote (KIP-996).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 52, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct VoteRequest {
    /// Default null.
    pub cluster_id: Option<Str>,
    /// Versions 1+, ignorable, default -1.
    pub voter_id: i32,
    pub topics: Vec<RequestTopicData>,
}

impl Default for VoteRequest {
    fn default() -> Self {
        Self { cluster_id: None, voter_id: -1, topics: Default::default() }
    }
}

impl VoteRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("VoteRequest", v, 0, 2)?;
        let mut x = Self::default();
        x.cluster_id = r.nullable_string(true, "cluster_id")?;
        if v >= 1 {
            x.voter_id = r.int32("voter_id")?;
        }
        x.topics = r.array::<_, { RequestTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            RequestTopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("VoteRequest", v, 0, 2)?;
        w.nullable_string(true, self.cluster_id.as_ref(), "cluster_id")?;
        if v >= 1 {
            w.int32(self.voter_id);
        }
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`VoteRequest`].
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

/// In [`VoteRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    pub partition_index: i32,
    pub replica_epoch: i32,
    pub replica_id: i32,
    /// Versions 1+, ignorable.
    pub replica_directory_id: Uuid,
    /// Versions 1+, ignorable.
    pub voter_directory_id: Uuid,
    pub last_offset_epoch: i32,
    pub last_offset: i64,
    /// Versions 2+.
    pub pre_vote: bool,
}

impl RequestPartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 25;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.replica_epoch = r.int32("replica_epoch")?;
        x.replica_id = r.int32("replica_id")?;
        if v >= 1 {
            x.replica_directory_id = r.uuid("replica_directory_id")?;
        }
        if v >= 1 {
            x.voter_directory_id = r.uuid("voter_directory_id")?;
        }
        x.last_offset_epoch = r.int32("last_offset_epoch")?;
        x.last_offset = r.int64("last_offset")?;
        if v == 2 {
            x.pre_vote = r.bool("pre_vote")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int32(self.replica_epoch);
        w.int32(self.replica_id);
        if v >= 1 {
            w.uuid(self.replica_directory_id);
        }
        if v >= 1 {
            w.uuid(self.voter_directory_id);
        }
        w.int32(self.last_offset_epoch);
        w.int64(self.last_offset);
        if v == 2 {
            w.bool(self.pre_vote);
        } else if self.pre_vote {
            return Err(EncodeError::not_in_version("pre_vote", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(VoteRequest, Request, 52, 0..=2, 0);

/// Response, key 52, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VoteResponse {
    pub error_code: i16,
    pub topics: Vec<ResponseTopicData>,
    /// Versions 1+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl VoteResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("VoteResponse", v, 0, 2)?;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.topics = r.array::<_, { ResponseTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            ResponseTopicData::decode(r, v)
        })?;
        r.tags(|r, tag| {
            match tag {
                0 if v >= 1 => {
                    x.node_endpoints = r.array::<_, { NodeEndpoint::WIRE_BYTES_MIN }>(
                        true,
                        "node_endpoints",
                        |r| NodeEndpoint::decode(r, v),
                    )?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("VoteResponse", v, 0, 2)?;
        w.int16(self.error_code);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v < 1 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("node_endpoints", v));
        }
        let mut tags = w.tags();
        if v >= 1 && !self.node_endpoints.is_empty() {
            w.tag(&mut tags, 0, |w| {
                w.array(true, &self.node_endpoints, "node_endpoints", |w, x| x.encode(w, v))
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`VoteResponse`].
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

/// In [`VoteResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponsePartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub vote_granted: bool,
}

impl ResponsePartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 16;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.vote_granted = r.bool("vote_granted")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.bool(self.vote_granted);
        w.no_tags();
        Ok(())
    }
}

/// In [`VoteResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: Str,
    pub port: u16,
}

impl NodeEndpoint {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.node_id = r.int32("node_id")?;
        x.host = r.string(true, "host")?;
        x.port = r.uint16("port")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.node_id);
        w.string(true, &self.host, "host")?;
        w.uint16(self.port);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(VoteResponse, Response, 52, 0..=2, 0);
crate::message::request!(Vote, VoteRequest, VoteResponse);
