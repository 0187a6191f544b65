//! ProducerIdsRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 15, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ProducerIdsRecord {
    pub broker_id: i32,
    /// Default -1.
    pub broker_epoch: i64,
    pub next_producer_id: i64,
}

impl Default for ProducerIdsRecord {
    fn default() -> Self {
        Self {
            broker_id: Default::default(),
            broker_epoch: -1,
            next_producer_id: Default::default(),
        }
    }
}

impl ProducerIdsRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ProducerIdsRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        x.next_producer_id = r.int64("next_producer_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ProducerIdsRecord", v, 0, 0)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.int64(self.next_producer_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ProducerIdsRecord, MetadataRecord, 15, 0..=0, 0);
