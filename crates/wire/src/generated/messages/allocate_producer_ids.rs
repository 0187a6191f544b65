//! AllocateProducerIds, key 67. Blocks of 1000 ids.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 67, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AllocateProducerIdsRequest {
    pub broker_id: i32,
    /// Default -1.
    pub broker_epoch: i64,
}

impl Default for AllocateProducerIdsRequest {
    fn default() -> Self {
        Self { broker_id: Default::default(), broker_epoch: -1 }
    }
}

impl AllocateProducerIdsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AllocateProducerIdsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AllocateProducerIdsRequest", v, 0, 0)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AllocateProducerIdsRequest, Request, 67, 0..=0, 0);

/// Response, key 67, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AllocateProducerIdsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub producer_id_start: i64,
    pub producer_id_len: i32,
}

impl AllocateProducerIdsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AllocateProducerIdsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.producer_id_start = r.int64("producer_id_start")?;
        x.producer_id_len = r.int32("producer_id_len")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AllocateProducerIdsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.int64(self.producer_id_start);
        w.int32(self.producer_id_len);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AllocateProducerIdsResponse, Response, 67, 0..=0, 0);
crate::message::request!(
    AllocateProducerIds,
    AllocateProducerIdsRequest,
    AllocateProducerIdsResponse
);
