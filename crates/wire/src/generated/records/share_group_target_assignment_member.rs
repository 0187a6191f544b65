//! ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 13, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMemberKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ShareGroupTargetAssignmentMemberKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupTargetAssignmentMemberKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupTargetAssignmentMemberKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(ShareGroupTargetAssignmentMemberKey, GroupKey, 13, 0..=0, i16::MAX);

/// Record (group-value), key 13, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMemberValue {
    pub topic_partitions: Vec<TopicPartition>,
}

impl ShareGroupTargetAssignmentMemberValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupTargetAssignmentMemberValue", v, 0, 0)?;
        let mut x = Self::default();
        x.topic_partitions =
            r.array::<_, { TopicPartition::WIRE_BYTES_MIN }>(true, "topic_partitions", |r| {
                TopicPartition::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupTargetAssignmentMemberValue", v, 0, 0)?;
        w.array(true, &self.topic_partitions, "topic_partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupTargetAssignmentMemberValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareGroupTargetAssignmentMemberValue, GroupValue, 13, 0..=0, 0);
