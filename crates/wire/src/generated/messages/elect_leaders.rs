//! ElectLeaders, key 43. Preferred / unclean.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 43, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct ElectLeadersRequest {
    /// Versions 1+.
    pub election_type: i8,
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// Default 60000.
    pub timeout_ms: i32,
}

impl Default for ElectLeadersRequest {
    fn default() -> Self {
        Self {
            election_type: Default::default(),
            topic_partitions: Some(Default::default()),
            timeout_ms: 60000,
        }
    }
}

impl ElectLeadersRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ElectLeadersRequest", v, 0, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        if v >= 1 {
            x.election_type = r.int8("election_type")?;
        }
        x.topic_partitions = r.nullable_array::<_, { TopicPartitions::WIRE_BYTES_MIN }>(
            flex,
            "topic_partitions",
            |r| TopicPartitions::decode(r, v),
        )?;
        x.timeout_ms = r.int32("timeout_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ElectLeadersRequest", v, 0, 2)?;
        let flex = v >= 2;
        if v >= 1 {
            w.int8(self.election_type);
        } else if self.election_type != 0 {
            return Err(EncodeError::not_in_version("election_type", v));
        }
        w.nullable_array(flex, self.topic_partitions.as_ref(), "topic_partitions", |w, x| {
            x.encode(w, v)
        })?;
        w.int32(self.timeout_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ElectLeadersRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.topic = r.string(flex, "topic")?;
        x.partitions = r.array::<_, 4>(flex, "partitions", |r| r.int32("partitions"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.topic, "topic")?;
        w.array(flex, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ElectLeadersRequest, Request, 43, 0..=2, 2);

/// Response, key 43, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElectLeadersResponse {
    pub throttle_time_ms: i32,
    /// Versions 1+.
    pub error_code: i16,
    pub replica_election_results: Vec<ReplicaElectionResult>,
}

impl ElectLeadersResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ElectLeadersResponse", v, 0, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if v >= 1 {
            x.error_code = r.int16("error_code")?;
        }
        x.replica_election_results = r.array::<_, { ReplicaElectionResult::WIRE_BYTES_MIN }>(
            flex,
            "replica_election_results",
            |r| ReplicaElectionResult::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ElectLeadersResponse", v, 0, 2)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        if v >= 1 {
            w.int16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::not_in_version("error_code", v));
        }
        w.array(flex, &self.replica_election_results, "replica_election_results", |w, x| {
            x.encode(w, v)
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ElectLeadersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReplicaElectionResult {
    pub topic: Str,
    pub partition_result: Vec<PartitionResult>,
}

impl ReplicaElectionResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.topic = r.string(flex, "topic")?;
        x.partition_result =
            r.array::<_, { PartitionResult::WIRE_BYTES_MIN }>(flex, "partition_result", |r| {
                PartitionResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.topic, "topic")?;
        w.array(flex, &self.partition_result, "partition_result", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ElectLeadersResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionResult {
    pub partition_id: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for PartitionResult {
    fn default() -> Self {
        Self {
            partition_id: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl PartitionResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.partition_id = r.int32("partition_id")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int32(self.partition_id);
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ElectLeadersResponse, Response, 43, 0..=2, 2);
crate::message::request!(ElectLeaders, ElectLeadersRequest, ElectLeadersResponse);
