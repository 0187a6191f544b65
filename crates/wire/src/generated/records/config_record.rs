//! ConfigRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 4, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigRecord {
    pub resource_type: i8,
    pub resource_name: Str,
    pub name: Str,
    pub value: Option<Str>,
}

impl Default for ConfigRecord {
    fn default() -> Self {
        Self {
            resource_type: Default::default(),
            resource_name: Default::default(),
            name: Default::default(),
            value: Some(Default::default()),
        }
    }
}

impl ConfigRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConfigRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.resource_type = r.int8("resource_type")?;
        x.resource_name = r.string(true, "resource_name")?;
        x.name = r.string(true, "name")?;
        x.value = r.nullable_string(true, "value")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConfigRecord", v, 0, 0)?;
        w.int8(self.resource_type);
        w.string(true, &self.resource_name, "resource_name")?;
        w.string(true, &self.name, "name")?;
        w.nullable_string(true, self.value.as_ref(), "value")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ConfigRecord, MetadataRecord, 4, 0..=0, 0);
