//! SaslHandshake, key 17.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 17, versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeRequest {
    pub mechanism: Str,
}

impl SaslHandshakeRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SaslHandshakeRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.mechanism = r.string(false, "mechanism")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SaslHandshakeRequest", v, 0, 1)?;
        w.string(false, &self.mechanism, "mechanism")?;
        Ok(())
    }
}

crate::message::message!(SaslHandshakeRequest, Request, 17, 0..=1, i16::MAX);

/// Response, key 17, versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeResponse {
    pub error_code: i16,
    pub mechanisms: Vec<Str>,
}

impl SaslHandshakeResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SaslHandshakeResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.mechanisms = r.array::<_, 1>(false, "mechanisms", |r| r.string(false, "mechanisms"))?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SaslHandshakeResponse", v, 0, 1)?;
        w.int16(self.error_code);
        w.array(false, &self.mechanisms, "mechanisms", |w, x| w.string(false, x, "mechanisms"))?;
        Ok(())
    }
}

crate::message::message!(SaslHandshakeResponse, Response, 17, 0..=1, i16::MAX);
crate::message::request!(SaslHandshake, SaslHandshakeRequest, SaslHandshakeResponse);
