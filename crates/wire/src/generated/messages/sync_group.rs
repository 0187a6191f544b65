//! SyncGroup, key 14. Classic.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 14, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequest {
    pub group_id: Str,
    pub generation_id: i32,
    pub member_id: Str,
    /// Versions 3+, default null.
    pub group_instance_id: Option<Str>,
    /// Versions 5+, ignorable, default null.
    pub protocol_type: Option<Str>,
    /// Versions 5+, ignorable, default null.
    pub protocol_name: Option<Str>,
    pub assignments: Vec<SyncGroupRequestAssignment>,
}

impl SyncGroupRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SyncGroupRequest", v, 0, 5)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        x.generation_id = r.int32("generation_id")?;
        x.member_id = r.string(flex, "member_id")?;
        if v >= 3 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        if v == 5 {
            x.protocol_type = r.nullable_string(flex, "protocol_type")?;
        }
        if v == 5 {
            x.protocol_name = r.nullable_string(flex, "protocol_name")?;
        }
        x.assignments = r.array::<_, { SyncGroupRequestAssignment::WIRE_BYTES_MIN }>(
            flex,
            "assignments",
            |r| SyncGroupRequestAssignment::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SyncGroupRequest", v, 0, 5)?;
        let flex = v >= 4;
        w.string(flex, &self.group_id, "group_id")?;
        w.int32(self.generation_id);
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 3 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("group_instance_id", v));
        }
        if v == 5 {
            w.nullable_string(flex, self.protocol_type.as_ref(), "protocol_type")?;
        }
        if v == 5 {
            w.nullable_string(flex, self.protocol_name.as_ref(), "protocol_name")?;
        }
        w.array(flex, &self.assignments, "assignments", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`SyncGroupRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequestAssignment {
    pub member_id: Str,
    pub assignment: Bytes,
}

impl SyncGroupRequestAssignment {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.member_id = r.string(flex, "member_id")?;
        x.assignment = r.bytes(flex, "assignment")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.member_id, "member_id")?;
        w.bytes(flex, &self.assignment, "assignment")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(SyncGroupRequest, Request, 14, 0..=5, 4);

/// Response, key 14, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupResponse {
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Versions 5+, ignorable, default null.
    pub protocol_type: Option<Str>,
    /// Versions 5+, ignorable, default null.
    pub protocol_name: Option<Str>,
    pub assignment: Bytes,
}

impl SyncGroupResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SyncGroupResponse", v, 0, 5)?;
        let flex = v >= 4;
        let mut x = Self::default();
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.error_code = r.int16("error_code")?;
        if v == 5 {
            x.protocol_type = r.nullable_string(flex, "protocol_type")?;
        }
        if v == 5 {
            x.protocol_name = r.nullable_string(flex, "protocol_name")?;
        }
        x.assignment = r.bytes(flex, "assignment")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SyncGroupResponse", v, 0, 5)?;
        let flex = v >= 4;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }
        w.int16(self.error_code);
        if v == 5 {
            w.nullable_string(flex, self.protocol_type.as_ref(), "protocol_type")?;
        }
        if v == 5 {
            w.nullable_string(flex, self.protocol_name.as_ref(), "protocol_name")?;
        }
        w.bytes(flex, &self.assignment, "assignment")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(SyncGroupResponse, Response, 14, 0..=5, 4);
crate::message::request!(SyncGroup, SyncGroupRequest, SyncGroupResponse);
