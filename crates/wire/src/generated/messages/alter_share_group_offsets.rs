//! AlterShareGroupOffsets, key 91.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 91, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequest {
    pub group_id: Str,
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
}

impl AlterShareGroupOffsetsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterShareGroupOffsetsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.topics = r.array::<_, { AlterShareGroupOffsetsRequestTopic::WIRE_BYTES_MIN }>(
            true,
            "topics",
            |r| AlterShareGroupOffsetsRequestTopic::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterShareGroupOffsetsRequest", v, 0, 0)?;
        w.string(true, &self.group_id, "group_id")?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestTopic {
    pub topic_name: Str,
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
}

impl AlterShareGroupOffsetsRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.partitions = r.array::<_, { AlterShareGroupOffsetsRequestPartition::WIRE_BYTES_MIN }>(
            true,
            "partitions",
            |r| AlterShareGroupOffsetsRequestPartition::decode(r, v),
        )?;
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

/// In [`AlterShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestPartition {
    pub partition_index: i32,
    pub start_offset: i64,
}

impl AlterShareGroupOffsetsRequestPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 13;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.start_offset = r.int64("start_offset")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int64(self.start_offset);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AlterShareGroupOffsetsRequest, Request, 91, 0..=0, 0);

/// Response, key 91, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic>,
}

impl AlterShareGroupOffsetsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterShareGroupOffsetsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.responses = r.array::<_, { AlterShareGroupOffsetsResponseTopic::WIRE_BYTES_MIN }>(
            true,
            "responses",
            |r| AlterShareGroupOffsetsResponseTopic::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterShareGroupOffsetsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.array(true, &self.responses, "responses", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponseTopic {
    pub topic_name: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition>,
}

impl AlterShareGroupOffsetsResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 19;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.topic_id = r.uuid("topic_id")?;
        x.partitions = r.array::<_, { AlterShareGroupOffsetsResponsePartition::WIRE_BYTES_MIN }>(
            true,
            "partitions",
            |r| AlterShareGroupOffsetsResponsePartition::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
}

impl AlterShareGroupOffsetsResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AlterShareGroupOffsetsResponse, Response, 91, 0..=0, 0);
crate::message::request!(
    AlterShareGroupOffsets,
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsResponse
);
