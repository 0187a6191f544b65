//! OffsetForLeaderEpoch, key 23.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 23, versions 2-4, flexible 4+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderEpochRequest {
    /// Versions 3+, ignorable, default -2.
    pub replica_id: i32,
    pub topics: Vec<OffsetForLeaderTopic>,
}

impl Default for OffsetForLeaderEpochRequest {
    fn default() -> Self {
        Self { replica_id: -2, topics: Default::default() }
    }
}

impl OffsetForLeaderEpochRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetForLeaderEpochRequest", v, 2, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        if v >= 3 {
            x.replica_id = r.int32("replica_id")?;
        }
        x.topics = r.array::<_, { OffsetForLeaderTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            OffsetForLeaderTopic::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetForLeaderEpochRequest", v, 2, 4)?;
        let flex = v >= 4;
        if v >= 3 {
            w.int32(self.replica_id);
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetForLeaderEpochRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopic {
    pub topic: Str,
    pub partitions: Vec<OffsetForLeaderPartition>,
}

impl OffsetForLeaderTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.topic = r.string(flex, "topic")?;
        x.partitions =
            r.array::<_, { OffsetForLeaderPartition::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                OffsetForLeaderPartition::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.topic, "topic")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetForLeaderEpochRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderPartition {
    pub partition: i32,
    /// Default -1.
    pub current_leader_epoch: i32,
    pub leader_epoch: i32,
}

impl Default for OffsetForLeaderPartition {
    fn default() -> Self {
        Self {
            partition: Default::default(),
            current_leader_epoch: -1,
            leader_epoch: Default::default(),
        }
    }
}

impl OffsetForLeaderPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 12;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.partition = r.int32("partition")?;
        x.current_leader_epoch = r.int32("current_leader_epoch")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.int32(self.partition);
        w.int32(self.current_leader_epoch);
        w.int32(self.leader_epoch);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(OffsetForLeaderEpochRequest, Request, 23, 2..=4, 4);

/// Response, key 23, versions 2-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderEpochResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetForLeaderTopicResult>,
}

impl OffsetForLeaderEpochResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetForLeaderEpochResponse", v, 2, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.topics =
            r.array::<_, { OffsetForLeaderTopicResult::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                OffsetForLeaderTopicResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetForLeaderEpochResponse", v, 2, 4)?;
        let flex = v >= 4;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetForLeaderEpochResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopicResult {
    pub topic: Str,
    pub partitions: Vec<EpochEndOffset>,
}

impl OffsetForLeaderTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.topic = r.string(flex, "topic")?;
        x.partitions =
            r.array::<_, { EpochEndOffset::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                EpochEndOffset::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.topic, "topic")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`OffsetForLeaderEpochResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    pub error_code: i16,
    pub partition: i32,
    /// Default -1.
    pub leader_epoch: i32,
    /// Default -1.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            partition: Default::default(),
            leader_epoch: -1,
            end_offset: -1,
        }
    }
}

impl EpochEndOffset {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.partition = r.int32("partition")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.end_offset = r.int64("end_offset")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.int16(self.error_code);
        w.int32(self.partition);
        w.int32(self.leader_epoch);
        w.int64(self.end_offset);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(OffsetForLeaderEpochResponse, Response, 23, 2..=4, 4);
crate::message::request!(
    OffsetForLeaderEpoch,
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse
);
