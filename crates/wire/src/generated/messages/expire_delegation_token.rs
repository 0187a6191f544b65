//! ExpireDelegationToken, key 40.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 40, versions 1-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExpireDelegationTokenRequest {
    pub hmac: Bytes,
    pub expiry_time_period_ms: i64,
}

impl ExpireDelegationTokenRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ExpireDelegationTokenRequest", v, 1, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.hmac = r.bytes(flex, "hmac")?;
        x.expiry_time_period_ms = r.int64("expiry_time_period_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ExpireDelegationTokenRequest", v, 1, 2)?;
        let flex = v >= 2;
        w.bytes(flex, &self.hmac, "hmac")?;
        w.int64(self.expiry_time_period_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ExpireDelegationTokenRequest, Request, 40, 1..=2, 2);

/// Response, key 40, versions 1-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExpireDelegationTokenResponse {
    pub error_code: i16,
    pub expiry_timestamp_ms: i64,
    pub throttle_time_ms: i32,
}

impl ExpireDelegationTokenResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ExpireDelegationTokenResponse", v, 1, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.expiry_timestamp_ms = r.int64("expiry_timestamp_ms")?;
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ExpireDelegationTokenResponse", v, 1, 2)?;
        let flex = v >= 2;
        w.int16(self.error_code);
        w.int64(self.expiry_timestamp_ms);
        w.int32(self.throttle_time_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ExpireDelegationTokenResponse, Response, 40, 1..=2, 2);
crate::message::request!(
    ExpireDelegationToken,
    ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse
);
