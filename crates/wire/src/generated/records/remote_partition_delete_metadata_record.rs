//! RemotePartitionDeleteMetadataRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (remote_log), key 2, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemotePartitionDeleteMetadataRecord {
    pub topic_id_partition: TopicIdPartitionEntry,
    pub broker_id: i32,
    pub event_timestamp_ms: i64,
    pub remote_partition_delete_state: i8,
}

impl RemotePartitionDeleteMetadataRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemotePartitionDeleteMetadataRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.topic_id_partition = TopicIdPartitionEntry::decode(r, v)?;
        x.broker_id = r.int32("broker_id")?;
        x.event_timestamp_ms = r.int64("event_timestamp_ms")?;
        x.remote_partition_delete_state = r.int8("remote_partition_delete_state")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemotePartitionDeleteMetadataRecord", v, 0, 0)?;
        w.nested(|w| self.topic_id_partition.encode(w, v))?;
        w.int32(self.broker_id);
        w.int64(self.event_timestamp_ms);
        w.int8(self.remote_partition_delete_state);
        w.no_tags();
        Ok(())
    }
}

/// In [`RemotePartitionDeleteMetadataRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicIdPartitionEntry {
    pub name: Str,
    pub id: Uuid,
    pub partition: i32,
}

impl TopicIdPartitionEntry {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.id = r.uuid("id")?;
        x.partition = r.int32("partition")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.uuid(self.id);
        w.int32(self.partition);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemotePartitionDeleteMetadataRecord, RemoteLogRecord, 2, 0..=0, 0);
