//! What requests are answered.

use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_model::ErrorCode;

use crate::consumer::{Beat, Refusal};
use crate::fetch::FetchedOffset;

/// What a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// JoinGroup.
    Joined(Joined),
    /// SyncGroup.
    Synced(Result<Synced, ErrorCode>),
    /// Heartbeat.
    Alive(Result<(), ErrorCode>),
    /// LeaveGroup: each member that was named, in their order.
    Left(Result<Vec<LeftMember>, ErrorCode>),
    /// OffsetCommit, TxnOffsetCommit, OffsetDelete: each partition that was named, in their order.
    Partitions(Result<Vec<Result<(), ErrorCode>>, ErrorCode>),
    /// OffsetFetch: one group. Refused if a member of a consumer group is not who it says.
    Fetched(Result<Vec<FetchedOffset>, ErrorCode>),
    /// DeleteGroups: one group.
    Deleted(Result<(), ErrorCode>),
    /// ConsumerGroupHeartbeat.
    Beat(Result<Beat, Refusal>),
}

/// What a JoinGroup is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Who asked, or who the one who asked is from now on.
    pub member_id: Arc<str>,
    /// The generation it belongs to.
    pub result: Result<Generation, ErrorCode>,
}

/// A generation, as its members are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its number.
    pub generation: i32,
    /// `consumer`, `connect`, …
    pub protocol_type: Option<Arc<str>>,
    /// The protocol that was chosen.
    pub protocol: Option<Arc<str>>,
    /// Who assigns.
    pub leader: Arc<str>,
    /// Set for a leader that has nothing to assign (KIP-345 with JoinGroup v9).
    pub skip_assignment: bool,
    /// All members, if the leader asked.
    pub members: Vec<JoinedMember>,
}

/// A member, as the leader is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedMember {
    /// Its id.
    pub member_id: Arc<str>,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// What it sent for the chosen protocol.
    pub metadata: Bytes,
}

/// What a SyncGroup is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// `consumer`, `connect`, …
    pub protocol_type: Option<Arc<str>>,
    /// The protocol that was chosen.
    pub protocol: Option<Arc<str>>,
    /// What the leader gave the member.
    pub assignment: Bytes,
}

/// What became of a member that was to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftMember {
    /// Its id, as it was named.
    pub member_id: Arc<str>,
    /// Its instance id, as it was named.
    pub instance_id: Option<Arc<str>>,
    /// Whether it left.
    pub result: Result<(), ErrorCode>,
}
