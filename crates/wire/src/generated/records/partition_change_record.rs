//! PartitionChangeRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 5, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionChangeRecord {
    /// Default -1.
    pub partition_id: i32,
    pub topic_id: Uuid,
    /// Tag 0, default null.
    pub isr: Option<Vec<i32>>,
    /// Tag 1, default -2.
    pub leader: i32,
    /// Tag 2, default null.
    pub replicas: Option<Vec<i32>>,
    /// Tag 3, default null.
    pub removing_replicas: Option<Vec<i32>>,
    /// Tag 4, default null.
    pub adding_replicas: Option<Vec<i32>>,
    /// Tag 5, default -1.
    pub leader_recovery_state: i8,
    /// Versions 1+, tag 8, default null.
    pub directories: Option<Vec<Uuid>>,
    /// Versions 2+, tag 6, default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Versions 2+, tag 7, default null.
    pub last_known_elr: Option<Vec<i32>>,
}

impl Default for PartitionChangeRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Default::default(),
            isr: None,
            leader: -2,
            replicas: None,
            removing_replicas: None,
            adding_replicas: None,
            leader_recovery_state: -1,
            directories: None,
            eligible_leader_replicas: None,
            last_known_elr: None,
        }
    }
}

impl PartitionChangeRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("PartitionChangeRecord", v, 0, 2)?;
        let mut x = Self::default();
        x.partition_id = r.int32("partition_id")?;
        x.topic_id = r.uuid("topic_id")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.isr = r.nullable_array::<_, 4>(true, "isr", |r| r.int32("isr"))?,
                1 => x.leader = r.int32("leader")?,
                2 => {
                    x.replicas =
                        r.nullable_array::<_, 4>(true, "replicas", |r| r.int32("replicas"))?
                }
                3 => {
                    x.removing_replicas =
                        r.nullable_array::<_, 4>(true, "removing_replicas", |r| {
                            r.int32("removing_replicas")
                        })?
                }
                4 => {
                    x.adding_replicas = r.nullable_array::<_, 4>(true, "adding_replicas", |r| {
                        r.int32("adding_replicas")
                    })?
                }
                5 => x.leader_recovery_state = r.int8("leader_recovery_state")?,
                6 if v == 2 => {
                    x.eligible_leader_replicas =
                        r.nullable_array::<_, 4>(true, "eligible_leader_replicas", |r| {
                            r.int32("eligible_leader_replicas")
                        })?
                }
                7 if v == 2 => {
                    x.last_known_elr = r.nullable_array::<_, 4>(true, "last_known_elr", |r| {
                        r.int32("last_known_elr")
                    })?
                }
                8 if v >= 1 => {
                    x.directories =
                        r.nullable_array::<_, 16>(true, "directories", |r| r.uuid("directories"))?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("PartitionChangeRecord", v, 0, 2)?;
        w.int32(self.partition_id);
        w.uuid(self.topic_id);

        if v < 1 && self.directories.is_some() {
            return Err(EncodeError::not_in_version("directories", v));
        }
        if v != 2 && self.eligible_leader_replicas.is_some() {
            return Err(EncodeError::not_in_version("eligible_leader_replicas", v));
        }
        if v != 2 && self.last_known_elr.is_some() {
            return Err(EncodeError::not_in_version("last_known_elr", v));
        }
        let mut tags = w.tags();
        if self.isr.is_some() {
            w.tag(&mut tags, 0, |w| {
                w.nullable_array(true, self.isr.as_ref(), "isr", |w, x| {
                    w.int32(*x);
                    Ok(())
                })
            })?;
        }
        if self.leader != -2 {
            w.tag(&mut tags, 1, |w| {
                w.int32(self.leader);
                Ok(())
            })?;
        }
        if self.replicas.is_some() {
            w.tag(&mut tags, 2, |w| {
                w.nullable_array(true, self.replicas.as_ref(), "replicas", |w, x| {
                    w.int32(*x);
                    Ok(())
                })
            })?;
        }
        if self.removing_replicas.is_some() {
            w.tag(&mut tags, 3, |w| {
                w.nullable_array(
                    true,
                    self.removing_replicas.as_ref(),
                    "removing_replicas",
                    |w, x| {
                        w.int32(*x);
                        Ok(())
                    },
                )
            })?;
        }
        if self.adding_replicas.is_some() {
            w.tag(&mut tags, 4, |w| {
                w.nullable_array(true, self.adding_replicas.as_ref(), "adding_replicas", |w, x| {
                    w.int32(*x);
                    Ok(())
                })
            })?;
        }
        if self.leader_recovery_state != -1 {
            w.tag(&mut tags, 5, |w| {
                w.int8(self.leader_recovery_state);
                Ok(())
            })?;
        }
        if v == 2 && self.eligible_leader_replicas.is_some() {
            w.tag(&mut tags, 6, |w| {
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
            w.tag(&mut tags, 7, |w| {
                w.nullable_array(true, self.last_known_elr.as_ref(), "last_known_elr", |w, x| {
                    w.int32(*x);
                    Ok(())
                })
            })?;
        }
        if v >= 1 && self.directories.is_some() {
            w.tag(&mut tags, 8, |w| {
                w.nullable_array(true, self.directories.as_ref(), "directories", |w, x| {
                    w.uuid(*x);
                    Ok(())
                })
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(PartitionChangeRecord, MetadataRecord, 5, 0..=2, 0);
