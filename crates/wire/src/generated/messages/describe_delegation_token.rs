//! DescribeDelegationToken, key 41.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 41, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
}

impl Default for DescribeDelegationTokenRequest {
    fn default() -> Self {
        Self { owners: Some(Default::default()) }
    }
}

impl DescribeDelegationTokenRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeDelegationTokenRequest", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.owners = r.nullable_array::<_, { DescribeDelegationTokenOwner::WIRE_BYTES_MIN }>(
            flex,
            "owners",
            |r| DescribeDelegationTokenOwner::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeDelegationTokenRequest", v, 1, 3)?;
        let flex = v >= 2;
        w.nullable_array(flex, self.owners.as_ref(), "owners", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeDelegationTokenRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenOwner {
    pub principal_type: Str,
    pub principal_name: Str,
}

impl DescribeDelegationTokenOwner {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.principal_type = r.string(flex, "principal_type")?;
        x.principal_name = r.string(flex, "principal_name")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.principal_type, "principal_type")?;
        w.string(flex, &self.principal_name, "principal_name")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeDelegationTokenRequest, Request, 41, 1..=3, 2);

/// Response, key 41, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenResponse {
    pub error_code: i16,
    pub tokens: Vec<DescribedDelegationToken>,
    pub throttle_time_ms: i32,
}

impl DescribeDelegationTokenResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeDelegationTokenResponse", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.tokens =
            r.array::<_, { DescribedDelegationToken::WIRE_BYTES_MIN }>(flex, "tokens", |r| {
                DescribedDelegationToken::decode(r, v)
            })?;
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeDelegationTokenResponse", v, 1, 3)?;
        let flex = v >= 2;
        w.int16(self.error_code);
        w.array(flex, &self.tokens, "tokens", |w, x| x.encode(w, v))?;
        w.int32(self.throttle_time_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeDelegationTokenResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationToken {
    pub principal_type: Str,
    pub principal_name: Str,
    /// Versions 3+.
    pub token_requester_principal_type: Str,
    /// Versions 3+.
    pub token_requester_principal_name: Str,
    pub issue_timestamp: i64,
    pub expiry_timestamp: i64,
    pub max_timestamp: i64,
    pub token_id: Str,
    pub hmac: Bytes,
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
}

impl DescribedDelegationToken {
    pub(crate) const WIRE_BYTES_MIN: usize = 30;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.principal_type = r.string(flex, "principal_type")?;
        x.principal_name = r.string(flex, "principal_name")?;
        if v == 3 {
            x.token_requester_principal_type = r.string(flex, "token_requester_principal_type")?;
        }
        if v == 3 {
            x.token_requester_principal_name = r.string(flex, "token_requester_principal_name")?;
        }
        x.issue_timestamp = r.int64("issue_timestamp")?;
        x.expiry_timestamp = r.int64("expiry_timestamp")?;
        x.max_timestamp = r.int64("max_timestamp")?;
        x.token_id = r.string(flex, "token_id")?;
        x.hmac = r.bytes(flex, "hmac")?;
        x.renewers = r.array::<_, { DescribedDelegationTokenRenewer::WIRE_BYTES_MIN }>(
            flex,
            "renewers",
            |r| DescribedDelegationTokenRenewer::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.principal_type, "principal_type")?;
        w.string(flex, &self.principal_name, "principal_name")?;
        if v == 3 {
            w.string(flex, &self.token_requester_principal_type, "token_requester_principal_type")?;
        } else if !self.token_requester_principal_type.is_empty() {
            return Err(EncodeError::not_in_version("token_requester_principal_type", v));
        }
        if v == 3 {
            w.string(flex, &self.token_requester_principal_name, "token_requester_principal_name")?;
        } else if !self.token_requester_principal_name.is_empty() {
            return Err(EncodeError::not_in_version("token_requester_principal_name", v));
        }
        w.int64(self.issue_timestamp);
        w.int64(self.expiry_timestamp);
        w.int64(self.max_timestamp);
        w.string(flex, &self.token_id, "token_id")?;
        w.bytes(flex, &self.hmac, "hmac")?;
        w.array(flex, &self.renewers, "renewers", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeDelegationTokenResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationTokenRenewer {
    pub principal_type: Str,
    pub principal_name: Str,
}

impl DescribedDelegationTokenRenewer {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.principal_type = r.string(flex, "principal_type")?;
        x.principal_name = r.string(flex, "principal_name")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.principal_type, "principal_type")?;
        w.string(flex, &self.principal_name, "principal_name")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeDelegationTokenResponse, Response, 41, 1..=3, 2);
crate::message::request!(
    DescribeDelegationToken,
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse
);
