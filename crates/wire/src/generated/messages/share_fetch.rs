//! ShareFetch, key 78. KIP-932; v2 (4.2) acquire mode + renew ack (KIP-1206/1222).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 78, versions 1-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareFetchRequest {
    /// Default null.
    pub group_id: Option<Str>,
    pub member_id: Option<Str>,
    pub share_session_epoch: i32,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    /// Default 2147483647.
    pub max_bytes: i32,
    pub max_records: i32,
    pub batch_size: i32,
    /// Versions 2+, ignorable.
    pub share_acquire_mode: i8,
    /// Versions 2+.
    pub is_renew_ack: bool,
    pub topics: Vec<FetchTopic>,
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}

impl Default for ShareFetchRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: Some(Default::default()),
            share_session_epoch: Default::default(),
            max_wait_ms: Default::default(),
            min_bytes: Default::default(),
            max_bytes: i32::MAX,
            max_records: Default::default(),
            batch_size: Default::default(),
            share_acquire_mode: Default::default(),
            is_renew_ack: Default::default(),
            topics: Default::default(),
            forgotten_topics_data: Default::default(),
        }
    }
}

impl ShareFetchRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareFetchRequest", v, 1, 2)?;
        let mut x = Self::default();
        x.group_id = r.nullable_string(true, "group_id")?;
        x.member_id = r.nullable_string(true, "member_id")?;
        x.share_session_epoch = r.int32("share_session_epoch")?;
        x.max_wait_ms = r.int32("max_wait_ms")?;
        x.min_bytes = r.int32("min_bytes")?;
        x.max_bytes = r.int32("max_bytes")?;
        x.max_records = r.int32("max_records")?;
        x.batch_size = r.int32("batch_size")?;
        if v == 2 {
            x.share_acquire_mode = r.int8("share_acquire_mode")?;
        }
        if v == 2 {
            x.is_renew_ack = r.bool("is_renew_ack")?;
        }
        x.topics = r.array::<_, { FetchTopic::WIRE_BYTES_MIN }>(true, "topics", |r| {
            FetchTopic::decode(r, v)
        })?;
        x.forgotten_topics_data =
            r.array::<_, { ForgottenTopic::WIRE_BYTES_MIN }>(true, "forgotten_topics_data", |r| {
                ForgottenTopic::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareFetchRequest", v, 1, 2)?;
        w.nullable_string(true, self.group_id.as_ref(), "group_id")?;
        w.nullable_string(true, self.member_id.as_ref(), "member_id")?;
        w.int32(self.share_session_epoch);
        w.int32(self.max_wait_ms);
        w.int32(self.min_bytes);
        w.int32(self.max_bytes);
        w.int32(self.max_records);
        w.int32(self.batch_size);
        if v == 2 {
            w.int8(self.share_acquire_mode);
        }
        if v == 2 {
            w.bool(self.is_renew_ack);
        } else if self.is_renew_ack {
            return Err(EncodeError::not_in_version("is_renew_ack", v));
        }
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.array(true, &self.forgotten_topics_data, "forgotten_topics_data", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}

impl FetchTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions =
            r.array::<_, { FetchPartition::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                FetchPartition::decode(r, v)
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

/// In [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchPartition {
    pub partition_index: i32,
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl FetchPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.acknowledgement_batches = r.array::<_, { AcknowledgementBatch::WIRE_BYTES_MIN }>(
            true,
            "acknowledgement_batches",
            |r| AcknowledgementBatch::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.array(true, &self.acknowledgement_batches, "acknowledgement_batches", |w, x| {
            x.encode(w, v)
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgementBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub acknowledge_types: Vec<i8>,
}

impl AcknowledgementBatch {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.first_offset = r.int64("first_offset")?;
        x.last_offset = r.int64("last_offset")?;
        x.acknowledge_types =
            r.array::<_, 1>(true, "acknowledge_types", |r| r.int8("acknowledge_types"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.first_offset);
        w.int64(self.last_offset);
        w.array(true, &self.acknowledge_types, "acknowledge_types", |w, x| {
            w.int8(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl ForgottenTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareFetchRequest, Request, 78, 1..=2, 0);

/// Response, key 78, versions 1-2, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub acquisition_lock_timeout_ms: i32,
    pub responses: Vec<ShareFetchableTopicResponse>,
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl ShareFetchResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareFetchResponse", v, 1, 2)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.acquisition_lock_timeout_ms = r.int32("acquisition_lock_timeout_ms")?;
        x.responses = r.array::<_, { ShareFetchableTopicResponse::WIRE_BYTES_MIN }>(
            true,
            "responses",
            |r| ShareFetchableTopicResponse::decode(r, v),
        )?;
        x.node_endpoints =
            r.array::<_, { NodeEndpoint::WIRE_BYTES_MIN }>(true, "node_endpoints", |r| {
                NodeEndpoint::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareFetchResponse", v, 1, 2)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.int32(self.acquisition_lock_timeout_ms);
        w.array(true, &self.responses, "responses", |w, x| x.encode(w, v))?;
        w.array(true, &self.node_endpoints, "node_endpoints", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchableTopicResponse {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl ShareFetchableTopicResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions =
            r.array::<_, { PartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                PartitionData::decode(r, v)
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

/// In [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub acknowledge_error_code: i16,
    /// Default null.
    pub acknowledge_error_message: Option<Str>,
    pub current_leader: LeaderIdAndEpoch,
    pub records: Records,
    pub acquired_records: Vec<AcquiredRecords>,
}

impl PartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 22;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.acknowledge_error_code = r.int16("acknowledge_error_code")?;
        x.acknowledge_error_message = r.nullable_string(true, "acknowledge_error_message")?;
        x.current_leader = LeaderIdAndEpoch::decode(r, v)?;
        x.records = r.records(true, false, "records")?;
        x.acquired_records =
            r.array::<_, { AcquiredRecords::WIRE_BYTES_MIN }>(true, "acquired_records", |r| {
                AcquiredRecords::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.int16(self.acknowledge_error_code);
        w.nullable_string(
            true,
            self.acknowledge_error_message.as_ref(),
            "acknowledge_error_message",
        )?;
        w.nested(|w| self.current_leader.encode(w, v))?;
        w.records(true, false, &self.records, "records")?;
        w.array(true, &self.acquired_records, "acquired_records", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareFetchResponse`].
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

/// In [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcquiredRecords {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_count: i16,
}

impl AcquiredRecords {
    pub(crate) const WIRE_BYTES_MIN: usize = 19;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.first_offset = r.int64("first_offset")?;
        x.last_offset = r.int64("last_offset")?;
        x.delivery_count = r.int16("delivery_count")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.first_offset);
        w.int64(self.last_offset);
        w.int16(self.delivery_count);
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    /// Default null.
    pub rack: Option<Str>,
}

impl NodeEndpoint {
    pub(crate) const WIRE_BYTES_MIN: usize = 11;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.node_id = r.int32("node_id")?;
        x.host = r.string(true, "host")?;
        x.port = r.int32("port")?;
        x.rack = r.nullable_string(true, "rack")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.node_id);
        w.string(true, &self.host, "host")?;
        w.int32(self.port);
        w.nullable_string(true, self.rack.as_ref(), "rack")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareFetchResponse, Response, 78, 1..=2, 0);
crate::message::request!(ShareFetch, ShareFetchRequest, ShareFetchResponse);
