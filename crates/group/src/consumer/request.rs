//! What is asked of consumer groups, and answered.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use super::assignor::Assignor;
use super::group::{LEAVE, LEFT_STATIC};
use crate::migrate::MigrationPolicy;
use crate::record::{Assignment, ClassicProtocols};

/// What consumer groups are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerSettings {
    /// For groups that nothing else is configured for.
    pub times: GroupTimes,
    /// `group.consumer.max.size`.
    pub members_max: usize,
    /// `group.consumer.assignors`; the first is the default.
    pub assignors: Vec<Assignor>,
    /// `group.consumer.regex.refresh.interval.ms`.
    pub regex_refresh_interval_ms: i64,
    /// `group.consumer.migration.policy`.
    pub migration: MigrationPolicy,
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            times: GroupTimes {
                session_timeout_ms: 45_000,
                heartbeat_interval_ms: 5000,
                assignment_interval_ms: 1000,
            },
            members_max: usize::MAX,
            assignors: alloc::vec![Assignor::Uniform, Assignor::Range],
            regex_refresh_interval_ms: 600_000,
            migration: MigrationPolicy::default(),
        }
    }
}

impl ConsumerSettings {
    /// Takes over `group.consumer.assignors`. Names of classes, which only a JVM could load, are left
    /// out; if nothing is left, everything stays as it is.
    pub fn set_assignors(&mut self, names: &[String]) {
        let known: Vec<Assignor> = names.iter().filter_map(|name| Assignor::named(name)).collect();
        if !known.is_empty() {
            self.assignors = known;
        }
    }

    /// Takes over `group.consumer.migration.policy`, which has been checked.
    pub fn set_migration(&mut self, name: &str) {
        self.migration = MigrationPolicy::named(name).unwrap_or_default();
    }
}

/// What can be set for each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupTimes {
    /// `consumer.session.timeout.ms`.
    pub session_timeout_ms: i32,
    /// `consumer.heartbeat.interval.ms`.
    pub heartbeat_interval_ms: i32,
    /// `consumer.assignment.interval.ms`: targets are not computed more often.
    pub assignment_interval_ms: i32,
}

/// A ConsumerGroupHeartbeat request. What is `None` has not changed since the last one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerHeartbeat {
    /// The group.
    pub group: Arc<str>,
    /// Who; empty if it has no id yet (v0).
    pub member_id: Arc<str>,
    /// The epoch it is in; 0 to join, -1 to leave, -2 to leave for a while.
    pub member_epoch: i32,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.rack`.
    pub rack_id: Option<Arc<str>>,
    /// Milliseconds it may take to give partitions back.
    pub rebalance_timeout_ms: Option<i32>,
    /// Topics by name.
    pub topics: Option<BTreeSet<Arc<str>>>,
    /// Topics by regular expression.
    pub regex: Option<Arc<str>>,
    /// The assignor it wants.
    pub server_assignor: Option<Arc<str>>,
    /// The partitions it has.
    pub owned: Option<Assignment>,
    /// `client.id`.
    pub client_id: String,
    /// Its address.
    pub client_host: String,
    /// Set by the coordinator itself, for a JoinGroup.
    pub classic: Option<ClassicJoin>,
}

/// What a JoinGroup says that a heartbeat does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicJoin {
    /// What is stored of it.
    pub protocols: ClassicProtocols,
    /// Whether it takes the place of the last member that is not classic.
    pub is_last: bool,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// Who it is.
    pub member_id: Arc<str>,
    /// The epoch it is in now.
    pub member_epoch: i32,
    /// When it is expected again, in milliseconds.
    pub heartbeat_interval_ms: i32,
    /// What it has from now on; `None` if nothing has changed.
    pub assignment: Option<Assignment>,
}

/// An error and what Kafka says with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error.
    pub code: ErrorCode,
    /// What clients are told.
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn unknown_member(member: &str, group: &str) -> Self {
        let message = format!("Member {member} is not a member of group {group}.");
        Self::new(ErrorCode::UnknownMemberId, message)
    }
}

impl ConsumerHeartbeat {
    /// Whether it says everything there is to say.
    pub(super) fn is_full(&self) -> bool {
        self.rebalance_timeout_ms.is_some()
            && (self.topics.is_some() || self.regex.is_some())
            && self.owned.is_some()
    }

    /// Whether the member leaves.
    pub(super) fn is_leaving(&self) -> bool {
        self.member_epoch == LEAVE || self.member_epoch == LEFT_STATIC
    }

    /// Whether what it says of the member is small enough to be kept.
    pub(super) fn check_size(&self, bytes_max: usize) -> Result<(), Refusal> {
        let text = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        let topics = self.topics.iter().flatten().map(|topic| topic.len()).sum::<usize>();
        let names = self.member_id.len() + self.client_id.len() + text(&self.instance_id);
        if topics + names + text(&self.regex) + text(&self.rack_id) <= bytes_max {
            return Ok(());
        }
        let message = format!("What the member says of itself is more than {bytes_max} bytes.");
        Err(Refusal::new(ErrorCode::InvalidRequest, message))
    }

    /// Whether it can be understood; `makes_ids` since v1, where members make their ids themselves.
    ///
    /// # Errors
    /// What Kafka refuses, in its order.
    pub fn check(&self, makes_ids: bool, assignors: &[Assignor]) -> Result<(), Refusal> {
        let refuse =
            |message: &str| Err(Refusal::new(ErrorCode::InvalidRequest, message.to_string()));
        if (makes_ids || self.member_epoch > 0 || self.is_leaving()) && is_blank(&self.member_id) {
            return refuse("MemberId can't be empty.");
        }
        if is_blank(&self.group) {
            return refuse("GroupId can't be empty.");
        }
        if self.instance_id.as_deref().is_some_and(is_blank) {
            return refuse("InstanceId can't be empty.");
        }
        if self.rack_id.as_deref().is_some_and(is_blank) {
            return refuse("RackId can't be empty.");
        }
        match self.member_epoch {
            0 if self.rebalance_timeout_ms.is_none() => {
                return refuse("RebalanceTimeoutMs must be provided in first request.");
            }
            0 if self.owned.as_ref().is_none_or(|owned| !owned.is_empty()) => {
                return refuse("TopicPartitions must be empty when (re-)joining.");
            }
            0 if self.topics.is_none() && self.regex.is_none() => {
                return refuse(
                    "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
                );
            }
            LEFT_STATIC if self.instance_id.is_none() => {
                return refuse("InstanceId can't be null.");
            }
            ..LEFT_STATIC => return refuse("MemberEpoch is invalid."),
            _ => {}
        }
        let is_known = |name: &str| assignors.iter().any(|assignor| assignor.name() == name);
        match self.server_assignor.as_deref().filter(|name| !is_known(name)) {
            None => Ok(()),
            Some(name) => {
                let mut known: Vec<&str> =
                    assignors.iter().map(|assignor| assignor.name()).collect();
                known.sort_unstable();
                let known = known.join(", ");
                let message = format!(
                    "ServerAssignor {name} is not supported. Supported assignors: {known}."
                );
                Err(Refusal::new(ErrorCode::UnsupportedAssignor, message))
            }
        }
    }
}

/// As Java's `trim().isEmpty()`.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c <= ' ')
}
