//! DeleteGroups, key 42. V3 error message (4.4).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 42, versions 0-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsRequest {
    pub groups_names: Vec<Str>,
}

impl DeleteGroupsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteGroupsRequest", v, 0, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.groups_names =
            r.array::<_, 1>(flex, "groups_names", |r| r.string(flex, "groups_names"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteGroupsRequest", v, 0, 3)?;
        let flex = v >= 2;
        w.array(flex, &self.groups_names, "groups_names", |w, x| {
            w.string(flex, x, "groups_names")
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteGroupsRequest, Request, 42, 0..=3, 2);

/// Response, key 42, versions 0-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<DeletableGroupResult>,
}

impl DeleteGroupsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteGroupsResponse", v, 0, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.results =
            r.array::<_, { DeletableGroupResult::WIRE_BYTES_MIN }>(flex, "results", |r| {
                DeletableGroupResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteGroupsResponse", v, 0, 3)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.results, "results", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteGroupsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeletableGroupResult {
    pub group_id: Str,
    pub error_code: i16,
    /// Versions 3+, ignorable, default null.
    pub error_message: Option<Str>,
}

impl DeletableGroupResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.group_id = r.string(flex, "group_id")?;
        x.error_code = r.int16("error_code")?;
        if v == 3 {
            x.error_message = r.nullable_string(flex, "error_message")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.group_id, "group_id")?;
        w.int16(self.error_code);
        if v == 3 {
            w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteGroupsResponse, Response, 42, 0..=3, 2);
crate::message::request!(DeleteGroups, DeleteGroupsRequest, DeleteGroupsResponse);
