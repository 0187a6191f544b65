//! AccessControlEntryRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 18, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccessControlEntryRecord {
    pub id: Uuid,
    pub resource_type: i8,
    pub resource_name: Str,
    pub pattern_type: i8,
    pub principal: Str,
    pub host: Str,
    pub operation: i8,
    pub permission_type: i8,
}

impl AccessControlEntryRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AccessControlEntryRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.id = r.uuid("id")?;
        x.resource_type = r.int8("resource_type")?;
        x.resource_name = r.string(true, "resource_name")?;
        x.pattern_type = r.int8("pattern_type")?;
        x.principal = r.string(true, "principal")?;
        x.host = r.string(true, "host")?;
        x.operation = r.int8("operation")?;
        x.permission_type = r.int8("permission_type")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AccessControlEntryRecord", v, 0, 0)?;
        w.uuid(self.id);
        w.int8(self.resource_type);
        w.string(true, &self.resource_name, "resource_name")?;
        w.int8(self.pattern_type);
        w.string(true, &self.principal, "principal")?;
        w.string(true, &self.host, "host")?;
        w.int8(self.operation);
        w.int8(self.permission_type);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AccessControlEntryRecord, MetadataRecord, 18, 0..=0, 0);
