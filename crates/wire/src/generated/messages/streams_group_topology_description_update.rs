//! StreamsGroupTopologyDescriptionUpdate, key 93. New in 4.4 (KIP-1331).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 93, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyDescriptionUpdateRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub topology_epoch: i32,
    pub topology_description: TopologyDescription,
}

impl StreamsGroupTopologyDescriptionUpdateRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupTopologyDescriptionUpdateRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(true, "group_id")?;
        x.member_id = r.string(true, "member_id")?;
        x.topology_epoch = r.int32("topology_epoch")?;
        x.topology_description = TopologyDescription::decode(r, v)?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupTopologyDescriptionUpdateRequest", v, 0, 0)?;
        w.string(true, &self.group_id, "group_id")?;
        w.string(true, &self.member_id, "member_id")?;
        w.int32(self.topology_epoch);
        w.nested(|w| self.topology_description.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription {
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
}

impl TopologyDescription {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopologies = r.array::<_, { TopologyDescriptionSubtopology::WIRE_BYTES_MIN }>(
            true,
            "subtopologies",
            |r| TopologyDescriptionSubtopology::decode(r, v),
        )?;
        x.global_stores = r.array::<_, { TopologyDescriptionGlobalStore::WIRE_BYTES_MIN }>(
            true,
            "global_stores",
            |r| TopologyDescriptionGlobalStore::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.subtopologies, "subtopologies", |w, x| x.encode(w, v))?;
        w.array(true, &self.global_stores, "global_stores", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology {
    pub subtopology_id: Str,
    pub nodes: Vec<TopologyDescriptionNode>,
}

impl TopologyDescriptionSubtopology {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.subtopology_id = r.string(true, "subtopology_id")?;
        x.nodes =
            r.array::<_, { TopologyDescriptionNode::WIRE_BYTES_MIN }>(true, "nodes", |r| {
                TopologyDescriptionNode::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.subtopology_id, "subtopology_id")?;
        w.array(true, &self.nodes, "nodes", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode {
    pub name: Str,
    pub node_type: i8,
    pub source_topics: Vec<Str>,
    /// Default null.
    pub sink_topic: Option<Str>,
    pub stores: Vec<Str>,
    pub successors: Vec<Str>,
}

impl TopologyDescriptionNode {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.node_type = r.int8("node_type")?;
        x.source_topics =
            r.array::<_, 1>(true, "source_topics", |r| r.string(true, "source_topics"))?;
        x.sink_topic = r.nullable_string(true, "sink_topic")?;
        x.stores = r.array::<_, 1>(true, "stores", |r| r.string(true, "stores"))?;
        x.successors = r.array::<_, 1>(true, "successors", |r| r.string(true, "successors"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int8(self.node_type);
        w.array(true, &self.source_topics, "source_topics", |w, x| {
            w.string(true, x, "source_topics")
        })?;
        w.nullable_string(true, self.sink_topic.as_ref(), "sink_topic")?;
        w.array(true, &self.stores, "stores", |w, x| w.string(true, x, "stores"))?;
        w.array(true, &self.successors, "successors", |w, x| w.string(true, x, "successors"))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore {
    pub source: TopologyDescriptionNode,
    pub processor: TopologyDescriptionNode,
}

impl TopologyDescriptionGlobalStore {
    pub(crate) const WIRE_BYTES_MIN: usize = 15;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.source = TopologyDescriptionNode::decode(r, v)?;
        x.processor = TopologyDescriptionNode::decode(r, v)?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.nested(|w| self.source.encode(w, v))?;
        w.nested(|w| self.processor.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupTopologyDescriptionUpdateRequest, Request, 93, 0..=0, 0);

/// Response, key 93, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyDescriptionUpdateResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
}

impl StreamsGroupTopologyDescriptionUpdateResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("StreamsGroupTopologyDescriptionUpdateResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("StreamsGroupTopologyDescriptionUpdateResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(StreamsGroupTopologyDescriptionUpdateResponse, Response, 93, 0..=0, 0);
crate::message::request!(
    StreamsGroupTopologyDescriptionUpdate,
    StreamsGroupTopologyDescriptionUpdateRequest,
    StreamsGroupTopologyDescriptionUpdateResponse
);
