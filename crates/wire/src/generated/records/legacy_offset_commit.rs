//! LegacyOffsetCommitKey, LegacyOffsetCommitValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 0, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOffsetCommitKey {
    pub group: Str,
    pub topic: Str,
    pub partition: i32,
}

impl LegacyOffsetCommitKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("LegacyOffsetCommitKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group = r.string(false, "group")?;
        x.topic = r.string(false, "topic")?;
        x.partition = r.int32("partition")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("LegacyOffsetCommitKey", v, 0, 0)?;
        w.string(false, &self.group, "group")?;
        w.string(false, &self.topic, "topic")?;
        w.int32(self.partition);
        Ok(())
    }
}

crate::message::message!(LegacyOffsetCommitKey, GroupKey, 0, 0..=0, i16::MAX);

/// Record (group-value), key 0, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOffsetCommitValue {
    pub offset: i64,
    pub metadata: Str,
    pub commit_timestamp: i64,
}

impl LegacyOffsetCommitValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("LegacyOffsetCommitValue", v, 0, 0)?;
        let mut x = Self::default();
        x.offset = r.int64("offset")?;
        x.metadata = r.string(false, "metadata")?;
        x.commit_timestamp = r.int64("commit_timestamp")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("LegacyOffsetCommitValue", v, 0, 0)?;
        w.int64(self.offset);
        w.string(false, &self.metadata, "metadata")?;
        w.int64(self.commit_timestamp);
        Ok(())
    }
}

crate::message::message!(LegacyOffsetCommitValue, GroupValue, 0, 0..=0, i16::MAX);
