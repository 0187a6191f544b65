//! AbortedTxn.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTxn {
    pub producer_id: i64,
    pub first_offset: i64,
    pub last_offset: i64,
    pub last_stable_offset: i64,
}

impl AbortedTxn {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AbortedTxn", v, 0, 0)?;
        let mut x = Self::default();
        x.producer_id = r.int64("producer_id")?;
        x.first_offset = r.int64("first_offset")?;
        x.last_offset = r.int64("last_offset")?;
        x.last_stable_offset = r.int64("last_stable_offset")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AbortedTxn", v, 0, 0)?;
        w.int64(self.producer_id);
        w.int64(self.first_offset);
        w.int64(self.last_offset);
        w.int64(self.last_stable_offset);
        Ok(())
    }
}

crate::message::message!(AbortedTxn, Data, -1, 0..=0, i16::MAX);
