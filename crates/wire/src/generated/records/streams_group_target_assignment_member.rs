//! StreamsGroupTargetAssignmentMemberKey, StreamsGroupTargetAssignmentMemberValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 21, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTargetAssignmentMemberKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl StreamsGroupTargetAssignmentMemberKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupTargetAssignmentMemberKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupTargetAssignmentMemberKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(StreamsGroupTargetAssignmentMemberKey, GroupKey, 21, 0..=0, i16::MAX);

/// Record (group-value), key 21, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTargetAssignmentMemberValue {
    pub active_tasks: Vec<TaskIds>,
    pub standby_tasks: Vec<TaskIds>,
    pub warmup_tasks: Vec<TaskIds>,
}

impl StreamsGroupTargetAssignmentMemberValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupTargetAssignmentMemberValue", v, 0, 0)?;
        let mut x = Self::default();
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
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupTargetAssignmentMemberValue", v, 0, 0)?;
        w.array(true, &self.active_tasks, "active_tasks", |w, x| x.encode(w, v))?;
        w.array(true, &self.standby_tasks, "standby_tasks", |w, x| x.encode(w, v))?;
        w.array(true, &self.warmup_tasks, "warmup_tasks", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTargetAssignmentMemberValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl TaskIds {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupTargetAssignmentMemberValue, GroupValue, 21, 0..=0, 0);
