//! CreatePartitions, key 37.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 37, versions 0-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsRequest {
    pub topics: Vec<CreatePartitionsTopic>,
    pub timeout_ms: i32,
    pub validate_only: bool,
}

impl CreatePartitionsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreatePartitionsRequest", v, 0, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.topics =
            r.array::<_, { CreatePartitionsTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                CreatePartitionsTopic::decode(r, v)
            })?;
        x.timeout_ms = r.int32("timeout_ms")?;
        x.validate_only = r.bool("validate_only")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreatePartitionsRequest", v, 0, 3)?;
        let flex = v >= 2;
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int32(self.timeout_ms);
        w.bool(self.validate_only);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreatePartitionsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitionsTopic {
    pub name: Str,
    pub count: i32,
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}

impl Default for CreatePartitionsTopic {
    fn default() -> Self {
        Self {
            name: Default::default(),
            count: Default::default(),
            assignments: Some(Default::default()),
        }
    }
}

impl CreatePartitionsTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.count = r.int32("count")?;
        x.assignments = r.nullable_array::<_, { CreatePartitionsAssignment::WIRE_BYTES_MIN }>(
            flex,
            "assignments",
            |r| CreatePartitionsAssignment::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.name, "name")?;
        w.int32(self.count);
        w.nullable_array(flex, self.assignments.as_ref(), "assignments", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreatePartitionsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsAssignment {
    pub broker_ids: Vec<i32>,
}

impl CreatePartitionsAssignment {
    pub(crate) const WIRE_BYTES_MIN: usize = 2;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.broker_ids = r.array::<_, 4>(flex, "broker_ids", |r| r.int32("broker_ids"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.array(flex, &self.broker_ids, "broker_ids", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(CreatePartitionsRequest, Request, 37, 0..=3, 2);

/// Response, key 37, versions 0-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<CreatePartitionsTopicResult>,
}

impl CreatePartitionsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreatePartitionsResponse", v, 0, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.results =
            r.array::<_, { CreatePartitionsTopicResult::WIRE_BYTES_MIN }>(flex, "results", |r| {
                CreatePartitionsTopicResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreatePartitionsResponse", v, 0, 3)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.results, "results", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreatePartitionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsTopicResult {
    pub name: Str,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
}

impl CreatePartitionsTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
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
        w.string(flex, &self.name, "name")?;
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(CreatePartitionsResponse, Response, 37, 0..=3, 2);
crate::message::request!(CreatePartitions, CreatePartitionsRequest, CreatePartitionsResponse);
