//! ListTransactions, key 66. V1 min duration; v2 id pattern (KIP-1152).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 66, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ListTransactionsRequest {
    pub state_filters: Vec<Str>,
    pub producer_id_filters: Vec<i64>,
    /// Versions 1+, default -1.
    pub duration_filter: i64,
    /// Versions 2+, default null.
    pub transactional_id_pattern: Option<Str>,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        Self {
            state_filters: Default::default(),
            producer_id_filters: Default::default(),
            duration_filter: -1,
            transactional_id_pattern: None,
        }
    }
}

impl ListTransactionsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListTransactionsRequest", v, 0, 2)?;
        let mut x = Self::default();
        x.state_filters =
            r.array::<_, 1>(true, "state_filters", |r| r.string(true, "state_filters"))?;
        x.producer_id_filters =
            r.array::<_, 8>(true, "producer_id_filters", |r| r.int64("producer_id_filters"))?;
        if v >= 1 {
            x.duration_filter = r.int64("duration_filter")?;
        }
        if v == 2 {
            x.transactional_id_pattern = r.nullable_string(true, "transactional_id_pattern")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListTransactionsRequest", v, 0, 2)?;
        w.array(true, &self.state_filters, "state_filters", |w, x| {
            w.string(true, x, "state_filters")
        })?;
        w.array(true, &self.producer_id_filters, "producer_id_filters", |w, x| {
            w.int64(*x);
            Ok(())
        })?;
        if v >= 1 {
            w.int64(self.duration_filter);
        } else if self.duration_filter != -1 {
            return Err(EncodeError::not_in_version("duration_filter", v));
        }
        if v == 2 {
            w.nullable_string(
                true,
                self.transactional_id_pattern.as_ref(),
                "transactional_id_pattern",
            )?;
        } else if self.transactional_id_pattern.is_some() {
            return Err(EncodeError::not_in_version("transactional_id_pattern", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ListTransactionsRequest, Request, 66, 0..=2, 0);

/// Response, key 66, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListTransactionsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub unknown_state_filters: Vec<Str>,
    pub transaction_states: Vec<TransactionState>,
}

impl ListTransactionsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ListTransactionsResponse", v, 0, 2)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.unknown_state_filters = r.array::<_, 1>(true, "unknown_state_filters", |r| {
            r.string(true, "unknown_state_filters")
        })?;
        x.transaction_states =
            r.array::<_, { TransactionState::WIRE_BYTES_MIN }>(true, "transaction_states", |r| {
                TransactionState::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ListTransactionsResponse", v, 0, 2)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.array(true, &self.unknown_state_filters, "unknown_state_filters", |w, x| {
            w.string(true, x, "unknown_state_filters")
        })?;
        w.array(true, &self.transaction_states, "transaction_states", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ListTransactionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub transaction_state: Str,
}

impl TransactionState {
    pub(crate) const WIRE_BYTES_MIN: usize = 11;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.transactional_id = r.string(true, "transactional_id")?;
        x.producer_id = r.int64("producer_id")?;
        x.transaction_state = r.string(true, "transaction_state")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.transactional_id, "transactional_id")?;
        w.int64(self.producer_id);
        w.string(true, &self.transaction_state, "transaction_state")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ListTransactionsResponse, Response, 66, 0..=2, 0);
crate::message::request!(ListTransactions, ListTransactionsRequest, ListTransactionsResponse);
