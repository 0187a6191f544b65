//! DescribeGroups, key 15. Classic; v6 GROUP_ID_NOT_FOUND.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 15, versions 0-6, flexible 5+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsRequest {
    pub groups: Vec<Str>,
    /// Versions 3+.
    pub include_authorized_operations: bool,
}

impl DescribeGroupsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeGroupsRequest", v, 0, 6)?;
        let flex = v >= 5;
        let mut x = Self::default();
        x.groups = r.array::<_, 1>(flex, "groups", |r| r.string(flex, "groups"))?;
        if v >= 3 {
            x.include_authorized_operations = r.bool("include_authorized_operations")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeGroupsRequest", v, 0, 6)?;
        let flex = v >= 5;
        w.array(flex, &self.groups, "groups", |w, x| w.string(flex, x, "groups"))?;
        if v >= 3 {
            w.bool(self.include_authorized_operations);
        } else if self.include_authorized_operations {
            return Err(EncodeError::not_in_version("include_authorized_operations", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeGroupsRequest, Request, 15, 0..=6, 5);

/// Response, key 15, versions 0-6, flexible 5+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsResponse {
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl DescribeGroupsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeGroupsResponse", v, 0, 6)?;
        let flex = v >= 5;
        let mut x = Self::default();
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.groups = r.array::<_, { DescribedGroup::WIRE_BYTES_MIN }>(flex, "groups", |r| {
            DescribedGroup::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeGroupsResponse", v, 0, 6)?;
        let flex = v >= 5;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }
        w.array(flex, &self.groups, "groups", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeGroupsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    pub error_code: i16,
    /// Versions 6+, default null.
    pub error_message: Option<Str>,
    pub group_id: Str,
    pub group_state: Str,
    pub protocol_type: Str,
    pub protocol_data: Str,
    pub members: Vec<DescribedGroupMember>,
    /// Versions 3+, default -2147483648.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: None,
            group_id: Default::default(),
            group_state: Default::default(),
            protocol_type: Default::default(),
            protocol_data: Default::default(),
            members: Default::default(),
            authorized_operations: i32::MIN,
        }
    }
}

impl DescribedGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 12;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 5;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        if v == 6 {
            x.error_message = r.nullable_string(flex, "error_message")?;
        }
        x.group_id = r.string(flex, "group_id")?;
        x.group_state = r.string(flex, "group_state")?;
        x.protocol_type = r.string(flex, "protocol_type")?;
        x.protocol_data = r.string(flex, "protocol_data")?;
        x.members =
            r.array::<_, { DescribedGroupMember::WIRE_BYTES_MIN }>(flex, "members", |r| {
                DescribedGroupMember::decode(r, v)
            })?;
        if v >= 3 {
            x.authorized_operations = r.int32("authorized_operations")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 5;
        w.int16(self.error_code);
        if v == 6 {
            w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        } else if self.error_message.is_some() {
            return Err(EncodeError::not_in_version("error_message", v));
        }
        w.string(flex, &self.group_id, "group_id")?;
        w.string(flex, &self.group_state, "group_state")?;
        w.string(flex, &self.protocol_type, "protocol_type")?;
        w.string(flex, &self.protocol_data, "protocol_data")?;
        w.array(flex, &self.members, "members", |w, x| x.encode(w, v))?;
        if v >= 3 {
            w.int32(self.authorized_operations);
        } else if self.authorized_operations != i32::MIN {
            return Err(EncodeError::not_in_version("authorized_operations", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeGroupsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedGroupMember {
    pub member_id: Str,
    /// Versions 4+, ignorable, default null.
    pub group_instance_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub member_metadata: Bytes,
    pub member_assignment: Bytes,
}

impl DescribedGroupMember {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 5;
        let mut x = Self::default();
        x.member_id = r.string(flex, "member_id")?;
        if v >= 4 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        x.client_id = r.string(flex, "client_id")?;
        x.client_host = r.string(flex, "client_host")?;
        x.member_metadata = r.bytes(flex, "member_metadata")?;
        x.member_assignment = r.bytes(flex, "member_assignment")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 5;
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 4 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        }
        w.string(flex, &self.client_id, "client_id")?;
        w.string(flex, &self.client_host, "client_host")?;
        w.bytes(flex, &self.member_metadata, "member_metadata")?;
        w.bytes(flex, &self.member_assignment, "member_assignment")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeGroupsResponse, Response, 15, 0..=6, 5);
crate::message::request!(DescribeGroups, DescribeGroupsRequest, DescribeGroupsResponse);
