//! DeleteShareGroupOffsets, key 92.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 92, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsRequest {
    pub group_id: Str,
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic>,
}

impl DeleteShareGroupOffsetsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteShareGroupOffsetsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.topics = r.array::<_, { DeleteShareGroupOffsetsRequestTopic::WIRE_BYTES_MIN }>(
            true,
            "topics",
            |r| DeleteShareGroupOffsetsRequestTopic::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteShareGroupOffsetsRequest", v, 0, 0)?;
        w.string(true, &self.group_id, "group_id")?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DeleteShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsRequestTopic {
    pub topic_name: Str,
}

impl DeleteShareGroupOffsetsRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 2;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DeleteShareGroupOffsetsRequest, Request, 92, 0..=0, 0);

/// Response, key 92, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub responses: Vec<DeleteShareGroupOffsetsResponseTopic>,
}

impl DeleteShareGroupOffsetsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteShareGroupOffsetsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.responses = r.array::<_, { DeleteShareGroupOffsetsResponseTopic::WIRE_BYTES_MIN }>(
            true,
            "responses",
            |r| DeleteShareGroupOffsetsResponseTopic::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteShareGroupOffsetsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.array(true, &self.responses, "responses", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DeleteShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsResponseTopic {
    pub topic_name: Str,
    pub topic_id: Uuid,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
}

impl DeleteShareGroupOffsetsResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 21;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        x.topic_id = r.uuid("topic_id")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic_name, "topic_name")?;
        w.uuid(self.topic_id);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DeleteShareGroupOffsetsResponse, Response, 92, 0..=0, 0);
crate::message::request!(
    DeleteShareGroupOffsets,
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse
);
