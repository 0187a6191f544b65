//! NoOpRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 20, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NoOpRecord {}

impl NoOpRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("NoOpRecord", v, 0, 0)?;
        let x = Self::default();
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("NoOpRecord", v, 0, 0)?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(NoOpRecord, MetadataRecord, 20, 0..=0, 0);
