//! OffsetFetch, key 9. V8 many groups per call; v9 member epoch; v10 topic ids.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 9, versions 1-10, flexible 6+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequest {
    /// Versions 1-7.
    pub group_id: Str,
    /// Versions 1-7, nullable in 2+.
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// Versions 8+.
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// Versions 7+.
    pub require_stable: bool,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            topics: Some(Default::default()),
            groups: Default::default(),
            require_stable: Default::default(),
        }
    }
}

impl OffsetFetchRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetFetchRequest", v, 1, 10)?;
        let flex = v >= 6;
        let mut x = Self::default();
        if v <= 7 {
            x.group_id = r.string(flex, "group_id")?;
        }
        if v <= 7 {
            x.topics = if v >= 2 {
                r.nullable_array::<_, { OffsetFetchRequestTopic::WIRE_BYTES_MIN }>(
                    flex,
                    "topics",
                    |r| OffsetFetchRequestTopic::decode(r, v),
                )?
            } else {
                Some(r.array::<_, { OffsetFetchRequestTopic::WIRE_BYTES_MIN }>(
                    flex,
                    "topics",
                    |r| OffsetFetchRequestTopic::decode(r, v),
                )?)
            };
        }
        if v >= 8 {
            x.groups =
                r.array::<_, { OffsetFetchRequestGroup::WIRE_BYTES_MIN }>(flex, "groups", |r| {
                    OffsetFetchRequestGroup::decode(r, v)
                })?;
        }
        if v >= 7 {
            x.require_stable = r.bool("require_stable")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetFetchRequest", v, 1, 10)?;
        let flex = v >= 6;
        if v <= 7 {
            w.string(flex, &self.group_id, "group_id")?;
        } else if !self.group_id.is_empty() {
            return Err(EncodeError::not_in_version("group_id", v));
        }
        if v <= 7 {
            if v >= 2 {
                w.nullable_array(flex, self.topics.as_ref(), "topics", |w, x| x.encode(w, v))
            } else {
                w.array(flex, required(&self.topics, "topics")?, "topics", |w, x| x.encode(w, v))
            }?;
        } else if self.topics != Some(Default::default()) {
            return Err(EncodeError::not_in_version("topics", v));
        }
        if v >= 8 {
            w.array(flex, &self.groups, "groups", |w, x| x.encode(w, v))?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::not_in_version("groups", v));
        }
        if v >= 7 {
            w.bool(self.require_stable);
        } else if self.require_stable {
            return Err(EncodeError::not_in_version("require_stable", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopic {
    pub name: Str,
    pub partition_indexes: Vec<i32>,
}

impl OffsetFetchRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partition_indexes =
            r.array::<_, 4>(flex, "partition_indexes", |r| r.int32("partition_indexes"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.string(flex, &self.name, "name")?;
        w.array(flex, &self.partition_indexes, "partition_indexes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequestGroup {
    pub group_id: Str,
    /// Versions 9+, ignorable, default null.
    pub member_id: Option<Str>,
    /// Versions 9+, ignorable, default -1.
    pub member_epoch: i32,
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: None,
            member_epoch: -1,
            topics: Some(Default::default()),
        }
    }
}

impl OffsetFetchRequestGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        if v >= 9 {
            x.member_id = r.nullable_string(true, "member_id")?;
        }
        if v >= 9 {
            x.member_epoch = r.int32("member_epoch")?;
        }
        x.topics = r.nullable_array::<_, { OffsetFetchRequestTopics::WIRE_BYTES_MIN }>(
            true,
            "topics",
            |r| OffsetFetchRequestTopics::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.group_id, "group_id")?;
        if v >= 9 {
            w.nullable_string(true, self.member_id.as_ref(), "member_id")?;
        }
        if v >= 9 {
            w.int32(self.member_epoch);
        }
        w.nullable_array(true, self.topics.as_ref(), "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopics {
    /// Versions 8-9, ignorable.
    pub name: Str,
    /// Versions 10+, ignorable.
    pub topic_id: Uuid,
    pub partition_indexes: Vec<i32>,
}

impl OffsetFetchRequestTopics {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        if v <= 9 {
            x.name = r.string(true, "name")?;
        }
        if v == 10 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partition_indexes =
            r.array::<_, 4>(true, "partition_indexes", |r| r.int32("partition_indexes"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        if v <= 9 {
            w.string(true, &self.name, "name")?;
        }
        if v == 10 {
            w.uuid(self.topic_id);
        }
        w.array(true, &self.partition_indexes, "partition_indexes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(OffsetFetchRequest, Request, 9, 1..=10, 6);

/// Response, key 9, versions 1-10, flexible 6+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponse {
    /// Versions 3+, ignorable.
    pub throttle_time_ms: i32,
    /// Versions 1-7.
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// Versions 2-7, ignorable.
    pub error_code: i16,
    /// Versions 8+.
    pub groups: Vec<OffsetFetchResponseGroup>,
}

impl OffsetFetchResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetFetchResponse", v, 1, 10)?;
        let flex = v >= 6;
        let mut x = Self::default();
        if v >= 3 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        if v <= 7 {
            x.topics =
                r.array::<_, { OffsetFetchResponseTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                    OffsetFetchResponseTopic::decode(r, v)
                })?;
        }
        if (2..=7).contains(&v) {
            x.error_code = r.int16("error_code")?;
        }
        if v >= 8 {
            x.groups =
                r.array::<_, { OffsetFetchResponseGroup::WIRE_BYTES_MIN }>(flex, "groups", |r| {
                    OffsetFetchResponseGroup::decode(r, v)
                })?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetFetchResponse", v, 1, 10)?;
        let flex = v >= 6;
        if v >= 3 {
            w.int32(self.throttle_time_ms);
        }
        if v <= 7 {
            w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::not_in_version("topics", v));
        }
        if (2..=7).contains(&v) {
            w.int16(self.error_code);
        }
        if v >= 8 {
            w.array(flex, &self.groups, "groups", |w, x| x.encode(w, v))?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::not_in_version("groups", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopic {
    pub name: Str,
    pub partitions: Vec<OffsetFetchResponsePartition>,
}

impl OffsetFetchResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions = r.array::<_, { OffsetFetchResponsePartition::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| OffsetFetchResponsePartition::decode(r, v),
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

/// In [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    /// Versions 5+, ignorable, default -1.
    pub committed_leader_epoch: i32,
    pub metadata: Option<Str>,
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            metadata: Some(Default::default()),
            error_code: Default::default(),
        }
    }
}

impl OffsetFetchResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 16;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.committed_offset = r.int64("committed_offset")?;
        if v >= 5 {
            x.committed_leader_epoch = r.int32("committed_leader_epoch")?;
        }
        x.metadata = r.nullable_string(flex, "metadata")?;
        x.error_code = r.int16("error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.int32(self.partition_index);
        w.int64(self.committed_offset);
        if v >= 5 {
            w.int32(self.committed_leader_epoch);
        }
        w.nullable_string(flex, self.metadata.as_ref(), "metadata")?;
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseGroup {
    pub group_id: Str,
    pub topics: Vec<OffsetFetchResponseTopics>,
    pub error_code: i16,
}

impl OffsetFetchResponseGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.topics =
            r.array::<_, { OffsetFetchResponseTopics::WIRE_BYTES_MIN }>(true, "topics", |r| {
                OffsetFetchResponseTopics::decode(r, v)
            })?;
        x.error_code = r.int16("error_code")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.group_id, "group_id")?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int16(self.error_code);
        w.no_tags();
        Ok(())
    }
}

/// In [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopics {
    /// Versions 8-9, ignorable.
    pub name: Str,
    /// Versions 10+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetFetchResponsePartitions>,
}

impl OffsetFetchResponseTopics {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        if v <= 9 {
            x.name = r.string(true, "name")?;
        }
        if v == 10 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions = r.array::<_, { OffsetFetchResponsePartitions::WIRE_BYTES_MIN }>(
            true,
            "partitions",
            |r| OffsetFetchResponsePartitions::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        if v <= 9 {
            w.string(true, &self.name, "name")?;
        }
        if v == 10 {
            w.uuid(self.topic_id);
        }
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    pub partition_index: i32,
    pub committed_offset: i64,
    /// Default -1.
    pub committed_leader_epoch: i32,
    pub metadata: Option<Str>,
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            metadata: Some(Default::default()),
            error_code: Default::default(),
        }
    }
}

impl OffsetFetchResponsePartitions {
    pub(crate) const WIRE_BYTES_MIN: usize = 20;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.committed_offset = r.int64("committed_offset")?;
        x.committed_leader_epoch = r.int32("committed_leader_epoch")?;
        x.metadata = r.nullable_string(true, "metadata")?;
        x.error_code = r.int16("error_code")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int64(self.committed_offset);
        w.int32(self.committed_leader_epoch);
        w.nullable_string(true, self.metadata.as_ref(), "metadata")?;
        w.int16(self.error_code);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(OffsetFetchResponse, Response, 9, 1..=10, 6);
crate::message::request!(OffsetFetch, OffsetFetchRequest, OffsetFetchResponse);
