//! ShareGroupTargetAssignmentMetadataKey, ShareGroupTargetAssignmentMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 12, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMetadataKey {
    pub group_id: Str,
}

impl ShareGroupTargetAssignmentMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupTargetAssignmentMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupTargetAssignmentMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(ShareGroupTargetAssignmentMetadataKey, GroupKey, 12, 0..=0, i16::MAX);

/// Record (group-value), key 12, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMetadataValue {
    pub assignment_epoch: i32,
    /// Tag 0.
    pub assignment_timestamp: i64,
}

impl ShareGroupTargetAssignmentMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupTargetAssignmentMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.assignment_epoch = r.int32("assignment_epoch")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.assignment_timestamp = r.int64("assignment_timestamp")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupTargetAssignmentMetadataValue", v, 0, 0)?;
        w.int32(self.assignment_epoch);

        let mut tags = w.tags();
        if self.assignment_timestamp != 0 {
            w.tag(&mut tags, 0, |w| {
                w.int64(self.assignment_timestamp);
                Ok(())
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(ShareGroupTargetAssignmentMetadataValue, GroupValue, 12, 0..=0, 0);
