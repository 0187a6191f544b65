//! CreateDelegationToken, key 38. Tokens.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 38, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDelegationTokenRequest {
    /// Versions 3+.
    pub owner_principal_type: Option<Str>,
    /// Versions 3+.
    pub owner_principal_name: Option<Str>,
    pub renewers: Vec<CreatableRenewers>,
    pub max_lifetime_ms: i64,
}

impl Default for CreateDelegationTokenRequest {
    fn default() -> Self {
        Self {
            owner_principal_type: Some(Default::default()),
            owner_principal_name: Some(Default::default()),
            renewers: Default::default(),
            max_lifetime_ms: Default::default(),
        }
    }
}

impl CreateDelegationTokenRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreateDelegationTokenRequest", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        if v == 3 {
            x.owner_principal_type = r.nullable_string(flex, "owner_principal_type")?;
        }
        if v == 3 {
            x.owner_principal_name = r.nullable_string(flex, "owner_principal_name")?;
        }
        x.renewers =
            r.array::<_, { CreatableRenewers::WIRE_BYTES_MIN }>(flex, "renewers", |r| {
                CreatableRenewers::decode(r, v)
            })?;
        x.max_lifetime_ms = r.int64("max_lifetime_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreateDelegationTokenRequest", v, 1, 3)?;
        let flex = v >= 2;
        if v == 3 {
            w.nullable_string(flex, self.owner_principal_type.as_ref(), "owner_principal_type")?;
        } else if self.owner_principal_type != Some(Default::default()) {
            return Err(EncodeError::not_in_version("owner_principal_type", v));
        }
        if v == 3 {
            w.nullable_string(flex, self.owner_principal_name.as_ref(), "owner_principal_name")?;
        } else if self.owner_principal_name != Some(Default::default()) {
            return Err(EncodeError::not_in_version("owner_principal_name", v));
        }
        w.array(flex, &self.renewers, "renewers", |w, x| x.encode(w, v))?;
        w.int64(self.max_lifetime_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateDelegationTokenRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableRenewers {
    pub principal_type: Str,
    pub principal_name: Str,
}

impl CreatableRenewers {
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

crate::message::message!(CreateDelegationTokenRequest, Request, 38, 1..=3, 2);

/// Response, key 38, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateDelegationTokenResponse {
    pub error_code: i16,
    pub principal_type: Str,
    pub principal_name: Str,
    /// Versions 3+.
    pub token_requester_principal_type: Str,
    /// Versions 3+.
    pub token_requester_principal_name: Str,
    pub issue_timestamp_ms: i64,
    pub expiry_timestamp_ms: i64,
    pub max_timestamp_ms: i64,
    pub token_id: Str,
    pub hmac: Bytes,
    pub throttle_time_ms: i32,
}

impl CreateDelegationTokenResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreateDelegationTokenResponse", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.principal_type = r.string(flex, "principal_type")?;
        x.principal_name = r.string(flex, "principal_name")?;
        if v == 3 {
            x.token_requester_principal_type = r.string(flex, "token_requester_principal_type")?;
        }
        if v == 3 {
            x.token_requester_principal_name = r.string(flex, "token_requester_principal_name")?;
        }
        x.issue_timestamp_ms = r.int64("issue_timestamp_ms")?;
        x.expiry_timestamp_ms = r.int64("expiry_timestamp_ms")?;
        x.max_timestamp_ms = r.int64("max_timestamp_ms")?;
        x.token_id = r.string(flex, "token_id")?;
        x.hmac = r.bytes(flex, "hmac")?;
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreateDelegationTokenResponse", v, 1, 3)?;
        let flex = v >= 2;
        w.int16(self.error_code);
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
        w.int64(self.issue_timestamp_ms);
        w.int64(self.expiry_timestamp_ms);
        w.int64(self.max_timestamp_ms);
        w.string(flex, &self.token_id, "token_id")?;
        w.bytes(flex, &self.hmac, "hmac")?;
        w.int32(self.throttle_time_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(CreateDelegationTokenResponse, Response, 38, 1..=3, 2);
crate::message::request!(
    CreateDelegationToken,
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse
);
