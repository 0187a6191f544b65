//! StreamsGroupCurrentMemberAssignmentKey, StreamsGroupCurrentMemberAssignmentValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 22, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupCurrentMemberAssignmentKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl StreamsGroupCurrentMemberAssignmentKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupCurrentMemberAssignmentKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupCurrentMemberAssignmentKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(StreamsGroupCurrentMemberAssignmentKey, GroupKey, 22, 0..=0, i16::MAX);

/// Record (group-value), key 22, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupCurrentMemberAssignmentValue {
    pub member_epoch: i32,
    pub previous_member_epoch: i32,
    pub state: i8,
    pub active_tasks: Vec<TaskIds>,
    pub standby_tasks: Vec<TaskIds>,
    pub warmup_tasks: Vec<TaskIds>,
    pub active_tasks_pending_revocation: Vec<TaskIds>,
    pub standby_tasks_pending_revocation: Vec<TaskIds>,
    pub warmup_tasks_pending_revocation: Vec<TaskIds>,
}

impl StreamsGroupCurrentMemberAssignmentValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupCurrentMemberAssignmentValue", v, 0, 0)?;
        let mut x = Self::default();
        x.member_epoch = r.int32("member_epoch")?;
        x.previous_member_epoch = r.int32("previous_member_epoch")?;
        x.state = r.int8("state")?;
        x.active_tasks = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(true, "active_tasks", |r| {
            TaskIds::decode(r, v)
        })?;
        x.standby_tasks =
            r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(true, "standby_tasks", |r| {
                TaskIds::decode(r, v)
            })?;
        x.warmup_tasks = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(true, "warmup_tasks", |r| {
            TaskIds::decode(r, v)
        })?;
        x.active_tasks_pending_revocation = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(
            true,
            "active_tasks_pending_revocation",
            |r| TaskIds::decode(r, v),
        )?;
        x.standby_tasks_pending_revocation = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(
            true,
            "standby_tasks_pending_revocation",
            |r| TaskIds::decode(r, v),
        )?;
        x.warmup_tasks_pending_revocation = r.array::<_, { TaskIds::WIRE_BYTES_MIN }>(
            true,
            "warmup_tasks_pending_revocation",
            |r| TaskIds::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupCurrentMemberAssignmentValue", v, 0, 0)?;
        w.int32(self.member_epoch);
        w.int32(self.previous_member_epoch);
        w.int8(self.state);
        w.array(true, &self.active_tasks, "active_tasks", |w, x| x.encode(w, v))?;
        w.array(true, &self.standby_tasks, "standby_tasks", |w, x| x.encode(w, v))?;
        w.array(true, &self.warmup_tasks, "warmup_tasks", |w, x| x.encode(w, v))?;
        w.array(
            true,
            &self.active_tasks_pending_revocation,
            "active_tasks_pending_revocation",
            |w, x| x.encode(w, v),
        )?;
        w.array(
            true,
            &self.standby_tasks_pending_revocation,
            "standby_tasks_pending_revocation",
            |w, x| x.encode(w, v),
        )?;
        w.array(
            true,
            &self.warmup_tasks_pending_revocation,
            "warmup_tasks_pending_revocation",
            |w, x| x.encode(w, v),
        )?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct TaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
    /// Tag 0.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl Default for TaskIds {
    fn default() -> Self {
        Self {
            subtopology_id: Default::default(),
            partitions: Default::default(),
            assignment_epochs: Some(Default::default()),
        }
    }
}

impl TaskIds {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
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
        w.string(true, &self.subtopology_id, "subtopology_id")?;
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

crate::message::message!(StreamsGroupCurrentMemberAssignmentValue, GroupValue, 22, 0..=0, 0);
