//! AddOffsetsToTxn, key 25.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 25, versions 0-4, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnRequest {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub group_id: Str,
}

impl AddOffsetsToTxnRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AddOffsetsToTxnRequest", v, 0, 4)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.transactional_id = r.string(flex, "transactional_id")?;
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        x.group_id = r.string(flex, "group_id")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AddOffsetsToTxnRequest", v, 0, 4)?;
        let flex = v >= 3;
        w.string(flex, &self.transactional_id, "transactional_id")?;
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        w.string(flex, &self.group_id, "group_id")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(AddOffsetsToTxnRequest, Request, 25, 0..=4, 3);

/// Response, key 25, versions 0-4, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
}

impl AddOffsetsToTxnResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AddOffsetsToTxnResponse", v, 0, 4)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AddOffsetsToTxnResponse", v, 0, 4)?;
        let flex = v >= 3;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(AddOffsetsToTxnResponse, Response, 25, 0..=4, 3);
crate::message::request!(AddOffsetsToTxn, AddOffsetsToTxnRequest, AddOffsetsToTxnResponse);
