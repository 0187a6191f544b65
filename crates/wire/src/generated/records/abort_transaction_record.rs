//! AbortTransactionRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 25, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortTransactionRecord {
    /// Tag 0, default null.
    pub reason: Option<Str>,
}

impl AbortTransactionRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AbortTransactionRecord", v, 0, 0)?;
        let mut x = Self::default();
        r.tags(|r, tag| {
            match tag {
                0 => x.reason = r.nullable_string(true, "reason")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AbortTransactionRecord", v, 0, 0)?;

        let mut tags = w.tags();
        if self.reason.is_some() {
            w.tag(&mut tags, 0, |w| w.nullable_string(true, self.reason.as_ref(), "reason"))?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(AbortTransactionRecord, MetadataRecord, 25, 0..=0, 0);
