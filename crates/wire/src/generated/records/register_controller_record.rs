//! RegisterControllerRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 27, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegisterControllerRecord {
    pub controller_id: i32,
    pub incarnation_id: Uuid,
    pub zk_migration_ready: bool,
    pub end_points: Vec<ControllerEndpoint>,
    pub features: Vec<ControllerFeature>,
}

impl RegisterControllerRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RegisterControllerRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.controller_id = r.int32("controller_id")?;
        x.incarnation_id = r.uuid("incarnation_id")?;
        x.zk_migration_ready = r.bool("zk_migration_ready")?;
        x.end_points =
            r.array::<_, { ControllerEndpoint::WIRE_BYTES_MIN }>(true, "end_points", |r| {
                ControllerEndpoint::decode(r, v)
            })?;
        x.features =
            r.array::<_, { ControllerFeature::WIRE_BYTES_MIN }>(true, "features", |r| {
                ControllerFeature::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RegisterControllerRecord", v, 0, 0)?;
        w.int32(self.controller_id);
        w.uuid(self.incarnation_id);
        w.bool(self.zk_migration_ready);
        w.array(true, &self.end_points, "end_points", |w, x| x.encode(w, v))?;
        w.array(true, &self.features, "features", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`RegisterControllerRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControllerEndpoint {
    pub name: Str,
    pub host: Str,
    pub port: u16,
    pub security_protocol: i16,
}

impl ControllerEndpoint {
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

/// In [`RegisterControllerRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControllerFeature {
    pub name: Str,
    pub min_supported_version: i16,
    pub max_supported_version: i16,
}

impl ControllerFeature {
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

crate::message::message!(RegisterControllerRecord, MetadataRecord, 27, 0..=0, 0);
