//! RemoveTopicRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 9, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoveTopicRecord {
    pub topic_id: Uuid,
}

impl RemoveTopicRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoveTopicRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoveTopicRecord", v, 0, 0)?;
        w.uuid(self.topic_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoveTopicRecord, MetadataRecord, 9, 0..=0, 0);
