//! ShareSnapshotKey, ShareSnapshotValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (share-key), key 0, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareSnapshotKey {
    pub group_id: Str,
    pub topic_id: Uuid,
    pub partition: i32,
}

impl ShareSnapshotKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareSnapshotKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.topic_id = r.uuid("topic_id")?;
        x.partition = r.int32("partition")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareSnapshotKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.uuid(self.topic_id);
        w.int32(self.partition);
        Ok(())
    }
}

crate::message::message!(ShareSnapshotKey, ShareKey, 0, 0..=0, i16::MAX);

/// Record (share-value), key 0, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareSnapshotValue {
    pub snapshot_epoch: i32,
    pub state_epoch: i32,
    pub leader_epoch: i32,
    pub start_offset: i64,
    /// Tag 0, default -1.
    pub delivery_complete_count: i32,
    pub create_timestamp: i64,
    pub write_timestamp: i64,
    pub state_batches: Vec<StateBatch>,
}

impl Default for ShareSnapshotValue {
    fn default() -> Self {
        Self {
            snapshot_epoch: Default::default(),
            state_epoch: Default::default(),
            leader_epoch: Default::default(),
            start_offset: Default::default(),
            delivery_complete_count: -1,
            create_timestamp: Default::default(),
            write_timestamp: Default::default(),
            state_batches: Default::default(),
        }
    }
}

impl ShareSnapshotValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareSnapshotValue", v, 0, 0)?;
        let mut x = Self::default();
        x.snapshot_epoch = r.int32("snapshot_epoch")?;
        x.state_epoch = r.int32("state_epoch")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        x.start_offset = r.int64("start_offset")?;
        x.create_timestamp = r.int64("create_timestamp")?;
        x.write_timestamp = r.int64("write_timestamp")?;
        x.state_batches =
            r.array::<_, { StateBatch::WIRE_BYTES_MIN }>(true, "state_batches", |r| {
                StateBatch::decode(r, v)
            })?;
        r.tags(|r, tag| {
            match tag {
                0 => x.delivery_complete_count = r.int32("delivery_complete_count")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareSnapshotValue", v, 0, 0)?;
        w.int32(self.snapshot_epoch);
        w.int32(self.state_epoch);
        w.int32(self.leader_epoch);
        w.int64(self.start_offset);

        w.int64(self.create_timestamp);
        w.int64(self.write_timestamp);
        w.array(true, &self.state_batches, "state_batches", |w, x| x.encode(w, v))?;
        let mut tags = w.tags();
        if self.delivery_complete_count != -1 {
            w.tag(&mut tags, 0, |w| {
                w.int32(self.delivery_complete_count);
                Ok(())
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`ShareSnapshotValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_state: i8,
    pub delivery_count: i16,
}

impl StateBatch {
    pub(crate) const WIRE_BYTES_MIN: usize = 20;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.first_offset = r.int64("first_offset")?;
        x.last_offset = r.int64("last_offset")?;
        x.delivery_state = r.int8("delivery_state")?;
        x.delivery_count = r.int16("delivery_count")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.first_offset);
        w.int64(self.last_offset);
        w.int8(self.delivery_state);
        w.int16(self.delivery_count);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareSnapshotValue, ShareValue, 0, 0..=0, 0);
