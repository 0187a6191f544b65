//! Heartbeat, key 12. Classic.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 12, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatRequest {
    pub group_id: Str,
    pub generation_id: i32,
    pub member_id: Str,
    /// Versions 3+, default null.
    pub group_instance_id: Option<Str>,
}

impl HeartbeatRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("HeartbeatRequest", v, 0, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        x.generation_id = r.int32("generation_id")?;
        x.member_id = r.string(flex, "member_id")?;
        if v >= 3 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("HeartbeatRequest", v, 0, 4)?;
        let flex = v >= 4;
        w.string(flex, &self.group_id, "group_id")?;
        w.int32(self.generation_id);
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 3 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("group_instance_id", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(HeartbeatRequest, Request, 12, 0..=4, 4);

/// Response, key 12, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatResponse {
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    pub error_code: i16,
}

impl HeartbeatResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("HeartbeatResponse", v, 0, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.error_code = r.int16("error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("HeartbeatResponse", v, 0, 4)?;
        let flex = v >= 4;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(HeartbeatResponse, Response, 12, 0..=4, 4);
crate::message::request!(Heartbeat, HeartbeatRequest, HeartbeatResponse);
