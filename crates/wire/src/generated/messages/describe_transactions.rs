//! DescribeTransactions, key 65. KIP-664.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 65, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsRequest {
    pub transactional_ids: Vec<Str>,
}

impl DescribeTransactionsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeTransactionsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.transactional_ids =
            r.array::<_, 1>(true, "transactional_ids", |r| r.string(true, "transactional_ids"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeTransactionsRequest", v, 0, 0)?;
        w.array(true, &self.transactional_ids, "transactional_ids", |w, x| {
            w.string(true, x, "transactional_ids")
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeTransactionsRequest, Request, 65, 0..=0, 0);

/// Response, key 65, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsResponse {
    pub throttle_time_ms: i32,
    pub transaction_states: Vec<TransactionState>,
}

impl DescribeTransactionsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeTransactionsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.transaction_states =
            r.array::<_, { TransactionState::WIRE_BYTES_MIN }>(true, "transaction_states", |r| {
                TransactionState::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeTransactionsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.array(true, &self.transaction_states, "transaction_states", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTransactionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    pub error_code: i16,
    pub transactional_id: Str,
    pub transaction_state: Str,
    pub transaction_timeout_ms: i32,
    pub transaction_start_time_ms: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub topics: Vec<TopicData>,
}

impl TransactionState {
    pub(crate) const WIRE_BYTES_MIN: usize = 28;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.transactional_id = r.string(true, "transactional_id")?;
        x.transaction_state = r.string(true, "transaction_state")?;
        x.transaction_timeout_ms = r.int32("transaction_timeout_ms")?;
        x.transaction_start_time_ms = r.int64("transaction_start_time_ms")?;
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        x.topics = r.array::<_, { TopicData::WIRE_BYTES_MIN }>(true, "topics", |r| {
            TopicData::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int16(self.error_code);
        w.string(true, &self.transactional_id, "transactional_id")?;
        w.string(true, &self.transaction_state, "transaction_state")?;
        w.int32(self.transaction_timeout_ms);
        w.int64(self.transaction_start_time_ms);
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        w.array(true, &self.topics, "topics", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeTransactionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicData {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic = r.string(true, "topic")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.topic, "topic")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeTransactionsResponse, Response, 65, 0..=0, 0);
crate::message::request!(
    DescribeTransactions,
    DescribeTransactionsRequest,
    DescribeTransactionsResponse
);
