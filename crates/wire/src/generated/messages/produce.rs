//! Produce, key 0. Advertise min 0 (librdkafka bug KAFKA-18659) but reject 0-2; v12 = implicit AddPartitionsToTxn (TV2, KIP-890); v13 = topic ids.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 0, versions 3-13, flexible 9+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceRequest {
    /// Default null.
    pub transactional_id: Option<Str>,
    pub acks: i16,
    pub timeout_ms: i32,
    pub topic_data: Vec<TopicProduceData>,
}

impl ProduceRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ProduceRequest", v, 3, 13)?;
        let flex = v >= 9;
        let mut x = Self::default();
        x.transactional_id = r.nullable_string(flex, "transactional_id")?;
        x.acks = r.int16("acks")?;
        x.timeout_ms = r.int32("timeout_ms")?;
        x.topic_data =
            r.array::<_, { TopicProduceData::WIRE_BYTES_MIN }>(flex, "topic_data", |r| {
                TopicProduceData::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ProduceRequest", v, 3, 13)?;
        let flex = v >= 9;
        w.nullable_string(flex, self.transactional_id.as_ref(), "transactional_id")?;
        w.int16(self.acks);
        w.int32(self.timeout_ms);
        w.array(flex, &self.topic_data, "topic_data", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ProduceRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceData {
    /// Versions 3-12, ignorable.
    pub name: Str,
    /// Versions 13+, ignorable.
    pub topic_id: Uuid,
    pub partition_data: Vec<PartitionProduceData>,
}

impl TopicProduceData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        if v <= 12 {
            x.name = r.string(flex, "name")?;
        }
        if v == 13 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partition_data =
            r.array::<_, { PartitionProduceData::WIRE_BYTES_MIN }>(flex, "partition_data", |r| {
                PartitionProduceData::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        if v <= 12 {
            w.string(flex, &self.name, "name")?;
        }
        if v == 13 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partition_data, "partition_data", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ProduceRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionProduceData {
    pub index: i32,
    pub records: Records,
}

impl PartitionProduceData {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        x.index = r.int32("index")?;
        x.records = r.records(flex, true, "records")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        w.int32(self.index);
        w.records(flex, true, &self.records, "records")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ProduceRequest, Request, 0, 3..=13, 9);

/// Response, key 0, versions 3-13, flexible 9+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceResponse {
    pub responses: Vec<TopicProduceResponse>,
    pub throttle_time_ms: i32,
    /// Versions 10+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl ProduceResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ProduceResponse", v, 3, 13)?;
        let flex = v >= 9;
        let mut x = Self::default();
        x.responses =
            r.array::<_, { TopicProduceResponse::WIRE_BYTES_MIN }>(flex, "responses", |r| {
                TopicProduceResponse::decode(r, v)
            })?;
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 if v >= 10 => {
                        x.node_endpoints = r.array::<_, { NodeEndpoint::WIRE_BYTES_MIN }>(
                            true,
                            "node_endpoints",
                            |r| NodeEndpoint::decode(r, v),
                        )?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ProduceResponse", v, 3, 13)?;
        let flex = v >= 9;
        w.array(flex, &self.responses, "responses", |w, x| x.encode(w, v))?;
        w.int32(self.throttle_time_ms);
        if v < 10 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("node_endpoints", v));
        }
        if flex {
            let mut tags = w.tags();
            if v >= 10 && !self.node_endpoints.is_empty() {
                w.tag(&mut tags, 0, |w| {
                    w.array(true, &self.node_endpoints, "node_endpoints", |w, x| x.encode(w, v))
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceResponse {
    /// Versions 3-12, ignorable.
    pub name: Str,
    /// Versions 13+, ignorable.
    pub topic_id: Uuid,
    pub partition_responses: Vec<PartitionProduceResponse>,
}

impl TopicProduceResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        if v <= 12 {
            x.name = r.string(flex, "name")?;
        }
        if v == 13 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partition_responses = r.array::<_, { PartitionProduceResponse::WIRE_BYTES_MIN }>(
            flex,
            "partition_responses",
            |r| PartitionProduceResponse::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        if v <= 12 {
            w.string(flex, &self.name, "name")?;
        }
        if v == 13 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partition_responses, "partition_responses", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceResponse {
    pub index: i32,
    pub error_code: i16,
    pub base_offset: i64,
    /// Default -1.
    pub log_append_time_ms: i64,
    /// Versions 5+, ignorable, default -1.
    pub log_start_offset: i64,
    /// Versions 8+, ignorable.
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// Versions 8+, ignorable, default null.
    pub error_message: Option<Str>,
    /// Versions 10+, tag 0.
    pub current_leader: LeaderIdAndEpoch,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        Self {
            index: Default::default(),
            error_code: Default::default(),
            base_offset: Default::default(),
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Default::default(),
            error_message: None,
            current_leader: Default::default(),
        }
    }
}

impl PartitionProduceResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 22;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        x.index = r.int32("index")?;
        x.error_code = r.int16("error_code")?;
        x.base_offset = r.int64("base_offset")?;
        x.log_append_time_ms = r.int64("log_append_time_ms")?;
        if v >= 5 {
            x.log_start_offset = r.int64("log_start_offset")?;
        }
        if v >= 8 {
            x.record_errors = r.array::<_, { BatchIndexAndErrorMessage::WIRE_BYTES_MIN }>(
                flex,
                "record_errors",
                |r| BatchIndexAndErrorMessage::decode(r, v),
            )?;
        }
        if v >= 8 {
            x.error_message = r.nullable_string(flex, "error_message")?;
        }
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 if v >= 10 => x.current_leader = LeaderIdAndEpoch::decode(r, v)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        w.int32(self.index);
        w.int16(self.error_code);
        w.int64(self.base_offset);
        w.int64(self.log_append_time_ms);
        if v >= 5 {
            w.int64(self.log_start_offset);
        }
        if v >= 8 {
            w.array(flex, &self.record_errors, "record_errors", |w, x| x.encode(w, v))?;
        }
        if v >= 8 {
            w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        }
        if v < 10 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::not_in_version("current_leader", v));
        }
        if flex {
            let mut tags = w.tags();
            if v >= 10 && self.current_leader != LeaderIdAndEpoch::default() {
                w.tag(&mut tags, 0, |w| w.nested(|w| self.current_leader.encode(w, v)))?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchIndexAndErrorMessage {
    pub batch_index: i32,
    /// Default null.
    pub batch_index_error_message: Option<Str>,
}

impl BatchIndexAndErrorMessage {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        x.batch_index = r.int32("batch_index")?;
        x.batch_index_error_message = r.nullable_string(flex, "batch_index_error_message")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        w.int32(self.batch_index);
        w.nullable_string(
            flex,
            self.batch_index_error_message.as_ref(),
            "batch_index_error_message",
        )?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// Default -1.
    pub leader_id: i32,
    /// Default -1.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
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

/// In [`ProduceResponse`].
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

crate::message::message!(ProduceResponse, Response, 0, 3..=13, 9);
crate::message::request!(Produce, ProduceRequest, ProduceResponse);
