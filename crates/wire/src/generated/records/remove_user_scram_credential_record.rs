//! RemoveUserScramCredentialRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 22, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoveUserScramCredentialRecord {
    pub name: Str,
    pub mechanism: i8,
}

impl RemoveUserScramCredentialRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoveUserScramCredentialRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.mechanism = r.int8("mechanism")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoveUserScramCredentialRecord", v, 0, 0)?;
        w.string(true, &self.name, "name")?;
        w.int8(self.mechanism);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoveUserScramCredentialRecord, MetadataRecord, 22, 0..=0, 0);
