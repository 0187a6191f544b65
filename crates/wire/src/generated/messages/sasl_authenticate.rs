//! SaslAuthenticate, key 36. V1 session lifetime (re-auth).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 36, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslAuthenticateRequest {
    pub auth_bytes: Bytes,
}

impl SaslAuthenticateRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SaslAuthenticateRequest", v, 0, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.auth_bytes = r.bytes(flex, "auth_bytes")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SaslAuthenticateRequest", v, 0, 2)?;
        let flex = v >= 2;
        w.bytes(flex, &self.auth_bytes, "auth_bytes")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(SaslAuthenticateRequest, Request, 36, 0..=2, 2);

/// Response, key 36, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct SaslAuthenticateResponse {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub auth_bytes: Bytes,
    /// Versions 1+, ignorable.
    pub session_lifetime_ms: i64,
}

impl Default for SaslAuthenticateResponse {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            auth_bytes: Default::default(),
            session_lifetime_ms: Default::default(),
        }
    }
}

impl SaslAuthenticateResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SaslAuthenticateResponse", v, 0, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        x.auth_bytes = r.bytes(flex, "auth_bytes")?;
        if v >= 1 {
            x.session_lifetime_ms = r.int64("session_lifetime_ms")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SaslAuthenticateResponse", v, 0, 2)?;
        let flex = v >= 2;
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        w.bytes(flex, &self.auth_bytes, "auth_bytes")?;
        if v >= 1 {
            w.int64(self.session_lifetime_ms);
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(SaslAuthenticateResponse, Response, 36, 0..=2, 2);
crate::message::request!(SaslAuthenticate, SaslAuthenticateRequest, SaslAuthenticateResponse);
