//! DescribeConfigs, key 32.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 32, versions 1-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsRequest {
    pub resources: Vec<DescribeConfigsResource>,
    pub include_synonyms: bool,
    /// Versions 3+.
    pub include_documentation: bool,
}

impl DescribeConfigsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeConfigsRequest", v, 1, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.resources =
            r.array::<_, { DescribeConfigsResource::WIRE_BYTES_MIN }>(flex, "resources", |r| {
                DescribeConfigsResource::decode(r, v)
            })?;
        x.include_synonyms = r.bool("include_synonyms")?;
        if v >= 3 {
            x.include_documentation = r.bool("include_documentation")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeConfigsRequest", v, 1, 4)?;
        let flex = v >= 4;
        w.array(flex, &self.resources, "resources", |w, x| x.encode(w, v))?;
        w.bool(self.include_synonyms);
        if v >= 3 {
            w.bool(self.include_documentation);
        } else if self.include_documentation {
            return Err(EncodeError::not_in_version("include_documentation", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeConfigsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResource {
    pub resource_type: i8,
    pub resource_name: Str,
    pub configuration_keys: Option<Vec<Str>>,
}

impl Default for DescribeConfigsResource {
    fn default() -> Self {
        Self {
            resource_type: Default::default(),
            resource_name: Default::default(),
            configuration_keys: Some(Default::default()),
        }
    }
}

impl DescribeConfigsResource {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.resource_type = r.int8("resource_type")?;
        x.resource_name = r.string(flex, "resource_name")?;
        x.configuration_keys = r.nullable_array::<_, 1>(flex, "configuration_keys", |r| {
            r.string(flex, "configuration_keys")
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.int8(self.resource_type);
        w.string(flex, &self.resource_name, "resource_name")?;
        w.nullable_array(flex, self.configuration_keys.as_ref(), "configuration_keys", |w, x| {
            w.string(flex, x, "configuration_keys")
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeConfigsRequest, Request, 32, 1..=4, 4);

/// Response, key 32, versions 1-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<DescribeConfigsResult>,
}

impl DescribeConfigsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeConfigsResponse", v, 1, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.results =
            r.array::<_, { DescribeConfigsResult::WIRE_BYTES_MIN }>(flex, "results", |r| {
                DescribeConfigsResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeConfigsResponse", v, 1, 4)?;
        let flex = v >= 4;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.results, "results", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResult {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub resource_type: i8,
    pub resource_name: Str,
    pub configs: Vec<DescribeConfigsResourceResult>,
}

impl Default for DescribeConfigsResult {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            resource_type: Default::default(),
            resource_name: Default::default(),
            configs: Default::default(),
        }
    }
}

impl DescribeConfigsResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        x.resource_type = r.int8("resource_type")?;
        x.resource_name = r.string(flex, "resource_name")?;
        x.configs = r.array::<_, { DescribeConfigsResourceResult::WIRE_BYTES_MIN }>(
            flex,
            "configs",
            |r| DescribeConfigsResourceResult::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        w.int8(self.resource_type);
        w.string(flex, &self.resource_name, "resource_name")?;
        w.array(flex, &self.configs, "configs", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResourceResult {
    pub name: Str,
    pub value: Option<Str>,
    pub read_only: bool,
    /// Default -1.
    pub config_source: i8,
    pub is_sensitive: bool,
    pub synonyms: Vec<DescribeConfigsSynonym>,
    /// Versions 3+, ignorable.
    pub config_type: i8,
    /// Versions 3+, ignorable.
    pub documentation: Option<Str>,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        Self {
            name: Default::default(),
            value: Some(Default::default()),
            read_only: Default::default(),
            config_source: -1,
            is_sensitive: Default::default(),
            synonyms: Default::default(),
            config_type: Default::default(),
            documentation: Some(Default::default()),
        }
    }
}

impl DescribeConfigsResourceResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 9;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.value = r.nullable_string(flex, "value")?;
        x.read_only = r.bool("read_only")?;
        x.config_source = r.int8("config_source")?;
        x.is_sensitive = r.bool("is_sensitive")?;
        x.synonyms =
            r.array::<_, { DescribeConfigsSynonym::WIRE_BYTES_MIN }>(flex, "synonyms", |r| {
                DescribeConfigsSynonym::decode(r, v)
            })?;
        if v >= 3 {
            x.config_type = r.int8("config_type")?;
        }
        if v >= 3 {
            x.documentation = r.nullable_string(flex, "documentation")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.name, "name")?;
        w.nullable_string(flex, self.value.as_ref(), "value")?;
        w.bool(self.read_only);
        w.int8(self.config_source);
        w.bool(self.is_sensitive);
        w.array(flex, &self.synonyms, "synonyms", |w, x| x.encode(w, v))?;
        if v >= 3 {
            w.int8(self.config_type);
        }
        if v >= 3 {
            w.nullable_string(flex, self.documentation.as_ref(), "documentation")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsSynonym {
    pub name: Str,
    pub value: Option<Str>,
    pub source: i8,
}

impl Default for DescribeConfigsSynonym {
    fn default() -> Self {
        Self {
            name: Default::default(),
            value: Some(Default::default()),
            source: Default::default(),
        }
    }
}

impl DescribeConfigsSynonym {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.value = r.nullable_string(flex, "value")?;
        x.source = r.int8("source")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.name, "name")?;
        w.nullable_string(flex, self.value.as_ref(), "value")?;
        w.int8(self.source);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeConfigsResponse, Response, 32, 1..=4, 4);
crate::message::request!(DescribeConfigs, DescribeConfigsRequest, DescribeConfigsResponse);
