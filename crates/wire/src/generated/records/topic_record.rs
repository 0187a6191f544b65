//! TopicRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 2, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRecord {
    pub name: Str,
    pub topic_id: Uuid,
}

impl TopicRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("TopicRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.topic_id = r.uuid("topic_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("TopicRecord", v, 0, 0)?;
        w.string(true, &self.name, "name")?;
        w.uuid(self.topic_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(TopicRecord, MetadataRecord, 2, 0..=0, 0);
