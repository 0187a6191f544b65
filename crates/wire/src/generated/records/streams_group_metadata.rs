//! StreamsGroupMetadataKey, StreamsGroupMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 17, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupMetadataKey {
    pub group_id: Str,
}

impl StreamsGroupMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(StreamsGroupMetadataKey, GroupKey, 17, 0..=0, i16::MAX);

/// Record (group-value), key 17, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMetadataValue {
    pub epoch: i32,
    pub metadata_hash: i64,
    /// Tag 0, default -1.
    pub validated_topology_epoch: i32,
    /// Tag 1.
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig>>,
    /// Tag 2, default -1.
    pub stored_description_topology_epoch: i32,
    /// Tag 3, default -1.
    pub failed_description_topology_epoch: i32,
}

impl Default for StreamsGroupMetadataValue {
    fn default() -> Self {
        Self {
            epoch: Default::default(),
            metadata_hash: Default::default(),
            validated_topology_epoch: -1,
            last_assignment_configs: Some(Default::default()),
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
        }
    }
}

impl StreamsGroupMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        x.metadata_hash = r.int64("metadata_hash")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.validated_topology_epoch = r.int32("validated_topology_epoch")?,
                1 => {
                    x.last_assignment_configs = r
                        .nullable_array::<_, { LastAssignmentConfig::WIRE_BYTES_MIN }>(
                            true,
                            "last_assignment_configs",
                            |r| LastAssignmentConfig::decode(r, v),
                        )?
                }
                2 => {
                    x.stored_description_topology_epoch =
                        r.int32("stored_description_topology_epoch")?
                }
                3 => {
                    x.failed_description_topology_epoch =
                        r.int32("failed_description_topology_epoch")?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupMetadataValue", v, 0, 0)?;
        w.int32(self.epoch);
        w.int64(self.metadata_hash);

        let mut tags = w.tags();
        if self.validated_topology_epoch != -1 {
            w.tag(&mut tags, 0, |w| {
                w.int32(self.validated_topology_epoch);
                Ok(())
            })?;
        }
        if self.last_assignment_configs != Some(Default::default()) {
            w.tag(&mut tags, 1, |w| {
                w.nullable_array(
                    true,
                    self.last_assignment_configs.as_ref(),
                    "last_assignment_configs",
                    |w, x| x.encode(w, v),
                )
            })?;
        }
        if self.stored_description_topology_epoch != -1 {
            w.tag(&mut tags, 2, |w| {
                w.int32(self.stored_description_topology_epoch);
                Ok(())
            })?;
        }
        if self.failed_description_topology_epoch != -1 {
            w.tag(&mut tags, 3, |w| {
                w.int32(self.failed_description_topology_epoch);
                Ok(())
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`StreamsGroupMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LastAssignmentConfig {
    pub key: Str,
    pub value: Str,
}

impl LastAssignmentConfig {
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

crate::message::message!(StreamsGroupMetadataValue, GroupValue, 17, 0..=0, 0);
