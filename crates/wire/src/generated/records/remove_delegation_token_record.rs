//! RemoveDelegationTokenRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 26, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoveDelegationTokenRecord {
    pub token_id: Str,
}

impl RemoveDelegationTokenRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoveDelegationTokenRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.token_id = r.string(true, "token_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoveDelegationTokenRecord", v, 0, 0)?;
        w.string(true, &self.token_id, "token_id")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoveDelegationTokenRecord, MetadataRecord, 26, 0..=0, 0);
