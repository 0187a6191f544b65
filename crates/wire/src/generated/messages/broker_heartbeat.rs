//! BrokerHeartbeat, key 63. V2 cordoned dirs (4.3).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 63, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerHeartbeatRequest {
    pub broker_id: i32,
    /// Default -1.
    pub broker_epoch: i64,
    pub current_metadata_offset: i64,
    pub want_fence: bool,
    pub want_shut_down: bool,
    /// Versions 1+, tag 0.
    pub offline_log_dirs: Vec<Uuid>,
    /// Versions 2+, tag 1, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

impl Default for BrokerHeartbeatRequest {
    fn default() -> Self {
        Self {
            broker_id: Default::default(),
            broker_epoch: -1,
            current_metadata_offset: Default::default(),
            want_fence: Default::default(),
            want_shut_down: Default::default(),
            offline_log_dirs: Default::default(),
            cordoned_log_dirs: None,
        }
    }
}

impl BrokerHeartbeatRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BrokerHeartbeatRequest", v, 0, 2)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        x.current_metadata_offset = r.int64("current_metadata_offset")?;
        x.want_fence = r.bool("want_fence")?;
        x.want_shut_down = r.bool("want_shut_down")?;
        r.tags(|r, tag| {
            match tag {
                0 if v >= 1 => {
                    x.offline_log_dirs =
                        r.array::<_, 16>(true, "offline_log_dirs", |r| r.uuid("offline_log_dirs"))?
                }
                1 if v == 2 => {
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
        w.check_version("BrokerHeartbeatRequest", v, 0, 2)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.int64(self.current_metadata_offset);
        w.bool(self.want_fence);
        w.bool(self.want_shut_down);
        if v < 1 && !self.offline_log_dirs.is_empty() {
            return Err(EncodeError::not_in_version("offline_log_dirs", v));
        }
        if v != 2 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::not_in_version("cordoned_log_dirs", v));
        }
        let mut tags = w.tags();
        if v >= 1 && !self.offline_log_dirs.is_empty() {
            w.tag(&mut tags, 0, |w| {
                w.array(true, &self.offline_log_dirs, "offline_log_dirs", |w, x| {
                    w.uuid(*x);
                    Ok(())
                })
            })?;
        }
        if v == 2 && self.cordoned_log_dirs.is_some() {
            w.tag(&mut tags, 1, |w| {
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

crate::message::message!(BrokerHeartbeatRequest, Request, 63, 0..=2, 0);

/// Response, key 63, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerHeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub is_caught_up: bool,
    /// Default true.
    pub is_fenced: bool,
    pub should_shut_down: bool,
}

impl Default for BrokerHeartbeatResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            is_caught_up: Default::default(),
            is_fenced: true,
            should_shut_down: Default::default(),
        }
    }
}

impl BrokerHeartbeatResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("BrokerHeartbeatResponse", v, 0, 2)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.is_caught_up = r.bool("is_caught_up")?;
        x.is_fenced = r.bool("is_fenced")?;
        x.should_shut_down = r.bool("should_shut_down")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("BrokerHeartbeatResponse", v, 0, 2)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.bool(self.is_caught_up);
        w.bool(self.is_fenced);
        w.bool(self.should_shut_down);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(BrokerHeartbeatResponse, Response, 63, 0..=2, 0);
crate::message::request!(BrokerHeartbeat, BrokerHeartbeatRequest, BrokerHeartbeatResponse);
