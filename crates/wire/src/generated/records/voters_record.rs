//! VotersRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VotersRecord {
    pub version: i16,
    pub voters: Vec<Voter>,
}

impl VotersRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("VotersRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.version = r.int16("version")?;
        x.voters =
            r.array::<_, { Voter::WIRE_BYTES_MIN }>(true, "voters", |r| Voter::decode(r, v))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("VotersRecord", v, 0, 0)?;
        w.int16(self.version);
        w.array(true, &self.voters, "voters", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`VotersRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub kraft_version_feature: KRaftVersionFeature,
}

impl Voter {
    pub(crate) const WIRE_BYTES_MIN: usize = 27;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.voter_id = r.int32("voter_id")?;
        x.voter_directory_id = r.uuid("voter_directory_id")?;
        x.endpoints = r.array::<_, { Endpoint::WIRE_BYTES_MIN }>(true, "endpoints", |r| {
            Endpoint::decode(r, v)
        })?;
        x.kraft_version_feature = KRaftVersionFeature::decode(r, v)?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.voter_id);
        w.uuid(self.voter_directory_id);
        w.array(true, &self.endpoints, "endpoints", |w, x| x.encode(w, v))?;
        w.nested(|w| self.kraft_version_feature.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`VotersRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    pub name: Str,
    pub host: Str,
    pub port: u16,
}

impl Endpoint {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.host = r.string(true, "host")?;
        x.port = r.uint16("port")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.string(true, &self.host, "host")?;
        w.uint16(self.port);
        w.no_tags();
        Ok(())
    }
}

/// In [`VotersRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KRaftVersionFeature {
    pub min_supported_version: i16,
    pub max_supported_version: i16,
}

impl KRaftVersionFeature {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.min_supported_version = r.int16("min_supported_version")?;
        x.max_supported_version = r.int16("max_supported_version")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int16(self.min_supported_version);
        w.int16(self.max_supported_version);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(VotersRecord, Data, -1, 0..=0, 0);
