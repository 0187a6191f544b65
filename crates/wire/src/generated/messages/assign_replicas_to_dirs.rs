//! AssignReplicasToDirs, key 73. KIP-858 JBOD.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 73, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignReplicasToDirsRequest {
    pub broker_id: i32,
    /// Default -1.
    pub broker_epoch: i64,
    pub directories: Vec<RequestDirectoryData>,
}

impl Default for AssignReplicasToDirsRequest {
    fn default() -> Self {
        Self { broker_id: Default::default(), broker_epoch: -1, directories: Default::default() }
    }
}

impl AssignReplicasToDirsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AssignReplicasToDirsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        x.directories =
            r.array::<_, { RequestDirectoryData::WIRE_BYTES_MIN }>(true, "directories", |r| {
                RequestDirectoryData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AssignReplicasToDirsRequest", v, 0, 0)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.array(true, &self.directories, "directories", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AssignReplicasToDirsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestDirectoryData {
    pub id: Uuid,
    pub topics: Vec<RequestTopicData>,
}

impl RequestDirectoryData {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.id = r.uuid("id")?;
        x.topics = r.array::<_, { RequestTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            RequestTopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.id);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AssignReplicasToDirsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicData {
    pub topic_id: Uuid,
    pub partitions: Vec<RequestPartitionData>,
}

impl RequestTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions =
            r.array::<_, { RequestPartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                RequestPartitionData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AssignReplicasToDirsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    pub partition_index: i32,
}

impl RequestPartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AssignReplicasToDirsRequest, Request, 73, 0..=0, 0);

/// Response, key 73, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AssignReplicasToDirsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub directories: Vec<ResponseDirectoryData>,
}

impl AssignReplicasToDirsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AssignReplicasToDirsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.directories =
            r.array::<_, { ResponseDirectoryData::WIRE_BYTES_MIN }>(true, "directories", |r| {
                ResponseDirectoryData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AssignReplicasToDirsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.array(true, &self.directories, "directories", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AssignReplicasToDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseDirectoryData {
    pub id: Uuid,
    pub topics: Vec<ResponseTopicData>,
}

impl ResponseDirectoryData {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.id = r.uuid("id")?;
        x.topics = r.array::<_, { ResponseTopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            ResponseTopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.id);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AssignReplicasToDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicData {
    pub topic_id: Uuid,
    pub partitions: Vec<ResponsePartitionData>,
}

impl ResponseTopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 18;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.partitions =
            r.array::<_, { ResponsePartitionData::WIRE_BYTES_MIN }>(true, "partitions", |r| {
                ResponsePartitionData::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AssignReplicasToDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponsePartitionData {
    pub partition_index: i32,
    pub error_code: i16,
}

impl ResponsePartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 7;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AssignReplicasToDirsResponse, Response, 73, 0..=0, 0);
crate::message::request!(
    AssignReplicasToDirs,
    AssignReplicasToDirsRequest,
    AssignReplicasToDirsResponse
);
