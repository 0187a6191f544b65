//! What classic and KIP-848 members have in common: the words between a member and the shell that runs
//! it. A member is told what happened and when, and says what to do; it never waits.
//!
//! The shell sends each [`Effect::Send`] to the group's coordinator and reports the [`Answer`]; it runs
//! the callbacks of [`Effect::Revoke`], [`Effect::Lost`] and [`Effect::Assign`] in the order in which
//! they come, and reports each with `callbacks_done`: until then the member asks for no other.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use ottla_model::{ErrorCode, TopicPartition, Uuid};

/// Partitions by topic id, as KIP-848 speaks of them.
pub type IdPartitions = BTreeMap<Uuid, BTreeSet<i32>>;

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send this to the coordinator and report its answer. At most one request of each kind is under
    /// way; joining and syncing exclude each other.
    Send(GroupRequest),
    /// Whoever was thought to coordinate the group does not: look it up before the next request.
    ForgetCoordinator,
    /// Stop reading these, commit if commits are automatic, tell the listener; then `callbacks_done`.
    Revoke(BTreeSet<TopicPartition>),
    /// These are no longer ours, and perhaps another's: no commit is possible. Tell the listener; then
    /// `callbacks_done`.
    Lost(BTreeSet<TopicPartition>),
    /// Start to read these, which come to those that stay, and tell the listener; then
    /// `callbacks_done`. May be empty: a rebalance is over.
    Assign(BTreeSet<TopicPartition>),
    /// We lead, and share out the partitions of these topics: report them with `topics_known`.
    FindTopics(BTreeSet<Arc<str>>),
    /// Topics that we were given and know no name of: report it with `names_known`.
    NameTopics(BTreeSet<Uuid>),
    /// Tell the user; membership goes on.
    Report(Failure),
    /// Tell the user; membership is over.
    Fail(Failure),
    /// The group was left, as was asked.
    Left,
}

/// What a coordinator is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRequest {
    /// JoinGroup. Its answer may take as long as the rebalance timeout.
    Join(Join),
    /// SyncGroup.
    Sync(Sync),
    /// Heartbeat.
    Heartbeat(Generation),
    /// LeaveGroup.
    Leave(Leave),
    /// ConsumerGroupHeartbeat (KIP-848).
    ConsumerHeartbeat(ConsumerHeartbeat),
}

/// Which member we are, and since which rebalance; what commits are fenced by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// The generation, or the member epoch of KIP-848; -1 before the first.
    pub generation: i32,
    /// Empty until the coordinator gave one.
    pub member_id: Arc<str>,
}

impl Generation {
    /// No member of anything.
    pub fn none() -> Self {
        Self { generation: -1, member_id: "".into() }
    }
}

/// JoinGroup, without what never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Empty at first.
    pub member_id: Arc<str>,
    /// Assignors in order of preference, each with our subscription.
    pub protocols: Vec<(&'static str, Bytes)>,
    /// Why (KIP-800).
    pub reason: String,
}

/// SyncGroup; `assignments` only from the leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// Who asks.
    pub generation: Generation,
    /// The assignor that the group chose.
    pub protocol: Arc<str>,
    /// What each member shall read.
    pub assignments: Vec<(Arc<str>, Bytes)>,
}

/// LeaveGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Who leaves.
    pub member_id: Arc<str>,
    /// Why (KIP-800).
    pub reason: &'static str,
}

/// ConsumerGroupHeartbeat; what is `None` has not changed since the last one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerHeartbeat {
    /// Made by the client (KIP-1082).
    pub member_id: Arc<str>,
    /// 0 joins, -1 leaves, -2 leaves a seat that a static member will take again.
    pub epoch: i32,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
    /// How long giving back may take.
    pub rebalance_timeout: Option<Duration>,
    /// The topics we want.
    pub topics: Option<Vec<Arc<str>>>,
    /// An expression that the broker evaluates (RE2).
    pub regex: Option<Arc<str>>,
    /// `group.remote.assignor`.
    pub assignor: Option<Arc<str>>,
    /// What we read.
    pub owned: Option<IdPartitions>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The coordinator refused, with its sentence where it sent one.
    Code(ErrorCode, Option<String>),
    /// It could not be reached, or did not answer in time.
    Silence,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`GroupRequest::Join`].
    Joined(Joined),
    /// MEMBER_ID_REQUIRED: the id to join with (KIP-394).
    MemberId(Arc<str>),
    /// To [`GroupRequest::Sync`]: our assignment, and the protocol, which old coordinators do not say.
    Synced {
        /// What we shall read; see [`crate::protocol::decode_assignment`].
        assignment: Bytes,
        /// The assignor.
        protocol: Option<Arc<str>>,
    },
    /// To [`GroupRequest::Heartbeat`].
    Alive,
    /// To [`GroupRequest::Leave`], whatever the answer.
    Left,
    /// To [`GroupRequest::ConsumerHeartbeat`].
    Beat {
        /// The id we joined with, or that an old coordinator made.
        member_id: Option<Arc<str>>,
        /// Ours from now on.
        epoch: i32,
        /// When to send the next.
        interval: Duration,
        /// What we shall read; `None` if it is as before.
        assignment: Option<IdPartitions>,
    },
    /// A request of this kind was refused.
    Refused(Kind, Refusal),
}

/// Which request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JoinGroup.
    Join,
    /// SyncGroup.
    Sync,
    /// Heartbeat.
    Heartbeat,
    /// ConsumerGroupHeartbeat.
    ConsumerHeartbeat,
}

/// A successful JoinGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Who we are from now on.
    pub generation: Generation,
    /// The assignor that the group chose.
    pub protocol: Arc<str>,
    /// Everybody, if we lead: id, instance, subscription.
    pub members: Option<Vec<(Arc<str>, Option<Arc<str>>, Bytes)>>,
    /// A leader who came back as the static member he was: what was assigned stays.
    pub skip_assignment: bool,
}

/// Why membership is over, or what the user has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the coordinator said; `UNKNOWN_SERVER_ERROR` where it broke the protocol.
    pub code: ErrorCode,
    /// What happened.
    pub message: String,
}

/// Whether closing leaves the group (`CloseOptions` of Java's client).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Leaving {
    /// Dynamic members leave, static ones keep their seat.
    #[default]
    Default,
    /// Leave.
    Leave,
    /// Stay, until the session runs out.
    Remain,
}

/// A pause that doubles, from `retry.backoff.ms` to `retry.backoff.max.ms`.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// The longest.
    pub max: Duration,
}

impl Backoff {
    /// The pause after `failures` failures in a row, at least one.
    pub fn pause(&self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(16));
        doubled.min(self.max)
    }
}
