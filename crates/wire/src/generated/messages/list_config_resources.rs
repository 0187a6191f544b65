//! ListConfigResources, key 74. Was ListClientMetricsResources; v1 KIP-1142.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 74, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesRequest {
    /// Versions 1+.
    pub resource_types: Vec<i8>,
}

impl ListConfigResourcesRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListConfigResourcesRequest", v, 0, 1)?;
        let mut x = Self::default();
        if v == 1 {
            x.resource_types =
                r.array::<_, 1>(true, "resource_types", |r| r.int8("resource_types"))?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListConfigResourcesRequest", v, 0, 1)?;
        if v == 1 {
            w.array(true, &self.resource_types, "resource_types", |w, x| {
                w.int8(*x);
                Ok(())
            })?;
        } else if !self.resource_types.is_empty() {
            return Err(EncodeError::not_in_version("resource_types", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ListConfigResourcesRequest, Request, 74, 0..=1, 0);

/// Response, key 74, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub config_resources: Vec<ConfigResource>,
}

impl ListConfigResourcesResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListConfigResourcesResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.config_resources =
            r.array::<_, { ConfigResource::WIRE_BYTES_MIN }>(true, "config_resources", |r| {
                ConfigResource::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListConfigResourcesResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.array(true, &self.config_resources, "config_resources", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ListConfigResourcesResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigResource {
    pub resource_name: Str,
    /// Versions 1+, ignorable, default 16.
    pub resource_type: i8,
}

impl Default for ConfigResource {
    fn default() -> Self {
        Self { resource_name: Default::default(), resource_type: 16 }
    }
}

impl ConfigResource {
    pub(crate) const WIRE_BYTES_MIN: usize = 2;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.resource_name = r.string(true, "resource_name")?;
        if v == 1 {
            x.resource_type = r.int8("resource_type")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.resource_name, "resource_name")?;
        if v == 1 {
            w.int8(self.resource_type);
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ListConfigResourcesResponse, Response, 74, 0..=1, 0);
crate::message::request!(
    ListConfigResources,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse
);
