//! SnapshotHeaderRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SnapshotHeaderRecord {
    pub version: i16,
    pub last_contained_log_timestamp: i64,
}

impl SnapshotHeaderRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("SnapshotHeaderRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.version = r.int16("version")?;
        x.last_contained_log_timestamp = r.int64("last_contained_log_timestamp")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("SnapshotHeaderRecord", v, 0, 0)?;
        w.int16(self.version);
        w.int64(self.last_contained_log_timestamp);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(SnapshotHeaderRecord, Data, -1, 0..=0, 0);
