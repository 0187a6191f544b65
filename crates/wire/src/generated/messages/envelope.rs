//! Envelope, key 58. Forwarding of client requests to controller.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 58, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvelopeRequest {
    pub request_data: Bytes,
    pub request_principal: Option<Bytes>,
    pub client_host_address: Bytes,
}

impl Default for EnvelopeRequest {
    fn default() -> Self {
        Self {
            request_data: Default::default(),
            request_principal: Some(Default::default()),
            client_host_address: Default::default(),
        }
    }
}

impl EnvelopeRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EnvelopeRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.request_data = r.bytes(true, "request_data")?;
        x.request_principal = r.nullable_bytes(true, "request_principal")?;
        x.client_host_address = r.bytes(true, "client_host_address")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EnvelopeRequest", v, 0, 0)?;
        w.bytes(true, &self.request_data, "request_data")?;
        w.nullable_bytes(true, self.request_principal.as_ref(), "request_principal")?;
        w.bytes(true, &self.client_host_address, "client_host_address")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(EnvelopeRequest, Request, 58, 0..=0, 0);

/// Response, key 58, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnvelopeResponse {
    /// Default null.
    pub response_data: Option<Bytes>,
    pub error_code: i16,
}

impl EnvelopeResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EnvelopeResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.response_data = r.nullable_bytes(true, "response_data")?;
        x.error_code = r.int16("error_code")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EnvelopeResponse", v, 0, 0)?;
        w.nullable_bytes(true, self.response_data.as_ref(), "response_data")?;
        w.int16(self.error_code);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(EnvelopeResponse, Response, 58, 0..=0, 0);
crate::message::request!(Envelope, EnvelopeRequest, EnvelopeResponse);
