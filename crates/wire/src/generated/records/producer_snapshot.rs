//! ProducerSnapshot.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProducerSnapshot {
    pub crc: u32,
    pub producer_entries: Vec<ProducerEntry>,
}

impl ProducerSnapshot {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ProducerSnapshot", v, 1, 1)?;
        let mut x = Self::default();
        x.crc = r.uint32("crc")?;
        x.producer_entries =
            r.array::<_, { ProducerEntry::WIRE_BYTES_MIN }>(false, "producer_entries", |r| {
                ProducerEntry::decode(r, v)
            })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ProducerSnapshot", v, 1, 1)?;
        w.uint32(self.crc);
        w.array(false, &self.producer_entries, "producer_entries", |w, x| x.encode(w, v))?;
        Ok(())
    }
}

/// In [`ProducerSnapshot`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProducerEntry {
    pub producer_id: i64,
    pub epoch: i16,
    pub last_sequence: i32,
    pub last_offset: i64,
    pub offset_delta: i32,
    pub timestamp: i64,
    pub coordinator_epoch: i32,
    pub current_txn_first_offset: i64,
}

impl ProducerEntry {
    pub(crate) const WIRE_BYTES_MIN: usize = 46;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.producer_id = r.int64("producer_id")?;
        x.epoch = r.int16("epoch")?;
        x.last_sequence = r.int32("last_sequence")?;
        x.last_offset = r.int64("last_offset")?;
        x.offset_delta = r.int32("offset_delta")?;
        x.timestamp = r.int64("timestamp")?;
        x.coordinator_epoch = r.int32("coordinator_epoch")?;
        x.current_txn_first_offset = r.int64("current_txn_first_offset")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.producer_id);
        w.int16(self.epoch);
        w.int32(self.last_sequence);
        w.int64(self.last_offset);
        w.int32(self.offset_delta);
        w.int64(self.timestamp);
        w.int32(self.coordinator_epoch);
        w.int64(self.current_txn_first_offset);
        Ok(())
    }
}

crate::message::message!(ProducerSnapshot, Data, -1, 1..=1, i16::MAX);
