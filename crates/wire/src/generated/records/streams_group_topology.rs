//! StreamsGroupTopologyKey, StreamsGroupTopologyValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 23, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyKey {
    pub group_id: Str,
}

impl StreamsGroupTopologyKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupTopologyKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupTopologyKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        Ok(())
    }
}

crate::message::message!(StreamsGroupTopologyKey, GroupKey, 23, 0..=0, i16::MAX);

/// Record (group-value), key 23, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyValue {
    pub epoch: i32,
    pub subtopologies: Vec<Subtopology>,
}

impl StreamsGroupTopologyValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupTopologyValue", v, 0, 0)?;
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        x.subtopologies =
            r.array::<_, { Subtopology::WIRE_BYTES_MIN }>(true, "subtopologies", |r| {
                Subtopology::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupTopologyValue", v, 0, 0)?;
        w.int32(self.epoch);
        w.array(true, &self.subtopologies, "subtopologies", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    pub subtopology_id: Str,
    pub source_topics: Vec<Str>,
    pub source_topic_regex: Vec<Str>,
    pub state_changelog_topics: Vec<TopicInfo>,
    pub repartition_sink_topics: Vec<Str>,
    pub repartition_source_topics: Vec<TopicInfo>,
    pub copartition_groups: Vec<CopartitionGroup>,
}

impl Subtopology {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.source_topics =
            r.array::<_, 1>(true, "source_topics", |r| r.string(true, "source_topics"))?;
        x.source_topic_regex =
            r.array::<_, 1>(true, "source_topic_regex", |r| r.string(true, "source_topic_regex"))?;
        x.state_changelog_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "state_changelog_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        x.repartition_sink_topics = r.array::<_, 1>(true, "repartition_sink_topics", |r| {
            r.string(true, "repartition_sink_topics")
        })?;
        x.repartition_source_topics =
            r.array::<_, { TopicInfo::WIRE_BYTES_MIN }>(true, "repartition_source_topics", |r| {
                TopicInfo::decode(r, v)
            })?;
        x.copartition_groups =
            r.array::<_, { CopartitionGroup::WIRE_BYTES_MIN }>(true, "copartition_groups", |r| {
                CopartitionGroup::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.array(true, &self.source_topics, "source_topics", |w, x| {
            w.string(true, x, "source_topics")
        })?;
        w.array(true, &self.source_topic_regex, "source_topic_regex", |w, x| {
            w.string(true, x, "source_topic_regex")
        })?;
        w.array(true, &self.state_changelog_topics, "state_changelog_topics", |w, x| {
            x.encode(w, v)
        })?;
        w.array(true, &self.repartition_sink_topics, "repartition_sink_topics", |w, x| {
            w.string(true, x, "repartition_sink_topics")
        })?;
        w.array(true, &self.repartition_source_topics, "repartition_source_topics", |w, x| {
            x.encode(w, v)
        })?;
        w.array(true, &self.copartition_groups, "copartition_groups", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    pub source_topics: Vec<i16>,
    pub source_topic_regex: Vec<i16>,
    pub repartition_source_topics: Vec<i16>,
}

impl CopartitionGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 4;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.source_topics = r.array::<_, 2>(true, "source_topics", |r| r.int16("source_topics"))?;
        x.source_topic_regex =
            r.array::<_, 2>(true, "source_topic_regex", |r| r.int16("source_topic_regex"))?;
        x.repartition_source_topics = r.array::<_, 2>(true, "repartition_source_topics", |r| {
            r.int16("repartition_source_topics")
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.source_topics, "source_topics", |w, x| {
            w.int16(*x);
            Ok(())
        })?;
        w.array(true, &self.source_topic_regex, "source_topic_regex", |w, x| {
            w.int16(*x);
            Ok(())
        })?;
        w.array(true, &self.repartition_source_topics, "repartition_source_topics", |w, x| {
            w.int16(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicConfig {
    pub key: Str,
    pub value: Str,
}

impl TopicConfig {
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

/// In [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    pub name: Str,
    pub partitions: i32,
    pub replication_factor: i16,
    pub topic_configs: Vec<TopicConfig>,
}

impl TopicInfo {
    pub(crate) const WIRE_BYTES_MIN: usize = 9;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.partitions = r.int32("partitions")?;
        x.replication_factor = r.int16("replication_factor")?;
        x.topic_configs =
            r.array::<_, { TopicConfig::WIRE_BYTES_MIN }>(true, "topic_configs", |r| {
                TopicConfig::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int32(self.partitions);
        w.int16(self.replication_factor);
        w.array(true, &self.topic_configs, "topic_configs", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupTopologyValue, GroupValue, 23, 0..=0, 0);
