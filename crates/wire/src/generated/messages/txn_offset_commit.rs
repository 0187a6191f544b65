//! TxnOffsetCommit, key 28. V5 implicit AddOffsets; v6 topic ids (4.4, KIP-1319).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 28, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequest {
    pub transactional_id: Str,
    pub group_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// Versions 3+, default -1.
    pub generation_id_or_member_epoch: i32,
    /// Versions 3+.
    pub member_id: Str,
    /// Versions 3+, default null.
    pub group_instance_id: Option<Str>,
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        Self {
            transactional_id: Default::default(),
            group_id: Default::default(),
            producer_id: Default::default(),
            producer_epoch: Default::default(),
            generation_id_or_member_epoch: -1,
            member_id: Default::default(),
            group_instance_id: None,
            topics: Default::default(),
        }
    }
}

impl TxnOffsetCommitRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("TxnOffsetCommitRequest", v, 0, 6)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.transactional_id = r.string(flex, "transactional_id")?;
        x.group_id = r.string(flex, "group_id")?;
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        if v >= 3 {
            x.generation_id_or_member_epoch = r.int32("generation_id_or_member_epoch")?;
        }
        if v >= 3 {
            x.member_id = r.string(flex, "member_id")?;
        }
        if v >= 3 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        x.topics =
            r.array::<_, { TxnOffsetCommitRequestTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                TxnOffsetCommitRequestTopic::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("TxnOffsetCommitRequest", v, 0, 6)?;
        let flex = v >= 3;
        w.string(flex, &self.transactional_id, "transactional_id")?;
        w.string(flex, &self.group_id, "group_id")?;
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        if v >= 3 {
            w.int32(self.generation_id_or_member_epoch);
        } else if self.generation_id_or_member_epoch != -1 {
            return Err(EncodeError::not_in_version("generation_id_or_member_epoch", v));
        }
        if v >= 3 {
            w.string(flex, &self.member_id, "member_id")?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::not_in_version("member_id", v));
        }
        if v >= 3 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("group_instance_id", v));
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`TxnOffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitRequestTopic {
    /// Versions 0-5, ignorable.
    pub name: Str,
    /// Versions 6+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
}

impl TxnOffsetCommitRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        if v <= 5 {
            x.name = r.string(flex, "name")?;
        }
        if v == 6 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions = r.array::<_, { TxnOffsetCommitRequestPartition::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| TxnOffsetCommitRequestPartition::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        if v <= 5 {
            w.string(flex, &self.name, "name")?;
        }
        if v == 6 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`TxnOffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    /// Versions 2+, ignorable, default -1.
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<Str>,
}

impl Default for TxnOffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            committed_metadata: Some(Default::default()),
        }
    }
}

impl TxnOffsetCommitRequestPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.committed_offset = r.int64("committed_offset")?;
        if v >= 2 {
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
        let flex = v >= 3;
        w.int32(self.partition_index);
        w.int64(self.committed_offset);
        if v >= 2 {
            w.int32(self.committed_leader_epoch);
        }
        w.nullable_string(flex, self.committed_metadata.as_ref(), "committed_metadata")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(TxnOffsetCommitRequest, Request, 28, 0..=6, 3);

/// Response, key 28, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
}

impl TxnOffsetCommitResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("TxnOffsetCommitResponse", v, 0, 6)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.topics =
            r.array::<_, { TxnOffsetCommitResponseTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                TxnOffsetCommitResponseTopic::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("TxnOffsetCommitResponse", v, 0, 6)?;
        let flex = v >= 3;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`TxnOffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponseTopic {
    /// Versions 0-5, ignorable.
    pub name: Str,
    /// Versions 6+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
}

impl TxnOffsetCommitResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        if v <= 5 {
            x.name = r.string(flex, "name")?;
        }
        if v == 6 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions = r.array::<_, { TxnOffsetCommitResponsePartition::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| TxnOffsetCommitResponsePartition::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        if v <= 5 {
            w.string(flex, &self.name, "name")?;
        }
        if v == 6 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`TxnOffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}

impl TxnOffsetCommitResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
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
        let flex = v >= 3;
        w.int32(self.partition_index);
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(TxnOffsetCommitResponse, Response, 28, 0..=6, 3);
crate::message::request!(TxnOffsetCommit, TxnOffsetCommitRequest, TxnOffsetCommitResponse);
