//! UnregisterControllerRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 29, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterControllerRecord {
    pub controller_id: i32,
}

impl UnregisterControllerRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UnregisterControllerRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.controller_id = r.int32("controller_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UnregisterControllerRecord", v, 0, 0)?;
        w.int32(self.controller_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UnregisterControllerRecord, MetadataRecord, 29, 0..=0, 0);
