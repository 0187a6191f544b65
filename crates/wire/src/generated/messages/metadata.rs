//! Metadata, key 3. V12 topic ids; v13 top-level error.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 3, versions 0-13, flexible 9+.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequest {
    /// Nullable in 1+.
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// Versions 4+, default true.
    pub allow_auto_topic_creation: bool,
    /// Versions 8-10.
    pub include_cluster_authorized_operations: bool,
    /// Versions 8+.
    pub include_topic_authorized_operations: bool,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        Self {
            topics: Some(Default::default()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: Default::default(),
            include_topic_authorized_operations: Default::default(),
        }
    }
}

impl MetadataRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("MetadataRequest", v, 0, 13)?;
        let flex = v >= 9;
        let mut x = Self::default();
        x.topics = if v >= 1 {
            r.nullable_array::<_, { MetadataRequestTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                MetadataRequestTopic::decode(r, v)
            })?
        } else {
            Some(r.array::<_, { MetadataRequestTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                MetadataRequestTopic::decode(r, v)
            })?)
        };
        if v >= 4 {
            x.allow_auto_topic_creation = r.bool("allow_auto_topic_creation")?;
        }
        if (8..=10).contains(&v) {
            x.include_cluster_authorized_operations =
                r.bool("include_cluster_authorized_operations")?;
        }
        if v >= 8 {
            x.include_topic_authorized_operations =
                r.bool("include_topic_authorized_operations")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("MetadataRequest", v, 0, 13)?;
        let flex = v >= 9;
        if v >= 1 {
            w.nullable_array(flex, self.topics.as_ref(), "topics", |w, x| x.encode(w, v))
        } else {
            w.array(flex, required(&self.topics, "topics")?, "topics", |w, x| x.encode(w, v))
        }?;
        if v >= 4 {
            w.bool(self.allow_auto_topic_creation);
        } else if !self.allow_auto_topic_creation {
            return Err(EncodeError::not_in_version("allow_auto_topic_creation", v));
        }
        if (8..=10).contains(&v) {
            w.bool(self.include_cluster_authorized_operations);
        } else if self.include_cluster_authorized_operations {
            return Err(EncodeError::not_in_version("include_cluster_authorized_operations", v));
        }
        if v >= 8 {
            w.bool(self.include_topic_authorized_operations);
        } else if self.include_topic_authorized_operations {
            return Err(EncodeError::not_in_version("include_topic_authorized_operations", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`MetadataRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequestTopic {
    /// Versions 10+, ignorable.
    pub topic_id: Uuid,
    /// Nullable in 10+.
    pub name: Option<Str>,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        Self { topic_id: Default::default(), name: Some(Default::default()) }
    }
}

impl MetadataRequestTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 2;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        if v >= 10 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.name =
            if v >= 10 { r.nullable_string(flex, "name")? } else { Some(r.string(flex, "name")?) };
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        if v >= 10 {
            w.uuid(self.topic_id);
        }
        if v >= 10 {
            w.nullable_string(flex, self.name.as_ref(), "name")
        } else {
            w.string(flex, required(&self.name, "name")?, "name")
        }?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(MetadataRequest, Request, 3, 0..=13, 9);

/// Response, key 3, versions 0-13, flexible 9+.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponse {
    /// Versions 3+, ignorable.
    pub throttle_time_ms: i32,
    pub brokers: Vec<MetadataResponseBroker>,
    /// Versions 2+, ignorable, default null.
    pub cluster_id: Option<Str>,
    /// Versions 1+, ignorable, default -1.
    pub controller_id: i32,
    pub topics: Vec<MetadataResponseTopic>,
    /// Versions 8-10, default -2147483648.
    pub cluster_authorized_operations: i32,
    /// Versions 13+, ignorable.
    pub error_code: i16,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            brokers: Default::default(),
            cluster_id: None,
            controller_id: -1,
            topics: Default::default(),
            cluster_authorized_operations: i32::MIN,
            error_code: Default::default(),
        }
    }
}

impl MetadataResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("MetadataResponse", v, 0, 13)?;
        let flex = v >= 9;
        let mut x = Self::default();
        if v >= 3 {
            x.throttle_time_ms = r.int32("throttle_time_ms")?;
        }
        x.brokers =
            r.array::<_, { MetadataResponseBroker::WIRE_BYTES_MIN }>(flex, "brokers", |r| {
                MetadataResponseBroker::decode(r, v)
            })?;
        if v >= 2 {
            x.cluster_id = r.nullable_string(flex, "cluster_id")?;
        }
        if v >= 1 {
            x.controller_id = r.int32("controller_id")?;
        }
        x.topics =
            r.array::<_, { MetadataResponseTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                MetadataResponseTopic::decode(r, v)
            })?;
        if (8..=10).contains(&v) {
            x.cluster_authorized_operations = r.int32("cluster_authorized_operations")?;
        }
        if v == 13 {
            x.error_code = r.int16("error_code")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("MetadataResponse", v, 0, 13)?;
        let flex = v >= 9;
        if v >= 3 {
            w.int32(self.throttle_time_ms);
        }
        w.array(flex, &self.brokers, "brokers", |w, x| x.encode(w, v))?;
        if v >= 2 {
            w.nullable_string(flex, self.cluster_id.as_ref(), "cluster_id")?;
        }
        if v >= 1 {
            w.int32(self.controller_id);
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if (8..=10).contains(&v) {
            w.int32(self.cluster_authorized_operations);
        } else if self.cluster_authorized_operations != i32::MIN {
            return Err(EncodeError::not_in_version("cluster_authorized_operations", v));
        }
        if v == 13 {
            w.int16(self.error_code);
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataResponseBroker {
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    /// Versions 1+, ignorable, default null.
    pub rack: Option<Str>,
}

impl MetadataResponseBroker {
    pub(crate) const WIRE_BYTES_MIN: usize = 10;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        x.node_id = r.int32("node_id")?;
        x.host = r.string(flex, "host")?;
        x.port = r.int32("port")?;
        if v >= 1 {
            x.rack = r.nullable_string(flex, "rack")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        w.int32(self.node_id);
        w.string(flex, &self.host, "host")?;
        w.int32(self.port);
        if v >= 1 {
            w.nullable_string(flex, self.rack.as_ref(), "rack")?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponseTopic {
    pub error_code: i16,
    /// Nullable in 12+.
    pub name: Option<Str>,
    /// Versions 10+, ignorable.
    pub topic_id: Uuid,
    /// Versions 1+, ignorable.
    pub is_internal: bool,
    pub partitions: Vec<MetadataResponsePartition>,
    /// Versions 8+, default -2147483648.
    pub topic_authorized_operations: i32,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            name: Some(Default::default()),
            topic_id: Default::default(),
            is_internal: Default::default(),
            partitions: Default::default(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

impl MetadataResponseTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 8;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.name =
            if v >= 12 { r.nullable_string(flex, "name")? } else { Some(r.string(flex, "name")?) };
        if v >= 10 {
            x.topic_id = r.uuid("topic_id")?;
        }
        if v >= 1 {
            x.is_internal = r.bool("is_internal")?;
        }
        x.partitions =
            r.array::<_, { MetadataResponsePartition::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                MetadataResponsePartition::decode(r, v)
            })?;
        if v >= 8 {
            x.topic_authorized_operations = r.int32("topic_authorized_operations")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        w.int16(self.error_code);
        if v >= 12 {
            w.nullable_string(flex, self.name.as_ref(), "name")
        } else {
            w.string(flex, required(&self.name, "name")?, "name")
        }?;
        if v >= 10 {
            w.uuid(self.topic_id);
        }
        if v >= 1 {
            w.bool(self.is_internal);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if v >= 8 {
            w.int32(self.topic_authorized_operations);
        } else if self.topic_authorized_operations != i32::MIN {
            return Err(EncodeError::not_in_version("topic_authorized_operations", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponsePartition {
    pub error_code: i16,
    pub partition_index: i32,
    pub leader_id: i32,
    /// Versions 7+, ignorable, default -1.
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    /// Versions 5+, ignorable.
    pub offline_replicas: Vec<i32>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            partition_index: Default::default(),
            leader_id: Default::default(),
            leader_epoch: -1,
            replica_nodes: Default::default(),
            isr_nodes: Default::default(),
            offline_replicas: Default::default(),
        }
    }
}

impl MetadataResponsePartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 9;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.partition_index = r.int32("partition_index")?;
        x.leader_id = r.int32("leader_id")?;
        if v >= 7 {
            x.leader_epoch = r.int32("leader_epoch")?;
        }
        x.replica_nodes = r.array::<_, 4>(flex, "replica_nodes", |r| r.int32("replica_nodes"))?;
        x.isr_nodes = r.array::<_, 4>(flex, "isr_nodes", |r| r.int32("isr_nodes"))?;
        if v >= 5 {
            x.offline_replicas =
                r.array::<_, 4>(flex, "offline_replicas", |r| r.int32("offline_replicas"))?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 9;
        w.int16(self.error_code);
        w.int32(self.partition_index);
        w.int32(self.leader_id);
        if v >= 7 {
            w.int32(self.leader_epoch);
        }
        w.array(flex, &self.replica_nodes, "replica_nodes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.array(flex, &self.isr_nodes, "isr_nodes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if v >= 5 {
            w.array(flex, &self.offline_replicas, "offline_replicas", |w, x| {
                w.int32(*x);
                Ok(())
            })?;
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(MetadataResponse, Response, 3, 0..=13, 9);
crate::message::request!(Metadata, MetadataRequest, MetadataResponse);
