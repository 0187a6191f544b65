//! CreateTopics, key 19.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 19, versions 2-7, flexible 5+.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopicsRequest {
    pub topics: Vec<CreatableTopic>,
    /// Default 60000.
    pub timeout_ms: i32,
    pub validate_only: bool,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        Self { topics: Default::default(), timeout_ms: 60000, validate_only: Default::default() }
    }
}

impl CreateTopicsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreateTopicsRequest", v, 2, 7)?;
        let flex = v >= 5;
        let mut x = Self::default();
        x.topics = r.array::<_, { CreatableTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            CreatableTopic::decode(r, v)
        })?;
        x.timeout_ms = r.int32("timeout_ms")?;
        x.validate_only = r.bool("validate_only")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreateTopicsRequest", v, 2, 7)?;
        let flex = v >= 5;
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int32(self.timeout_ms);
        w.bool(self.validate_only);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateTopicsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableTopic {
    pub name: Str,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub assignments: Vec<CreatableReplicaAssignment>,
    pub configs: Vec<CreatableTopicConfig>,
}

impl CreatableTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 10;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 5;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.num_partitions = r.int32("num_partitions")?;
        x.replication_factor = r.int16("replication_factor")?;
        x.assignments = r.array::<_, { CreatableReplicaAssignment::WIRE_BYTES_MIN }>(
            flex,
            "assignments",
            |r| CreatableReplicaAssignment::decode(r, v),
        )?;
        x.configs =
            r.array::<_, { CreatableTopicConfig::WIRE_BYTES_MIN }>(flex, "configs", |r| {
                CreatableTopicConfig::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 5;
        w.string(flex, &self.name, "name")?;
        w.int32(self.num_partitions);
        w.int16(self.replication_factor);
        w.array(flex, &self.assignments, "assignments", |w, x| x.encode(w, v))?;
        w.array(flex, &self.configs, "configs", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateTopicsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableReplicaAssignment {
    pub partition_index: i32,
    pub broker_ids: Vec<i32>,
}

impl CreatableReplicaAssignment {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 5;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.broker_ids = r.array::<_, 4>(flex, "broker_ids", |r| r.int32("broker_ids"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 5;
        w.int32(self.partition_index);
        w.array(flex, &self.broker_ids, "broker_ids", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateTopicsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfig {
    pub name: Str,
    pub value: Option<Str>,
}

impl Default for CreatableTopicConfig {
    fn default() -> Self {
        Self { name: Default::default(), value: Some(Default::default()) }
    }
}

impl CreatableTopicConfig {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 5;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.value = r.nullable_string(flex, "value")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 5;
        w.string(flex, &self.name, "name")?;
        w.nullable_string(flex, self.value.as_ref(), "value")?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(CreateTopicsRequest, Request, 19, 2..=7, 5);

/// Response, key 19, versions 2-7, flexible 5+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateTopicsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<CreatableTopicResult>,
}

impl CreateTopicsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("CreateTopicsResponse", v, 2, 7)?;
        let flex = v >= 5;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.topics = r.array::<_, { CreatableTopicResult::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            CreatableTopicResult::decode(r, v)
        })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("CreateTopicsResponse", v, 2, 7)?;
        let flex = v >= 5;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`CreateTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicResult {
    pub name: Str,
    /// Versions 7+, ignorable.
    pub topic_id: Uuid,
    pub error_code: i16,
    pub error_message: Option<Str>,
    /// Versions 5+, tag 0, ignorable.
    pub topic_config_error_code: i16,
    /// Versions 5+, ignorable, default -1.
    pub num_partitions: i32,
    /// Versions 5+, ignorable, default -1.
    pub replication_factor: i16,
    /// Versions 5+, ignorable.
    pub configs: Option<Vec<CreatableTopicConfigs>>,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        Self {
            name: Default::default(),
            topic_id: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            topic_config_error_code: Default::default(),
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Default::default()),
        }
    }
}

impl CreatableTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 5;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        if v == 7 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(flex, "error_message")?;
        if v >= 5 {
            x.num_partitions = r.int32("num_partitions")?;
        }
        if v >= 5 {
            x.replication_factor = r.int16("replication_factor")?;
        }
        if v >= 5 {
            x.configs = r.nullable_array::<_, { CreatableTopicConfigs::WIRE_BYTES_MIN }>(
                flex,
                "configs",
                |r| CreatableTopicConfigs::decode(r, v),
            )?;
        }
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => x.topic_config_error_code = r.int16("topic_config_error_code")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 5;
        w.string(flex, &self.name, "name")?;
        if v == 7 {
            w.uuid(self.topic_id);
        }
        w.int16(self.error_code);
        w.nullable_string(flex, self.error_message.as_ref(), "error_message")?;

        if v >= 5 {
            w.int32(self.num_partitions);
        }
        if v >= 5 {
            w.int16(self.replication_factor);
        }
        if v >= 5 {
            w.nullable_array(flex, self.configs.as_ref(), "configs", |w, x| x.encode(w, v))?;
        }
        if flex {
            let mut tags = w.tags();
            if self.topic_config_error_code != 0 {
                w.tag(&mut tags, 0, |w| {
                    w.int16(self.topic_config_error_code);
                    Ok(())
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`CreateTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfigs {
    pub name: Str,
    pub value: Option<Str>,
    pub read_only: bool,
    /// Default -1.
    pub config_source: i8,
    pub is_sensitive: bool,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        Self {
            name: Default::default(),
            value: Some(Default::default()),
            read_only: Default::default(),
            config_source: -1,
            is_sensitive: Default::default(),
        }
    }
}

impl CreatableTopicConfigs {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.value = r.nullable_string(true, "value")?;
        x.read_only = r.bool("read_only")?;
        x.config_source = r.int8("config_source")?;
        x.is_sensitive = r.bool("is_sensitive")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.nullable_string(true, self.value.as_ref(), "value")?;
        w.bool(self.read_only);
        w.int8(self.config_source);
        w.bool(self.is_sensitive);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(CreateTopicsResponse, Response, 19, 2..=7, 5);
crate::message::request!(CreateTopics, CreateTopicsRequest, CreateTopicsResponse);
