//! ClientQuotaRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 14, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientQuotaRecord {
    pub entity: Vec<EntityData>,
    pub key: Str,
    pub value: f64,
    pub remove: bool,
}

impl ClientQuotaRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ClientQuotaRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.entity = r.array::<_, { EntityData::WIRE_BYTES_MIN }>(true, "entity", |r| {
            EntityData::decode(r, v)
        })?;
        x.key = r.string(true, "key")?;
        x.value = r.float64("value")?;
        x.remove = r.bool("remove")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ClientQuotaRecord", v, 0, 0)?;
        w.array(true, &self.entity, "entity", |w, x| x.encode(w, v))?;
        w.string(true, &self.key, "key")?;
        w.float64(self.value);
        w.bool(self.remove);
        w.no_tags();
        Ok(())
    }
}

/// In [`ClientQuotaRecord`].
#[derive(Debug, Clone, PartialEq)]
pub struct EntityData {
    pub entity_type: Str,
    pub entity_name: Option<Str>,
}

impl Default for EntityData {
    fn default() -> Self {
        Self { entity_type: Default::default(), entity_name: Some(Default::default()) }
    }
}

impl EntityData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.entity_type = r.string(true, "entity_type")?;
        x.entity_name = r.nullable_string(true, "entity_name")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.entity_type, "entity_type")?;
        w.nullable_string(true, self.entity_name.as_ref(), "entity_name")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ClientQuotaRecord, MetadataRecord, 14, 0..=0, 0);
