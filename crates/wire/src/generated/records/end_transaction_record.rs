//! EndTransactionRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 24, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTransactionRecord {}

impl EndTransactionRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("EndTransactionRecord", v, 0, 0)?;
        let x = Self::default();
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("EndTransactionRecord", v, 0, 0)?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(EndTransactionRecord, MetadataRecord, 24, 0..=0, 0);
