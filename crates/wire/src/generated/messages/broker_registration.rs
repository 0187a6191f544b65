//! BrokerRegistration, key 62. V2 log dirs (KIP-858); v3 previous broker epoch (clean-shutdown detection for ELR, KIP-966); v4 feature-min-0 fix.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 62, versions 0-4, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerRegistrationRequest {
    pub broker_id: i32,
    pub cluster_id: Str,
    pub incarnation_id: Uuid,
    pub listeners: Vec<Listener>,
    pub features: Vec<Feature>,
    pub rack: Option<Str>,
    /// Versions 1+.
    pub is_migrating_zk_broker: bool,
    /// Versions 2+, ignorable.
    pub log_dirs: Vec<Uuid>,
    /// Versions 3+, ignorable, default -1.
    pub previous_broker_epoch: i64,
}

impl Default for BrokerRegistrationRequest {
    fn default() -> Self {
        Self {
            broker_id: Default::default(),
            cluster_id: Default::default(),
            incarnation_id: Default::default(),
            listeners: Default::default(),
            features: Default::default(),
            rack: Some(Default::default()),
            is_migrating_zk_broker: Default::default(),
            log_dirs: Default::default(),
            previous_broker_epoch: -1,
        }
    }
}

impl BrokerRegistrationRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BrokerRegistrationRequest", v, 0, 4)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.cluster_id = r.string(true, "cluster_id")?;
        x.incarnation_id = r.uuid("incarnation_id")?;
        x.listeners = r.array::<_, { Listener::WIRE_BYTES_MIN }>(true, "listeners", |r| {
            Listener::decode(r, v)
        })?;
        x.features =
            r.array::<_, { Feature::WIRE_BYTES_MIN }>(true, "features", |r| Feature::decode(r, v))?;
        x.rack = r.nullable_string(true, "rack")?;
        if v >= 1 {
            x.is_migrating_zk_broker = r.bool("is_migrating_zk_broker")?;
        }
        if v >= 2 {
            x.log_dirs = r.array::<_, 16>(true, "log_dirs", |r| r.uuid("log_dirs"))?;
        }
        if v >= 3 {
            x.previous_broker_epoch = r.int64("previous_broker_epoch")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("BrokerRegistrationRequest", v, 0, 4)?;
        w.int32(self.broker_id);
        w.string(true, &self.cluster_id, "cluster_id")?;
        w.uuid(self.incarnation_id);
        w.array(true, &self.listeners, "listeners", |w, x| x.encode(w, v))?;
        w.array(true, &self.features, "features", |w, x| x.encode(w, v))?;
        w.nullable_string(true, self.rack.as_ref(), "rack")?;
        if v >= 1 {
            w.bool(self.is_migrating_zk_broker);
        } else if self.is_migrating_zk_broker {
            return Err(EncodeError::not_in_version("is_migrating_zk_broker", v));
        }
        if v >= 2 {
            w.array(true, &self.log_dirs, "log_dirs", |w, x| {
                w.uuid(*x);
                Ok(())
            })?;
        }
        if v >= 3 {
            w.int64(self.previous_broker_epoch);
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`BrokerRegistrationRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    pub name: Str,
    pub host: Str,
    pub port: u16,
    pub security_protocol: i16,
}

impl Listener {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.host = r.string(true, "host")?;
        x.port = r.uint16("port")?;
        x.security_protocol = r.int16("security_protocol")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.string(true, &self.host, "host")?;
        w.uint16(self.port);
        w.int16(self.security_protocol);
        w.no_tags();
        Ok(())
    }
}

/// In [`BrokerRegistrationRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feature {
    pub name: Str,
    pub min_supported_version: i16,
    pub max_supported_version: i16,
}

impl Feature {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.min_supported_version = r.int16("min_supported_version")?;
        x.max_supported_version = r.int16("max_supported_version")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int16(self.min_supported_version);
        w.int16(self.max_supported_version);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(BrokerRegistrationRequest, Request, 62, 0..=4, 0);

/// Response, key 62, versions 0-4, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerRegistrationResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default -1.
    pub broker_epoch: i64,
}

impl Default for BrokerRegistrationResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            broker_epoch: -1,
        }
    }
}

impl BrokerRegistrationResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BrokerRegistrationResponse", v, 0, 4)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("BrokerRegistrationResponse", v, 0, 4)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.int64(self.broker_epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(BrokerRegistrationResponse, Response, 62, 0..=4, 0);
crate::message::request!(BrokerRegistration, BrokerRegistrationRequest, BrokerRegistrationResponse);
