//! RemoveRaftVoter, key 81. KIP-853.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 81, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoveRaftVoterRequest {
    pub cluster_id: Option<Str>,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
}

impl Default for RemoveRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(Default::default()),
            voter_id: Default::default(),
            voter_directory_id: Default::default(),
        }
    }
}

impl RemoveRaftVoterRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoveRaftVoterRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.cluster_id = r.nullable_string(true, "cluster_id")?;
        x.voter_id = r.int32("voter_id")?;
        x.voter_directory_id = r.uuid("voter_directory_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoveRaftVoterRequest", v, 0, 0)?;
        w.nullable_string(true, self.cluster_id.as_ref(), "cluster_id")?;
        w.int32(self.voter_id);
        w.uuid(self.voter_directory_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoveRaftVoterRequest, Request, 81, 0..=0, 0);

/// Response, key 81, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoveRaftVoterResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for RemoveRaftVoterResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl RemoveRaftVoterResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoveRaftVoterResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoveRaftVoterResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoveRaftVoterResponse, Response, 81, 0..=0, 0);
crate::message::request!(RemoveRaftVoter, RemoveRaftVoterRequest, RemoveRaftVoterResponse);
