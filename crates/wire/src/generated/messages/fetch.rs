//! Fetch, key 1. V7 sessions; v12 epoch check + flex; v13 topic ids; v15 ReplicaState; v16 KIP-951 leader hints; v17 dir id (KIP-853); v18 HW in request (KIP-1166). KRaft followers also use it.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 1, versions 4-18, flexible 12+.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// Versions 12+, tag 0, ignorable, default null.
    pub cluster_id: Option<Str>,
    /// Versions 4-14, default -1.
    pub replica_id: i32,
    /// Versions 15+, tag 1.
    pub replica_state: ReplicaState,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    /// Default 2147483647.
    pub max_bytes: i32,
    pub isolation_level: i8,
    /// Versions 7+, ignorable.
    pub session_id: i32,
    /// Versions 7+, ignorable, default -1.
    pub session_epoch: i32,
    pub topics: Vec<FetchTopic>,
    /// Versions 7+.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// Versions 11+, ignorable.
    pub rack_id: Str,
}

impl Default for FetchRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: Default::default(),
            max_wait_ms: Default::default(),
            min_bytes: Default::default(),
            max_bytes: i32::MAX,
            isolation_level: Default::default(),
            session_id: Default::default(),
            session_epoch: -1,
            topics: Default::default(),
            forgotten_topics_data: Default::default(),
            rack_id: Default::default(),
        }
    }
}

impl FetchRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FetchRequest", v, 4, 18)?;
        let flex = v >= 12;
        let mut x = Self::default();
        if v <= 14 {
            x.replica_id = r.int32("replica_id")?;
        }
        x.max_wait_ms = r.int32("max_wait_ms")?;
        x.min_bytes = r.int32("min_bytes")?;
        x.max_bytes = r.int32("max_bytes")?;
        x.isolation_level = r.int8("isolation_level")?;
        if v >= 7 {
            x.session_id = r.int32("session_id")?;
        }
        if v >= 7 {
            x.session_epoch = r.int32("session_epoch")?;
        }
        x.topics = r.array::<_, { FetchTopic::WIRE_BYTES_MIN }>(flex, "topics", |r| {
            FetchTopic::decode(r, v)
        })?;
        if v >= 7 {
            x.forgotten_topics_data = r.array::<_, { ForgottenTopic::WIRE_BYTES_MIN }>(
                flex,
                "forgotten_topics_data",
                |r| ForgottenTopic::decode(r, v),
            )?;
        }
        if v >= 11 {
            x.rack_id = r.string(flex, "rack_id")?;
        }
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => x.cluster_id = r.nullable_string(true, "cluster_id")?,
                    1 if v >= 15 => x.replica_state = ReplicaState::decode(r, v)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FetchRequest", v, 4, 18)?;
        let flex = v >= 12;

        if v <= 14 {
            w.int32(self.replica_id);
        } else if self.replica_id != -1 {
            return Err(EncodeError::not_in_version("replica_id", v));
        }
        if v < 15 && self.replica_state != ReplicaState::default() {
            return Err(EncodeError::not_in_version("replica_state", v));
        }
        w.int32(self.max_wait_ms);
        w.int32(self.min_bytes);
        w.int32(self.max_bytes);
        w.int8(self.isolation_level);
        if v >= 7 {
            w.int32(self.session_id);
        }
        if v >= 7 {
            w.int32(self.session_epoch);
        }
        w.array(flex, &self.topics, "topics", |w, x| x.encode(w, v))?;
        if v >= 7 {
            w.array(flex, &self.forgotten_topics_data, "forgotten_topics_data", |w, x| {
                x.encode(w, v)
            })?;
        } else if !self.forgotten_topics_data.is_empty() {
            return Err(EncodeError::not_in_version("forgotten_topics_data", v));
        }
        if v >= 11 {
            w.string(flex, &self.rack_id, "rack_id")?;
        }
        if flex {
            let mut tags = w.tags();
            if self.cluster_id.is_some() {
                w.tag(&mut tags, 0, |w| {
                    w.nullable_string(true, self.cluster_id.as_ref(), "cluster_id")
                })?;
            }
            if v >= 15 && self.replica_state != ReplicaState::default() {
                w.tag(&mut tags, 1, |w| w.nested(|w| self.replica_state.encode(w, v)))?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`FetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// Default -1.
    pub replica_id: i32,
    /// Default -1.
    pub replica_epoch: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self { replica_id: -1, replica_epoch: -1 }
    }
}

impl ReplicaState {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.replica_id = r.int32("replica_id")?;
        x.replica_epoch = r.int64("replica_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.replica_id);
        w.int64(self.replica_epoch);
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    /// Versions 4-12, ignorable.
    pub topic: Str,
    /// Versions 13+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}

impl FetchTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 12;
        let mut x = Self::default();
        if v <= 12 {
            x.topic = r.string(flex, "topic")?;
        }
        if v >= 13 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions =
            r.array::<_, { FetchPartition::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                FetchPartition::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 12;
        if v <= 12 {
            w.string(flex, &self.topic, "topic")?;
        }
        if v >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`FetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct FetchPartition {
    pub partition: i32,
    /// Versions 9+, ignorable, default -1.
    pub current_leader_epoch: i32,
    pub fetch_offset: i64,
    /// Versions 12+, default -1.
    pub last_fetched_epoch: i32,
    /// Versions 5+, ignorable, default -1.
    pub log_start_offset: i64,
    pub partition_max_bytes: i32,
    /// Versions 17+, tag 0, ignorable.
    pub replica_directory_id: Uuid,
    /// Versions 18+, tag 1, ignorable, default 9223372036854775807.
    pub high_watermark: i64,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: Default::default(),
            current_leader_epoch: -1,
            fetch_offset: Default::default(),
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: Default::default(),
            replica_directory_id: Default::default(),
            high_watermark: i64::MAX,
        }
    }
}

impl FetchPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 16;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 12;
        let mut x = Self::default();
        x.partition = r.int32("partition")?;
        if v >= 9 {
            x.current_leader_epoch = r.int32("current_leader_epoch")?;
        }
        x.fetch_offset = r.int64("fetch_offset")?;
        if v >= 12 {
            x.last_fetched_epoch = r.int32("last_fetched_epoch")?;
        }
        if v >= 5 {
            x.log_start_offset = r.int64("log_start_offset")?;
        }
        x.partition_max_bytes = r.int32("partition_max_bytes")?;
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 if v >= 17 => x.replica_directory_id = r.uuid("replica_directory_id")?,
                    1 if v == 18 => x.high_watermark = r.int64("high_watermark")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 12;
        w.int32(self.partition);
        if v >= 9 {
            w.int32(self.current_leader_epoch);
        }
        w.int64(self.fetch_offset);
        if v >= 12 {
            w.int32(self.last_fetched_epoch);
        } else if self.last_fetched_epoch != -1 {
            return Err(EncodeError::not_in_version("last_fetched_epoch", v));
        }
        if v >= 5 {
            w.int64(self.log_start_offset);
        }
        w.int32(self.partition_max_bytes);

        if flex {
            let mut tags = w.tags();
            if v >= 17 && !self.replica_directory_id.is_zero() {
                w.tag(&mut tags, 0, |w| {
                    w.uuid(self.replica_directory_id);
                    Ok(())
                })?;
            }
            if v == 18 && self.high_watermark != i64::MAX {
                w.tag(&mut tags, 1, |w| {
                    w.int64(self.high_watermark);
                    Ok(())
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`FetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    /// Versions 7-12, ignorable.
    pub topic: Str,
    /// Versions 13+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl ForgottenTopic {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 12;
        let mut x = Self::default();
        if v <= 12 {
            x.topic = r.string(flex, "topic")?;
        }
        if v >= 13 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions = r.array::<_, 4>(flex, "partitions", |r| r.int32("partitions"))?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 12;
        if v <= 12 {
            w.string(flex, &self.topic, "topic")?;
        }
        if v >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

crate::message::message!(FetchRequest, Request, 1, 4..=18, 12);

/// Response, key 1, versions 4-18, flexible 12+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchResponse {
    pub throttle_time_ms: i32,
    /// Versions 7+, ignorable.
    pub error_code: i16,
    /// Versions 7+.
    pub session_id: i32,
    pub responses: Vec<FetchableTopicResponse>,
    /// Versions 16+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl FetchResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("FetchResponse", v, 4, 18)?;
        let flex = v >= 12;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        if v >= 7 {
            x.error_code = r.int16("error_code")?;
        }
        if v >= 7 {
            x.session_id = r.int32("session_id")?;
        }
        x.responses =
            r.array::<_, { FetchableTopicResponse::WIRE_BYTES_MIN }>(flex, "responses", |r| {
                FetchableTopicResponse::decode(r, v)
            })?;
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 if v >= 16 => {
                        x.node_endpoints = r.array::<_, { NodeEndpoint::WIRE_BYTES_MIN }>(
                            true,
                            "node_endpoints",
                            |r| NodeEndpoint::decode(r, v),
                        )?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("FetchResponse", v, 4, 18)?;
        let flex = v >= 12;
        w.int32(self.throttle_time_ms);
        if v >= 7 {
            w.int16(self.error_code);
        }
        if v >= 7 {
            w.int32(self.session_id);
        } else if self.session_id != 0 {
            return Err(EncodeError::not_in_version("session_id", v));
        }
        w.array(flex, &self.responses, "responses", |w, x| x.encode(w, v))?;
        if v < 16 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("node_endpoints", v));
        }
        if flex {
            let mut tags = w.tags();
            if v >= 16 && !self.node_endpoints.is_empty() {
                w.tag(&mut tags, 0, |w| {
                    w.array(true, &self.node_endpoints, "node_endpoints", |w, x| x.encode(w, v))
                })?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchableTopicResponse {
    /// Versions 4-12, ignorable.
    pub topic: Str,
    /// Versions 13+, ignorable.
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl FetchableTopicResponse {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 12;
        let mut x = Self::default();
        if v <= 12 {
            x.topic = r.string(flex, "topic")?;
        }
        if v >= 13 {
            x.topic_id = r.uuid("topic_id")?;
        }
        x.partitions =
            r.array::<_, { PartitionData::WIRE_BYTES_MIN }>(flex, "partitions", |r| {
                PartitionData::decode(r, v)
            })?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 12;
        if v <= 12 {
            w.string(flex, &self.topic, "topic")?;
        }
        if v >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(flex, &self.partitions, "partitions", |w, x| x.encode(w, v))?;
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub high_watermark: i64,
    /// Default -1.
    pub last_stable_offset: i64,
    /// Versions 5+, ignorable, default -1.
    pub log_start_offset: i64,
    /// Versions 12+, tag 0.
    pub diverging_epoch: EpochEndOffset,
    /// Versions 12+, tag 1.
    pub current_leader: LeaderIdAndEpoch,
    /// Versions 12+, tag 2.
    pub snapshot_id: SnapshotId,
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// Versions 11+, default -1.
    pub preferred_read_replica: i32,
    pub records: Records,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            error_code: Default::default(),
            high_watermark: Default::default(),
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: Default::default(),
            current_leader: Default::default(),
            snapshot_id: Default::default(),
            aborted_transactions: Some(Default::default()),
            preferred_read_replica: -1,
            records: Default::default(),
        }
    }
}

impl PartitionData {
    pub(crate) const WIRE_BYTES_MIN: usize = 30;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 12;
        let mut x = Self::default();
        x.partition_index = r.int32("partition_index")?;
        x.error_code = r.int16("error_code")?;
        x.high_watermark = r.int64("high_watermark")?;
        x.last_stable_offset = r.int64("last_stable_offset")?;
        if v >= 5 {
            x.log_start_offset = r.int64("log_start_offset")?;
        }
        x.aborted_transactions = r.nullable_array::<_, { AbortedTransaction::WIRE_BYTES_MIN }>(
            flex,
            "aborted_transactions",
            |r| AbortedTransaction::decode(r, v),
        )?;
        if v >= 11 {
            x.preferred_read_replica = r.int32("preferred_read_replica")?;
        }
        x.records = r.records(flex, true, "records")?;
        if flex {
            r.tags(|r, tag| {
                match tag {
                    0 => x.diverging_epoch = EpochEndOffset::decode(r, v)?,
                    1 => x.current_leader = LeaderIdAndEpoch::decode(r, v)?,
                    2 => x.snapshot_id = SnapshotId::decode(r, v)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 12;
        w.int32(self.partition_index);
        w.int16(self.error_code);
        w.int64(self.high_watermark);
        w.int64(self.last_stable_offset);
        if v >= 5 {
            w.int64(self.log_start_offset);
        }
        if v < 12 && self.diverging_epoch != EpochEndOffset::default() {
            return Err(EncodeError::not_in_version("diverging_epoch", v));
        }
        if v < 12 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::not_in_version("current_leader", v));
        }
        if v < 12 && self.snapshot_id != SnapshotId::default() {
            return Err(EncodeError::not_in_version("snapshot_id", v));
        }
        w.nullable_array(
            flex,
            self.aborted_transactions.as_ref(),
            "aborted_transactions",
            |w, x| x.encode(w, v),
        )?;
        if v >= 11 {
            w.int32(self.preferred_read_replica);
        } else if self.preferred_read_replica != -1 {
            return Err(EncodeError::not_in_version("preferred_read_replica", v));
        }
        w.records(flex, true, &self.records, "records")?;
        if flex {
            let mut tags = w.tags();
            if self.diverging_epoch != EpochEndOffset::default() {
                w.tag(&mut tags, 0, |w| w.nested(|w| self.diverging_epoch.encode(w, v)))?;
            }
            if self.current_leader != LeaderIdAndEpoch::default() {
                w.tag(&mut tags, 1, |w| w.nested(|w| self.current_leader.encode(w, v)))?;
            }
            if self.snapshot_id != SnapshotId::default() {
                w.tag(&mut tags, 2, |w| w.nested(|w| self.snapshot_id.encode(w, v)))?;
            }
            w.end_tags(tags);
        }
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// Default -1.
    pub epoch: i32,
    /// Default -1.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { epoch: -1, end_offset: -1 }
    }
}

impl EpochEndOffset {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.epoch = r.int32("epoch")?;
        x.end_offset = r.int64("end_offset")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.epoch);
        w.int64(self.end_offset);
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// Default -1.
    pub leader_id: i32,
    /// Default -1.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
}

impl LeaderIdAndEpoch {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.leader_id = r.int32("leader_id")?;
        x.leader_epoch = r.int32("leader_epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.leader_id);
        w.int32(self.leader_epoch);
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotId {
    /// Default -1.
    pub end_offset: i64,
    /// Default -1.
    pub epoch: i32,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self { end_offset: -1, epoch: -1 }
    }
}

impl SnapshotId {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.end_offset = r.int64("end_offset")?;
        x.epoch = r.int32("epoch")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int64(self.end_offset);
        w.int32(self.epoch);
        w.no_tags();
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: i64,
}

impl AbortedTransaction {
    pub(crate) const WIRE_BYTES_MIN: usize = 16;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let flex = v >= 12;
        let mut x = Self::default();
        x.producer_id = r.int64("producer_id")?;
        x.first_offset = r.int64("first_offset")?;
        if flex {
            r.skip_tags()?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        let flex = v >= 12;
        w.int64(self.producer_id);
        w.int64(self.first_offset);
        if flex {
            w.no_tags();
        }
        Ok(())
    }
}

/// In [`FetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    /// Default null.
    pub rack: Option<Str>,
}

impl NodeEndpoint {
    pub(crate) const WIRE_BYTES_MIN: usize = 11;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.node_id = r.int32("node_id")?;
        x.host = r.string(true, "host")?;
        x.port = r.int32("port")?;
        x.rack = r.nullable_string(true, "rack")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.int32(self.node_id);
        w.string(true, &self.host, "host")?;
        w.int32(self.port);
        w.nullable_string(true, self.rack.as_ref(), "rack")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(FetchResponse, Response, 1, 4..=18, 12);
crate::message::request!(Fetch, FetchRequest, FetchResponse);
