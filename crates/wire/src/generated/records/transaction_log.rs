//! TransactionLogKey, TransactionLogValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (transaction-key), key 0, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionLogKey {
    pub transactional_id: Str,
}

impl TransactionLogKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("TransactionLogKey", v, 0, 0)?;
        let mut x = Self::default();
        x.transactional_id = r.string(false, "transactional_id")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("TransactionLogKey", v, 0, 0)?;
        w.string(false, &self.transactional_id, "transactional_id")?;
        Ok(())
    }
}

crate::message::message!(TransactionLogKey, TransactionKey, 0, 0..=0, i16::MAX);

/// Record (transaction-value), key 0, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionLogValue {
    pub producer_id: i64,
    /// Versions 1+, tag 0, default -1.
    pub previous_producer_id: i64,
    /// Versions 1+, tag 1, default -1.
    pub next_producer_id: i64,
    pub producer_epoch: i16,
    /// Versions 1+, tag 3, default -1.
    pub next_producer_epoch: i16,
    pub transaction_timeout_ms: i32,
    pub transaction_status: i8,
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    pub transaction_last_update_timestamp_ms: i64,
    pub transaction_start_timestamp_ms: i64,
    /// Versions 1+, tag 2.
    pub client_transaction_version: i16,
}

impl Default for TransactionLogValue {
    fn default() -> Self {
        Self {
            producer_id: Default::default(),
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: Default::default(),
            next_producer_epoch: -1,
            transaction_timeout_ms: Default::default(),
            transaction_status: Default::default(),
            transaction_partitions: Some(Default::default()),
            transaction_last_update_timestamp_ms: Default::default(),
            transaction_start_timestamp_ms: Default::default(),
            client_transaction_version: Default::default(),
        }
    }
}

impl TransactionLogValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("TransactionLogValue", v, 0, 1)?;
        let flex = v >= 1;
        let mut x = Self::default();
        x.producer_id = r.int64("producer_id")?;
        x.producer_epoch = r.int16("producer_epoch")?;
        x.transaction_timeout_ms = r.int32("transaction_timeout_ms")?;
        x.transaction_status = r.int8("transaction_status")?;
        x.transaction_partitions = r.nullable_array::<_, { PartitionsSchema::WIRE_BYTES_MIN }>(
            flex,
            "transaction_partitions",
            |r| PartitionsSchema::decode(r, v),
        )?;
        x.transaction_last_update_timestamp_ms = r.int64("transaction_last_update_timestamp_ms")?;
        x.transaction_start_timestamp_ms = r.int64("transaction_start_timestamp_ms")?;
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => x.previous_producer_id = r.int64("previous_producer_id")?,
                    1 => x.next_producer_id = r.int64("next_producer_id")?,
                    2 => x.client_transaction_version = r.int16("client_transaction_version")?,
                    3 => x.next_producer_epoch = r.int16("next_producer_epoch")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("TransactionLogValue", v, 0, 1)?;
        let flex = v >= 1;
        w.int64(self.producer_id);
        if v != 1 && self.previous_producer_id != -1 {
            return Err(EncodeError::not_in_version("previous_producer_id", v));
        }
        if v != 1 && self.next_producer_id != -1 {
            return Err(EncodeError::not_in_version("next_producer_id", v));
        }
        w.int16(self.producer_epoch);
        if v != 1 && self.next_producer_epoch != -1 {
            return Err(EncodeError::not_in_version("next_producer_epoch", v));
        }
        w.int32(self.transaction_timeout_ms);
        w.int8(self.transaction_status);
        w.nullable_array(
            flex,
            self.transaction_partitions.as_ref(),
            "transaction_partitions",
            |w, x| x.encode(w, v),
        )?;
        w.int64(self.transaction_last_update_timestamp_ms);
        w.int64(self.transaction_start_timestamp_ms);
        if v != 1 && self.client_transaction_version != 0 {
            return Err(EncodeError::not_in_version("client_transaction_version", v));
        }
        if flex {
            let mut tags = w.tags();
            if self.previous_producer_id != -1 {
                w.tag(&mut tags, 0, |w| {
                    w.int64(self.previous_producer_id);
                    Ok(())
                })?;
            }
            if self.next_producer_id != -1 {
                w.tag(&mut tags, 1, |w| {
                    w.int64(self.next_producer_id);
                    Ok(())
                })?;
            }
            if self.client_transaction_version != 0 {
                w.tag(&mut tags, 2, |w| {
                    w.int16(self.client_transaction_version);
                    Ok(())
                })?;
            }
            if self.next_producer_epoch != -1 {
                w.tag(&mut tags, 3, |w| {
                    w.int16(self.next_producer_epoch);
                    Ok(())
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`TransactionLogValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionsSchema {
    pub topic: Str,
    pub partition_ids: Vec<i32>,
}

impl PartitionsSchema {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 1;
        let mut x = Self::default();
        x.topic = r.string(flex, "topic")?;
        x.partition_ids = r.array::<_, 4>(flex, "partition_ids", |r| r.int32("partition_ids"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 1;
        w.string(flex, &self.topic, "topic")?;
        w.array(flex, &self.partition_ids, "partition_ids", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(TransactionLogValue, TransactionValue, 0, 0..=1, 1);
