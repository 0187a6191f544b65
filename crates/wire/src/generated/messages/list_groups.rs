//! ListGroups, key 16. V4 states filter; v5 types filter.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 16, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsRequest {
    /// Versions 4+.
    pub states_filter: Vec<Str>,
    /// Versions 5+.
    pub types_filter: Vec<Str>,
}

impl ListGroupsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListGroupsRequest", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        if v >= 4 {
            x.states_filter =
                r.array::<_, 1>(flex, "states_filter", |r| r.string(flex, "states_filter"))?;
        }
        if v == 5 {
            x.types_filter =
                r.array::<_, 1>(flex, "types_filter", |r| r.string(flex, "types_filter"))?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListGroupsRequest", v, 0, 5)?;
        let flex = v >= 3;
        if v >= 4 {
            w.array(flex, &self.states_filter, "states_filter", |w, x| {
                w.string(flex, x, "states_filter")
            })?;
        } else if !self.states_filter.is_empty() {
            return Err(EncodeError::not_in_version("states_filter", v));
        }
        if v == 5 {
            w.array(flex, &self.types_filter, "types_filter", |w, x| {
                w.string(flex, x, "types_filter")
            })?;
        } else if !self.types_filter.is_empty() {
            return Err(EncodeError::not_in_version("types_filter", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ListGroupsRequest, Request, 16, 0..=5, 3);

/// Response, key 16, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsResponse {
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub groups: Vec<ListedGroup>,
}

impl ListGroupsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListGroupsResponse", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.error_code = r.int16("error_code")?;
        x.groups = r.array::<_, { ListedGroup::WIRE_BYTES_MIN }>(flex, "groups", |r| {
            ListedGroup::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListGroupsResponse", v, 0, 5)?;
        let flex = v >= 3;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }
        w.int16(self.error_code);
        w.array(flex, &self.groups, "groups", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ListGroupsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListedGroup {
    pub group_id: Str,
    pub protocol_type: Str,
    /// Versions 4+, ignorable.
    pub group_state: Str,
    /// Versions 5+, ignorable.
    pub group_type: Str,
}

impl ListedGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        x.protocol_type = r.string(flex, "protocol_type")?;
        if v >= 4 {
            x.group_state = r.string(flex, "group_state")?;
        }
        if v == 5 {
            x.group_type = r.string(flex, "group_type")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        w.string(flex, &self.group_id, "group_id")?;
        w.string(flex, &self.protocol_type, "protocol_type")?;
        if v >= 4 {
            w.string(flex, &self.group_state, "group_state")?;
        }
        if v == 5 {
            w.string(flex, &self.group_type, "group_type")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ListGroupsResponse, Response, 16, 0..=5, 3);
crate::message::request!(ListGroups, ListGroupsRequest, ListGroupsResponse);
