//! ShareGroupCurrentMemberAssignmentKey, ShareGroupCurrentMemberAssignmentValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 14, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupCurrentMemberAssignmentKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ShareGroupCurrentMemberAssignmentKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupCurrentMemberAssignmentKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupCurrentMemberAssignmentKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(ShareGroupCurrentMemberAssignmentKey, GroupKey, 14, 0..=0, i16::MAX);

/// Record (group-value), key 14, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupCurrentMemberAssignmentValue {
    pub member_epoch: i32,
    pub previous_member_epoch: i32,
    pub state: i8,
    pub assigned_partitions: Vec<TopicPartitions>,
}

impl ShareGroupCurrentMemberAssignmentValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupCurrentMemberAssignmentValue", v, 0, 0)?;
        let mut x = Self::default();
        x.member_epoch = r.int32("member_epoch")?;
        x.previous_member_epoch = r.int32("previous_member_epoch")?;
        x.state = r.int8("state")?;
        x.assigned_partitions =
            r.array::<_, { TopicPartitions::WIRE_BYTES_MIN }>(true, "assigned_partitions", |r| {
                TopicPartitions::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupCurrentMemberAssignmentValue", v, 0, 0)?;
        w.int32(self.member_epoch);
        w.int32(self.previous_member_epoch);
        w.int8(self.state);
        w.array(true, &self.assigned_partitions, "assigned_partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
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

crate::message::message!(ShareGroupCurrentMemberAssignmentValue, GroupValue, 14, 0..=0, 0);
