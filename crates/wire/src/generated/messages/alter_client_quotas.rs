//! AlterClientQuotas, key 49.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 49, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasRequest {
    pub entries: Vec<RequestEntryData>,
    pub validate_only: bool,
}

impl AlterClientQuotasRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterClientQuotasRequest", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.entries = r.array::<_, { RequestEntryData::WIRE_BYTES_MIN }>(flex, "entries", |r| {
            RequestEntryData::decode(r, v)
        })?;
        x.validate_only = r.bool("validate_only")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterClientQuotasRequest", v, 0, 1)?;
        let flex = v >= 1;
        w.array(flex, &self.entries, "entries", |w, x| x.encode(w, v))?;
        w.bool(self.validate_only);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AlterClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestEntryData {
    pub entity: Vec<RequestEntityData>,
    pub ops: Vec<OpData>,
}

impl RequestEntryData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.entity = r.array::<_, { RequestEntityData::WIRE_BYTES_MIN }>(flex, "entity", |r| {
            RequestEntityData::decode(r, v)
        })?;
        x.ops = r.array::<_, { OpData::WIRE_BYTES_MIN }>(flex, "ops", |r| OpData::decode(r, v))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.array(flex, &self.entity, "entity", |w, x| x.encode(w, v))?;
        w.array(flex, &self.ops, "ops", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AlterClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct RequestEntityData {
    pub entity_type: Str,
    pub entity_name: Option<Str>,
}

impl Default for RequestEntityData {
    fn default() -> Self {
        Self { entity_type: Default::default(), entity_name: Some(Default::default()) }
    }
}

impl RequestEntityData {
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

/// In [`AlterClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpData {
    pub key: Str,
    pub value: f64,
    pub remove: bool,
}

impl OpData {
    pub(crate) const WIRE_BYTES_MIN: usize = 11;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.key = r.string(flex, "key")?;
        x.value = r.float64("value")?;
        x.remove = r.bool("remove")?;
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
        w.bool(self.remove);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(AlterClientQuotasRequest, Request, 49, 0..=1, 1);

/// Response, key 49, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasResponse {
    pub throttle_time_ms: i32,
    pub entries: Vec<ResponseEntryData>,
}

impl AlterClientQuotasResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterClientQuotasResponse", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.entries = r.array::<_, { ResponseEntryData::WIRE_BYTES_MIN }>(flex, "entries", |r| {
            ResponseEntryData::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterClientQuotasResponse", v, 0, 1)?;
        let flex = v >= 1;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.entries, "entries", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AlterClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseEntryData {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub entity: Vec<ResponseEntityData>,
}

impl Default for ResponseEntryData {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            entity: Default::default(),
        }
    }
}

impl ResponseEntryData {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        x.entity = r.array::<_, { ResponseEntityData::WIRE_BYTES_MIN }>(flex, "entity", |r| {
            ResponseEntityData::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        w.array(flex, &self.entity, "entity", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AlterClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseEntityData {
    pub entity_type: Str,
    pub entity_name: Option<Str>,
}

impl Default for ResponseEntityData {
    fn default() -> Self {
        Self { entity_type: Default::default(), entity_name: Some(Default::default()) }
    }
}

impl ResponseEntityData {
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

crate::message::message!(AlterClientQuotasResponse, Response, 49, 0..=1, 1);
crate::message::request!(AlterClientQuotas, AlterClientQuotasRequest, AlterClientQuotasResponse);
