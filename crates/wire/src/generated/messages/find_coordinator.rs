//! FindCoordinator, key 10. Key types 0 group, 1 txn, 2 share (group:topicId:partition, v6).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 10, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindCoordinatorRequest {
    /// Versions 0-3.
    pub key: Str,
    /// Versions 1+.
    pub key_type: i8,
    /// Versions 4+.
    pub coordinator_keys: Vec<Str>,
}

impl FindCoordinatorRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FindCoordinatorRequest", v, 0, 6)?;
        let flex = v >= 3;
        let mut x = Self::default();
        if v <= 3 {
            x.key = r.string(flex, "key")?;
        }
        if v >= 1 {
            x.key_type = r.int8("key_type")?;
        }
        if v >= 4 {
            x.coordinator_keys =
                r.array::<_, 1>(flex, "coordinator_keys", |r| r.string(flex, "coordinator_keys"))?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FindCoordinatorRequest", v, 0, 6)?;
        let flex = v >= 3;
        if v <= 3 {
            w.string(flex, &self.key, "key")?;
        } else if !self.key.is_empty() {
            return Err(EncodeError::not_in_version("key", v));
        }
        if v >= 1 {
            w.int8(self.key_type);
        } else if self.key_type != 0 {
            return Err(EncodeError::not_in_version("key_type", v));
        }
        if v >= 4 {
            w.array(flex, &self.coordinator_keys, "coordinator_keys", |w, x| {
                w.string(flex, x, "coordinator_keys")
            })?;
        } else if !self.coordinator_keys.is_empty() {
            return Err(EncodeError::not_in_version("coordinator_keys", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(FindCoordinatorRequest, Request, 10, 0..=6, 3);

/// Response, key 10, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCoordinatorResponse {
    /// Versions 1+, ignorable.
    pub throttle_time_ms: i32,
    /// Versions 0-3.
    pub error_code: i16,
    /// Versions 1-3, ignorable.
    pub error_message: Option<Str>,
    /// Versions 0-3.
    pub node_id: i32,
    /// Versions 0-3.
    pub host: Str,
    /// Versions 0-3.
    pub port: i32,
    /// Versions 4+.
    pub coordinators: Vec<Coordinator>,
}

impl Default for FindCoordinatorResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            node_id: Default::default(),
            host: Default::default(),
            port: Default::default(),
            coordinators: Default::default(),
        }
    }
}

impl FindCoordinatorResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FindCoordinatorResponse", v, 0, 6)?;
        let flex = v >= 3;
        let mut x = Self::default();
        if v >= 1 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        if v <= 3 {
            x.error_code = r.int16("error_code")?;
        }
        if (1..=3).contains(&v) {
            x.error_message = r.nullable_string(flex, "error_message")?;
        }
        if v <= 3 {
            x.node_id = r.int32("node_id")?;
        }
        if v <= 3 {
            x.host = r.string(flex, "host")?;
        }
        if v <= 3 {
            x.port = r.int32("port")?;
        }
        if v >= 4 {
            x.coordinators =
                r.array::<_, { Coordinator::WIRE_BYTES_MIN }>(flex, "coordinators", |r| {
                    Coordinator::decode(r, v)
                })?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FindCoordinatorResponse", v, 0, 6)?;
        let flex = v >= 3;
        if v >= 1 {
            w.int32(self.throttle_time_ms);
        }
        if v <= 3 {
            w.int16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::not_in_version("error_code", v));
        }
        if (1..=3).contains(&v) {
            w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;
        }
        if v <= 3 {
            w.int32(self.node_id);
        } else if self.node_id != 0 {
            return Err(EncodeError::not_in_version("node_id", v));
        }
        if v <= 3 {
            w.string(flex, &self.host, "host")?;
        } else if !self.host.is_empty() {
            return Err(EncodeError::not_in_version("host", v));
        }
        if v <= 3 {
            w.int32(self.port);
        } else if self.port != 0 {
            return Err(EncodeError::not_in_version("port", v));
        }
        if v >= 4 {
            w.array(flex, &self.coordinators, "coordinators", |w, x| x.encode(w, v))?;
        } else if !self.coordinators.is_empty() {
            return Err(EncodeError::not_in_version("coordinators", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`FindCoordinatorResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinator {
    pub key: Str,
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for Coordinator {
    fn default() -> Self {
        Self {
            key: Default::default(),
            node_id: Default::default(),
            host: Default::default(),
            port: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl Coordinator {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.key = r.string(true, "key")?;
        x.node_id = r.int32("node_id")?;
        x.host = r.string(true, "host")?;
        x.port = r.int32("port")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.key, "key")?;
        w.int32(self.node_id);
        w.string(true, &self.host, "host")?;
        w.int32(self.port);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(FindCoordinatorResponse, Response, 10, 0..=6, 3);
crate::message::request!(FindCoordinator, FindCoordinatorRequest, FindCoordinatorResponse);
