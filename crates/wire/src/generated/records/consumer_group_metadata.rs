//! ConsumerGroupMetadataKey, ConsumerGroupMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 3, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMetadataKey {
    pub group_id: Str,
}

impl ConsumerGroupMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(ConsumerGroupMetadataKey, GroupKey, 3, 0..=0, i16::MAX);

/// Record (group-value), key 3, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMetadataValue {
    pub epoch: i32,
    /// Tag 0.
    pub metadata_hash: i64,
}

impl ConsumerGroupMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.metadata_hash = r.int64("metadata_hash")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupMetadataValue", v, 0, 0)?;
        w.int32(self.epoch);

        let mut tags = w.tags();
        if self.metadata_hash != 0 {
            w.tag(&mut tags, 0, |w| {
                w.int64(self.metadata_hash);
                Ok(())
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(ConsumerGroupMetadataValue, GroupValue, 3, 0..=0, 0);
