//! DescribeLogDirs, key 35. V5 cordoned flag (4.3, KIP-1066); v4 volume bytes.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 35, versions 1-5, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsRequest {
    pub topics: Option<Vec<DescribableLogDirTopic>>,
}

impl Default for DescribeLogDirsRequest {
    fn default() -> Self {
        Self { topics: Some(Default::default()) }
    }
}

impl DescribeLogDirsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeLogDirsRequest", v, 1, 5)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.topics = r.nullable_array::<_, { DescribableLogDirTopic::WIRE_BYTES_MIN }>(
            flex,
            "topics",
            |r| DescribableLogDirTopic::decode(r, v),
        )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeLogDirsRequest", v, 1, 5)?;
        let flex = v >= 2;
        w.nullable_array(flex, self.topics.as_ref(), "topics", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeLogDirsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribableLogDirTopic {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl DescribableLogDirTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.topic = r.string(flex, "topic")?;
        x.partitions = r.array::<_, 4>(flex, "partitions", |r| r.int32("partitions"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.string(flex, &self.topic, "topic")?;
        w.array(flex, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeLogDirsRequest, Request, 35, 1..=5, 2);

/// Response, key 35, versions 1-5, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsResponse {
    pub throttle_time_ms: i32,
    /// Versions 3+, ignorable.
    pub error_code: i16,
    pub results: Vec<DescribeLogDirsResult>,
}

impl DescribeLogDirsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeLogDirsResponse", v, 1, 5)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if v >= 3 {
            x.error_code = r.int16("error_code")?;
        }
        x.results =
            r.array::<_, { DescribeLogDirsResult::WIRE_BYTES_MIN }>(flex, "results", |r| {
                DescribeLogDirsResult::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeLogDirsResponse", v, 1, 5)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        if v >= 3 {
            w.int16(self.error_code);
        }
        w.array(flex, &self.results, "results", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeLogDirsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsResult {
    pub error_code: i16,
    pub log_dir: Str,
    pub topics: Vec<DescribeLogDirsTopic>,
    /// Versions 4+, ignorable, default -1.
    pub total_bytes: i64,
    /// Versions 4+, ignorable, default -1.
    pub usable_bytes: i64,
    /// Versions 5+, ignorable.
    pub is_cordoned: bool,
}

impl Default for DescribeLogDirsResult {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            log_dir: Default::default(),
            topics: Default::default(),
            total_bytes: -1,
            usable_bytes: -1,
            is_cordoned: Default::default(),
        }
    }
}

impl DescribeLogDirsResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.log_dir = r.string(flex, "log_dir")?;
        x.topics = r.array::<_, { DescribeLogDirsTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            DescribeLogDirsTopic::decode(r, v)
        })?;
        if v >= 4 {
            x.total_bytes = r.int64("total_bytes")?;
        }
        if v >= 4 {
            x.usable_bytes = r.int64("usable_bytes")?;
        }
        if v == 5 {
            x.is_cordoned = r.bool("is_cordoned")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int16(self.error_code);
        w.string(flex, &self.log_dir, "log_dir")?;
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v >= 4 {
            w.int64(self.total_bytes);
        }
        if v >= 4 {
            w.int64(self.usable_bytes);
        }
        if v == 5 {
            w.bool(self.is_cordoned);
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`DescribeLogDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsTopic {
    pub name: Str,
    pub partitions: Vec<DescribeLogDirsPartition>,
}

impl DescribeLogDirsTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions =
            r.array::<_, { DescribeLogDirsPartition::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                DescribeLogDirsPartition::decode(r, v)
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

/// In [`DescribeLogDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsPartition {
    pub partition_index: i32,
    pub partition_size: i64,
    pub offset_lag: i64,
    pub is_future_key: bool,
}

impl DescribeLogDirsPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 21;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 2;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.partition_size = r.int64("partition_size")?;
        x.offset_lag = r.int64("offset_lag")?;
        x.is_future_key = r.bool("is_future_key")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 2;
        w.int32(self.partition_index);
        w.int64(self.partition_size);
        w.int64(self.offset_lag);
        w.bool(self.is_future_key);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(DescribeLogDirsResponse, Response, 35, 1..=5, 2);
crate::message::request!(DescribeLogDirs, DescribeLogDirsRequest, DescribeLogDirsResponse);
