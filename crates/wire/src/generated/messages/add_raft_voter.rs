//! AddRaftVoter, key 80. KIP-853; v1 ack-when-committed.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 80, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterRequest {
    pub cluster_id: Option<Str>,
    pub timeout_ms: i32,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
    pub listeners: Vec<Listener>,
    /// Versions 1+, default true.
    pub ack_when_committed: bool,
}

impl Default for AddRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(Default::default()),
            timeout_ms: Default::default(),
            voter_id: Default::default(),
            voter_directory_id: Default::default(),
            listeners: Default::default(),
            ack_when_committed: true,
        }
    }
}

impl AddRaftVoterRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AddRaftVoterRequest", v, 0, 1)?;
        let mut x = Self::default();
        x.cluster_id = r.nullable_string(true, "cluster_id")?;
        x.timeout_ms = r.int32("timeout_ms")?;
        x.voter_id = r.int32("voter_id")?;
        x.voter_directory_id = r.uuid("voter_directory_id")?;
        x.listeners = r.array::<_, { Listener::WIRE_BYTES_MIN }>(true, "listeners", |r| {
            Listener::decode(r, v)
        })?;
        if v == 1 {
            x.ack_when_committed = r.bool("ack_when_committed")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AddRaftVoterRequest", v, 0, 1)?;
        w.nullable_string(true, self.cluster_id.as_ref(), "cluster_id")?;
        w.int32(self.timeout_ms);
        w.int32(self.voter_id);
        w.uuid(self.voter_directory_id);
        w.array(true, &self.listeners, "listeners", |w, x| x.encode(w, v))?;
        if v == 1 {
            w.bool(self.ack_when_committed);
        } else if !self.ack_when_committed {
            return Err(EncodeError::not_in_version("ack_when_committed", v));
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`AddRaftVoterRequest`].
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

crate::message::message!(AddRaftVoterRequest, Request, 80, 0..=1, 0);

/// Response, key 80, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for AddRaftVoterResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl AddRaftVoterResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AddRaftVoterResponse", v, 0, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AddRaftVoterResponse", v, 0, 1)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AddRaftVoterResponse, Response, 80, 0..=1, 0);
crate::message::request!(AddRaftVoter, AddRaftVoterRequest, AddRaftVoterResponse);
