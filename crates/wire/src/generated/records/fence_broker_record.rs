//! FenceBrokerRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 7, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FenceBrokerRecord {
    pub id: i32,
    pub epoch: i64,
}

impl FenceBrokerRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FenceBrokerRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.id = r.int32("id")?;
        x.epoch = r.int64("epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FenceBrokerRecord", v, 0, 0)?;
        w.int32(self.id);
        w.int64(self.epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(FenceBrokerRecord, MetadataRecord, 7, 0..=0, 0);
