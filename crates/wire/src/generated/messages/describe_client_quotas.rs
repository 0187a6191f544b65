//! DescribeClientQuotas, key 48.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 48, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClientQuotasRequest {
    pub components: Vec<ComponentData>,
    pub strict: bool,
}

impl DescribeClientQuotasRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeClientQuotasRequest", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.components =
            r.array::<_, { ComponentData::WIRE_BYTES_MIN }>(flex, "components", |r| {
                ComponentData::decode(r, v)
            })?;
        x.strict = r.bool("strict")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeClientQuotasRequest", v, 0, 1)?;
        let flex = v >= 1;
        w.array(flex, &self.components, "components", |w, x| x.encode(w, v))?;
        w.bool(self.strict);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentData {
    pub entity_type: Str,
    pub match_type: i8,
    pub r#match: Option<Str>,
}

impl Default for ComponentData {
    fn default() -> Self {
        Self {
            entity_type: Default::default(),
            match_type: Default::default(),
            r#match: Some(Default::default()),
        }
    }
}

impl ComponentData {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.entity_type = r.string(flex, "entity_type")?;
        x.match_type = r.int8("match_type")?;
        x.r#match = r.nullable_string(flex, "match")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.string(flex, &self.entity_type, "entity_type")?;
        w.int8(self.match_type);
        w.nullable_string(flex, self.r#match.as_ref(), "match")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeClientQuotasRequest, Request, 48, 0..=1, 1);

/// Response, key 48, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClientQuotasResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub entries: Option<Vec<EntryData>>,
}

impl Default for DescribeClientQuotasResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            entries: Some(Default::default()),
        }
    }
}

impl DescribeClientQuotasResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeClientQuotasResponse", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        x.entries = r.nullable_array::<_, { EntryData::WIRE_BYTES_MIN }>(flex, "entries", |r| {
            EntryData::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeClientQuotasResponse", v, 0, 1)?;
        let flex = v >= 1;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        w.nullable_array(flex, self.entries.as_ref(), "entries", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryData {
    pub entity: Vec<EntityData>,
    pub values: Vec<ValueData>,
}

impl EntryData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.entity = r.array::<_, { EntityData::WIRE_BYTES_MIN }>(flex, "entity", |r| {
            EntityData::decode(r, v)
        })?;
        x.values = r.array::<_, { ValueData::WIRE_BYTES_MIN }>(flex, "values", |r| {
            ValueData::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.array(flex, &self.entity, "entity", |w, x| x.encode(w, v))?;
        w.array(flex, &self.values, "values", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct EntityData {
    pub entity_type: Str,
    pub entity_name: Option<Str>,
}

impl Default for EntityData {
    fn default() -> Self {
        Self { entity_type: Default::default(), entity_name: Some(Default::default()) }
    }
}

impl EntityData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.entity_type = r.string(flex, "entity_type")?;
        x.entity_name = r.nullable_string(flex, "entity_name")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.string(flex, &self.entity_type, "entity_type")?;
        w.nullable_string(flex, self.entity_name.as_ref(), "entity_name")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueData {
    pub key: Str,
    pub value: f64,
}

impl ValueData {
    pub(crate) const WIRE_BYTES_MIN: usize = 10;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.key = r.string(flex, "key")?;
        x.value = r.float64("value")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.string(flex, &self.key, "key")?;
        w.float64(self.value);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeClientQuotasResponse, Response, 48, 0..=1, 1);
crate::message::request!(
    DescribeClientQuotas,
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse
);
