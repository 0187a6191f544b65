//! UpdateRaftVoter, key 82. KIP-853.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 82, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateRaftVoterRequest {
    pub cluster_id: Option<Str>,
    pub current_leader_epoch: i32,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
    pub listeners: Vec<Listener>,
    pub kraft_version_feature: KRaftVersionFeature,
}

impl Default for UpdateRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(Default::default()),
            current_leader_epoch: Default::default(),
            voter_id: Default::default(),
            voter_directory_id: Default::default(),
            listeners: Default::default(),
            kraft_version_feature: Default::default(),
        }
    }
}

impl UpdateRaftVoterRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UpdateRaftVoterRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.cluster_id = r.nullable_string(true, "cluster_id")?;
        x.current_leader_epoch = r.int32("current_leader_epoch")?;
        x.voter_id = r.int32("voter_id")?;
        x.voter_directory_id = r.uuid("voter_directory_id")?;
        x.listeners = r.array::<_, { Listener::WIRE_BYTES_MIN }>(true, "listeners", |r| {
            Listener::decode(r, v)
        })?;
        x.kraft_version_feature = KRaftVersionFeature::decode(r, v)?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UpdateRaftVoterRequest", v, 0, 0)?;
        w.nullable_string(true, self.cluster_id.as_ref(), "cluster_id")?;
        w.int32(self.current_leader_epoch);
        w.int32(self.voter_id);
        w.uuid(self.voter_directory_id);
        w.array(true, &self.listeners, "listeners", |w, x| x.encode(w, v))?;
        w.nested(|w| self.kraft_version_feature.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`UpdateRaftVoterRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    pub name: Str,
    pub host: Str,
    pub port: u16,
}

impl Listener {
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

/// In [`UpdateRaftVoterRequest`].
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

crate::message::message!(UpdateRaftVoterRequest, Request, 82, 0..=0, 0);

/// Response, key 82, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpdateRaftVoterResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Tag 0.
    pub current_leader: CurrentLeader,
}

impl UpdateRaftVoterResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UpdateRaftVoterResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.current_leader = CurrentLeader::decode(r, v)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UpdateRaftVoterResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);

        let mut tags = w.tags();
        if self.current_leader != CurrentLeader::default() {
            w.tag(&mut tags, 0, |w| w.nested(|w| self.current_leader.encode(w, v)))?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`UpdateRaftVoterResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CurrentLeader {
    /// Default -1.
    pub leader_id: i32,
    /// Default -1.
    pub leader_epoch: i32,
    pub host: Str,
    pub port: i32,
}

impl Default for CurrentLeader {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1, host: Default::default(), port: Default::default() }
    }
}

impl CurrentLeader {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.host = r.string(true, "host")?;
        x.port = r.int32("port")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.string(true, &self.host, "host")?;
        w.int32(self.port);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UpdateRaftVoterResponse, Response, 82, 0..=0, 0);
crate::message::request!(UpdateRaftVoter, UpdateRaftVoterRequest, UpdateRaftVoterResponse);
