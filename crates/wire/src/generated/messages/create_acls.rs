//! CreateAcls, key 30.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 30, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsRequest {
    pub creations: Vec<AclCreation>,
}

impl CreateAclsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreateAclsRequest", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.creations = r.array::<_, { AclCreation::WIRE_BYTES_MIN }>(flex, "creations", |r| {
            AclCreation::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreateAclsRequest", v, 1, 3)?;
        let flex = v >= 2;
        w.array(flex, &self.creations, "creations", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateAclsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreation {
    pub resource_type: i8,
    pub resource_name: Str,
    /// Default 3.
    pub resource_pattern_type: i8,
    pub principal: Str,
    pub host: Str,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for AclCreation {
    fn default() -> Self {
        Self {
            resource_type: Default::default(),
            resource_name: Default::default(),
            resource_pattern_type: 3,
            principal: Default::default(),
            host: Default::default(),
            operation: Default::default(),
            permission_type: Default::default(),
        }
    }
}

impl AclCreation {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.resource_type = r.int8("resource_type")?;
        x.resource_name = r.string(flex, "resource_name")?;
        x.resource_pattern_type = r.int8("resource_pattern_type")?;
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
        w.int8(self.resource_type);
        w.string(flex, &self.resource_name, "resource_name")?;
        w.int8(self.resource_pattern_type);
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

crate::message::message!(CreateAclsRequest, Request, 30, 1..=3, 2);

/// Response, key 30, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<AclCreationResult>,
}

impl CreateAclsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreateAclsResponse", v, 1, 3)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.results = r.array::<_, { AclCreationResult::WIRE_BYTES_MIN }>(flex, "results", |r| {
            AclCreationResult::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreateAclsResponse", v, 1, 3)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.results, "results", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreationResult {
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for AclCreationResult {
    fn default() -> Self {
        Self { error_code: Default::default(), error_message: Some(Default::default()) }
    }
}

impl AclCreationResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
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
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(CreateAclsResponse, Response, 30, 1..=3, 2);
crate::message::request!(CreateAcls, CreateAclsRequest, CreateAclsResponse);
