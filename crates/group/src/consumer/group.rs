//! [`ConsumerGroup`]: what the records say of a group, and what follows from it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;

use ottla_base::Uuid;

use super::regex::Checked;
use super::topics::Topics;
use crate::record::{
    Assignment, CurrentAssignment, GroupEpoch, MemberState, Record, ResolvedRegex, Subscription,
    TargetEpoch,
};

/// The epoch of a static member that is away for a while.
pub(crate) const LEFT_STATIC: i32 = -2;
/// The epoch of a request to leave.
pub(crate) const LEAVE: i32 = -1;

/// Where a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsumerGroupState {
    /// It has no members.
    Empty,
    /// A new assignment has to be computed.
    Assigning,
    /// Members are on their way to their targets.
    Reconciling,
    /// Everybody has what it is to have.
    Stable,
}

impl ConsumerGroupState {
    /// Its name, as admin tools show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Stable => "Stable",
        }
    }
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerMember {
    /// What it asks for.
    pub subscription: Subscription,
    /// What it has.
    pub current: CurrentAssignment,
}

impl ConsumerMember {
    /// Whether it speaks the classic protocol.
    pub fn is_classic(&self) -> bool {
        self.subscription.classic.is_some()
    }

    /// Whether it has what was assigned in `epoch`.
    pub(super) fn is_reconciled_to(&self, epoch: i32) -> bool {
        self.current.state == MemberState::Stable && self.current.member_epoch == epoch
    }
}

/// A consumer group. It changes by [`Self::replay`] only; what else is in it are notes that make
/// decisions cheaper.
#[derive(Debug, Clone, Default)]
pub struct ConsumerGroup {
    pub(crate) id: Arc<str>,
    pub(crate) epoch: GroupEpoch,
    pub(crate) members: BTreeMap<Arc<str>, ConsumerMember>,
    pub(super) target_epoch: TargetEpoch,
    pub(super) targets: BTreeMap<Arc<str>, Assignment>,
    pub(super) regexes: BTreeMap<Arc<str>, ResolvedRegex>,
    /// Who holds each partition, given back or not.
    pub(super) holders: BTreeMap<Uuid, BTreeMap<i32, Arc<str>>>,
    /// Ids of static members, by their instance id.
    pub(super) instances: BTreeMap<Arc<str>, Arc<str>>,
    /// Whether the log holds what older brokers noted of topics.
    pub(super) has_partition_metadata: bool,
    pub(crate) notes: Notes,
}

/// What a group remembers without writing it down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// The version of the topics that the group's metadata hash was last checked with.
    pub(super) topics_version: Option<i64>,
    /// The hash of each subscribed topic then.
    pub(super) topic_hashes: BTreeMap<Arc<str>, i64>,
    /// Their names.
    pub(super) names: BTreeMap<Uuid, Arc<str>>,
    /// When regular expressions were resolved last.
    pub(super) regexes_checked: Option<Checked>,
}

impl ConsumerGroup {
    /// A group that nothing is known of yet.
    pub fn new(id: Arc<str>) -> Self {
        Self { id, ..Self::default() }
    }

    /// Where it stands.
    pub fn state(&self) -> ConsumerGroupState {
        if self.members.is_empty() {
            ConsumerGroupState::Empty
        } else if self.epoch.epoch > self.target_epoch.epoch {
            ConsumerGroupState::Assigning
        } else if self
            .members
            .values()
            .all(|member| member.is_reconciled_to(self.target_epoch.epoch))
        {
            ConsumerGroupState::Stable
        } else {
            ConsumerGroupState::Reconciling
        }
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How many members it has.
    pub fn members_count(&self) -> usize {
        self.members.len()
    }

    /// Its members, by their id.
    pub fn members(&self) -> &BTreeMap<Arc<str>, ConsumerMember> {
        &self.members
    }

    /// Its epoch.
    pub fn epoch(&self) -> i32 {
        self.epoch.epoch
    }

    /// The epoch that its targets were computed for.
    pub fn assignment_epoch(&self) -> i32 {
        self.target_epoch.epoch
    }

    /// The assignor that most members want; the default one if nobody says.
    pub fn assignor_name<'a>(&'a self, default: &'a str) -> &'a str {
        Self::assignor(self.members.values(), default)
    }

    /// What a member is to have.
    pub fn target(&self, member: &str) -> Option<&Assignment> {
        self.targets.get(member)
    }

    /// The member that has this instance id.
    pub(crate) fn static_member(&self, instance: &str) -> Option<(&Arc<str>, &ConsumerMember)> {
        self.members.get_key_value(self.instances.get(instance)?)
    }

    /// Who holds a partition.
    pub(crate) fn holder(&self, topic: Uuid, partition: i32) -> Option<&Arc<str>> {
        self.holders.get(&topic)?.get(&partition)
    }

    /// How many members are subscribed to a regular expression.
    pub(super) fn regex_subscribers(&self, regex: &str) -> usize {
        let is_subscribed =
            |member: &&ConsumerMember| member.subscription.regex.as_deref() == Some(regex);
        self.members.values().filter(is_subscribed).count()
    }

    /// Whether a member is subscribed to a topic, by name or by regular expression.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        let matching = |member: &ConsumerMember| {
            let regex =
                member.subscription.regex.as_ref().and_then(|regex| self.regexes.get(regex));
            regex.is_some_and(|resolved| resolved.topics.contains(topic))
        };
        let by_name = |member: &ConsumerMember| member.subscription.topics.contains(topic);
        self.members.values().any(|member| by_name(member) || matching(member))
    }

    /// The assignor that most of these members want.
    pub(super) fn assignor<'a>(
        members: impl Iterator<Item = &'a ConsumerMember>,
        default: &'a str,
    ) -> &'a str {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for name in members.filter_map(|member| member.subscription.server_assignor.as_deref()) {
            *votes.entry(name).or_default() += 1;
        }
        let mut best: Option<(&str, usize)> = None;
        for (name, count) in votes {
            if best.is_none_or(|(_, most)| count > most) {
                best = Some((name, count));
            }
        }
        best.map_or(default, |(name, _)| name)
    }

    /// The ids of the topics that a member is subscribed to, of those that exist.
    pub(super) fn subscribed_ids(
        subscription: &Subscription,
        regexes: &BTreeMap<Arc<str>, ResolvedRegex>,
        topics: &dyn Topics,
    ) -> BTreeSet<Uuid> {
        let resolved = subscription.regex.as_ref().and_then(|regex| regexes.get(regex));
        let by_regex = resolved.into_iter().flat_map(|resolved| &resolved.topics);
        subscription.topics.iter().chain(by_regex).filter_map(|name| topics.id(name)).collect()
    }

    /// Follows a record about this group.
    pub(crate) fn replay(&mut self, record: Record) {
        match record {
            Record::ConsumerGroup { epoch, .. } => self.epoch = epoch.unwrap_or_default(),
            Record::ConsumerPartitionMetadata { .. } => self.has_partition_metadata = false,
            Record::ConsumerMember { member, subscription, .. } => {
                self.replay_member(member, subscription);
            }
            Record::TargetEpoch { epoch, .. } => self.target_epoch = epoch.unwrap_or_default(),
            Record::TargetAssignment { member, partitions, .. } => {
                match partitions {
                    Some(partitions) => self.targets.insert(member, partitions),
                    None => self.targets.remove(&member),
                };
            }
            Record::CurrentAssignment { member, current, .. } => {
                self.replay_current(member, current.unwrap_or_default());
            }
            Record::RegularExpression { regex, resolved, .. } => {
                match resolved {
                    Some(resolved) => self.regexes.insert(regex, resolved),
                    None => self.regexes.remove(&regex),
                };
            }
            Record::OffsetCommit { .. } | Record::ClassicGroup { .. } => {}
        }
    }

    fn replay_member(&mut self, id: Arc<str>, subscription: Option<Subscription>) {
        let before =
            self.members.get(&id).and_then(|member| member.subscription.instance_id.clone());
        if let Some(instance) = before
            && self.instances.get(&instance) == Some(&id)
        {
            self.instances.remove(&instance);
        }
        let Some(subscription) = subscription else {
            self.replay_current(id.clone(), CurrentAssignment::default());
            self.members.remove(&id);
            return;
        };
        if let Some(instance) = &subscription.instance_id {
            self.instances.insert(instance.clone(), id.clone());
        }
        self.members.entry(id).or_default().subscription = subscription;
    }

    fn replay_current(&mut self, id: Arc<str>, current: CurrentAssignment) {
        let before = match self.members.get_mut(&id) {
            Some(member) => core::mem::replace(&mut member.current, current.clone()),
            // Of a member that was removed later: its record is not compacted away yet.
            None if current == CurrentAssignment::default() => return,
            None => {
                let member = ConsumerMember { current: current.clone(), ..Default::default() };
                self.members.insert(id.clone(), member);
                CurrentAssignment::default()
            }
        };
        for (topic, partition) in held(&before) {
            let Some(partitions) = self.holders.get_mut(&topic) else { continue };
            // In a log that is being compacted, somebody else may have been given it already.
            if partitions.get(&partition) == Some(&id) {
                partitions.remove(&partition);
            }
            if partitions.is_empty() {
                self.holders.remove(&topic);
            }
        }
        for (topic, partition) in held(&current) {
            self.holders.entry(topic).or_default().insert(partition, id.clone());
        }
    }
}

/// The partitions that a member has not given back.
fn held(current: &CurrentAssignment) -> impl Iterator<Item = (Uuid, i32)> {
    let topics = current.assigned.iter().chain(&current.pending_revocation);
    topics.flat_map(|(topic, partitions)| partitions.keys().map(|partition| (*topic, *partition)))
}
