//! OffsetDelete, key 47.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 47, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequest {
    pub group_id: Str,
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

impl OffsetDeleteRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetDeleteRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.topics =
            r.array::<_, { OffsetDeleteRequestTopic::WIRE_BYTES_MIN }>(false, "topics", |r| {
                OffsetDeleteRequestTopic::decode(r, v)
            })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetDeleteRequest", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.array(false, &self.topics, "topics", |w, x| x.encode(w, v))?;
        Ok(())
    }
}

/// In [`OffsetDeleteRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestTopic {
    pub name: Str,
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl OffsetDeleteRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(false, "name")?;
        x.partitions = r.array::<_, { OffsetDeleteRequestPartition::WIRE_BYTES_MIN }>(
            false,
            "partitions",
            |r| OffsetDeleteRequestPartition::decode(r, v),
        )?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(false, &self.name, "name")?;
        w.array(false, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        Ok(())
    }
}

/// In [`OffsetDeleteRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestPartition {
    pub partition_index: i32,
}

impl OffsetDeleteRequestPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        Ok(())
    }
}

crate::message::message!(OffsetDeleteRequest, Request, 47, 0..=0, i16::MAX);

/// Response, key 47, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponse {
    pub error_code: i16,
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetDeleteResponseTopic>,
}

impl OffsetDeleteResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetDeleteResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.topics =
            r.array::<_, { OffsetDeleteResponseTopic::WIRE_BYTES_MIN }>(false, "topics", |r| {
                OffsetDeleteResponseTopic::decode(r, v)
            })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetDeleteResponse", v, 0, 0)?;
        w.int16(self.error_code);
        w.int32(self.throttle_time_ms);
        w.array(false, &self.topics, "topics", |w, x| x.encode(w, v))?;
        Ok(())
    }
}

/// In [`OffsetDeleteResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponseTopic {
    pub name: Str,
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

impl OffsetDeleteResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(false, "name")?;
        x.partitions = r.array::<_, { OffsetDeleteResponsePartition::WIRE_BYTES_MIN }>(
            false,
            "partitions",
            |r| OffsetDeleteResponsePartition::decode(r, v),
        )?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(false, &self.name, "name")?;
        w.array(false, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        Ok(())
    }
}

/// In [`OffsetDeleteResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}

impl OffsetDeleteResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        Ok(())
    }
}

crate::message::message!(OffsetDeleteResponse, Response, 47, 0..=0, i16::MAX);
crate::message::request!(OffsetDelete, OffsetDeleteRequest, OffsetDeleteResponse);
