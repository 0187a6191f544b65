//! ConsumerGroupHeartbeat, key 68. KIP-848 GA 4.0; v1 regex + client-made member id.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 68, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub member_epoch: i32,
    /// Default null.
    pub instance_id: Option<Str>,
    /// Default null.
    pub rack_id: Option<Str>,
    /// Default -1.
    pub rebalance_timeout_ms: i32,
    /// Default null.
    pub subscribed_topic_names: Option<Vec<Str>>,
    /// Versions 1+, default null.
    pub subscribed_topic_regex: Option<Str>,
    /// Default null.
    pub server_assignor: Option<Str>,
    /// Default null.
    pub topic_partitions: Option<Vec<RequestTopicPartitions>>,
}

impl Default for ConsumerGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: Default::default(),
            member_epoch: Default::default(),
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            subscribed_topic_names: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            topic_partitions: None,
        }
    }
}

impl ConsumerGroupHeartbeatRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupHeartbeatRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.member_id = r.string(true, "member_id")?;
        x.member_epoch = r.int32("member_epoch")?;
        x.instance_id = r.nullable_string(true, "instance_id")?;
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.rebalance_timeout_ms = r.int32("rebalance_timeout_ms")?;
        x.subscribed_topic_names =
            r.nullable_array::<_, 1>(true, "subscribed_topic_names", |r| {
                r.string(true, "subscribed_topic_names")
            })?;
        if v == 1 {
            x.subscribed_topic_regex = r.nullable_string(true, "subscribed_topic_regex")?;
        }
        x.server_assignor = r.nullable_string(true, "server_assignor")?;
        x.topic_partitions = r.nullable_array::<_, { RequestTopicPartitions::WIRE_BYTES_MIN }>(
            true,
            "topic_partitions",
            |r| RequestTopicPartitions::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupHeartbeatRequest", v, 0, 1)?;
        w.string(true, &self.group_id, "group_id")?;
        w.string(true, &self.member_id, "member_id")?;
        w.int32(self.member_epoch);
        w.nullable_string(true, self.instance_id.as_ref(), "instance_id")?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.int32(self.rebalance_timeout_ms);
        w.nullable_array(
            true,
            self.subscribed_topic_names.as_ref(),
            "subscribed_topic_names",
            |w, x| w.string(true, x, "subscribed_topic_names"),
        )?;
        if v == 1 {
            w.nullable_string(
                true,
                self.subscribed_topic_regex.as_ref(),
                "subscribed_topic_regex",
            )?;
        } else if self.subscribed_topic_regex.is_some() {
            return Err(EncodeError::not_in_version("subscribed_topic_regex", v));
        }
        w.nullable_string(true, self.server_assignor.as_ref(), "server_assignor")?;
        w.nullable_array(true, self.topic_partitions.as_ref(), "topic_partitions", |w, x| {
            x.encode(w, v)
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl RequestTopicPartitions {
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

crate::message::message!(ConsumerGroupHeartbeatRequest, Request, 68, 0..=1, 0);

/// Response, key 68, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupHeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    /// Default null.
    pub member_id: Option<Str>,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    /// Default null.
    pub assignment: Option<Assignment>,
}

impl ConsumerGroupHeartbeatResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupHeartbeatResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.member_id = r.nullable_string(true, "member_id")?;
        x.member_epoch = r.int32("member_epoch")?;
        x.heartbeat_interval_ms = r.int32("heartbeat_interval_ms")?;
        x.assignment = r.nullable_struct("assignment", |r| Assignment::decode(r, v))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupHeartbeatResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.nullable_string(true, self.member_id.as_ref(), "member_id")?;
        w.int32(self.member_epoch);
        w.int32(self.heartbeat_interval_ms);
        w.nullable_struct(self.assignment.as_ref(), |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    pub topic_partitions: Vec<ResponseTopicPartitions>,
}

impl Assignment {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_partitions = r.array::<_, { ResponseTopicPartitions::WIRE_BYTES_MIN }>(
            true,
            "topic_partitions",
            |r| ResponseTopicPartitions::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.topic_partitions, "topic_partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl ResponseTopicPartitions {
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

crate::message::message!(ConsumerGroupHeartbeatResponse, Response, 68, 0..=1, 0);
crate::message::request!(
    ConsumerGroupHeartbeat,
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse
);
