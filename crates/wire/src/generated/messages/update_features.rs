//! UpdateFeatures, key 57. V1 validate-only.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 57, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesRequest {
    /// Default 60000.
    pub timeout_ms: i32,
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// Versions 1+.
    pub validate_only: bool,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            feature_updates: Default::default(),
            validate_only: Default::default(),
        }
    }
}

impl UpdateFeaturesRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UpdateFeaturesRequest", v, 0, 2)?;
        let mut x = Self::default();
        x.timeout_ms = r.int32("timeout_ms")?;
        x.feature_updates =
            r.array::<_, { FeatureUpdateKey::WIRE_BYTES_MIN }>(true, "feature_updates", |r| {
                FeatureUpdateKey::decode(r, v)
            })?;
        if v >= 1 {
            x.validate_only = r.bool("validate_only")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UpdateFeaturesRequest", v, 0, 2)?;
        w.int32(self.timeout_ms);
        w.array(true, &self.feature_updates, "feature_updates", |w, x| x.encode(w, v))?;
        if v >= 1 {
            w.bool(self.validate_only);
        } else if self.validate_only {
            return Err(EncodeError::not_in_version("validate_only", v));
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`UpdateFeaturesRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdateKey {
    pub feature: Str,
    pub max_version_level: i16,
    /// Versions 0.
    pub allow_downgrade: bool,
    /// Versions 1+, default 1.
    pub upgrade_type: i8,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        Self {
            feature: Default::default(),
            max_version_level: Default::default(),
            allow_downgrade: Default::default(),
            upgrade_type: 1,
        }
    }
}

impl FeatureUpdateKey {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.feature = r.string(true, "feature")?;
        x.max_version_level = r.int16("max_version_level")?;
        if v == 0 {
            x.allow_downgrade = r.bool("allow_downgrade")?;
        }
        if v >= 1 {
            x.upgrade_type = r.int8("upgrade_type")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.feature, "feature")?;
        w.int16(self.max_version_level);
        if v == 0 {
            w.bool(self.allow_downgrade);
        } else if self.allow_downgrade {
            return Err(EncodeError::not_in_version("allow_downgrade", v));
        }
        if v >= 1 {
            w.int8(self.upgrade_type);
        } else if self.upgrade_type != 1 {
            return Err(EncodeError::not_in_version("upgrade_type", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UpdateFeaturesRequest, Request, 57, 0..=2, 0);

/// Response, key 57, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    /// Versions 0-1, ignorable.
    pub results: Vec<UpdatableFeatureResult>,
}

impl Default for UpdateFeaturesResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            results: Default::default(),
        }
    }
}

impl UpdateFeaturesResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UpdateFeaturesResponse", v, 0, 2)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        if v <= 1 {
            x.results =
                r.array::<_, { UpdatableFeatureResult::WIRE_BYTES_MIN }>(true, "results", |r| {
                    UpdatableFeatureResult::decode(r, v)
                })?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UpdateFeaturesResponse", v, 0, 2)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        if v <= 1 {
            w.array(true, &self.results, "results", |w, x| x.encode(w, v))?;
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`UpdateFeaturesResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct UpdatableFeatureResult {
    pub feature: Str,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for UpdatableFeatureResult {
    fn default() -> Self {
        Self {
            feature: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl UpdatableFeatureResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.feature = r.string(true, "feature")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.feature, "feature")?;
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UpdateFeaturesResponse, Response, 57, 0..=2, 0);
crate::message::request!(UpdateFeatures, UpdateFeaturesRequest, UpdateFeaturesResponse);
