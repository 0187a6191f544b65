//! BrokerRegistrationChangeRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 17, versions 0-3, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerRegistrationChangeRecord {
    pub broker_id: i32,
    pub broker_epoch: i64,
    /// Tag 0.
    pub fenced: i8,
    /// Versions 1+, tag 1.
    pub in_controlled_shutdown: i8,
    /// Versions 2+, tag 2.
    pub log_dirs: Vec<Uuid>,
    /// Versions 3+, tag 3, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

impl BrokerRegistrationChangeRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BrokerRegistrationChangeRecord", v, 0, 3)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.fenced = r.int8("fenced")?,
                1 if v >= 1 => x.in_controlled_shutdown = r.int8("in_controlled_shutdown")?,
                2 if v >= 2 => {
                    x.log_dirs = r.array::<_, 16>(true, "log_dirs", |r| r.uuid("log_dirs"))?
                }
                3 if v == 3 => {
                    x.cordoned_log_dirs =
                        r.nullable_array::<_, 16>(true, "cordoned_log_dirs", |r| {
                            r.uuid("cordoned_log_dirs")
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
        w.check_version("BrokerRegistrationChangeRecord", v, 0, 3)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);

        if v < 1 && self.in_controlled_shutdown != 0 {
            return Err(EncodeError::not_in_version("in_controlled_shutdown", v));
        }
        if v < 2 && !self.log_dirs.is_empty() {
            return Err(EncodeError::not_in_version("log_dirs", v));
        }
        if v != 3 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::not_in_version("cordoned_log_dirs", v));
        }
        let mut tags = w.tags();
        if self.fenced != 0 {
            w.tag(&mut tags, 0, |w| {
                w.int8(self.fenced);
                Ok(())
            })?;
        }
        if v >= 1 && self.in_controlled_shutdown != 0 {
            w.tag(&mut tags, 1, |w| {
                w.int8(self.in_controlled_shutdown);
                Ok(())
            })?;
        }
        if v >= 2 && !self.log_dirs.is_empty() {
            w.tag(&mut tags, 2, |w| {
                w.array(true, &self.log_dirs, "log_dirs", |w, x| {
                    w.uuid(*x);
                    Ok(())
                })
            })?;
        }
        if v == 3 && self.cordoned_log_dirs.is_some() {
            w.tag(&mut tags, 3, |w| {
                w.nullable_array(
                    true,
                    self.cordoned_log_dirs.as_ref(),
                    "cordoned_log_dirs",
                    |w, x| {
                        w.uuid(*x);
                        Ok(())
                    },
                )
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

crate::message::message!(BrokerRegistrationChangeRecord, MetadataRecord, 17, 0..=3, 0);
