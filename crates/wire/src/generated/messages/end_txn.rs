//! EndTxn, key 26. V5 epoch bump per txn (KIP-890).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 26, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTxnRequest {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub committed: bool,
}

impl EndTxnRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EndTxnRequest", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.transactional_id = r.string(flex, "transactional_id")?;
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        x.committed = r.bool("committed")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EndTxnRequest", v, 0, 5)?;
        let flex = v >= 3;
        w.string(flex, &self.transactional_id, "transactional_id")?;
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        w.bool(self.committed);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(EndTxnRequest, Request, 26, 0..=5, 3);

/// Response, key 26, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct EndTxnResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Versions 5+, ignorable, default -1.
    pub producer_id: i64,
    /// Versions 5+, ignorable, default -1.
    pub producer_epoch: i16,
}

impl Default for EndTxnResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            producer_id: -1,
            producer_epoch: -1,
        }
    }
}

impl EndTxnResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EndTxnResponse", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        if v == 5 {
            x.producer_id = r.int64("producer_id")?;
        }
        if v == 5 {
            x.producer_epoch = r.int16("producer_epoch")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EndTxnResponse", v, 0, 5)?;
        let flex = v >= 3;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        if v == 5 {
            w.int64(self.producer_id);
        }
        if v == 5 {
            w.int16(self.producer_epoch);
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(EndTxnResponse, Response, 26, 0..=5, 3);
crate::message::request!(EndTxn, EndTxnRequest, EndTxnResponse);
