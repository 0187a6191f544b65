//! ControlRecordTypeSchema.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControlRecordTypeSchema {
    pub r#type: i16,
}

impl ControlRecordTypeSchema {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ControlRecordTypeSchema", v, 0, 0)?;
        let mut x = Self::default();
        x.r#type = r.int16("type")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ControlRecordTypeSchema", v, 0, 0)?;
        w.int16(self.r#type);
        Ok(())
    }
}

crate::message::message!(ControlRecordTypeSchema, Data, -1, 0..=0, i16::MAX);
