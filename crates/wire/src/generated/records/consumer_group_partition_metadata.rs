//! ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 4, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataKey {
    pub group_id: Str,
}

impl ConsumerGroupPartitionMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupPartitionMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupPartitionMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(ConsumerGroupPartitionMetadataKey, GroupKey, 4, 0..=0, i16::MAX);

/// Record (group-value), key 4, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataValue {
    pub topics: Vec<TopicMetadata>,
}

impl ConsumerGroupPartitionMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupPartitionMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.topics = r.array::<_, { TopicMetadata::WIRE_BYTES_MIN }>(true, "topics", |r| {
            TopicMetadata::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupPartitionMetadataValue", v, 0, 0)?;
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupPartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicMetadata {
    pub topic_id: Uuid,
    pub topic_name: Str,
    pub num_partitions: i32,
    pub partition_metadata: Vec<PartitionMetadata>,
}

impl TopicMetadata {
    pub(crate) const WIRE_BYTES_MIN: usize = 23;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.topic_name = r.string(true, "topic_name")?;
        x.num_partitions = r.int32("num_partitions")?;
        x.partition_metadata =
            r.array::<_, { PartitionMetadata::WIRE_BYTES_MIN }>(true, "partition_metadata", |r| {
                PartitionMetadata::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.string(true, &self.topic_name, "topic_name")?;
        w.int32(self.num_partitions);
        w.array(true, &self.partition_metadata, "partition_metadata", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ConsumerGroupPartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionMetadata {
    pub partition: i32,
    pub racks: Vec<Str>,
}

impl PartitionMetadata {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition = r.int32("partition")?;
        x.racks = r.array::<_, 1>(true, "racks", |r| r.string(true, "racks"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition);
        w.array(true, &self.racks, "racks", |w, x| w.string(true, x, "racks"))?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ConsumerGroupPartitionMetadataValue, GroupValue, 4, 0..=0, 0);
