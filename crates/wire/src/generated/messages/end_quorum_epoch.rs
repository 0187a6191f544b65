//! EndQuorumEpoch, key 54. V1 voter key.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 54, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndQuorumEpochRequest {
    /// Default null.
    pub cluster_id: Option<Str>,
    pub topics: Vec<RequestTopicData>,
    /// Versions 1+, ignorable.
    pub leader_endpoints: Vec<LeaderEndpoint>,
}

impl EndQuorumEpochRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EndQuorumEpochRequest", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.cluster_id = r.nullable_string(flex, "cluster_id")?;
        x.topics = r.array::<_, { RequestTopicData::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            RequestTopicData::decode(r, v)
        })?;
        if v == 1 {
            x.leader_endpoints =
                r.array::<_, { LeaderEndpoint::WIRE_BYTES_MIN }>(flex, "leader_endpoints", |r| {
                    LeaderEndpoint::decode(r, v)
                })?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EndQuorumEpochRequest", v, 0, 1)?;
        let flex = v >= 1;
        w.nullable_string(flex, self.cluster_id.as_ref(), "cluster_id")?;
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v == 1 {
            w.array(flex, &self.leader_endpoints, "leader_endpoints", |w, x| x.encode(w, v))?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`EndQuorumEpochRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicData {
    pub topic_name: Str,
    pub partitions: Vec<RequestPartitionData>,
}

impl RequestTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.topic_name = r.string(flex, "topic_name")?;
        x.partitions =
            r.array::<_, { RequestPartitionData::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                RequestPartitionData::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.string(flex, &self.topic_name, "topic_name")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`EndQuorumEpochRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    pub partition_index: i32,
    pub leader_id: i32,
    pub leader_epoch: i32,
    /// Versions 0, ignorable.
    pub preferred_successors: Vec<i32>,
    /// Versions 1+, ignorable.
    pub preferred_candidates: Vec<ReplicaInfo>,
}

impl RequestPartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        if v == 0 {
            x.preferred_successors =
                r.array::<_, 4>(flex, "preferred_successors", |r| r.int32("preferred_successors"))?;
        }
        if v == 1 {
            x.preferred_candidates =
                r.array::<_, { ReplicaInfo::WIRE_BYTES_MIN }>(flex, "preferred_candidates", |r| {
                    ReplicaInfo::decode(r, v)
                })?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.int32(self.partition_index);
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        if v == 0 {
            w.array(flex, &self.preferred_successors, "preferred_successors", |w, x| {
                w.int32(*x);
                Ok(())
            })?;
        }
        if v == 1 {
            w.array(flex, &self.preferred_candidates, "preferred_candidates", |w, x| {
                x.encode(w, v)
            })?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`EndQuorumEpochRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReplicaInfo {
    pub candidate_id: i32,
    pub candidate_directory_id: Uuid,
}

impl ReplicaInfo {
    pub(crate) const WIRE_BYTES_MIN: usize = 21;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.candidate_id = r.int32("candidate_id")?;
        x.candidate_directory_id = r.uuid("candidate_directory_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.candidate_id);
        w.uuid(self.candidate_directory_id);
        w.no_tags();
        Ok(())
    }
}

/// In [`EndQuorumEpochRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderEndpoint {
    pub name: Str,
    pub host: Str,
    pub port: u16,
}

impl LeaderEndpoint {
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

crate::message::message!(EndQuorumEpochRequest, Request, 54, 0..=1, 1);

/// Response, key 54, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndQuorumEpochResponse {
    pub error_code: i16,
    pub topics: Vec<ResponseTopicData>,
    /// Versions 1+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl EndQuorumEpochResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EndQuorumEpochResponse", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.topics = r.array::<_, { ResponseTopicData::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            ResponseTopicData::decode(r, v)
        })?;
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => {
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
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EndQuorumEpochResponse", v, 0, 1)?;
        let flex = v >= 1;
        w.int16(self.error_code);
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v != 1 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("node_endpoints", v));
        }
        if flex {
            let mut tags = w.tags();
            if !self.node_endpoints.is_empty() {
                w.tag(&mut tags, 0, |w| {
                    w.array(true, &self.node_endpoints, "node_endpoints", |w, x| x.encode(w, v))
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`EndQuorumEpochResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicData {
    pub topic_name: Str,
    pub partitions: Vec<ResponsePartitionData>,
}

impl ResponseTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.topic_name = r.string(flex, "topic_name")?;
        x.partitions =
            r.array::<_, { ResponsePartitionData::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                ResponsePartitionData::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.string(flex, &self.topic_name, "topic_name")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`EndQuorumEpochResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponsePartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub leader_id: i32,
    pub leader_epoch: i32,
}

impl ResponsePartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`EndQuorumEpochResponse`].
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

crate::message::message!(EndQuorumEpochResponse, Response, 54, 0..=1, 1);
crate::message::request!(EndQuorumEpoch, EndQuorumEpochRequest, EndQuorumEpochResponse);
