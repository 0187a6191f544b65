//! UnregisterController, key 94. New in 4.4: drop a dead controller registration.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 94, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterControllerRequest {
    pub controller_id: i32,
}

impl UnregisterControllerRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UnregisterControllerRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.controller_id = r.int32("controller_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UnregisterControllerRequest", v, 0, 0)?;
        w.int32(self.controller_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UnregisterControllerRequest, Request, 94, 0..=0, 0);

/// Response, key 94, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct UnregisterControllerResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for UnregisterControllerResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl UnregisterControllerResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UnregisterControllerResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UnregisterControllerResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UnregisterControllerResponse, Response, 94, 0..=0, 0);
crate::message::request!(
    UnregisterController,
    UnregisterControllerRequest,
    UnregisterControllerResponse
);
