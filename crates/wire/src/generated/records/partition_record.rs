//! PartitionRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 3, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionRecord {
    /// Default -1.
    pub partition_id: i32,
    pub topic_id: Uuid,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub removing_replicas: Vec<i32>,
    pub adding_replicas: Vec<i32>,
    /// Default -1.
    pub leader: i32,
    /// Tag 0.
    pub leader_recovery_state: i8,
    /// Default -1.
    pub leader_epoch: i32,
    /// Default -1.
    pub partition_epoch: i32,
    /// Versions 1+.
    pub directories: Vec<Uuid>,
    /// Versions 2+, tag 1, default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Versions 2+, tag 2, default null.
    pub last_known_elr: Option<Vec<i32>>,
}

impl Default for PartitionRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Default::default(),
            replicas: Default::default(),
            isr: Default::default(),
            removing_replicas: Default::default(),
            adding_replicas: Default::default(),
            leader: -1,
            leader_recovery_state: Default::default(),
            leader_epoch: -1,
            partition_epoch: -1,
            directories: Default::default(),
            eligible_leader_replicas: None,
            last_known_elr: None,
        }
    }
}

impl PartitionRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("PartitionRecord", v, 0, 2)?;
        let mut x = Self::default();
        x.partition_id = r.int32("partition_id")?;
        x.topic_id = r.uuid("topic_id")?;
        x.replicas = r.array::<_, 4>(true, "replicas", |r| r.int32("replicas"))?;
        x.isr = r.array::<_, 4>(true, "isr", |r| r.int32("isr"))?;
        x.removing_replicas =
            r.array::<_, 4>(true, "removing_replicas", |r| r.int32("removing_replicas"))?;
        x.adding_replicas =
            r.array::<_, 4>(true, "adding_replicas", |r| r.int32("adding_replicas"))?;
        x.leader = r.int32("leader")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.partition_epoch = r.int32("partition_epoch")?;
        if v >= 1 {
            x.directories = r.array::<_, 16>(true, "directories", |r| r.uuid("directories"))?;
        }
        r.tags(|r, tag| {
            match tag {
                0 => x.leader_recovery_state = r.int8("leader_recovery_state")?,
                1 if v == 2 => {
                    x.eligible_leader_replicas =
                        r.nullable_array::<_, 4>(true, "eligible_leader_replicas", |r| {
                            r.int32("eligible_leader_replicas")
                        })?
                }
                2 if v == 2 => {
                    x.last_known_elr = r.nullable_array::<_, 4>(true, "last_known_elr", |r| {
                        r.int32("last_known_elr")
                    })?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("PartitionRecord", v, 0, 2)?;
        w.int32(self.partition_id);
        w.uuid(self.topic_id);
        w.array(true, &self.replicas, "replicas", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.array(true, &self.isr, "isr", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.array(true, &self.removing_replicas, "removing_replicas", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.array(true, &self.adding_replicas, "adding_replicas", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.int32(self.leader);

        w.int32(self.leader_epoch);
        w.int32(self.partition_epoch);
        if v >= 1 {
            w.array(true, &self.directories, "directories", |w, x| {
                w.uuid(*x);
                Ok(())
            })?;
        } else if !self.directories.is_empty() {
            return Err(EncodeError::not_in_version("directories", v));
        }
        if v != 2 && self.eligible_leader_replicas.is_some() {
            return Err(EncodeError::not_in_version("eligible_leader_replicas", v));
        }
        if v != 2 && self.last_known_elr.is_some() {
            return Err(EncodeError::not_in_version("last_known_elr", v));
        }
        let mut tags = w.tags();
        if self.leader_recovery_state != 0 {
            w.tag(&mut tags, 0, |w| {
                w.int8(self.leader_recovery_state);
                Ok(())
            })?;
        }
        if v == 2 && self.eligible_leader_replicas.is_some() {
            w.tag(&mut tags, 1, |w| {
                w.nullable_array(
                    true,
                    self.eligible_leader_replicas.as_ref(),
                    "eligible_leader_replicas",
                    |w, x| {
                        w.int32(*x);
                        Ok(())
                    },
                )
            })?;
        }
        if v == 2 && self.last_known_elr.is_some() {
            w.tag(&mut tags, 2, |w| {
                w.nullable_array(true, self.last_known_elr.as_ref(), "last_known_elr", |w, x| {
                    w.int32(*x);
                    Ok(())
                })
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(PartitionRecord, MetadataRecord, 3, 0..=2, 0);
