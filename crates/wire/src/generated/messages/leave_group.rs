//! LeaveGroup, key 13. Classic; batch from v3.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 13, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupRequest {
    pub group_id: Str,
    /// Versions 0-2.
    pub member_id: Str,
    /// Versions 3+.
    pub members: Vec<MemberIdentity>,
}

impl LeaveGroupRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("LeaveGroupRequest", v, 0, 5)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        if v <= 2 {
            x.member_id = r.string(flex, "member_id")?;
        }
        if v >= 3 {
            x.members = r.array::<_, { MemberIdentity::WIRE_BYTES_MIN }>(flex, "members", |r| {
                MemberIdentity::decode(r, v)
            })?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("LeaveGroupRequest", v, 0, 5)?;
        let flex = v >= 4;
        w.string(flex, &self.group_id, "group_id")?;
        if v <= 2 {
            w.string(flex, &self.member_id, "member_id")?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::not_in_version("member_id", v));
        }
        if v >= 3 {
            w.array(flex, &self.members, "members", |w, x| x.encode(w, v))?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::not_in_version("members", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`LeaveGroupRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberIdentity {
    pub member_id: Str,
    /// Default null.
    pub group_instance_id: Option<Str>,
    /// Versions 5+, ignorable, default null.
    pub reason: Option<Str>,
}

impl MemberIdentity {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.member_id = r.string(flex, "member_id")?;
        x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        if v == 5 {
            x.reason = r.nullable_string(flex, "reason")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.member_id, "member_id")?;
        w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        if v == 5 {
            w.nullable_string(flex, self.reason.as_ref(), "reason")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(LeaveGroupRequest, Request, 13, 0..=5, 4);

/// Response, key 13, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupResponse {
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Versions 3+.
    pub members: Vec<MemberResponse>,
}

impl LeaveGroupResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("LeaveGroupResponse", v, 0, 5)?;
        let flex = v >= 4;
        let mut x = Self::default();
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.error_code = r.int16("error_code")?;
        if v >= 3 {
            x.members = r.array::<_, { MemberResponse::WIRE_BYTES_MIN }>(flex, "members", |r| {
                MemberResponse::decode(r, v)
            })?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("LeaveGroupResponse", v, 0, 5)?;
        let flex = v >= 4;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }
        w.int16(self.error_code);
        if v >= 3 {
            w.array(flex, &self.members, "members", |w, x| x.encode(w, v))?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::not_in_version("members", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`LeaveGroupResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MemberResponse {
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub error_code: i16,
}

impl Default for MemberResponse {
    fn default() -> Self {
        Self {
            member_id: Default::default(),
            group_instance_id: Some(Default::default()),
            error_code: Default::default(),
        }
    }
}

impl MemberResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.member_id = r.string(flex, "member_id")?;
        x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        x.error_code = r.int16("error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.member_id, "member_id")?;
        w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(LeaveGroupResponse, Response, 13, 0..=5, 4);
crate::message::request!(LeaveGroup, LeaveGroupRequest, LeaveGroupResponse);
