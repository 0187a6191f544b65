//! AlterPartition, key 56. V3 ISR with broker epochs (KIP-903).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 56, versions 2-3, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPartitionRequest {
    pub broker_id: i32,
    /// Default -1.
    pub broker_epoch: i64,
    pub topics: Vec<RequestTopicData>,
}

impl Default for AlterPartitionRequest {
    fn default() -> Self {
        Self { broker_id: Default::default(), broker_epoch: -1, topics: Default::default() }
    }
}

impl AlterPartitionRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterPartitionRequest", v, 2, 3)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        x.topics = r.array::<_, { RequestTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            RequestTopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterPartitionRequest", v, 2, 3)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterPartitionRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicData {
    pub topic_id: Uuid,
    pub partitions: Vec<RequestPartitionData>,
}

impl RequestTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions =
            r.array::<_, { RequestPartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                RequestPartitionData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterPartitionRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    pub partition_index: i32,
    pub leader_epoch: i32,
    /// Versions 2.
    pub new_isr: Vec<i32>,
    /// Versions 3+.
    pub new_isr_with_epochs: Vec<BrokerState>,
    pub leader_recovery_state: i8,
    pub partition_epoch: i32,
}

impl RequestPartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 15;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        if v == 2 {
            x.new_isr = r.array::<_, 4>(true, "new_isr", |r| r.int32("new_isr"))?;
        }
        if v == 3 {
            x.new_isr_with_epochs =
                r.array::<_, { BrokerState::WIRE_BYTES_MIN }>(true, "new_isr_with_epochs", |r| {
                    BrokerState::decode(r, v)
                })?;
        }
        x.leader_recovery_state = r.int8("leader_recovery_state")?;
        x.partition_epoch = r.int32("partition_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int32(self.leader_epoch);
        if v == 2 {
            w.array(true, &self.new_isr, "new_isr", |w, x| {
                w.int32(*x);
                Ok(())
            })?;
        } else if !self.new_isr.is_empty() {
            return Err(EncodeError::not_in_version("new_isr", v));
        }
        if v == 3 {
            w.array(true, &self.new_isr_with_epochs, "new_isr_with_epochs", |w, x| x.encode(w, v))?;
        } else if !self.new_isr_with_epochs.is_empty() {
            return Err(EncodeError::not_in_version("new_isr_with_epochs", v));
        }
        w.int8(self.leader_recovery_state);
        w.int32(self.partition_epoch);
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterPartitionRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerState {
    pub broker_id: i32,
    /// Default -1.
    pub broker_epoch: i64,
}

impl Default for BrokerState {
    fn default() -> Self {
        Self { broker_id: Default::default(), broker_epoch: -1 }
    }
}

impl BrokerState {
    pub(crate) const WIRE_BYTES_MIN: usize = 13;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AlterPartitionRequest, Request, 56, 2..=3, 0);

/// Response, key 56, versions 2-3, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterPartitionResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub topics: Vec<ResponseTopicData>,
}

impl AlterPartitionResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterPartitionResponse", v, 2, 3)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.topics = r.array::<_, { ResponseTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            ResponseTopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterPartitionResponse", v, 2, 3)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterPartitionResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicData {
    pub topic_id: Uuid,
    pub partitions: Vec<ResponsePartitionData>,
}

impl ResponseTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions =
            r.array::<_, { ResponsePartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                ResponsePartitionData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterPartitionResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponsePartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub isr: Vec<i32>,
    pub leader_recovery_state: i8,
    pub partition_epoch: i32,
}

impl ResponsePartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 21;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.isr = r.array::<_, 4>(true, "isr", |r| r.int32("isr"))?;
        x.leader_recovery_state = r.int8("leader_recovery_state")?;
        x.partition_epoch = r.int32("partition_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.array(true, &self.isr, "isr", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.int8(self.leader_recovery_state);
        w.int32(self.partition_epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AlterPartitionResponse, Response, 56, 2..=3, 0);
crate::message::request!(AlterPartition, AlterPartitionRequest, AlterPartitionResponse);
