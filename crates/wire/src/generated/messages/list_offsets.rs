//! ListOffsets, key 2. Special ts: -1 latest, -2 earliest, -3 max-ts (v7), -4 earliest-local (v8), -5 latest-tiered (v9), -6 earliest-pending-upload (v11, KIP-1023); v10 = remote timeout.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 2, versions 1-11, flexible 6+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsRequest {
    pub replica_id: i32,
    /// Versions 2+.
    pub isolation_level: i8,
    pub topics: Vec<ListOffsetsTopic>,
    /// Versions 10+, ignorable.
    pub timeout_ms: i32,
}

impl ListOffsetsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListOffsetsRequest", v, 1, 11)?;
        let flex = v >= 6;
        let mut x = Self::default();
        x.replica_id = r.int32("replica_id")?;
        if v >= 2 {
            x.isolation_level = r.int8("isolation_level")?;
        }
        x.topics = r.array::<_, { ListOffsetsTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            ListOffsetsTopic::decode(r, v)
        })?;
        if v >= 10 {
            x.timeout_ms = r.int32("timeout_ms")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListOffsetsRequest", v, 1, 11)?;
        let flex = v >= 6;
        w.int32(self.replica_id);
        if v >= 2 {
            w.int8(self.isolation_level);
        } else if self.isolation_level != 0 {
            return Err(EncodeError::not_in_version("isolation_level", v));
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v >= 10 {
            w.int32(self.timeout_ms);
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ListOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopic {
    pub name: Str,
    pub partitions: Vec<ListOffsetsPartition>,
}

impl ListOffsetsTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions =
            r.array::<_, { ListOffsetsPartition::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                ListOffsetsPartition::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.string(flex, &self.name, "name")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ListOffsetsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartition {
    pub partition_index: i32,
    /// Versions 4+, ignorable, default -1.
    pub current_leader_epoch: i32,
    pub timestamp: i64,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            current_leader_epoch: -1,
            timestamp: Default::default(),
        }
    }
}

impl ListOffsetsPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 12;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        if v >= 4 {
            x.current_leader_epoch = r.int32("current_leader_epoch")?;
        }
        x.timestamp = r.int64("timestamp")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.int32(self.partition_index);
        if v >= 4 {
            w.int32(self.current_leader_epoch);
        }
        w.int64(self.timestamp);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ListOffsetsRequest, Request, 2, 1..=11, 6);

/// Response, key 2, versions 1-11, flexible 6+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsResponse {
    /// Versions 2+, ignorable.
    pub throttle_time_ms: i32,
    pub topics: Vec<ListOffsetsTopicResponse>,
}

impl ListOffsetsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListOffsetsResponse", v, 1, 11)?;
        let flex = v >= 6;
        let mut x = Self::default();
        if v >= 2 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.topics =
            r.array::<_, { ListOffsetsTopicResponse::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                ListOffsetsTopicResponse::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListOffsetsResponse", v, 1, 11)?;
        let flex = v >= 6;
        if v >= 2 {
            w.int32(self.throttle_time_ms);
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ListOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopicResponse {
    pub name: Str,
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}

impl ListOffsetsTopicResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions = r.array::<_, { ListOffsetsPartitionResponse::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| ListOffsetsPartitionResponse::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.string(flex, &self.name, "name")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ListOffsetsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    pub partition_index: i32,
    pub error_code: i16,
    /// Default -1.
    pub timestamp: i64,
    /// Default -1.
    pub offset: i64,
    /// Versions 4+, default -1.
    pub leader_epoch: i32,
}

impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            error_code: Default::default(),
            timestamp: -1,
            offset: -1,
            leader_epoch: -1,
        }
    }
}

impl ListOffsetsPartitionResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 22;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.timestamp = r.int64("timestamp")?;
        x.offset = r.int64("offset")?;
        if v >= 4 {
            x.leader_epoch = r.int32("leader_epoch")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.int64(self.timestamp);
        w.int64(self.offset);
        if v >= 4 {
            w.int32(self.leader_epoch);
        } else if self.leader_epoch != -1 {
            return Err(EncodeError::not_in_version("leader_epoch", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ListOffsetsResponse, Response, 2, 1..=11, 6);
crate::message::request!(ListOffsets, ListOffsetsRequest, ListOffsetsResponse);
