//! QuorumStateData.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct QuorumStateData {
    /// Versions 0.
    pub cluster_id: Str,
    /// Default -1.
    pub leader_id: i32,
    /// Default -1.
    pub leader_epoch: i32,
    /// Default -1.
    pub voted_id: i32,
    /// Versions 1+.
    pub voted_directory_id: Uuid,
    /// Versions 0.
    pub applied_offset: i64,
    /// Versions 0.
    pub current_voters: Option<Vec<Voter>>,
}

impl Default for QuorumStateData {
    fn default() -> Self {
        Self {
            cluster_id: Default::default(),
            leader_id: -1,
            leader_epoch: -1,
            voted_id: -1,
            voted_directory_id: Default::default(),
            applied_offset: Default::default(),
            current_voters: Some(Default::default()),
        }
    }
}

impl QuorumStateData {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("QuorumStateData", v, 0, 1)?;
        let mut x = Self::default();
        if v == 0 {
            x.cluster_id = r.string(true, "cluster_id")?;
        }
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.voted_id = r.int32("voted_id")?;
        if v == 1 {
            x.voted_directory_id = r.uuid("voted_directory_id")?;
        }
        if v == 0 {
            x.applied_offset = r.int64("applied_offset")?;
        }
        if v == 0 {
            x.current_voters =
                r.nullable_array::<_, { Voter::WIRE_BYTES_MIN }>(true, "current_voters", |r| {
                    Voter::decode(r, v)
                })?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("QuorumStateData", v, 0, 1)?;
        if v == 0 {
            w.string(true, &self.cluster_id, "cluster_id")?;
        } else if !self.cluster_id.is_empty() {
            return Err(EncodeError::not_in_version("cluster_id", v));
        }
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.int32(self.voted_id);
        if v == 1 {
            w.uuid(self.voted_directory_id);
        } else if !self.voted_directory_id.is_zero() {
            return Err(EncodeError::not_in_version("voted_directory_id", v));
        }
        if v == 0 {
            w.int64(self.applied_offset);
        } else if self.applied_offset != 0 {
            return Err(EncodeError::not_in_version("applied_offset", v));
        }
        if v == 0 {
            w.nullable_array(true, self.current_voters.as_ref(), "current_voters", |w, x| {
                x.encode(w, v)
            })?;
        } else if self.current_voters != Some(Default::default()) {
            return Err(EncodeError::not_in_version("current_voters", v));
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`QuorumStateData`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    pub voter_id: i32,
}

impl Voter {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.voter_id = r.int32("voter_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.voter_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(QuorumStateData, Data, -1, 0..=1, 0);
