//! DeleteRecords, key 21.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 21, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsRequest {
    pub topics: Vec<DeleteRecordsTopic>,
    pub timeout_ms: i32,
}

impl DeleteRecordsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteRecordsRequest", v, 0, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.topics = r.array::<_, { DeleteRecordsTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            DeleteRecordsTopic::decode(r, v)
        })?;
        x.timeout_ms = r.int32("timeout_ms")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteRecordsRequest", v, 0, 2)?;
        let flex = v >= 2;
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int32(self.timeout_ms);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteRecordsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsTopic {
    pub name: Str,
    pub partitions: Vec<DeleteRecordsPartition>,
}

impl DeleteRecordsTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions =
            r.array::<_, { DeleteRecordsPartition::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                DeleteRecordsPartition::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.name, "name")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteRecordsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsPartition {
    pub partition_index: i32,
    pub offset: i64,
}

impl DeleteRecordsPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 12;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.offset = r.int64("offset")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int32(self.partition_index);
        w.int64(self.offset);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteRecordsRequest, Request, 21, 0..=2, 2);

/// Response, key 21, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<DeleteRecordsTopicResult>,
}

impl DeleteRecordsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DeleteRecordsResponse", v, 0, 2)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.topics =
            r.array::<_, { DeleteRecordsTopicResult::WIRE_BYTES_MIN }>(flex, "topics", |r| {
                DeleteRecordsTopicResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DeleteRecordsResponse", v, 0, 2)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteRecordsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsTopicResult {
    pub name: Str,
    pub partitions: Vec<DeleteRecordsPartitionResult>,
}

impl DeleteRecordsTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions = r.array::<_, { DeleteRecordsPartitionResult::WIRE_BYTES_MIN }>(
            flex,
            "partitions",
            |r| DeleteRecordsPartitionResult::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.name, "name")?;
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DeleteRecordsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsPartitionResult {
    pub partition_index: i32,
    pub low_watermark: i64,
    pub error_code: i16,
}

impl DeleteRecordsPartitionResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.low_watermark = r.int64("low_watermark")?;
        x.error_code = r.int16("error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int32(self.partition_index);
        w.int64(self.low_watermark);
        w.int16(self.error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DeleteRecordsResponse, Response, 21, 0..=2, 2);
crate::message::request!(DeleteRecords, DeleteRecordsRequest, DeleteRecordsResponse);
