//! ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 5, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMemberMetadataKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ConsumerGroupMemberMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupMemberMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupMemberMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(ConsumerGroupMemberMetadataKey, GroupKey, 5, 0..=0, i16::MAX);

/// Record (group-value), key 5, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub subscribed_topic_names: Vec<Str>,
    pub subscribed_topic_regex: Option<Str>,
    /// Default -1.
    pub rebalance_timeout_ms: i32,
    pub server_assignor: Option<Str>,
    /// Tag 0.
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(Default::default()),
            rack_id: Some(Default::default()),
            client_id: Default::default(),
            client_host: Default::default(),
            subscribed_topic_names: Default::default(),
            subscribed_topic_regex: Some(Default::default()),
            rebalance_timeout_ms: -1,
            server_assignor: Some(Default::default()),
            classic_member_metadata: Some(Default::default()),
        }
    }
}

impl ConsumerGroupMemberMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupMemberMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.instance_id = r.nullable_string(true, "instance_id")?;
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.client_id = r.string(true, "client_id")?;
        x.client_host = r.string(true, "client_host")?;
        x.subscribed_topic_names = r.array::<_, 1>(true, "subscribed_topic_names", |r| {
            r.string(true, "subscribed_topic_names")
        })?;
        x.subscribed_topic_regex = r.nullable_string(true, "subscribed_topic_regex")?;
        x.rebalance_timeout_ms = r.int32("rebalance_timeout_ms")?;
        x.server_assignor = r.nullable_string(true, "server_assignor")?;
        r.tags(|r, tag| {
            match tag {
                0 => {
                    x.classic_member_metadata = r
                        .nullable_tagged_struct("classic_member_metadata", |r| {
                            ClassicMemberMetadata::decode(r, v)
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
        w.check_version("ConsumerGroupMemberMetadataValue", v, 0, 0)?;
        w.nullable_string(true, self.instance_id.as_ref(), "instance_id")?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.string(true, &self.client_id, "client_id")?;
        w.string(true, &self.client_host, "client_host")?;
        w.array(true, &self.subscribed_topic_names, "subscribed_topic_names", |w, x| {
            w.string(true, x, "subscribed_topic_names")
        })?;
        w.nullable_string(true, self.subscribed_topic_regex.as_ref(), "subscribed_topic_regex")?;
        w.int32(self.rebalance_timeout_ms);
        w.nullable_string(true, self.server_assignor.as_ref(), "server_assignor")?;

        let mut tags = w.tags();
        if self.classic_member_metadata != Some(Default::default()) {
            w.tag(&mut tags, 0, |w| {
                w.nullable_tagged_struct(self.classic_member_metadata.as_ref(), |w, x| {
                    x.encode(w, v)
                })
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`ConsumerGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicMemberMetadata {
    pub session_timeout_ms: i32,
    pub supported_protocols: Vec<ClassicProtocol>,
}

impl ClassicMemberMetadata {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.session_timeout_ms = r.int32("session_timeout_ms")?;
        x.supported_protocols =
            r.array::<_, { ClassicProtocol::WIRE_BYTES_MIN }>(true, "supported_protocols", |r| {
                ClassicProtocol::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.session_timeout_ms);
        w.array(true, &self.supported_protocols, "supported_protocols", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicProtocol {
    pub name: Str,
    pub metadata: Bytes,
}

impl ClassicProtocol {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.metadata = r.bytes(true, "metadata")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.bytes(true, &self.metadata, "metadata")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ConsumerGroupMemberMetadataValue, GroupValue, 5, 0..=0, 0);
