//! BeginQuorumEpoch, key 53. V1 voter key + endpoints.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 53, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq)]
pub struct BeginQuorumEpochRequest {
    /// Default null.
    pub cluster_id: Option<Str>,
    /// Versions 1+, ignorable, default -1.
    pub voter_id: i32,
    pub topics: Vec<RequestTopicData>,
    /// Versions 1+, ignorable.
    pub leader_endpoints: Vec<LeaderEndpoint>,
}

impl Default for BeginQuorumEpochRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            voter_id: -1,
            topics: Default::default(),
            leader_endpoints: Default::default(),
        }
    }
}

impl BeginQuorumEpochRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BeginQuorumEpochRequest", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.cluster_id = r.nullable_string(flex, "cluster_id")?;
        if v == 1 {
            x.voter_id = r.int32("voter_id")?;
        }
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
        w.check_version("BeginQuorumEpochRequest", v, 0, 1)?;
        let flex = v >= 1;
        w.nullable_string(flex, self.cluster_id.as_ref(), "cluster_id")?;
        if v == 1 {
            w.int32(self.voter_id);
        }
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

/// In [`BeginQuorumEpochRequest`].
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

/// In [`BeginQuorumEpochRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    pub partition_index: i32,
    /// Versions 1+, ignorable.
    pub voter_directory_id: Uuid,
    pub leader_id: i32,
    pub leader_epoch: i32,
}

impl RequestPartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 12;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        if v == 1 {
            x.voter_directory_id = r.uuid("voter_directory_id")?;
        }
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
        if v == 1 {
            w.uuid(self.voter_directory_id);
        }
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`BeginQuorumEpochRequest`].
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

crate::message::message!(BeginQuorumEpochRequest, Request, 53, 0..=1, 1);

/// Response, key 53, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BeginQuorumEpochResponse {
    pub error_code: i16,
    pub topics: Vec<ResponseTopicData>,
    /// Versions 1+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl BeginQuorumEpochResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BeginQuorumEpochResponse", v, 0, 1)?;
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
        w.check_version("BeginQuorumEpochResponse", v, 0, 1)?;
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

/// In [`BeginQuorumEpochResponse`].
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

/// In [`BeginQuorumEpochResponse`].
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

/// In [`BeginQuorumEpochResponse`].
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

crate::message::message!(BeginQuorumEpochResponse, Response, 53, 0..=1, 1);
crate::message::request!(BeginQuorumEpoch, BeginQuorumEpochRequest, BeginQuorumEpochResponse);
