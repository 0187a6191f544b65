//! AddPartitionsToTxn, key 24. V4+ brokers only (batched, VerifyOnly).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 24, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnRequest {
    /// Versions 4+.
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    /// Versions 0-3.
    pub v3_and_below_transactional_id: Str,
    /// Versions 0-3.
    pub v3_and_below_producer_id: i64,
    /// Versions 0-3.
    pub v3_and_below_producer_epoch: i16,
    /// Versions 0-3.
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
}

impl AddPartitionsToTxnRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AddPartitionsToTxnRequest", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        if v >= 4 {
            x.transactions = r.array::<_, { AddPartitionsToTxnTransaction::WIRE_BYTES_MIN }>(
                flex,
                "transactions",
                |r| AddPartitionsToTxnTransaction::decode(r, v),
            )?;
        }
        if v <= 3 {
            x.v3_and_below_transactional_id = r.string(flex, "v3_and_below_transactional_id")?;
        }
        if v <= 3 {
            x.v3_and_below_producer_id = r.int64("v3_and_below_producer_id")?;
        }
        if v <= 3 {
            x.v3_and_below_producer_epoch = r.int16("v3_and_below_producer_epoch")?;
        }
        if v <= 3 {
            x.v3_and_below_topics = r.array::<_, { AddPartitionsToTxnTopic::WIRE_BYTES_MIN }>(
                flex,
                "v3_and_below_topics",
                |r| AddPartitionsToTxnTopic::decode(r, v),
            )?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AddPartitionsToTxnRequest", v, 0, 5)?;
        let flex = v >= 3;
        if v >= 4 {
            w.array(flex, &self.transactions, "transactions", |w, x| x.encode(w, v))?;
        } else if !self.transactions.is_empty() {
            return Err(EncodeError::not_in_version("transactions", v));
        }
        if v <= 3 {
            w.string(flex, &self.v3_and_below_transactional_id, "v3_and_below_transactional_id")?;
        } else if !self.v3_and_below_transactional_id.is_empty() {
            return Err(EncodeError::not_in_version("v3_and_below_transactional_id", v));
        }
        if v <= 3 {
            w.int64(self.v3_and_below_producer_id);
        } else if self.v3_and_below_producer_id != 0 {
            return Err(EncodeError::not_in_version("v3_and_below_producer_id", v));
        }
        if v <= 3 {
            w.int16(self.v3_and_below_producer_epoch);
        } else if self.v3_and_below_producer_epoch != 0 {
            return Err(EncodeError::not_in_version("v3_and_below_producer_epoch", v));
        }
        if v <= 3 {
            w.array(flex, &self.v3_and_below_topics, "v3_and_below_topics", |w, x| x.encode(w, v))?;
        } else if !self.v3_and_below_topics.is_empty() {
            return Err(EncodeError::not_in_version("v3_and_below_topics", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AddPartitionsToTxnRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTransaction {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub verify_only: bool,
    pub topics: Vec<AddPartitionsToTxnTopic>,
}

impl AddPartitionsToTxnTransaction {
    pub(crate) const WIRE_BYTES_MIN: usize = 14;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.transactional_id = r.string(true, "transactional_id")?;
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        x.verify_only = r.bool("verify_only")?;
        x.topics =
            r.array::<_, { AddPartitionsToTxnTopic::WIRE_BYTES_MIN }>(true, "topics", |r| {
                AddPartitionsToTxnTopic::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.transactional_id, "transactional_id")?;
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        w.bool(self.verify_only);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AddPartitionsToTxnRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopic {
    pub name: Str,
    pub partitions: Vec<i32>,
}

impl AddPartitionsToTxnTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.partitions = r.array::<_, 4>(flex, "partitions", |r| r.int32("partitions"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        w.string(flex, &self.name, "name")?;
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

crate::message::message!(AddPartitionsToTxnRequest, Request, 24, 0..=5, 3);

/// Response, key 24, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResponse {
    pub throttle_time_ms: i32,
    /// Versions 4+, ignorable.
    pub error_code: i16,
    /// Versions 4+.
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    /// Versions 0-3.
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
}

impl AddPartitionsToTxnResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AddPartitionsToTxnResponse", v, 0, 5)?;
        let flex = v >= 3;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if v >= 4 {
            x.error_code = r.int16("error_code")?;
        }
        if v >= 4 {
            x.results_by_transaction = r.array::<_, { AddPartitionsToTxnResult::WIRE_BYTES_MIN }>(
                flex,
                "results_by_transaction",
                |r| AddPartitionsToTxnResult::decode(r, v),
            )?;
        }
        if v <= 3 {
            x.results_by_topic_v3_and_below = r
                .array::<_, { AddPartitionsToTxnTopicResult::WIRE_BYTES_MIN }>(
                    flex,
                    "results_by_topic_v3_and_below",
                    |r| AddPartitionsToTxnTopicResult::decode(r, v),
                )?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AddPartitionsToTxnResponse", v, 0, 5)?;
        let flex = v >= 3;
        w.int32(self.throttle_time_ms);
        if v >= 4 {
            w.int16(self.error_code);
        }
        if v >= 4 {
            w.array(flex, &self.results_by_transaction, "results_by_transaction", |w, x| {
                x.encode(w, v)
            })?;
        } else if !self.results_by_transaction.is_empty() {
            return Err(EncodeError::not_in_version("results_by_transaction", v));
        }
        if v <= 3 {
            w.array(
                flex,
                &self.results_by_topic_v3_and_below,
                "results_by_topic_v3_and_below",
                |w, x| x.encode(w, v),
            )?;
        } else if !self.results_by_topic_v3_and_below.is_empty() {
            return Err(EncodeError::not_in_version("results_by_topic_v3_and_below", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AddPartitionsToTxnResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResult {
    pub transactional_id: Str,
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
}

impl AddPartitionsToTxnResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.transactional_id = r.string(true, "transactional_id")?;
        x.topic_results = r.array::<_, { AddPartitionsToTxnTopicResult::WIRE_BYTES_MIN }>(
            true,
            "topic_results",
            |r| AddPartitionsToTxnTopicResult::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.transactional_id, "transactional_id")?;
        w.array(true, &self.topic_results, "topic_results", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AddPartitionsToTxnResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopicResult {
    pub name: Str,
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

impl AddPartitionsToTxnTopicResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        x.name = r.string(flex, "name")?;
        x.results_by_partition = r
            .array::<_, { AddPartitionsToTxnPartitionResult::WIRE_BYTES_MIN }>(
                flex,
                "results_by_partition",
                |r| AddPartitionsToTxnPartitionResult::decode(r, v),
            )?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        w.string(flex, &self.name, "name")?;
        w.array(flex, &self.results_by_partition, "results_by_partition", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`AddPartitionsToTxnResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnPartitionResult {
    pub partition_index: i32,
    pub partition_error_code: i16,
}

impl AddPartitionsToTxnPartitionResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 3;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.partition_error_code = r.int16("partition_error_code")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 3;
        w.int32(self.partition_index);
        w.int16(self.partition_error_code);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(AddPartitionsToTxnResponse, Response, 24, 0..=5, 3);
crate::message::request!(AddPartitionsToTxn, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse);
