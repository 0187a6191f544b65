//! ShareGroupStatePartitionMetadataKey, ShareGroupStatePartitionMetadataValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 15, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupStatePartitionMetadataKey {
    pub group_id: Str,
}

impl ShareGroupStatePartitionMetadataKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupStatePartitionMetadataKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupStatePartitionMetadataKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(ShareGroupStatePartitionMetadataKey, GroupKey, 15, 0..=0, i16::MAX);

/// Record (group-value), key 15, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupStatePartitionMetadataValue {
    pub initializing_topics: Vec<TopicPartitionsInfo>,
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    pub deleting_topics: Vec<TopicInfo>,
}

impl ShareGroupStatePartitionMetadataValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupStatePartitionMetadataValue", v, 0, 0)?;
        let mut x = Self::default();
        x.initializing_topics = r.array::<_, { TopicPartitionsInfo::WIRE_BYTES_MIN }>(
            true,
            "initializing_topics",
            |r| TopicPartitionsInfo::decode(r, v),
        )?;
        x.initialized_topics = r.array::<_, { TopicPartitionsInfo::WIRE_BYTES_MIN }>(
            true,
            "initialized_topics",
            |r| TopicPartitionsInfo::decode(r, v),
        )?;
        x.deleting_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "deleting_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupStatePartitionMetadataValue", v, 0, 0)?;
        w.array(true, &self.initializing_topics, "initializing_topics", |w, x| x.encode(w, v))?;
        w.array(true, &self.initialized_topics, "initialized_topics", |w, x| x.encode(w, v))?;
        w.array(true, &self.deleting_topics, "deleting_topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupStatePartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitionsInfo {
    pub topic_id: Uuid,
    pub topic_name: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartitionsInfo {
    pub(crate) const WIRE_BYTES_MIN: usize = 19;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.topic_name = r.string(true, "topic_name")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.string(true, &self.topic_name, "topic_name")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupStatePartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    pub topic_id: Uuid,
    pub topic_name: Str,
}

impl TopicInfo {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.topic_name = r.string(true, "topic_name")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.string(true, &self.topic_name, "topic_name")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareGroupStatePartitionMetadataValue, GroupValue, 15, 0..=0, 0);
