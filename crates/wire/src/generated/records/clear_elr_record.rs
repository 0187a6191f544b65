//! ClearElrRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 28, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClearElrRecord {
    pub topic_name: Str,
}

impl ClearElrRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ClearElrRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.topic_name = r.string(true, "topic_name")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ClearElrRecord", v, 0, 0)?;
        w.string(true, &self.topic_name, "topic_name")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ClearElrRecord, MetadataRecord, 28, 0..=0, 0);
