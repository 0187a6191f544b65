//! DescribeShareGroupOffsets, key 90. V1 lag.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 90, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsRequest {
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup>,
}

impl DescribeShareGroupOffsetsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeShareGroupOffsetsRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.groups = r.array::<_, { DescribeShareGroupOffsetsRequestGroup::WIRE_BYTES_MIN }>(
            true,
            "groups",
            |r| DescribeShareGroupOffsetsRequestGroup::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeShareGroupOffsetsRequest", v, 0, 1)?;
        w.array(true, &self.groups, "groups", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestGroup {
    pub group_id: Str,
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic>>,
}

impl Default for DescribeShareGroupOffsetsRequestGroup {
    fn default() -> Self {
        Self { group_id: Default::default(), topics: Some(Default::default()) }
    }
}

impl DescribeShareGroupOffsetsRequestGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.topics = r
            .nullable_array::<_, { DescribeShareGroupOffsetsRequestTopic::WIRE_BYTES_MIN }>(
                true,
                "topics",
                |r| DescribeShareGroupOffsetsRequestTopic::decode(r, v),
            )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.group_id, "group_id")?;
        w.nullable_array(true, self.topics.as_ref(), "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsRequestTopic {
    pub topic_name: Str,
    pub partitions: Vec<i32>,
}

impl DescribeShareGroupOffsetsRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeShareGroupOffsetsRequest, Request, 90, 0..=1, 0);

/// Response, key 90, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsResponse {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup>,
}

impl DescribeShareGroupOffsetsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeShareGroupOffsetsResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.groups = r.array::<_, { DescribeShareGroupOffsetsResponseGroup::WIRE_BYTES_MIN }>(
            true,
            "groups",
            |r| DescribeShareGroupOffsetsResponseGroup::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeShareGroupOffsetsResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.array(true, &self.groups, "groups", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsResponseGroup {
    pub group_id: Str,
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic>,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
}

impl DescribeShareGroupOffsetsResponseGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.topics = r.array::<_, { DescribeShareGroupOffsetsResponseTopic::WIRE_BYTES_MIN }>(
            true,
            "topics",
            |r| DescribeShareGroupOffsetsResponseTopic::decode(r, v),
        )?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.group_id, "group_id")?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsResponseTopic {
    pub topic_name: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition>,
}

impl DescribeShareGroupOffsetsResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 19;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.topic_id = r.uuid("topic_id")?;
        x.partitions = r
            .array::<_, { DescribeShareGroupOffsetsResponsePartition::WIRE_BYTES_MIN }>(
                true,
                "partitions",
                |r| DescribeShareGroupOffsetsResponsePartition::decode(r, v),
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

/// In [`DescribeShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeShareGroupOffsetsResponsePartition {
    pub partition_index: i32,
    pub start_offset: i64,
    pub leader_epoch: i32,
    /// Versions 1+, ignorable, default -1.
    pub lag: i64,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
}

impl Default for DescribeShareGroupOffsetsResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            start_offset: Default::default(),
            leader_epoch: Default::default(),
            lag: -1,
            error_code: Default::default(),
            error_message: None,
        }
    }
}

impl DescribeShareGroupOffsetsResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 20;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.start_offset = r.int64("start_offset")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        if v == 1 {
            x.lag = r.int64("lag")?;
        }
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int64(self.start_offset);
        w.int32(self.leader_epoch);
        if v == 1 {
            w.int64(self.lag);
        }
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeShareGroupOffsetsResponse, Response, 90, 0..=1, 0);
crate::message::request!(
    DescribeShareGroupOffsets,
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsResponse
);
