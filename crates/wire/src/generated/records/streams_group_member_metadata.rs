//! StreamsGroupMemberMetadataKey, StreamsGroupMemberMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 19, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupMemberMetadataKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl StreamsGroupMemberMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupMemberMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupMemberMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(StreamsGroupMemberMetadataKey, GroupKey, 19, 0..=0, i16::MAX);

/// Record (group-value), key 19, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMemberMetadataValue {
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    /// Default -1.
    pub rebalance_timeout_ms: i32,
    pub topology_epoch: i32,
    pub process_id: Str,
    /// Default null.
    pub user_endpoint: Option<Endpoint>,
    pub client_tags: Vec<KeyValue>,
}

impl Default for StreamsGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(Default::default()),
            rack_id: Some(Default::default()),
            client_id: Default::default(),
            client_host: Default::default(),
            rebalance_timeout_ms: -1,
            topology_epoch: Default::default(),
            process_id: Default::default(),
            user_endpoint: None,
            client_tags: Default::default(),
        }
    }
}

impl StreamsGroupMemberMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupMemberMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.instance_id = r.nullable_string(true, "instance_id")?;
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.client_id = r.string(true, "client_id")?;
        x.client_host = r.string(true, "client_host")?;
        x.rebalance_timeout_ms = r.int32("rebalance_timeout_ms")?;
        x.topology_epoch = r.int32("topology_epoch")?;
        x.process_id = r.string(true, "process_id")?;
        x.user_endpoint = r.nullable_struct("user_endpoint", |r| Endpoint::decode(r, v))?;
        x.client_tags = r.array::<_, { KeyValue::WIRE_BYTES_MIN }>(true, "client_tags", |r| {
            KeyValue::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupMemberMetadataValue", v, 0, 0)?;
        w.nullable_string(true, self.instance_id.as_ref(), "instance_id")?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.string(true, &self.client_id, "client_id")?;
        w.string(true, &self.client_host, "client_host")?;
        w.int32(self.rebalance_timeout_ms);
        w.int32(self.topology_epoch);
        w.string(true, &self.process_id, "process_id")?;
        w.nullable_struct(self.user_endpoint.as_ref(), |w, x| x.encode(w, v))?;
        w.array(true, &self.client_tags, "client_tags", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    pub host: Str,
    pub port: u16,
}

impl Endpoint {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.host = r.string(true, "host")?;
        x.port = r.uint16("port")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.host, "host")?;
        w.uint16(self.port);
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    pub key: Str,
    pub value: Str,
}

impl KeyValue {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.key = r.string(true, "key")?;
        x.value = r.string(true, "value")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.key, "key")?;
        w.string(true, &self.value, "value")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupMemberMetadataValue, GroupValue, 19, 0..=0, 0);
