//! RemoveAccessControlEntryRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 19, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoveAccessControlEntryRecord {
    pub id: Uuid,
}

impl RemoveAccessControlEntryRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoveAccessControlEntryRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.id = r.uuid("id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoveAccessControlEntryRecord", v, 0, 0)?;
        w.uuid(self.id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoveAccessControlEntryRecord, MetadataRecord, 19, 0..=0, 0);
