//! RemoteLogSegmentMetadataRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (remote_log), key 0, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoteLogSegmentMetadataRecord {
    pub remote_log_segment_id: RemoteLogSegmentIdEntry,
    pub start_offset: i64,
    pub end_offset: i64,
    pub broker_id: i32,
    pub max_timestamp_ms: i64,
    pub event_timestamp_ms: i64,
    pub segment_leader_epochs: Vec<SegmentLeaderEpochEntry>,
    pub segment_size_in_bytes: i32,
    /// Default null.
    pub custom_metadata: Option<Bytes>,
    pub remote_log_segment_state: i8,
    /// Tag 0.
    pub txn_index_empty: bool,
}

impl RemoteLogSegmentMetadataRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("RemoteLogSegmentMetadataRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.remote_log_segment_id = RemoteLogSegmentIdEntry::decode(r, v)?;
        x.start_offset = r.int64("start_offset")?;
        x.end_offset = r.int64("end_offset")?;
        x.broker_id = r.int32("broker_id")?;
        x.max_timestamp_ms = r.int64("max_timestamp_ms")?;
        x.event_timestamp_ms = r.int64("event_timestamp_ms")?;
        x.segment_leader_epochs = r.array::<_, { SegmentLeaderEpochEntry::WIRE_BYTES_MIN }>(
            true,
            "segment_leader_epochs",
            |r| SegmentLeaderEpochEntry::decode(r, v),
        )?;
        x.segment_size_in_bytes = r.int32("segment_size_in_bytes")?;
        x.custom_metadata = r.nullable_bytes(true, "custom_metadata")?;
        x.remote_log_segment_state = r.int8("remote_log_segment_state")?;
        r.tags(|r, tag| {
            match tag {
                0 => x.txn_index_empty = r.bool("txn_index_empty")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("RemoteLogSegmentMetadataRecord", v, 0, 0)?;
        w.nested(|w| self.remote_log_segment_id.encode(w, v))?;
        w.int64(self.start_offset);
        w.int64(self.end_offset);
        w.int32(self.broker_id);
        w.int64(self.max_timestamp_ms);
        w.int64(self.event_timestamp_ms);
        w.array(true, &self.segment_leader_epochs, "segment_leader_epochs", |w, x| x.encode(w, v))?;
        w.int32(self.segment_size_in_bytes);
        w.nullable_bytes(true, self.custom_metadata.as_ref(), "custom_metadata")?;
        w.int8(self.remote_log_segment_state);

        let mut tags = w.tags();
        if self.txn_index_empty {
            w.tag(&mut tags, 0, |w| {
                w.bool(self.txn_index_empty);
                Ok(())
            })?;
        }
        w.end_tags(tags);
        Ok(())
    }
}

/// In [`RemoteLogSegmentMetadataRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoteLogSegmentIdEntry {
    pub topic_id_partition: TopicIdPartitionEntry,
    pub id: Uuid,
}

impl RemoteLogSegmentIdEntry {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id_partition = TopicIdPartitionEntry::decode(r, v)?;
        x.id = r.uuid("id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.nested(|w| self.topic_id_partition.encode(w, v))?;
        w.uuid(self.id);
        w.no_tags();
        Ok(())
    }
}

/// In [`RemoteLogSegmentMetadataRecord`].
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

/// In [`RemoteLogSegmentMetadataRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SegmentLeaderEpochEntry {
    pub leader_epoch: i32,
    pub offset: i64,
}

impl SegmentLeaderEpochEntry {
    pub(crate) const WIRE_BYTES_MIN: usize = 13;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.leader_epoch = r.int32("leader_epoch")?;
        x.offset = r.int64("offset")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.leader_epoch);
        w.int64(self.offset);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(RemoteLogSegmentMetadataRecord, RemoteLogRecord, 0, 0..=0, 0);
