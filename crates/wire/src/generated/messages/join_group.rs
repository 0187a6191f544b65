//! JoinGroup, key 11. Classic groups.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 11, versions 0-9, flexible 6+.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupRequest {
    pub group_id: Str,
    pub session_timeout_ms: i32,
    /// Versions 1+, ignorable, default -1.
    pub rebalance_timeout_ms: i32,
    pub member_id: Str,
    /// Versions 5+, default null.
    pub group_instance_id: Option<Str>,
    pub protocol_type: Str,
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// Versions 8+, ignorable, default null.
    pub reason: Option<Str>,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            session_timeout_ms: Default::default(),
            rebalance_timeout_ms: -1,
            member_id: Default::default(),
            group_instance_id: None,
            protocol_type: Default::default(),
            protocols: Default::default(),
            reason: None,
        }
    }
}

impl JoinGroupRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("JoinGroupRequest", v, 0, 9)?;
        let flex = v >= 6;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        x.session_timeout_ms = r.int32("session_timeout_ms")?;
        if v >= 1 {
            x.rebalance_timeout_ms = r.int32("rebalance_timeout_ms")?;
        }
        x.member_id = r.string(flex, "member_id")?;
        if v >= 5 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        x.protocol_type = r.string(flex, "protocol_type")?;
        x.protocols =
            r.array::<_, { JoinGroupRequestProtocol::WIRE_BYTES_MIN }>(flex, "protocols", |r| {
                JoinGroupRequestProtocol::decode(r, v)
            })?;
        if v >= 8 {
            x.reason = r.nullable_string(flex, "reason")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("JoinGroupRequest", v, 0, 9)?;
        let flex = v >= 6;
        w.string(flex, &self.group_id, "group_id")?;
        w.int32(self.session_timeout_ms);
        if v >= 1 {
            w.int32(self.rebalance_timeout_ms);
        }
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 5 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("group_instance_id", v));
        }
        w.string(flex, &self.protocol_type, "protocol_type")?;
        w.array(flex, &self.protocols, "protocols", |w, x| x.encode(w, v))?;
        if v >= 8 {
            w.nullable_string(flex, self.reason.as_ref(), "reason")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`JoinGroupRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupRequestProtocol {
    pub name: Str,
    pub metadata: Bytes,
}

impl JoinGroupRequestProtocol {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.metadata = r.bytes(flex, "metadata")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.string(flex, &self.name, "name")?;
        w.bytes(flex, &self.metadata, "metadata")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(JoinGroupRequest, Request, 11, 0..=9, 6);

/// Response, key 11, versions 0-9, flexible 6+.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupResponse {
    /// Versions 2+, ignorable.
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default -1.
    pub generation_id: i32,
    /// Versions 7+, ignorable, default null.
    pub protocol_type: Option<Str>,
    /// Nullable in 7+.
    pub protocol_name: Option<Str>,
    pub leader: Str,
    /// Versions 9+.
    pub skip_assignment: bool,
    pub member_id: Str,
    pub members: Vec<JoinGroupResponseMember>,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(Default::default()),
            leader: Default::default(),
            skip_assignment: Default::default(),
            member_id: Default::default(),
            members: Default::default(),
        }
    }
}

impl JoinGroupResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("JoinGroupResponse", v, 0, 9)?;
        let flex = v >= 6;
        let mut x = Self::default();
        if v >= 2 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.error_code = r.int16("error_code")?;
        x.generation_id = r.int32("generation_id")?;
        if v >= 7 {
            x.protocol_type = r.nullable_string(flex, "protocol_type")?;
        }
        x.protocol_name = if v >= 7 {
            r.nullable_string(flex, "protocol_name")?
        } else {
            Some(r.string(flex, "protocol_name")?)
        };
        x.leader = r.string(flex, "leader")?;
        if v == 9 {
            x.skip_assignment = r.bool("skip_assignment")?;
        }
        x.member_id = r.string(flex, "member_id")?;
        x.members =
            r.array::<_, { JoinGroupResponseMember::WIRE_BYTES_MIN }>(flex, "members", |r| {
                JoinGroupResponseMember::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("JoinGroupResponse", v, 0, 9)?;
        let flex = v >= 6;
        if v >= 2 {
            w.int32(self.throttle_time_ms);
        }
        w.int16(self.error_code);
        w.int32(self.generation_id);
        if v >= 7 {
            w.nullable_string(flex, self.protocol_type.as_ref(), "protocol_type")?;
        }
        if v >= 7 {
            w.nullable_string(flex, self.protocol_name.as_ref(), "protocol_name")
        } else {
            w.string(flex, required(&self.protocol_name, "protocol_name")?, "protocol_name")
        }?;
        w.string(flex, &self.leader, "leader")?;
        if v == 9 {
            w.bool(self.skip_assignment);
        } else if self.skip_assignment {
            return Err(EncodeError::not_in_version("skip_assignment", v));
        }
        w.string(flex, &self.member_id, "member_id")?;
        w.array(flex, &self.members, "members", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`JoinGroupResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupResponseMember {
    pub member_id: Str,
    /// Versions 5+, ignorable, default null.
    pub group_instance_id: Option<Str>,
    pub metadata: Bytes,
}

impl JoinGroupResponseMember {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 6;
        let mut x = Self::default();
        x.member_id = r.string(flex, "member_id")?;
        if v >= 5 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        x.metadata = r.bytes(flex, "metadata")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 6;
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 5 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        }
        w.bytes(flex, &self.metadata, "metadata")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(JoinGroupResponse, Response, 11, 0..=9, 6);
crate::message::request!(JoinGroup, JoinGroupRequest, JoinGroupResponse);
