//! ApiVersions, key 18. V0 fallback reply on unknown version; v4 min feature 0; v5 (4.4, KIP-1242) carries cluster id + node id, answers REBOOTSTRAP_REQUIRED if misrouted.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 18, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsRequest {
    /// Versions 3+, ignorable.
    pub client_software_name: Str,
    /// Versions 3+, ignorable.
    pub client_software_version: Str,
    /// Versions 5+, ignorable, default null.
    pub cluster_id: Option<Str>,
    /// Versions 5+, ignorable, default -1.
    pub node_id: i32,
}

impl Default for ApiVersionsRequest {
    fn default() -> Self {
        Self {
            client_software_name: Default::default(),
            client_software_version: Default::default(),
            cluster_id: None,
            node_id: -1,
        }
    }
}

impl ApiVersionsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ApiVersionsRequest", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        if v >= 3 {
            x.client_software_name = r.string(flex, "client_software_name")?;
        }
        if v >= 3 {
            x.client_software_version = r.string(flex, "client_software_version")?;
        }
        if v == 5 {
            x.cluster_id = r.nullable_string(flex, "cluster_id")?;
        }
        if v == 5 {
            x.node_id = r.int32("node_id")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ApiVersionsRequest", v, 0, 5)?;
        let flex = v >= 3;
        if v >= 3 {
            w.string(flex, &self.client_software_name, "client_software_name")?;
        }
        if v >= 3 {
            w.string(flex, &self.client_software_version, "client_software_version")?;
        }
        if v == 5 {
            w.nullable_string(flex, self.cluster_id.as_ref(), "cluster_id")?;
        }
        if v == 5 {
            w.int32(self.node_id);
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(ApiVersionsRequest, Request, 18, 0..=5, 3);

/// Response, key 18, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsResponse {
    pub error_code: i16,
    pub api_keys: Vec<ApiVersion>,
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    /// Versions 3+, tag 0, ignorable.
    pub supported_features: Vec<SupportedFeatureKey>,
    /// Versions 3+, tag 1, ignorable, default -1.
    pub finalized_features_epoch: i64,
    /// Versions 3+, tag 2, ignorable.
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// Versions 3+, tag 3, ignorable.
    pub zk_migration_ready: bool,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            api_keys: Default::default(),
            throttle_time_ms: Default::default(),
            supported_features: Default::default(),
            finalized_features_epoch: -1,
            finalized_features: Default::default(),
            zk_migration_ready: Default::default(),
        }
    }
}

impl ApiVersionsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ApiVersionsResponse", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.api_keys = r.array::<_, { ApiVersion::WIRE_BYTES_MIN }>(flex, "api_keys", |r| {
            ApiVersion::decode(r, v)
        })?;
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => {
                        x.supported_features = r
                            .array::<_, { SupportedFeatureKey::WIRE_BYTES_MIN }>(
                                true,
                                "supported_features",
                                |r| SupportedFeatureKey::decode(r, v),
                            )?
                    }
                    1 => x.finalized_features_epoch = r.int64("finalized_features_epoch")?,
                    2 => {
                        x.finalized_features = r
                            .array::<_, { FinalizedFeatureKey::WIRE_BYTES_MIN }>(
                                true,
                                "finalized_features",
                                |r| FinalizedFeatureKey::decode(r, v),
                            )?
                    }
                    3 => x.zk_migration_ready = r.bool("zk_migration_ready")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ApiVersionsResponse", v, 0, 5)?;
        let flex = v >= 3;
        w.int16(self.error_code);
        w.array(flex, &self.api_keys, "api_keys", |w, x| x.encode(w, v))?;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }

        if flex {
            let mut tags = w.tags();
            if !self.supported_features.is_empty() {
                w.tag(&mut tags, 0, |w| {
                    w.array(true, &self.supported_features, "supported_features", |w, x| {
                        x.encode(w, v)
                    })
                })?;
            }
            if self.finalized_features_epoch != -1 {
                w.tag(&mut tags, 1, |w| {
                    w.int64(self.finalized_features_epoch);
                    Ok(())
                })?;
            }
            if !self.finalized_features.is_empty() {
                w.tag(&mut tags, 2, |w| {
                    w.array(true, &self.finalized_features, "finalized_features", |w, x| {
                        x.encode(w, v)
                    })
                })?;
            }
            if self.zk_migration_ready {
                w.tag(&mut tags, 3, |w| {
                    w.bool(self.zk_migration_ready);
                    Ok(())
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`ApiVersionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiVersion {
    pub api_key: i16,
    pub min_version: i16,
    pub max_version: i16,
}

impl ApiVersion {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        x.api_key = r.int16("api_key")?;
        x.min_version = r.int16("min_version")?;
        x.max_version = r.int16("max_version")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        w.int16(self.api_key);
        w.int16(self.min_version);
        w.int16(self.max_version);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`ApiVersionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SupportedFeatureKey {
    pub name: Str,
    pub min_version: i16,
    pub max_version: i16,
}

impl SupportedFeatureKey {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.min_version = r.int16("min_version")?;
        x.max_version = r.int16("max_version")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int16(self.min_version);
        w.int16(self.max_version);
        w.no_tags();
        Ok(())
    }
}

/// In [`ApiVersionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinalizedFeatureKey {
    pub name: Str,
    pub max_version_level: i16,
    pub min_version_level: i16,
}

impl FinalizedFeatureKey {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.max_version_level = r.int16("max_version_level")?;
        x.min_version_level = r.int16("min_version_level")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int16(self.max_version_level);
        w.int16(self.min_version_level);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ApiVersionsResponse, Response, 18, 0..=5, 3);
crate::message::request!(ApiVersions, ApiVersionsRequest, ApiVersionsResponse);
