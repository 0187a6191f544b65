//! WriteTxnMarkers, key 27. V2 carries txn version (KIP-1228).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 27, versions 1-2, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteTxnMarkersRequest {
    pub markers: Vec<WritableTxnMarker>,
}

impl WriteTxnMarkersRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("WriteTxnMarkersRequest", v, 1, 2)?;
        let mut x = Self::default();
        x.markers = r.array::<_, { WritableTxnMarker::WIRE_BYTES_MIN }>(true, "markers", |r| {
            WritableTxnMarker::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("WriteTxnMarkersRequest", v, 1, 2)?;
        w.array(true, &self.markers, "markers", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`WriteTxnMarkersRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarker {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub transaction_result: bool,
    pub topics: Vec<WritableTxnMarkerTopic>,
    pub coordinator_epoch: i32,
    /// Versions 2+, ignorable.
    pub transaction_version: i8,
}

impl WritableTxnMarker {
    pub(crate) const WIRE_BYTES_MIN: usize = 17;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        x.transaction_result = r.bool("transaction_result")?;
        x.topics =
            r.array::<_, { WritableTxnMarkerTopic::WIRE_BYTES_MIN }>(true, "topics", |r| {
                WritableTxnMarkerTopic::decode(r, v)
            })?;
        x.coordinator_epoch = r.int32("coordinator_epoch")?;
        if v == 2 {
            x.transaction_version = r.int8("transaction_version")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        w.bool(self.transaction_result);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.int32(self.coordinator_epoch);
        if v == 2 {
            w.int8(self.transaction_version);
        }
        w.no_tags();
        Ok(())
    }
}

/// In [`WriteTxnMarkersRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerTopic {
    pub name: Str,
    pub partition_indexes: Vec<i32>,
}

impl WritableTxnMarkerTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.partition_indexes =
            r.array::<_, 4>(true, "partition_indexes", |r| r.int32("partition_indexes"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.array(true, &self.partition_indexes, "partition_indexes", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(WriteTxnMarkersRequest, Request, 27, 1..=2, 1);

/// Response, key 27, versions 1-2, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteTxnMarkersResponse {
    pub markers: Vec<WritableTxnMarkerResult>,
}

impl WriteTxnMarkersResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("WriteTxnMarkersResponse", v, 1, 2)?;
        let mut x = Self::default();
        x.markers =
            r.array::<_, { WritableTxnMarkerResult::WIRE_BYTES_MIN }>(true, "markers", |r| {
                WritableTxnMarkerResult::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("WriteTxnMarkersResponse", v, 1, 2)?;
        w.array(true, &self.markers, "markers", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`WriteTxnMarkersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerResult {
    pub producer_id: i64,
    pub topics: Vec<WritableTxnMarkerTopicResult>,
}

impl WritableTxnMarkerResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 10;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.producer_id = r.int64("producer_id")?;
        x.topics =
            r.array::<_, { WritableTxnMarkerTopicResult::WIRE_BYTES_MIN }>(true, "topics", |r| {
                WritableTxnMarkerTopicResult::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int64(self.producer_id);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`WriteTxnMarkersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerTopicResult {
    pub name: Str,
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
}

impl WritableTxnMarkerTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.partitions = r.array::<_, { WritableTxnMarkerPartitionResult::WIRE_BYTES_MIN }>(
            true,
            "partitions",
            |r| WritableTxnMarkerPartitionResult::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.array(true, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`WriteTxnMarkersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerPartitionResult {
    pub partition_index: i32,
    pub error_code: i16,
}

impl WritableTxnMarkerPartitionResult {
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

crate::message::message!(WriteTxnMarkersResponse, Response, 27, 1..=2, 1);
crate::message::request!(WriteTxnMarkers, WriteTxnMarkersRequest, WriteTxnMarkersResponse);
