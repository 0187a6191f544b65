//! UserScramCredentialRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 11, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserScramCredentialRecord {
    pub name: Str,
    pub mechanism: i8,
    pub salt: Bytes,
    pub stored_key: Bytes,
    pub server_key: Bytes,
    pub iterations: i32,
}

impl UserScramCredentialRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UserScramCredentialRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.mechanism = r.int8("mechanism")?;
        x.salt = r.bytes(true, "salt")?;
        x.stored_key = r.bytes(true, "stored_key")?;
        x.server_key = r.bytes(true, "server_key")?;
        x.iterations = r.int32("iterations")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UserScramCredentialRecord", v, 0, 0)?;
        w.string(true, &self.name, "name")?;
        w.int8(self.mechanism);
        w.bytes(true, &self.salt, "salt")?;
        w.bytes(true, &self.stored_key, "stored_key")?;
        w.bytes(true, &self.server_key, "server_key")?;
        w.int32(self.iterations);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UserScramCredentialRecord, MetadataRecord, 11, 0..=0, 0);
