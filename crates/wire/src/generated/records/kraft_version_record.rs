//! KRaftVersionRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KRaftVersionRecord {
    pub version: i16,
    pub kraft_version: i16,
}

impl KRaftVersionRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("KRaftVersionRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.version = r.int16("version")?;
        x.kraft_version = r.int16("kraft_version")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("KRaftVersionRecord", v, 0, 0)?;
        w.int16(self.version);
        w.int16(self.kraft_version);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(KRaftVersionRecord, Data, -1, 0..=0, 0);
