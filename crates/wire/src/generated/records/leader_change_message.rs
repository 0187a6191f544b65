//! LeaderChangeMessage.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderChangeMessage {
    pub version: i16,
    pub leader_id: i32,
    pub voters: Vec<Voter>,
    pub granting_voters: Vec<Voter>,
}

impl LeaderChangeMessage {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("LeaderChangeMessage", v, 0, 1)?;
        let mut x = Self::default();
        x.version = r.int16("version")?;
        x.leader_id = r.int32("leader_id")?;
        x.voters =
            r.array::<_, { Voter::WIRE_BYTES_MIN }>(true, "voters", |r| Voter::decode(r, v))?;
        x.granting_voters =
            r.array::<_, { Voter::WIRE_BYTES_MIN }>(true, "granting_voters", |r| {
                Voter::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("LeaderChangeMessage", v, 0, 1)?;
        w.int16(self.version);
        w.int32(self.leader_id);
        w.array(true, &self.voters, "voters", |w, x| x.encode(w, v))?;
        w.array(true, &self.granting_voters, "granting_voters", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`LeaderChangeMessage`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    pub voter_id: i32,
    /// Versions 1+.
    pub voter_directory_id: Uuid,
}

impl Voter {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.voter_id = r.int32("voter_id")?;
        if v == 1 {
            x.voter_directory_id = r.uuid("voter_directory_id")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.voter_id);
        if v == 1 {
            w.uuid(self.voter_directory_id);
        } else if !self.voter_directory_id.is_zero() {
            return Err(EncodeError::not_in_version("voter_directory_id", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(LeaderChangeMessage, Data, -1, 0..=1, 0);
