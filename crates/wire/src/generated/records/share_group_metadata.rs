//! ShareGroupMetadataKey, ShareGroupMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 11, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupMetadataKey {
    pub group_id: Str,
}

impl ShareGroupMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(ShareGroupMetadataKey, GroupKey, 11, 0..=0, i16::MAX);

/// Record (group-value), key 11, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupMetadataValue {
    pub epoch: i32,
    pub metadata_hash: i64,
}

impl ShareGroupMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        x.metadata_hash = r.int64("metadata_hash")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupMetadataValue", v, 0, 0)?;
        w.int32(self.epoch);
        w.int64(self.metadata_hash);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareGroupMetadataValue, GroupValue, 11, 0..=0, 0);
