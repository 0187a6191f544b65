//! ConsumerGroupHeartbeat: a member says what it wants and has, and is told what it has from now on.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Now, Uuid};
use ottla_model::ErrorCode;

use super::group::{ConsumerGroup, ConsumerMember, LEFT_STATIC, Notes};
use super::metadata_hash;
use super::reconcile::Step;
use super::request::{Beat, ConsumerHeartbeat, ConsumerSettings, GroupTimes, Refusal};
use super::topics::Topics;
use crate::record::{
    Assignment, CurrentAssignment, GroupEpoch, MemberState, Record, ResolvedRegex,
};

/// What a decision about a group may look at besides the group.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) now: Now,
    pub(crate) settings: &'a ConsumerSettings,
    pub(crate) times: GroupTimes,
    pub(crate) topics: &'a dyn Topics,
}

/// What follows from a heartbeat.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) records: Vec<Record>,
    pub(crate) beat: Beat,
    /// The member from now on.
    pub(crate) member: ConsumerMember,
    pub(crate) notes: Notes,
    pub(crate) giving_back: GivingBack,
    /// Whether nobody is left who is not classic.
    pub(crate) is_downgrade: bool,
    /// Whether the targets are older than the group's epoch, if so.
    pub(crate) is_stale: bool,
}

/// What becomes of the deadline for giving partitions back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivingBack {
    /// As it was.
    Unchanged,
    /// It is not needed.
    Done,
    /// It begins, for a member in `epoch`.
    Within {
        /// How long, in milliseconds.
        ms: i32,
        /// The epoch that the member must have left by then.
        epoch: i32,
    },
}

/// A member in the course of a heartbeat.
pub(super) struct Draft {
    pub(super) id: Arc<str>,
    /// As it was.
    pub(super) before: ConsumerMember,
    /// As it is going to be.
    pub(super) member: ConsumerMember,
    /// The static member that it takes the place of.
    pub(super) replaces: Option<Arc<str>>,
}

impl ConsumerGroup {
    /// Follows a heartbeat of a member that stays or joins. Its id is `member_id`, whether it has told
    /// or was given it.
    pub(crate) fn heartbeat(
        &self,
        request: &ConsumerHeartbeat,
        member_id: &Arc<str>,
        scope: Scope<'_>,
    ) -> Result<Outcome, Refusal> {
        let instance_id = request.instance_id.as_deref();
        self.check_room(&request.member_id, instance_id, scope.settings.members_max)?;
        let mut records = Vec::new();
        let mut draft = self.draft(request, member_id, &mut records)?;
        draft.follow(request);
        let (before, after) = (&draft.before.subscription, &draft.member.subscription);
        if before != after {
            records.push(self.member_record(&draft));
        }
        let names_changed = before.topics != after.topics;
        let mut notes = self.notes.clone();
        let regexes = self.resolve(&draft, scope, &mut notes, &mut records)?;
        let must_bump =
            names_changed || regexes.is_changed || self.is_assignor_new(&draft, scope.settings);
        let epoch = self.next_epoch(must_bump, &draft, &regexes.resolved, scope, &mut notes);
        if epoch != self.epoch {
            records.push(Record::ConsumerGroup { group: self.id.clone(), epoch: Some(epoch) });
        }
        if epoch != self.epoch && self.has_partition_metadata {
            records.push(Record::ConsumerPartitionMetadata { group: self.id.clone() });
        }
        let is_downgrade = request.classic.as_ref().is_some_and(|classic| classic.is_last);
        let is_stale = is_downgrade && self.target_epoch.epoch < epoch.epoch;
        let (target_epoch, target) = match is_downgrade {
            true => (self.target_epoch.epoch, self.target_of(&draft)),
            false => self.target_for(&draft, epoch.epoch, &regexes.resolved, scope, &mut records),
        };
        let giving_back = if is_stale {
            GivingBack::Unchanged
        } else {
            let ids = Self::subscribed_ids(after, &regexes.resolved, scope.topics);
            let is_subscription_new = names_changed || regexes.is_own_changed;
            let target = (target_epoch, &target, &ids, is_subscription_new);
            self.step(&mut draft, request, target, &mut records)?
        };
        let is_changed = !same_partitions(&draft.before.current, &draft.member.current);
        let current = &draft.member.current;
        let beat = Beat {
            member_id: draft.id,
            member_epoch: current.member_epoch,
            heartbeat_interval_ms: scope.times.heartbeat_interval_ms,
            assignment: (request.is_full() || is_changed).then(|| assigned(current)),
        };
        let member = draft.member;
        Ok(Outcome { records, beat, member, notes, giving_back, is_downgrade, is_stale })
    }

    /// Whether the group has room for one more, or the member is in already.
    pub(crate) fn check_room(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
        members_max: usize,
    ) -> Result<(), Refusal> {
        if instance_id.is_some_and(|instance| self.instances.contains_key(instance)) {
            return Ok(());
        }
        if self.members.len() < members_max || self.members.contains_key(member_id) {
            return Ok(());
        }
        let message = format!(
            "The consumer group has reached its maximum capacity of {members_max} members."
        );
        Err(Refusal::new(ErrorCode::GroupMaxSizeReached, message))
    }

    /// The member that a heartbeat comes from, new or known.
    fn draft(
        &self,
        request: &ConsumerHeartbeat,
        id: &Arc<str>,
        records: &mut Vec<Record>,
    ) -> Result<Draft, Refusal> {
        let is_classic = request.classic.is_some();
        // A classic member that joins again says who it is.
        let is_joining = match is_classic {
            true => request.member_id.is_empty(),
            false => request.member_epoch == 0,
        };
        let Some(instance) = &request.instance_id else {
            let member = match self.members.get(id) {
                Some(member) => member.clone(),
                None if is_classic => ConsumerMember::default(),
                None if is_joining => ConsumerMember::default(),
                None => return Err(Refusal::unknown_member(id, &self.id)),
            };
            check_epoch(&member, request)?;
            return Ok(Draft::new(id.clone(), member));
        };
        match self.static_member(instance) {
            None if is_joining => {
                let member = self.members.get(id).cloned().unwrap_or_default();
                Ok(Draft::new(id.clone(), member))
            }
            None => {
                let message = format!("Instance id {instance} is unknown.");
                Err(Refusal::new(ErrorCode::UnknownMemberId, message))
            }
            Some((owner, member)) if is_joining => {
                let is_away = member.current.member_epoch == LEFT_STATIC;
                if !is_classic && !member.is_classic() && !is_away {
                    return Err(unreleased(id, instance, owner));
                }
                Ok(self.replace(owner, member, id, records))
            }
            Some((owner, _)) if owner != id => Err(fenced_instance(id, instance, owner)),
            Some((_, member)) => {
                check_epoch(member, request)?;
                Ok(Draft::new(id.clone(), member.clone()))
            }
        }
    }

    /// A static member comes back under a new id and goes on where it was.
    fn replace(
        &self,
        old: &Arc<str>,
        member: &ConsumerMember,
        id: &Arc<str>,
        records: &mut Vec<Record>,
    ) -> Draft {
        let mut member = member.clone();
        member.current.member_epoch = 0;
        member.current.previous_member_epoch = 0;
        let mut draft = Draft::new(id.clone(), member);
        self.remove_member(old, records);
        records.push(self.member_record(&draft));
        let partitions = Some(self.target(old).cloned().unwrap_or_default());
        let (group, member) = (self.id.clone(), id.clone());
        records.push(Record::TargetAssignment { group, member, partitions });
        records.push(self.current_record(&draft));
        draft.replaces = (old != id).then(|| old.clone());
        draft
    }

    fn is_assignor_new(&self, draft: &Draft, settings: &ConsumerSettings) -> bool {
        let default = settings.assignors.first().map_or("", |assignor| assignor.name());
        let before = Self::assignor(self.members.values(), default);
        before != Self::assignor(self.members_with(draft).map(|(_, member)| member), default)
    }

    /// All members as they are going to be.
    pub(super) fn members_with<'a>(
        &'a self,
        draft: &'a Draft,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a ConsumerMember)> {
        let stays = |id: &Arc<str>| *id != draft.id && draft.replaces.as_ref() != Some(id);
        let others = self.members.iter().filter(move |(id, _)| stays(id));
        others.chain(core::iter::once((&draft.id, &draft.member)))
    }

    /// The group's epoch: the next one if the member wants that or topics have changed.
    fn next_epoch(
        &self,
        must_bump: bool,
        draft: &Draft,
        regexes: &BTreeMap<Arc<str>, ResolvedRegex>,
        scope: Scope<'_>,
        notes: &mut Notes,
    ) -> GroupEpoch {
        let version = Some(scope.topics.version());
        if !must_bump && notes.topics_version == version {
            return self.epoch;
        }
        let names = subscribed_names(self.members_with(draft).map(|(_, member)| member), regexes);
        notes.follow(&names, scope.topics);
        let metadata_hash = metadata_hash::of_topics(&notes.topic_hashes);
        if !must_bump && metadata_hash == self.epoch.metadata_hash {
            return self.epoch;
        }
        GroupEpoch { epoch: self.epoch.epoch.saturating_add(1), metadata_hash }
    }

    /// Takes a member one step towards its target.
    fn step(
        &self,
        draft: &mut Draft,
        request: &ConsumerHeartbeat,
        target: (i32, &Assignment, &BTreeSet<Uuid>, bool),
        records: &mut Vec<Record>,
    ) -> Result<GivingBack, Refusal> {
        let (target_epoch, target, subscribed, is_subscription_new) = target;
        if !is_subscription_new && draft.member.is_reconciled_to(target_epoch) {
            return Ok(GivingBack::Unchanged);
        }
        let replaced = draft.replaces.as_ref();
        let is_held = |topic: Uuid, partition: i32| {
            let holder = self.holder(topic, partition);
            holder.is_some_and(|holder| Some(holder) != replaced)
        };
        let step = Step {
            target_epoch,
            target,
            subscribed,
            is_subscription_new,
            owned: request.owned.as_ref(),
            is_held: &is_held,
        };
        let next = step.next(&draft.member.current).map_err(|_| {
            let message = "The consumer group member is in a unknown state. \
                           The member must abandon all its partitions and rejoin.";
            Refusal::new(ErrorCode::FencedMemberEpoch, message)
        })?;
        if next == draft.member.current {
            return Ok(GivingBack::Unchanged);
        }
        draft.member.current = next;
        records.push(self.current_record(draft));
        let (ms, epoch) =
            (draft.member.subscription.rebalance_timeout_ms, draft.member.current.member_epoch);
        Ok(match draft.member.current.state {
            MemberState::UnrevokedPartitions => GivingBack::Within { ms, epoch },
            _ => GivingBack::Done,
        })
    }

    fn member_record(&self, draft: &Draft) -> Record {
        Record::ConsumerMember {
            group: self.id.clone(),
            member: draft.id.clone(),
            subscription: Some(draft.member.subscription.clone()),
        }
    }

    fn current_record(&self, draft: &Draft) -> Record {
        Record::CurrentAssignment {
            group: self.id.clone(),
            member: draft.id.clone(),
            current: Some(draft.member.current.clone()),
        }
    }
}

impl Draft {
    fn new(id: Arc<str>, member: ConsumerMember) -> Self {
        Self { id, before: member.clone(), member, replaces: None }
    }

    /// Takes over what a request says.
    fn follow(&mut self, request: &ConsumerHeartbeat) {
        let to = &mut self.member.subscription;
        to.instance_id = request.instance_id.clone().or(to.instance_id.take());
        to.rack_id = request.rack_id.clone().or(to.rack_id.take());
        to.rebalance_timeout_ms = request.rebalance_timeout_ms.unwrap_or(to.rebalance_timeout_ms);
        to.server_assignor = request.server_assignor.clone().or(to.server_assignor.take());
        if let Some(topics) = &request.topics {
            to.topics = topics.clone();
        }
        match &request.regex {
            _ if request.classic.is_some() => to.regex = None,
            Some(regex) => to.regex = Some(regex.clone()).filter(|regex| !regex.is_empty()),
            None => {}
        }
        to.client_id.clone_from(&request.client_id);
        to.client_host.clone_from(&request.client_host);
        to.classic = request.classic.as_ref().map(|classic| classic.protocols.clone());
    }
}

impl Notes {
    /// Hashes the topics of these names; those that have not changed are not hashed again.
    pub(super) fn follow(&mut self, names: &BTreeSet<Arc<str>>, topics: &dyn Topics) {
        let version = Some(topics.version());
        let is_current = self.topics_version == version;
        let mut hashes = BTreeMap::new();
        self.names.clear();
        for name in names {
            self.names.extend(topics.id(name).map(|id| (id, name.clone())));
            let known = self.topic_hashes.get(name).copied().filter(|_| is_current);
            let hash = known.or_else(|| metadata_hash::of_topic(name, topics));
            hashes.extend(hash.map(|hash| (name.clone(), hash)));
        }
        self.topic_hashes = hashes;
        self.topics_version = version;
    }
}

/// The names of the topics that members are subscribed to.
pub(super) fn subscribed_names<'a>(
    members: impl Iterator<Item = &'a ConsumerMember>,
    regexes: &BTreeMap<Arc<str>, ResolvedRegex>,
) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    for member in members {
        names.extend(member.subscription.topics.iter().cloned());
        let regex = member.subscription.regex.as_ref();
        if let Some(resolved) = regex.and_then(|regex| regexes.get(regex)) {
            names.extend(resolved.topics.iter().cloned());
        }
    }
    names
}

/// A member must be in its epoch, or in the one before if it missed an answer and has nothing that it
/// is not to have; or join anew.
fn check_epoch(member: &ConsumerMember, request: &ConsumerHeartbeat) -> Result<(), Refusal> {
    let (received, current) = (request.member_epoch, &member.current);
    let missed_answer = || {
        received == current.previous_member_epoch
            && request.owned.as_ref().is_some_and(|owned| is_part_of(owned, current))
    };
    let size = match received.cmp(&current.member_epoch) {
        _ if received == 0 => return Ok(()),
        core::cmp::Ordering::Greater => "greater",
        core::cmp::Ordering::Less if !missed_answer() => "smaller",
        _ => return Ok(()),
    };
    let message = format!(
        "The consumer group member has a {size} member epoch ({received}) than the one known by the \
         group coordinator ({}). The member must abandon all its partitions and rejoin.",
        current.member_epoch
    );
    Err(Refusal::new(ErrorCode::FencedMemberEpoch, message))
}

fn is_part_of(owned: &Assignment, current: &CurrentAssignment) -> bool {
    owned.iter().all(|(topic, partitions)| {
        let assigned = current.assigned.get(topic);
        assigned.is_some_and(|assigned| partitions.iter().all(|it| assigned.contains_key(it)))
    })
}

fn same_partitions(a: &CurrentAssignment, b: &CurrentAssignment) -> bool {
    assigned(a) == assigned(b)
}

fn assigned(current: &CurrentAssignment) -> Assignment {
    let topics = current.assigned.iter();
    topics.map(|(topic, partitions)| (*topic, partitions.keys().copied().collect())).collect()
}

fn unreleased(id: &str, instance: &str, owner: &str) -> Refusal {
    let message = format!(
        "Static member {id} with instance id {instance} cannot join the group because the instance id is owned by {owner} member."
    );
    Refusal::new(ErrorCode::UnreleasedInstanceId, message)
}

pub(super) fn fenced_instance(id: &str, instance: &str, owner: &str) -> Refusal {
    let message =
        format!("Static member {id} with instance id {instance} was fenced by member {owner}.");
    Refusal::new(ErrorCode::FencedInstanceId, message)
}
