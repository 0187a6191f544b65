//! OffsetCommit, key 8. V9 KIP-848 member epoch; v10 topic ids.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 8, versions 2-10, flexible 8+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequest {
    pub group_id: Str,
    /// Default -1.
    pub generation_id_or_member_epoch: i32,
    pub member_id: Str,
    /// Versions 7+, default null.
    pub group_instance_id: Option<Str>,
    /// Versions 2-4, ignorable, default -1.
    pub retention_time_ms: i64,
    pub topics: Vec<OffsetCommitRequestTopic>,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            generation_id_or_member_epoch: -1,
            member_id: Default::default(),
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Default::default(),
        }
    }
}

impl OffsetCommitRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetCommitRequest", v, 2, 10)?;
        let flex = v >= 8;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        x.generation_id_or_member_epoch = r.int32("generation_id_or_member_epoch")?;
        x.member_id = r.string(flex, "member_id")?;
        if v >= 7 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        if v <= 4 {
            x.retention_time_ms = r.int64("retention_time_ms")?;
        }
        x.topics =
            r.array::<_, { OffsetCommitRequestTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                OffsetCommitRequestTopic::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetCommitRequest", v, 2, 10)?;
        let flex = v >= 8;
        w.string(flex, &self.group_id, "group_id")?;
        w.int32(self.generation_id_or_member_epoch);
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 7 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("group_instance_id", v));
        }
        if v <= 4 {
            w.int64(self.retention_time_ms);
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitRequestTopic {
    /// Versions 2-9, ignorable.
    pub name: Str,
    /// Versions 10+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetCommitRequestPartition>,
}

impl OffsetCommitRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 8;
        let mut x = Self::default();
        if v <= 9 {
            x.name = r.string(flex, "name")?;
        }
        if v == 10 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions = r.array::<_, { OffsetCommitRequestPartition::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| OffsetCommitRequestPartition::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 8;
        if v <= 9 {
            w.string(flex, &self.name, "name")?;
        }
        if v == 10 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequestPartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    /// Versions 6+, ignorable, default -1.
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<Str>,
}

impl Default for OffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            committed_metadata: Some(Default::default()),
        }
    }
}

impl OffsetCommitRequestPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 8;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.committed_offset = r.int64("committed_offset")?;
        if v >= 6 {
            x.committed_leader_epoch = r.int32("committed_leader_epoch")?;
        }
        x.committed_metadata = r.nullable_string(flex, "committed_metadata")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 8;
        w.int32(self.partition_index);
        w.int64(self.committed_offset);
        if v >= 6 {
            w.int32(self.committed_leader_epoch);
        }
        w.nullable_string(flex, self.committed_metadata.as_ref(), "committed_metadata")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(OffsetCommitRequest, Request, 8, 2..=10, 8);

/// Response, key 8, versions 2-10, flexible 8+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponse {
    /// Versions 3+, ignorable.
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetCommitResponseTopic>,
}

impl OffsetCommitResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetCommitResponse", v, 2, 10)?;
        let flex = v >= 8;
        let mut x = Self::default();
        if v >= 3 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.topics =
            r.array::<_, { OffsetCommitResponseTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                OffsetCommitResponseTopic::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetCommitResponse", v, 2, 10)?;
        let flex = v >= 8;
        if v >= 3 {
            w.int32(self.throttle_time_ms);
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponseTopic {
    /// Versions 2-9, ignorable.
    pub name: Str,
    /// Versions 10+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetCommitResponsePartition>,
}

impl OffsetCommitResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 8;
        let mut x = Self::default();
        if v <= 9 {
            x.name = r.string(flex, "name")?;
        }
        if v == 10 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions = r.array::<_, { OffsetCommitResponsePartition::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| OffsetCommitResponsePartition::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 8;
        if v <= 9 {
            w.string(flex, &self.name, "name")?;
        }
        if v == 10 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}

impl OffsetCommitResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 8;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 8;
        w.int32(self.partition_index);
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(OffsetCommitResponse, Response, 8, 2..=10, 8);
crate::message::request!(OffsetCommit, OffsetCommitRequest, OffsetCommitResponse);
