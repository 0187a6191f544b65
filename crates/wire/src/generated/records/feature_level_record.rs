//! FeatureLevelRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 12, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureLevelRecord {
    pub name: Str,
    pub feature_level: i16,
}

impl FeatureLevelRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FeatureLevelRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.feature_level = r.int16("feature_level")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FeatureLevelRecord", v, 0, 0)?;
        w.string(true, &self.name, "name")?;
        w.int16(self.feature_level);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(FeatureLevelRecord, MetadataRecord, 12, 0..=0, 0);
