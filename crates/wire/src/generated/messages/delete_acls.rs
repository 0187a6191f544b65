//! DeleteAcls, key 31.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 31, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsRequest {
    pub filters: Vec<DeleteAclsFilter>,
}

impl DeleteAclsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteAclsRequest", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.filters = r.array::<_, { DeleteAclsFilter::WIRE_BYTES_MIN }>(flex, "filters", |r| {
            DeleteAclsFilter::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteAclsRequest", v, 1, 3)?;
        let flex = v >= 2;
        w.array(flex, &self.filters, "filters", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteAclsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilter {
    pub resource_type_filter: i8,
    pub resource_name_filter: Option<Str>,
    /// Default 3.
    pub pattern_type_filter: i8,
    pub principal_filter: Option<Str>,
    pub host_filter: Option<Str>,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for DeleteAclsFilter {
    fn default() -> Self {
        Self {
            resource_type_filter: Default::default(),
            resource_name_filter: Some(Default::default()),
            pattern_type_filter: 3,
            principal_filter: Some(Default::default()),
            host_filter: Some(Default::default()),
            operation: Default::default(),
            permission_type: Default::default(),
        }
    }
}

impl DeleteAclsFilter {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.resource_type_filter = r.int8("resource_type_filter")?;
        x.resource_name_filter = r.nullable_string(flex, "resource_name_filter")?;
        x.pattern_type_filter = r.int8("pattern_type_filter")?;
        x.principal_filter = r.nullable_string(flex, "principal_filter")?;
        x.host_filter = r.nullable_string(flex, "host_filter")?;
        x.operation = r.int8("operation")?;
        x.permission_type = r.int8("permission_type")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int8(self.resource_type_filter);
        w.nullable_string(flex, self.resource_name_filter.as_ref(), "resource_name_filter")?;
        w.int8(self.pattern_type_filter);
        w.nullable_string(flex, self.principal_filter.as_ref(), "principal_filter")?;
        w.nullable_string(flex, self.host_filter.as_ref(), "host_filter")?;
        w.int8(self.operation);
        w.int8(self.permission_type);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteAclsRequest, Request, 31, 1..=3, 2);

/// Response, key 31, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsResponse {
    pub throttle_time_ms: i32,
    pub filter_results: Vec<DeleteAclsFilterResult>,
}

impl DeleteAclsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteAclsResponse", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.filter_results = r.array::<_, { DeleteAclsFilterResult::WIRE_BYTES_MIN }>(
            flex,
            "filter_results",
            |r| DeleteAclsFilterResult::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteAclsResponse", v, 1, 3)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.filter_results, "filter_results", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilterResult {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub matching_acls: Vec<DeleteAclsMatchingAcl>,
}

impl Default for DeleteAclsFilterResult {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            matching_acls: Default::default(),
        }
    }
}

impl DeleteAclsFilterResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        x.matching_acls =
            r.array::<_, { DeleteAclsMatchingAcl::WIRE_BYTES_MIN }>(flex, "matching_acls", |r| {
                DeleteAclsMatchingAcl::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        w.array(flex, &self.matching_acls, "matching_acls", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsMatchingAcl {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub resource_type: i8,
    pub resource_name: Str,
    /// Default 3.
    pub pattern_type: i8,
    pub principal: Str,
    pub host: Str,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for DeleteAclsMatchingAcl {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            resource_type: Default::default(),
            resource_name: Default::default(),
            pattern_type: 3,
            principal: Default::default(),
            host: Default::default(),
            operation: Default::default(),
            permission_type: Default::default(),
        }
    }
}

impl DeleteAclsMatchingAcl {
    pub(crate) const WIRE_BYTES_MIN: usize = 11;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        x.resource_type = r.int8("resource_type")?;
        x.resource_name = r.string(flex, "resource_name")?;
        x.pattern_type = r.int8("pattern_type")?;
        x.principal = r.string(flex, "principal")?;
        x.host = r.string(flex, "host")?;
        x.operation = r.int8("operation")?;
        x.permission_type = r.int8("permission_type")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        w.int8(self.resource_type);
        w.string(flex, &self.resource_name, "resource_name")?;
        w.int8(self.pattern_type);
        w.string(flex, &self.principal, "principal")?;
        w.string(flex, &self.host, "host")?;
        w.int8(self.operation);
        w.int8(self.permission_type);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteAclsResponse, Response, 31, 1..=3, 2);
crate::message::request!(DeleteAcls, DeleteAclsRequest, DeleteAclsResponse);
