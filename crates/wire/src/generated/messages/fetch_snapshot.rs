//! FetchSnapshot, key 59. KIP-630.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 59, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchSnapshotRequest {
    /// Tag 0, default null.
    pub cluster_id: Option<Str>,
    /// Default -1.
    pub replica_id: i32,
    /// Default 2147483647.
    pub max_bytes: i32,
    pub topics: Vec<RequestTopicSnapshot>,
}

impl Default for FetchSnapshotRequest {
    fn default() -> Self {
        Self { cluster_id: None, replica_id: -1, max_bytes: i32::MAX, topics: Default::default() }
    }
}

impl FetchSnapshotRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FetchSnapshotRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.replica_id = r.int32("replica_id")?;
        x.max_bytes = r.int32("max_bytes")?;
        x.topics = r.array::<_, { RequestTopicSnapshot::WIRE_BYTES_MIN }>(true, "topics", |r| {
            RequestTopicSnapshot::decode(r, v)
        })?;
        r.tags(|r, tag| {
            match tag {
                0 => x.cluster_id = r.nullable_string(true, "cluster_id")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FetchSnapshotRequest", v, 0, 1)?;

        w.int32(self.replica_id);
        w.int32(self.max_bytes);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        let mut tags = w.tags();
        if self.cluster_id.is_some() {
            w.tag(&mut tags, 0, |w| {
                w.nullable_string(true, self.cluster_id.as_ref(), "cluster_id")
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`FetchSnapshotRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicSnapshot {
    pub name: Str,
    pub partitions: Vec<RequestPartitionSnapshot>,
}

impl RequestTopicSnapshot {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.partitions =
            r.array::<_, { RequestPartitionSnapshot::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                RequestPartitionSnapshot::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchSnapshotRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionSnapshot {
    pub partition: i32,
    pub current_leader_epoch: i32,
    pub snapshot_id: RequestSnapshotId,
    pub position: i64,
    /// Versions 1+, tag 0, ignorable.
    pub replica_directory_id: Uuid,
}

impl RequestPartitionSnapshot {
    pub(crate) const WIRE_BYTES_MIN: usize = 30;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition = r.int32("partition")?;
        x.current_leader_epoch = r.int32("current_leader_epoch")?;
        x.snapshot_id = RequestSnapshotId::decode(r, v)?;
        x.position = r.int64("position")?;
        r.tags(|r, tag| {
            match tag {
                0 if v == 1 => x.replica_directory_id = r.uuid("replica_directory_id")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition);
        w.int32(self.current_leader_epoch);
        w.nested(|w| self.snapshot_id.encode(w, v))?;
        w.int64(self.position);

        let mut tags = w.tags();
        if v == 1 && !self.replica_directory_id.is_zero() {
            w.tag(&mut tags, 0, |w| {
                w.uuid(self.replica_directory_id);
                Ok(())
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`FetchSnapshotRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestSnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}

impl RequestSnapshotId {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.end_offset = r.int64("end_offset")?;
        x.epoch = r.int32("epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.end_offset);
        w.int32(self.epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(FetchSnapshotRequest, Request, 59, 0..=1, 0);

/// Response, key 59, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchSnapshotResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub topics: Vec<ResponseTopicSnapshot>,
    /// Versions 1+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl FetchSnapshotResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FetchSnapshotResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.topics =
            r.array::<_, { ResponseTopicSnapshot::WIRE_BYTES_MIN }>(true, "topics", |r| {
                ResponseTopicSnapshot::decode(r, v)
            })?;
        r.tags(|r, tag| {
            match tag {
                0 if v == 1 => {
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
        w.check_version("FetchSnapshotResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v != 1 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("node_endpoints", v));
        }
        let mut tags = w.tags();
        if v == 1 && !self.node_endpoints.is_empty() {
            w.tag(&mut tags, 0, |w| {
                w.array(true, &self.node_endpoints, "node_endpoints", |w, x| x.encode(w, v))
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`FetchSnapshotResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicSnapshot {
    pub name: Str,
    pub partitions: Vec<ResponsePartitionSnapshot>,
}

impl ResponseTopicSnapshot {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.partitions =
            r.array::<_, { ResponsePartitionSnapshot::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                ResponsePartitionSnapshot::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchSnapshotResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponsePartitionSnapshot {
    pub index: i32,
    pub error_code: i16,
    pub snapshot_id: ResponseSnapshotId,
    /// Tag 0.
    pub current_leader: LeaderIdAndEpoch,
    pub size: i64,
    pub position: i64,
    pub unaligned_records: Records,
}

impl ResponsePartitionSnapshot {
    pub(crate) const WIRE_BYTES_MIN: usize = 37;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.index = r.int32("index")?;
        x.error_code = r.int16("error_code")?;
        x.snapshot_id = ResponseSnapshotId::decode(r, v)?;
        x.size = r.int64("size")?;
        x.position = r.int64("position")?;
        x.unaligned_records = r.records(true, false, "unaligned_records")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.current_leader = LeaderIdAndEpoch::decode(r, v)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.index);
        w.int16(self.error_code);
        w.nested(|w| self.snapshot_id.encode(w, v))?;

        w.int64(self.size);
        w.int64(self.position);
        w.records(true, false, &self.unaligned_records, "unaligned_records")?;
        let mut tags = w.tags();
        if self.current_leader != LeaderIdAndEpoch::default() {
            w.tag(&mut tags, 0, |w| w.nested(|w| self.current_leader.encode(w, v)))?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`FetchSnapshotResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseSnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}

impl ResponseSnapshotId {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.end_offset = r.int64("end_offset")?;
        x.epoch = r.int32("epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.end_offset);
        w.int32(self.epoch);
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchSnapshotResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    pub leader_epoch: i32,
}

impl LeaderIdAndEpoch {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchSnapshotResponse`].
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

crate::message::message!(FetchSnapshotResponse, Response, 59, 0..=1, 0);
crate::message::request!(FetchSnapshot, FetchSnapshotRequest, FetchSnapshotResponse);
