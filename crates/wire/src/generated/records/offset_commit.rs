//! OffsetCommitKey, OffsetCommitValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 1, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitKey {
    pub group: Str,
    pub topic: Str,
    pub partition: i32,
}

impl OffsetCommitKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetCommitKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group = r.string(false, "group")?;
        x.topic = r.string(false, "topic")?;
        x.partition = r.int32("partition")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetCommitKey", v, 0, 0)?;
        w.string(false, &self.group, "group")?;
        w.string(false, &self.topic, "topic")?;
        w.int32(self.partition);
        Ok(())
    }
}

crate::message::message!(OffsetCommitKey, GroupKey, 1, 0..=0, i16::MAX);

/// Record (group-value), key 1, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitValue {
    pub offset: i64,
    /// Versions 3+, ignorable, default -1.
    pub leader_epoch: i32,
    pub metadata: Str,
    pub commit_timestamp: i64,
    /// Versions 1, ignorable, default -1.
    pub expire_timestamp: i64,
    /// Versions 4+, tag 0, ignorable.
    pub topic_id: Uuid,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        Self {
            offset: Default::default(),
            leader_epoch: -1,
            metadata: Default::default(),
            commit_timestamp: Default::default(),
            expire_timestamp: -1,
            topic_id: Default::default(),
        }
    }
}

impl OffsetCommitValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("OffsetCommitValue", v, 0, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.offset = r.int64("offset")?;
        if v >= 3 {
            x.leader_epoch = r.int32("leader_epoch")?;
        }
        x.metadata = r.string(flex, "metadata")?;
        x.commit_timestamp = r.int64("commit_timestamp")?;
        if v == 1 {
            x.expire_timestamp = r.int64("expire_timestamp")?;
        }
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => x.topic_id = r.uuid("topic_id")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("OffsetCommitValue", v, 0, 4)?;
        let flex = v >= 4;
        w.int64(self.offset);
        if v >= 3 {
            w.int32(self.leader_epoch);
        }
        w.string(flex, &self.metadata, "metadata")?;
        w.int64(self.commit_timestamp);
        if v == 1 {
            w.int64(self.expire_timestamp);
        }

        if flex {
            let mut tags = w.tags();
            if !self.topic_id.is_zero() {
                w.tag(&mut tags, 0, |w| {
                    w.uuid(self.topic_id);
                    Ok(())
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

crate::message::message!(OffsetCommitValue, GroupValue, 1, 0..=4, 4);
