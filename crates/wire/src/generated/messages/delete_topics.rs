//! DeleteTopics, key 20. V6 by topic id.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 20, versions 1-6, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsRequest {
    /// Versions 6+.
    pub topics: Vec<DeleteTopicState>,
    /// Versions 1-5, ignorable.
    pub topic_names: Vec<Str>,
    pub timeout_ms: i32,
}

impl DeleteTopicsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteTopicsRequest", v, 1, 6)?;
        let flex = v >= 4;
        let mut x = Self::default();
        if v == 6 {
            x.topics = r.array::<_, { DeleteTopicState::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                DeleteTopicState::decode(r, v)
            })?;
        }
        if v <= 5 {
            x.topic_names =
                r.array::<_, 1>(flex, "topic_names", |r| r.string(flex, "topic_names"))?;
        }
        x.timeout_ms = r.int32("timeout_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteTopicsRequest", v, 1, 6)?;
        let flex = v >= 4;
        if v == 6 {
            w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::not_in_version("topics", v));
        }
        if v <= 5 {
            w.array(flex, &self.topic_names, "topic_names", |w, x| {
                w.string(flex, x, "topic_names")
            })?;
        }
        w.int32(self.timeout_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteTopicsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicState {
    /// Default null.
    pub name: Option<Str>,
    pub topic_id: Uuid,
}

impl DeleteTopicState {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.nullable_string(true, "name")?;
        x.topic_id = r.uuid("topic_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.nullable_string(true, self.name.as_ref(), "name")?;
        w.uuid(self.topic_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DeleteTopicsRequest, Request, 20, 1..=6, 4);

/// Response, key 20, versions 1-6, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsResponse {
    pub throttle_time_ms: i32,
    pub responses: Vec<DeletableTopicResult>,
}

impl DeleteTopicsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteTopicsResponse", v, 1, 6)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.responses =
            r.array::<_, { DeletableTopicResult::WIRE_BYTES_MIN }>(flex, "responses", |r| {
                DeletableTopicResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteTopicsResponse", v, 1, 6)?;
        let flex = v >= 4;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.responses, "responses", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeletableTopicResult {
    /// Nullable in 6+.
    pub name: Option<Str>,
    /// Versions 6+, ignorable.
    pub topic_id: Uuid,
    pub error_code: i16,
    /// Versions 5+, ignorable, default null.
    pub error_message: Option<Str>,
}

impl Default for DeletableTopicResult {
    fn default() -> Self {
        Self {
            name: Some(Default::default()),
            topic_id: Default::default(),
            error_code: Default::default(),
            error_message: None,
        }
    }
}

impl DeletableTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.name =
            if v == 6 { r.nullable_string(flex, "name")? } else { Some(r.string(flex, "name")?) };
        if v == 6 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.error_code = r.int16("error_code")?;
        if v >= 5 {
            x.error_message = r.nullable_string(flex, "error_message")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        if v == 6 {
            w.nullable_string(flex, self.name.as_ref(), "name")
        } else {
            w.string(flex, required(&self.name, "name")?, "name")
        }?;
        if v == 6 {
            w.uuid(self.topic_id);
        }
        w.int16(self.error_code);
        if v >= 5 {
            w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteTopicsResponse, Response, 20, 1..=6, 4);
crate::message::request!(DeleteTopics, DeleteTopicsRequest, DeleteTopicsResponse);
