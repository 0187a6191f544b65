//! UnregisterBrokerRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 1, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterBrokerRecord {
    pub broker_id: i32,
    pub broker_epoch: i64,
}

impl UnregisterBrokerRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("UnregisterBrokerRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.broker_epoch = r.int64("broker_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("UnregisterBrokerRecord", v, 0, 0)?;
        w.int32(self.broker_id);
        w.int64(self.broker_epoch);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(UnregisterBrokerRecord, MetadataRecord, 1, 0..=0, 0);
