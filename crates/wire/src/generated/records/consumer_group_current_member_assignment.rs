//! ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 8, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ConsumerGroupCurrentMemberAssignmentKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupCurrentMemberAssignmentKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupCurrentMemberAssignmentKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(ConsumerGroupCurrentMemberAssignmentKey, GroupKey, 8, 0..=0, i16::MAX);

/// Record (group-value), key 8, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    pub member_epoch: i32,
    pub previous_member_epoch: i32,
    pub state: i8,
    pub assigned_partitions: Vec<TopicPartitions>,
    pub partitions_pending_revocation: Vec<TopicPartitions>,
}

impl ConsumerGroupCurrentMemberAssignmentValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupCurrentMemberAssignmentValue", v, 0, 0)?;
        let mut x = Self::default();
        x.member_epoch = r.int32("member_epoch")?;
        x.previous_member_epoch = r.int32("previous_member_epoch")?;
        x.state = r.int8("state")?;
        x.assigned_partitions =
            r.array::<_, { TopicPartitions::WIRE_BYTES_MIN }>(true, "assigned_partitions", |r| {
                TopicPartitions::decode(r, v)
            })?;
        x.partitions_pending_revocation = r.array::<_, { TopicPartitions::WIRE_BYTES_MIN }>(
            true,
            "partitions_pending_revocation",
            |r| TopicPartitions::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupCurrentMemberAssignmentValue", v, 0, 0)?;
        w.int32(self.member_epoch);
        w.int32(self.previous_member_epoch);
        w.int8(self.state);
        w.array(true, &self.assigned_partitions, "assigned_partitions", |w, x| x.encode(w, v))?;
        w.array(
            true,
            &self.partitions_pending_revocation,
            "partitions_pending_revocation",
            |w, x| x.encode(w, v),
        )?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
    /// Tag 0.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl Default for TopicPartitions {
    fn default() -> Self {
        Self {
            topic_id: Default::default(),
            partitions: Default::default(),
            assignment_epochs: Some(Default::default()),
        }
    }
}

impl TopicPartitions {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.tags(|r, tag| {
            match tag {
                0 => {
                    x.assignment_epochs =
                        r.nullable_array::<_, 4>(true, "assignment_epochs", |r| {
                            r.int32("assignment_epochs")
                        })?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;

        let mut tags = w.tags();
        if self.assignment_epochs != Some(Default::default()) {
            w.tag(&mut tags, 0, |w| {
                w.nullable_array(
                    true,
                    self.assignment_epochs.as_ref(),
                    "assignment_epochs",
                    |w, x| {
                        w.int32(*x);
                        Ok(())
                    },
                )
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(ConsumerGroupCurrentMemberAssignmentValue, GroupValue, 8, 0..=0, 0);
