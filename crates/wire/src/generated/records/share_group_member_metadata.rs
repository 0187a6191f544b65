//! ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 10, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupMemberMetadataKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ShareGroupMemberMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupMemberMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.member_id = r.string(false, "member_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupMemberMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.member_id, "member_id")?;
        Ok(())
    }
}

crate::message::message!(ShareGroupMemberMetadataKey, GroupKey, 10, 0..=0, i16::MAX);

/// Record (group-value), key 10, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareGroupMemberMetadataValue {
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub subscribed_topic_names: Vec<Str>,
}

impl Default for ShareGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            rack_id: Some(Default::default()),
            client_id: Default::default(),
            client_host: Default::default(),
            subscribed_topic_names: Default::default(),
        }
    }
}

impl ShareGroupMemberMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupMemberMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.client_id = r.string(true, "client_id")?;
        x.client_host = r.string(true, "client_host")?;
        x.subscribed_topic_names = r.array::<_, 1>(true, "subscribed_topic_names", |r| {
            r.string(true, "subscribed_topic_names")
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupMemberMetadataValue", v, 0, 0)?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.string(true, &self.client_id, "client_id")?;
        w.string(true, &self.client_host, "client_host")?;
        w.array(true, &self.subscribed_topic_names, "subscribed_topic_names", |w, x| {
            w.string(true, x, "subscribed_topic_names")
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareGroupMemberMetadataValue, GroupValue, 10, 0..=0, 0);
