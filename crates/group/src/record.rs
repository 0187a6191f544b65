//! What is written to `__consumer_offsets`: who is in a group, and what it has committed.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_model::{LeaderEpoch, Offset};

/// One record. `None` for a value is a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A group's position in a partition (keys 0 and 1).
    OffsetCommit {
        /// The group.
        group: Arc<str>,
        /// The topic.
        topic: Arc<str>,
        /// The partition.
        partition: i32,
        /// What was committed.
        committed: Option<CommittedOffset>,
    },
    /// A classic group, as it is between two rebalances (key 2).
    ClassicGroup {
        /// The group.
        group: Arc<str>,
        /// Its generation and members.
        metadata: Option<ClassicGroupMetadata>,
    },
    /// The epoch of a consumer group (key 3).
    ConsumerGroup {
        /// The group.
        group: Arc<str>,
        /// Its epoch.
        epoch: Option<GroupEpoch>,
    },
    /// What older brokers noted of subscribed topics (key 4); only ever deleted.
    ConsumerPartitionMetadata {
        /// The group.
        group: Arc<str>,
    },
    /// What a member asks for (key 5).
    ConsumerMember {
        /// The group.
        group: Arc<str>,
        /// The member.
        member: Arc<str>,
        /// Its subscription.
        subscription: Option<Subscription>,
    },
    /// The epoch that target assignments were computed for (key 6).
    TargetEpoch {
        /// The group.
        group: Arc<str>,
        /// The epoch and when it was assigned, in milliseconds.
        epoch: Option<TargetEpoch>,
    },
    /// What a member is to have (key 7).
    TargetAssignment {
        /// The group.
        group: Arc<str>,
        /// The member.
        member: Arc<str>,
        /// Partitions by topic.
        partitions: Option<Assignment>,
    },
    /// What a member has (key 8).
    CurrentAssignment {
        /// The group.
        group: Arc<str>,
        /// The member.
        member: Arc<str>,
        /// Where it stands.
        current: Option<CurrentAssignment>,
    },
    /// The topics that a regular expression stands for (key 16).
    RegularExpression {
        /// The group.
        group: Arc<str>,
        /// The expression.
        regex: Arc<str>,
        /// What it was resolved to.
        resolved: Option<ResolvedRegex>,
    },
}

impl Record {
    /// Whether it takes something away.
    pub(crate) fn is_tombstone(&self) -> bool {
        match self {
            Self::OffsetCommit { committed, .. } => committed.is_none(),
            Self::ClassicGroup { metadata, .. } => metadata.is_none(),
            Self::ConsumerGroup { epoch, .. } => epoch.is_none(),
            Self::ConsumerPartitionMetadata { .. } => true,
            Self::ConsumerMember { subscription, .. } => subscription.is_none(),
            Self::TargetEpoch { epoch, .. } => epoch.is_none(),
            Self::TargetAssignment { partitions, .. } => partitions.is_none(),
            Self::CurrentAssignment { current, .. } => current.is_none(),
            Self::RegularExpression { resolved, .. } => resolved.is_none(),
        }
    }
}

/// A position that a group committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next record to read.
    pub offset: Offset,
    /// Leader epoch of the last record read; -1 if unknown.
    pub leader_epoch: LeaderEpoch,
    /// What the client wants to remember with it.
    pub metadata: Arc<str>,
    /// When, in milliseconds.
    pub commit_timestamp: i64,
    /// When it expires, in milliseconds, if the client said so (OffsetCommit v2-4).
    pub expire_timestamp: Option<i64>,
    /// The topic's id; zero if it was not known.
    pub topic_id: Uuid,
}

/// A classic group between two rebalances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicGroupMetadata {
    /// `consumer`, `connect`, `sr`, …; empty before anybody joined.
    pub protocol_type: Arc<str>,
    /// How often it has rebalanced.
    pub generation: i32,
    /// The protocol that was chosen.
    pub protocol: Option<Arc<str>>,
    /// The member that assigns.
    pub leader: Option<Arc<str>>,
    /// Since when it is in its state, in milliseconds; -1 if unknown.
    pub state_timestamp: i64,
    /// Its members.
    pub members: Vec<ClassicMemberMetadata>,
}

/// A member of a classic group, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicMemberMetadata {
    /// Its id.
    pub member_id: Arc<str>,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: String,
    /// Its address.
    pub client_host: String,
    /// Milliseconds it has to rejoin; -1: as its session.
    pub rebalance_timeout_ms: i32,
    /// Milliseconds it may be silent.
    pub session_timeout_ms: i32,
    /// What it sent for the chosen protocol.
    pub subscription: Bytes,
    /// What the leader gave it.
    pub assignment: Bytes,
}

/// The epoch of a consumer group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupEpoch {
    /// It grows with every change of members, subscriptions or topics.
    pub epoch: i32,
    /// Hash over the topics it is subscribed to (KIP-1101); 0 if unknown.
    pub metadata_hash: i64,
}

/// The epoch that target assignments were computed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TargetEpoch {
    /// The group's epoch then.
    pub epoch: i32,
    /// When, in milliseconds; 0 if unknown.
    pub timestamp: i64,
}

/// Partitions by topic id.
pub type Assignment = BTreeMap<Uuid, BTreeSet<i32>>;

/// What a member of a consumer group asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscription {
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.rack`.
    pub rack_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: String,
    /// Its address.
    pub client_host: String,
    /// Topics by name.
    pub topics: BTreeSet<Arc<str>>,
    /// Topics by regular expression.
    pub regex: Option<Arc<str>>,
    /// Milliseconds it has to give partitions back.
    pub rebalance_timeout_ms: i32,
    /// The assignor it wants.
    pub server_assignor: Option<Arc<str>>,
    /// Set for a member that speaks the classic protocol.
    pub classic: Option<ClassicProtocols>,
}

/// What is known of a member of a consumer group that speaks the classic protocol.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassicProtocols {
    /// Milliseconds it may be silent.
    pub session_timeout_ms: i32,
    /// What it sent for each protocol it supports, in its order of preference.
    pub protocols: Vec<(Arc<str>, Bytes)>,
}

/// Where a member of a consumer group is on its way to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemberState {
    /// It has what it is to have in its epoch.
    #[default]
    Stable,
    /// It has to give partitions back first.
    UnrevokedPartitions,
    /// Others have to give partitions back first.
    UnreleasedPartitions,
    /// A state that a newer Kafka wrote.
    Unknown,
}

/// What a member of a consumer group has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CurrentAssignment {
    /// Its epoch.
    pub member_epoch: i32,
    /// The epoch before, accepted once more from a member that missed the answer.
    pub previous_member_epoch: i32,
    /// Its state.
    pub state: MemberState,
    /// Partitions it owns, with the epoch they were given in.
    pub assigned: BTreeMap<Uuid, BTreeMap<i32, i32>>,
    /// Partitions it has to give back.
    pub pending_revocation: BTreeMap<Uuid, BTreeMap<i32, i32>>,
}

/// The topics that a regular expression stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolvedRegex {
    /// Topics, by name.
    pub topics: BTreeSet<Arc<str>>,
    /// Metadata version it was resolved with.
    pub version: i64,
    /// When, in milliseconds.
    pub timestamp: i64,
}
