//! EndTxnMarker.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTxnMarker {
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EndTxnMarker", v, 0, 0)?;
        let mut x = Self::default();
        x.coordinator_epoch = r.int32("coordinator_epoch")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EndTxnMarker", v, 0, 0)?;
        w.int32(self.coordinator_epoch);
        Ok(())
    }
}

crate::message::message!(EndTxnMarker, Data, -1, 0..=0, i16::MAX);
