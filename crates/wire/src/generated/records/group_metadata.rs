//! GroupMetadataKey, GroupMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 2, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupMetadataKey {
    pub group: Str,
}

impl GroupMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("GroupMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group = r.string(false, "group")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("GroupMetadataKey", v, 0, 0)?;
        w.string(false, &self.group, "group")?;
        Ok(())
    }
}

crate::message::message!(GroupMetadataKey, GroupKey, 2, 0..=0, i16::MAX);

/// Record (group-value), key 2, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMetadataValue {
    pub protocol_type: Str,
    pub generation: i32,
    pub protocol: Option<Str>,
    pub leader: Option<Str>,
    /// Versions 2+, ignorable, default -1.
    pub current_state_timestamp: i64,
    pub members: Vec<MemberMetadata>,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        Self {
            protocol_type: Default::default(),
            generation: Default::default(),
            protocol: Some(Default::default()),
            leader: Some(Default::default()),
            current_state_timestamp: -1,
            members: Default::default(),
        }
    }
}

impl GroupMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("GroupMetadataValue", v, 0, 4)?;
        let flex = v >= 4;
        let mut x = Self::default();
        x.protocol_type = r.string(flex, "protocol_type")?;
        x.generation = r.int32("generation")?;
        x.protocol = r.nullable_string(flex, "protocol")?;
        x.leader = r.nullable_string(flex, "leader")?;
        if v >= 2 {
            x.current_state_timestamp = r.int64("current_state_timestamp")?;
        }
        x.members = r.array::<_, { MemberMetadata::WIRE_BYTES_MIN }>(flex, "members", |r| {
            MemberMetadata::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("GroupMetadataValue", v, 0, 4)?;
        let flex = v >= 4;
        w.string(flex, &self.protocol_type, "protocol_type")?;
        w.int32(self.generation);
        w.nullable_string(flex, self.protocol.as_ref(), "protocol")?;
        w.nullable_string(flex, self.leader.as_ref(), "leader")?;
        if v >= 2 {
            w.int64(self.current_state_timestamp);
        }
        w.array(flex, &self.members, "members", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`GroupMetadataValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct MemberMetadata {
    pub member_id: Str,
    /// Versions 3+, ignorable, default null.
    pub group_instance_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    /// Versions 1+, ignorable, default -1.
    pub rebalance_timeout: i32,
    pub session_timeout: i32,
    pub subscription: Bytes,
    pub assignment: Bytes,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        Self {
            member_id: Default::default(),
            group_instance_id: None,
            client_id: Default::default(),
            client_host: Default::default(),
            rebalance_timeout: -1,
            session_timeout: Default::default(),
            subscription: Default::default(),
            assignment: Default::default(),
        }
    }
}

impl MemberMetadata {
    pub(crate) const WIRE_BYTES_MIN: usize = 15;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 4;
        let mut x = Self::default();
        x.member_id = r.string(flex, "member_id")?;
        if v >= 3 {
            x.group_instance_id = r.nullable_string(flex, "group_instance_id")?;
        }
        x.client_id = r.string(flex, "client_id")?;
        x.client_host = r.string(flex, "client_host")?;
        if v >= 1 {
            x.rebalance_timeout = r.int32("rebalance_timeout")?;
        }
        x.session_timeout = r.int32("session_timeout")?;
        x.subscription = r.bytes(flex, "subscription")?;
        x.assignment = r.bytes(flex, "assignment")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 4;
        w.string(flex, &self.member_id, "member_id")?;
        if v >= 3 {
            w.nullable_string(flex, self.group_instance_id.as_ref(), "group_instance_id")?;
        }
        w.string(flex, &self.client_id, "client_id")?;
        w.string(flex, &self.client_host, "client_host")?;
        if v >= 1 {
            w.int32(self.rebalance_timeout);
        }
        w.int32(self.session_timeout);
        w.bytes(flex, &self.subscription, "subscription")?;
        w.bytes(flex, &self.assignment, "assignment")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(GroupMetadataValue, GroupValue, 2, 0..=4, 4);
