//! InitProducerId, key 22. V6 = 2PC (KIP-939), marked unstable.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 22, versions 0-6, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdRequest {
    pub transactional_id: Option<Str>,
    pub transaction_timeout_ms: i32,
    /// Versions 3+, default -1.
    pub producer_id: i64,
    /// Versions 3+, default -1.
    pub producer_epoch: i16,
    /// Versions 6+.
    pub enable2_pc: bool,
    /// Versions 6+.
    pub keep_prepared_txn: bool,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        Self {
            transactional_id: Some(Default::default()),
            transaction_timeout_ms: Default::default(),
            producer_id: -1,
            producer_epoch: -1,
            enable2_pc: Default::default(),
            keep_prepared_txn: Default::default(),
        }
    }
}

impl InitProducerIdRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("InitProducerIdRequest", v, 0, 6)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.transactional_id = r.nullable_string(flex, "transactional_id")?;
        x.transaction_timeout_ms = r.int32("transaction_timeout_ms")?;
        if v >= 3 {
            x.producer_id = r.int64("producer_id")?;
        }
        if v >= 3 {
            x.producer_epoch = r.int16("producer_epoch")?;
        }
        if v == 6 {
            x.enable2_pc = r.bool("enable2_pc")?;
        }
        if v == 6 {
            x.keep_prepared_txn = r.bool("keep_prepared_txn")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("InitProducerIdRequest", v, 0, 6)?;
        let flex = v >= 2;
        w.nullable_string(flex, self.transactional_id.as_ref(), "transactional_id")?;
        w.int32(self.transaction_timeout_ms);
        if v >= 3 {
            w.int64(self.producer_id);
        } else if self.producer_id != -1 {
            return Err(EncodeError::not_in_version("producer_id", v));
        }
        if v >= 3 {
            w.int16(self.producer_epoch);
        } else if self.producer_epoch != -1 {
            return Err(EncodeError::not_in_version("producer_epoch", v));
        }
        if v == 6 {
            w.bool(self.enable2_pc);
        } else if self.enable2_pc {
            return Err(EncodeError::not_in_version("enable2_pc", v));
        }
        if v == 6 {
            w.bool(self.keep_prepared_txn);
        } else if self.keep_prepared_txn {
            return Err(EncodeError::not_in_version("keep_prepared_txn", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(InitProducerIdRequest, Request, 22, 0..=6, 2);

/// Response, key 22, versions 0-6, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default -1.
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// Versions 6+, default -1.
    pub ongoing_txn_producer_id: i64,
    /// Versions 6+, default -1.
    pub ongoing_txn_producer_epoch: i16,
}

impl Default for InitProducerIdResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            producer_id: -1,
            producer_epoch: Default::default(),
            ongoing_txn_producer_id: -1,
            ongoing_txn_producer_epoch: -1,
        }
    }
}

impl InitProducerIdResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("InitProducerIdResponse", v, 0, 6)?;
        let flex = v >= 2;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        if v == 6 {
            x.ongoing_txn_producer_id = r.int64("ongoing_txn_producer_id")?;
        }
        if v == 6 {
            x.ongoing_txn_producer_epoch = r.int16("ongoing_txn_producer_epoch")?;
        }
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("InitProducerIdResponse", v, 0, 6)?;
        let flex = v >= 2;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.int64(self.producer_id);
        w.int16(self.producer_epoch);
        if v == 6 {
            w.int64(self.ongoing_txn_producer_id);
        } else if self.ongoing_txn_producer_id != -1 {
            return Err(EncodeError::not_in_version("ongoing_txn_producer_id", v));
        }
        if v == 6 {
            w.int16(self.ongoing_txn_producer_epoch);
        } else if self.ongoing_txn_producer_epoch != -1 {
            return Err(EncodeError::not_in_version("ongoing_txn_producer_epoch", v));
        }
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(InitProducerIdResponse, Response, 22, 0..=6, 2);
crate::message::request!(InitProducerId, InitProducerIdRequest, InitProducerIdResponse);
