//! RegisterBrokerRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 0, versions 0-4, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterBrokerRecord {
    pub broker_id: i32,
    /// Versions 2+.
    pub is_migrating_zk_broker: bool,
    pub incarnation_id: Uuid,
    pub broker_epoch: i64,
    pub end_points: Vec<BrokerEndpoint>,
    pub features: Vec<BrokerFeature>,
    pub rack: Option<Str>,
    /// Default true.
    pub fenced: bool,
    /// Versions 1+.
    pub in_controlled_shutdown: bool,
    /// Versions 3+, tag 0.
    pub log_dirs: Vec<Uuid>,
    /// Versions 4+, tag 1, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

impl Default for RegisterBrokerRecord {
    fn default() -> Self {
        Self {
            broker_id: Default::default(),
            is_migrating_zk_broker: Default::default(),
            incarnation_id: Default::default(),
            broker_epoch: Default::default(),
            end_points: Default::default(),
            features: Default::default(),
            rack: Some(Default::default()),
            fenced: true,
            in_controlled_shutdown: Default::default(),
            log_dirs: Default::default(),
            cordoned_log_dirs: None,
        }
    }
}

impl RegisterBrokerRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RegisterBrokerRecord", v, 0, 4)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        if v >= 2 {
            x.is_migrating_zk_broker = r.bool("is_migrating_zk_broker")?;
        }
        x.incarnation_id = r.uuid("incarnation_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        x.end_points =
            r.array::<_, { BrokerEndpoint::WIRE_BYTES_MIN }>(true, "end_points", |r| {
                BrokerEndpoint::decode(r, v)
            })?;
        x.features = r.array::<_, { BrokerFeature::WIRE_BYTES_MIN }>(true, "features", |r| {
            BrokerFeature::decode(r, v)
        })?;
        x.rack = r.nullable_string(true, "rack")?;
        x.fenced = r.bool("fenced")?;
        if v >= 1 {
            x.in_controlled_shutdown = r.bool("in_controlled_shutdown")?;
        }
        r.tags(|r, tag| {
            match tag {
                0 if v >= 3 => {
                    x.log_dirs = r.array::<_, 16>(true, "log_dirs", |r| r.uuid("log_dirs"))?
                }
                1 if v == 4 => {
                    x.cordoned_log_dirs =
                        r.nullable_array::<_, 16>(true, "cordoned_log_dirs", |r| {
                            r.uuid("cordoned_log_dirs")
                        })?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RegisterBrokerRecord", v, 0, 4)?;
        w.int32(self.broker_id);
        if v >= 2 {
            w.bool(self.is_migrating_zk_broker);
        } else if self.is_migrating_zk_broker {
            return Err(EncodeError::not_in_version("is_migrating_zk_broker", v));
        }
        w.uuid(self.incarnation_id);
        w.int64(self.broker_epoch);
        w.array(true, &self.end_points, "end_points", |w, x| x.encode(w, v))?;
        w.array(true, &self.features, "features", |w, x| x.encode(w, v))?;
        w.nullable_string(true, self.rack.as_ref(), "rack")?;
        w.bool(self.fenced);
        if v >= 1 {
            w.bool(self.in_controlled_shutdown);
        } else if self.in_controlled_shutdown {
            return Err(EncodeError::not_in_version("in_controlled_shutdown", v));
        }
        if v < 3 && !self.log_dirs.is_empty() {
            return Err(EncodeError::not_in_version("log_dirs", v));
        }
        if v != 4 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::not_in_version("cordoned_log_dirs", v));
        }
        let mut tags = w.tags();
        if v >= 3 && !self.log_dirs.is_empty() {
            w.tag(&mut tags, 0, |w| {
                w.array(true, &self.log_dirs, "log_dirs", |w, x| {
                    w.uuid(*x);
                    Ok(())
                })
            })?;
        }
        if v == 4 && self.cordoned_log_dirs.is_some() {
            w.tag(&mut tags, 1, |w| {
                w.nullable_array(
                    true,
                    self.cordoned_log_dirs.as_ref(),
                    "cordoned_log_dirs",
                    |w, x| {
                        w.uuid(*x);
                        Ok(())
                    },
                )
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`RegisterBrokerRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerEndpoint {
    pub name: Str,
    pub host: Str,
    pub port: u16,
    pub security_protocol: i16,
}

impl BrokerEndpoint {
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

/// In [`RegisterBrokerRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerFeature {
    pub name: Str,
    pub min_supported_version: i16,
    pub max_supported_version: i16,
}

impl BrokerFeature {
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

crate::message::message!(RegisterBrokerRecord, MetadataRecord, 0, 0..=4, 0);
