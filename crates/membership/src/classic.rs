//! A member of a classic group: join, sync, read, heartbeat, and again, whenever the coordinator, the
//! metadata or the subscription says so.
//!
//! ```text
//!  Out ──Revoke/Lost──▶ Releasing ──▶ Joining ──(leader: FindTopics ▶ Sharing)──▶ Syncing
//!   ▲                       ▲                                                        │
//!   └── max.poll.interval,  └────── rejoin ────── Stable ◀── Assign ── Adopting ◀────┘
//!       errors
//! ```
//! Eager members (some assignor cannot do otherwise) give back everything before they join; cooperative
//! ones what they no longer want, and after the sync what they no longer have, and then join again.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::MonoTime;
use ottla_model::{ErrorCode, TopicPartition};

use crate::assignor::{Assignor, GroupMember, TopicRacks};
use crate::member::{
    Answer, Backoff, Effect, Failure, Generation, GroupRequest, Join, Joined, Kind, Leave, Leaving,
    Refusal, Sync,
};
use crate::protocol::{self, Subscription};

/// What never changes while a member lives.
#[derive(Debug, Clone)]
pub struct ClassicSettings {
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
    /// `partition.assignment.strategy`.
    pub assignors: Vec<Assignor>,
    /// `session.timeout.ms`.
    pub session_timeout: Duration,
    /// `heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `max.poll.interval.ms`, which is the rebalance timeout too.
    pub poll_interval_max: Duration,
    /// Between attempts.
    pub backoff: Backoff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not in the group, or about to join it again.
    Out,
    /// Callbacks before joining.
    Releasing,
    Joining,
    /// We lead, and wait to know the topics.
    Sharing,
    Syncing,
    /// Callbacks after syncing: revocation, then assignment.
    Revoking,
    Assigning,
    Stable,
    /// Callbacks before leaving.
    Quitting,
    Leaving,
    Over,
}

/// One member.
#[derive(Debug)]
pub struct ClassicMember {
    settings: ClassicSettings,
    phase: Phase,
    generation: Generation,
    protocol: Option<Assignor>,
    /// What we want; `None` before a subscription.
    topics: Option<BTreeSet<Arc<str>>>,
    owned: BTreeSet<TopicPartition>,
    /// What the last sync gave, for the sticky assignors, and in which generation.
    last: Option<(Vec<TopicPartition>, i32)>,
    /// What the sync gave and is not adopted yet.
    given: BTreeSet<TopicPartition>,
    /// Why to join again.
    rejoin: Option<String>,
    /// Everybody, while we lead and share out.
    members: Vec<GroupMember>,
    /// What we shared out by, while we lead.
    shared: Option<BTreeMap<Arc<str>, usize>>,
    /// No joining before this.
    pause_until: MonoTime,
    failures: u32,
    heartbeat_due: MonoTime,
    heartbeat_sent: bool,
    session_ends: MonoTime,
    poll_due: MonoTime,
    /// The user took too long: nothing until he asks again.
    overdue: bool,
    leaving: Option<(Leaving, &'static str)>,
}

impl ClassicMember {
    /// A member that wants nothing yet.
    pub fn new(settings: ClassicSettings, now: MonoTime) -> Self {
        Self {
            poll_due: now + settings.poll_interval_max,
            settings,
            phase: Phase::Out,
            generation: Generation::none(),
            protocol: None,
            topics: None,
            owned: BTreeSet::new(),
            last: None,
            given: BTreeSet::new(),
            rejoin: None,
            members: Vec::new(),
            shared: None,
            pause_until: now,
            failures: 0,
            heartbeat_due: MonoTime::NEVER,
            heartbeat_sent: false,
            session_ends: MonoTime::NEVER,
            overdue: false,
            leaving: None,
        }
    }

    /// What to fence commits by; -1 while we are in no generation.
    pub fn generation(&self) -> &Generation {
        &self.generation
    }

    /// What is ours to read.
    pub fn owned(&self) -> &BTreeSet<TopicPartition> {
        &self.owned
    }

    /// Whether a rebalance is under way, in which commits are refused.
    pub fn is_rebalancing(&self) -> bool {
        matches!(self.phase, Phase::Joining | Phase::Sharing | Phase::Syncing)
    }

    /// Whether the user has not asked for records for too long, and nothing is ours to give him.
    pub fn is_overdue(&self) -> bool {
        self.overdue
    }

    /// Whether we are in no group and want to be in none.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// The user wants these topics from now on.
    pub fn subscribe(&mut self, now: MonoTime, topics: BTreeSet<Arc<str>>) -> Vec<Effect> {
        if self.topics.as_ref() == Some(&topics) {
            return Vec::new();
        }
        if self.topics.is_some() {
            self.want_rejoin("the subscription has changed");
        }
        self.topics = Some(topics);
        self.tick(now)
    }

    /// The user asked for records: he is alive.
    pub fn polled(&mut self, now: MonoTime) -> Vec<Effect> {
        self.poll_due = now + self.settings.poll_interval_max;
        if core::mem::take(&mut self.overdue) {
            return self.tick(now);
        }
        Vec::new()
    }

    /// Time passed. To be called at [`ClassicMember::deadline`] at the latest.
    pub fn tick(&mut self, now: MonoTime) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.watch_poll(now, &mut effects);
        self.beat(now, &mut effects);
        let may_start = matches!(self.phase, Phase::Out)
            || (self.phase == Phase::Stable && self.rejoin.is_some());
        if may_start && self.topics.is_some() && !self.overdue && now >= self.pause_until {
            self.release(now, &mut effects);
        }
        effects
    }

    /// When time will do something.
    pub fn deadline(&self) -> MonoTime {
        let waits = matches!(self.phase, Phase::Out) && self.topics.is_some() && !self.overdue;
        let start = match waits || (self.phase == Phase::Stable && self.rejoin.is_some()) {
            true => self.pause_until,
            false => MonoTime::NEVER,
        };
        let heartbeat = match self.beats() {
            true if self.heartbeat_sent => self.session_ends,
            true => self.heartbeat_due.min(self.session_ends),
            false => MonoTime::NEVER,
        };
        let polls = self.is_member() && !self.overdue && self.leaving.is_none();
        let poll = if polls { self.poll_due } else { MonoTime::NEVER };
        start.min(heartbeat).min(poll)
    }

    /// The callbacks of the last `Revoke`, `Lost` or `Assign` are done.
    pub fn callbacks_done(&mut self, now: MonoTime) -> Vec<Effect> {
        let mut effects = Vec::new();
        let gone = self.generation.generation < 0;
        match self.phase {
            Phase::Releasing if self.overdue => self.phase = Phase::Out,
            Phase::Releasing if self.leaving.is_none() => self.join(&mut effects),
            Phase::Releasing => self.phase = Phase::Out,
            Phase::Revoking | Phase::Assigning if gone => {
                self.phase = Phase::Out;
                effects = self.tick(now);
            }
            Phase::Revoking => self.adopt(&mut effects),
            Phase::Assigning => {
                self.phase = Phase::Stable;
                effects = self.tick(now);
            }
            Phase::Quitting => self.send_leave(&mut effects),
            _ => {}
        }
        self.leave_if_asked(&mut effects);
        effects
    }

    /// What became of a request.
    pub fn answered(&mut self, now: MonoTime, answer: Answer) -> Vec<Effect> {
        let mut effects = Vec::new();
        match answer {
            Answer::Joined(joined) if self.phase == Phase::Joining => {
                self.joined(now, joined, &mut effects);
            }
            Answer::MemberId(member_id) if self.phase == Phase::Joining => {
                self.phase = Phase::Out;
                let reason = format!("need to re-join with the given member-id: {member_id}");
                self.generation = Generation { generation: -1, member_id };
                self.want_rejoin(&reason);
            }
            Answer::Synced { assignment, protocol } if self.phase == Phase::Syncing => {
                self.synced(now, &assignment, protocol, &mut effects);
            }
            Answer::Alive => {
                self.heartbeat_sent = false;
                self.session_ends = now + self.settings.session_timeout;
            }
            Answer::Left if self.phase == Phase::Leaving => self.over(&mut effects),
            Answer::Refused(kind, refusal) => self.refused(now, kind, refusal, &mut effects),
            _ => {}
        }
        self.leave_if_asked(&mut effects);
        if self.leaving.is_none() {
            effects.extend(self.tick(now));
        }
        effects
    }

    /// The partitions of the topics asked for with [`Effect::FindTopics`].
    pub fn topics_known(&mut self, topics: &TopicRacks) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.phase != Phase::Sharing {
            return effects;
        }
        let members = core::mem::take(&mut self.members);
        self.shared = Some(snapshot(topics));
        let assignor = self.protocol.unwrap_or(Assignor::Range);
        let assignments = assignor.assign(topics, &members);
        let encoded = |(id, partitions): (Arc<str>, Vec<TopicPartition>)| {
            (id, protocol::encode_assignment(&partitions))
        };
        self.sync(assignments.into_iter().map(encoded).collect(), &mut effects);
        effects
    }

    /// The metadata changed: if we lead and something that we shared out is different, all join again.
    pub fn metadata_changed(&mut self, now: MonoTime, topics: &TopicRacks) -> Vec<Effect> {
        let Some(shared) = &self.shared else { return Vec::new() };
        let known = snapshot(topics);
        let count = |topics: &BTreeMap<Arc<str>, usize>, it| topics.get(it).copied().unwrap_or(0);
        if shared.keys().all(|topic| count(shared, topic) == count(&known, topic)) {
            return Vec::new();
        }
        self.want_rejoin("cached metadata has changed since the last assignment");
        self.tick(now)
    }

    /// The topics whose partitions we shared out, while we lead.
    pub fn watches(&self) -> Option<impl Iterator<Item = &Arc<str>>> {
        self.shared.as_ref().map(BTreeMap::keys)
    }

    /// A commit of `sent` was refused with `code`: what that says about membership.
    pub fn commit_refused(
        &mut self,
        now: MonoTime,
        sent: &Generation,
        code: ErrorCode,
    ) -> Vec<Effect> {
        if *sent == self.generation {
            match code {
                ErrorCode::RebalanceInProgress => {
                    self.want_rejoin("offset commit failed since group is already rebalancing");
                }
                ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration
                    if self.phase == Phase::Stable =>
                {
                    self.forget_generation(code);
                    self.phase = Phase::Out;
                }
                _ => {}
            }
        }
        self.tick(now)
    }

    /// Ends membership: gives back what is owned, and leaves as `leaving` says. [`Effect::Left`] is the
    /// last effect.
    pub fn leave(&mut self, leaving: Leaving, reason: &'static str) -> Vec<Effect> {
        self.leaving = Some((leaving, reason));
        self.topics = None;
        let mut effects = Vec::new();
        self.leave_if_asked(&mut effects);
        effects
    }

    fn want_rejoin(&mut self, reason: &str) {
        self.rejoin = Some(reason.to_owned());
    }

    fn is_member(&self) -> bool {
        !self.generation.member_id.is_empty() && self.phase != Phase::Over
    }

    fn beats(&self) -> bool {
        let away = matches!(self.phase, Phase::Out | Phase::Joining | Phase::Leaving | Phase::Over);
        !away && self.generation.generation >= 0
    }

    /// Leaves if the user has not asked for records for too long.
    fn watch_poll(&mut self, now: MonoTime, effects: &mut Vec<Effect>) {
        if now < self.poll_due || self.overdue || !self.is_member() || self.leaving.is_some() {
            return;
        }
        self.overdue = true;
        if self.settings.instance_id.is_none() {
            let member_id = self.generation.member_id.clone();
            let reason = "consumer poll timeout has expired.";
            effects.push(Effect::Send(GroupRequest::Leave(Leave { member_id, reason })));
        }
        self.generation = Generation::none();
        self.want_rejoin("consumer pro-actively leaving the group");
        if !matches!(self.phase, Phase::Releasing | Phase::Revoking | Phase::Assigning) {
            self.phase = Phase::Out;
        }
    }

    fn beat(&mut self, now: MonoTime, effects: &mut Vec<Effect>) {
        if !self.beats() {
            return;
        }
        if now >= self.session_ends {
            // It has not answered for a whole session: perhaps another coordinates the group now.
            effects.push(Effect::ForgetCoordinator);
            self.session_ends = now + self.settings.session_timeout;
            self.heartbeat_sent = false;
        }
        if now >= self.heartbeat_due && !self.heartbeat_sent {
            self.heartbeat_sent = true;
            self.heartbeat_due = now + self.settings.heartbeat_interval;
            effects.push(Effect::Send(GroupRequest::Heartbeat(self.generation.clone())));
        }
    }

    /// The way into a rebalance: first the callbacks for what is given back.
    fn release(&mut self, now: MonoTime, effects: &mut Vec<Effect>) {
        self.phase = Phase::Releasing;
        let wanted = self.topics.clone().unwrap_or_default();
        let lost = self.generation.generation < 0;
        let given_back: BTreeSet<TopicPartition> = match lost || !self.is_cooperative() {
            true => self.owned.clone(),
            false => self.owned.iter().filter(|it| !wanted.contains(&it.topic)).cloned().collect(),
        };
        if given_back.is_empty() {
            return self.join(effects);
        }
        self.owned.retain(|it| !given_back.contains(it));
        effects.push(if lost { Effect::Lost(given_back) } else { Effect::Revoke(given_back) });
        self.beat(now, effects);
    }

    fn is_cooperative(&self) -> bool {
        self.settings.assignors.iter().all(|it| it.is_cooperative())
    }

    fn join(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Joining;
        self.shared = None;
        let topics: Vec<Arc<str>> = self.topics.iter().flatten().cloned().collect();
        let subscription = |assignor: &Assignor| Subscription {
            topics: topics.clone(),
            user_data: assignor.user_data(self.last.as_ref().map(|(all, it)| (&all[..], *it))),
            owned: self.owned.iter().cloned().collect(),
            generation: Some(self.generation.generation).filter(|it| *it >= 0),
            rack: self.settings.rack.clone(),
        };
        let named = |assignor: &Assignor| (assignor.name(), subscription(assignor).encode());
        effects.push(Effect::Send(GroupRequest::Join(Join {
            member_id: self.generation.member_id.clone(),
            protocols: self.settings.assignors.iter().map(named).collect(),
            reason: self.rejoin.clone().unwrap_or_default(),
        })));
        self.rejoin = None;
    }

    fn joined(&mut self, now: MonoTime, joined: Joined, effects: &mut Vec<Effect>) {
        let Some(assignor) =
            Assignor::named(&joined.protocol).filter(|it| self.settings.assignors.contains(it))
        else {
            let message =
                format!("the group chose the assignor {}, which we did not offer", joined.protocol);
            return self.fail(ErrorCode::InconsistentGroupProtocol, message, effects);
        };
        self.generation = joined.generation;
        self.protocol = Some(assignor);
        self.session_ends = now + self.settings.session_timeout;
        self.heartbeat_due = now + self.settings.heartbeat_interval;
        self.heartbeat_sent = false;
        let Some(members) = joined.members else { return self.sync(Vec::new(), effects) };
        let mut topics = BTreeSet::new();
        self.members.clear();
        for (member_id, instance_id, bytes) in members {
            match Subscription::decode(&bytes) {
                Ok(subscription) => {
                    topics.extend(subscription.topics.iter().cloned());
                    self.members.push(GroupMember { member_id, instance_id, subscription });
                }
                Err(error) => {
                    let message =
                        format!("the subscription of {member_id} cannot be read: {error}");
                    return self.fail(ErrorCode::InconsistentGroupProtocol, message, effects);
                }
            }
        }
        if joined.skip_assignment {
            return self.sync(Vec::new(), effects);
        }
        self.phase = Phase::Sharing;
        effects.push(Effect::FindTopics(topics));
    }

    fn sync(&mut self, assignments: Vec<(Arc<str>, bytes::Bytes)>, effects: &mut Vec<Effect>) {
        self.phase = Phase::Syncing;
        effects.push(Effect::Send(GroupRequest::Sync(Sync {
            generation: self.generation.clone(),
            protocol: self.protocol.map_or("", Assignor::name).into(),
            assignments,
        })));
    }

    fn synced(
        &mut self,
        now: MonoTime,
        assignment: &bytes::Bytes,
        named: Option<Arc<str>>,
        effects: &mut Vec<Effect>,
    ) {
        let chosen = self.protocol.map_or("", Assignor::name);
        if named.as_ref().is_some_and(|it| **it != *chosen) {
            let message = format!("joined for {chosen}, and was synced for {named:?}");
            return self.fail(ErrorCode::InconsistentGroupProtocol, message, effects);
        }
        let given = match protocol::decode_assignment(assignment) {
            Ok(given) => given,
            Err(error) => {
                let message = format!("the assignment cannot be read: {error}");
                return self.fail(ErrorCode::UnknownServerError, message, effects);
            }
        };
        self.failures = 0;
        self.session_ends = now + self.settings.session_timeout;
        let wanted = self.topics.clone().unwrap_or_default();
        if given.iter().any(|it| !wanted.contains(&it.topic)) {
            self.phase = Phase::Stable;
            return self.want_rejoin("received assignment does not match the current subscription");
        }
        self.last = Some((given.clone(), self.generation.generation));
        self.given = given.into_iter().collect();
        let revoked: BTreeSet<TopicPartition> =
            self.owned.difference(&self.given).cloned().collect();
        if revoked.is_empty() {
            return self.adopt(effects);
        }
        self.phase = Phase::Revoking;
        self.owned.retain(|it| !revoked.contains(it));
        self.want_rejoin("need to revoke partitions and re-join");
        effects.push(Effect::Revoke(revoked));
    }

    /// What was given becomes ours.
    fn adopt(&mut self, effects: &mut Vec<Effect>) {
        let given = core::mem::take(&mut self.given);
        let added = given.difference(&self.owned).cloned().collect();
        self.owned = given;
        self.phase = Phase::Assigning;
        effects.push(Effect::Assign(added));
    }

    fn refused(&mut self, now: MonoTime, kind: Kind, refusal: Refusal, effects: &mut Vec<Effect>) {
        let expected = match kind {
            Kind::Join => self.phase == Phase::Joining,
            Kind::Sync => self.phase == Phase::Syncing,
            Kind::Heartbeat => core::mem::take(&mut self.heartbeat_sent) && self.beats(),
            Kind::ConsumerHeartbeat => false,
        };
        if !expected {
            return;
        }
        let (code, message) = match refusal {
            Refusal::Silence => (ErrorCode::CoordinatorNotAvailable, None),
            Refusal::Code(code, message) => (code, message),
        };
        match code {
            ErrorCode::CoordinatorNotAvailable
            | ErrorCode::NotCoordinator
            | ErrorCode::NetworkException
            | ErrorCode::RequestTimedOut => {
                effects.push(Effect::ForgetCoordinator);
                self.try_again(now, kind, code);
            }
            ErrorCode::CoordinatorLoadInProgress => self.try_again(now, kind, code),
            ErrorCode::RebalanceInProgress => self.rebalance_elsewhere(kind),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                self.forget_generation(code);
                self.phase = Phase::Out;
            }
            code => {
                let message = message.unwrap_or_else(|| format!("{code}"));
                self.fail(code, message, effects);
            }
        }
    }

    fn rebalance_elsewhere(&mut self, kind: Kind) {
        match kind {
            Kind::Heartbeat if self.phase == Phase::Stable => {
                self.want_rejoin("group is already rebalancing");
            }
            Kind::Heartbeat => {}
            _ => {
                self.phase = Phase::Out;
                self.want_rejoin("rebalance failed due to REBALANCE_IN_PROGRESS");
            }
        }
    }

    fn try_again(&mut self, now: MonoTime, kind: Kind, code: ErrorCode) {
        self.failures = self.failures.saturating_add(1);
        let until = now + self.settings.backoff.pause(self.failures);
        if kind == Kind::Heartbeat {
            self.heartbeat_due = until;
            return;
        }
        self.phase = Phase::Out;
        self.pause_until = until;
        self.want_rejoin(&format!("rebalance failed due to {code}"));
    }

    /// We are no longer in the generation we thought; after UNKNOWN_MEMBER_ID nobody at all.
    fn forget_generation(&mut self, code: ErrorCode) {
        self.generation.generation = -1;
        if code != ErrorCode::IllegalGeneration {
            self.generation.member_id = "".into();
        }
        self.want_rejoin(&format!("encountered {code} from the coordinator"));
    }

    fn fail(&mut self, code: ErrorCode, message: String, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        self.generation = Generation::none();
        let lost = core::mem::take(&mut self.owned);
        if !lost.is_empty() {
            effects.push(Effect::Lost(lost));
        }
        effects.push(Effect::Fail(Failure { code, message }));
    }

    /// Leaves as soon as no callback is under way; a rebalance is not waited for.
    fn leave_if_asked(&mut self, effects: &mut Vec<Effect>) {
        if self.leaving.is_none() {
            return;
        }
        match self.phase {
            Phase::Releasing | Phase::Revoking | Phase::Assigning => {}
            Phase::Quitting | Phase::Leaving => {}
            Phase::Over => self.over(effects),
            _ => {
                let given_back = core::mem::take(&mut self.owned);
                let lost = self.generation.generation < 0 || self.is_rebalancing();
                self.phase = Phase::Quitting;
                match given_back.is_empty() {
                    true => self.send_leave(effects),
                    false if lost => effects.push(Effect::Lost(given_back)),
                    false => effects.push(Effect::Revoke(given_back)),
                }
            }
        }
    }

    fn send_leave(&mut self, effects: &mut Vec<Effect>) {
        let (leaving, reason) = self.leaving.unwrap_or_default();
        let leaves = match leaving {
            Leaving::Default => self.settings.instance_id.is_none(),
            Leaving::Leave => true,
            Leaving::Remain => false,
        };
        if !leaves || self.generation.member_id.is_empty() {
            return self.over(effects);
        }
        self.phase = Phase::Leaving;
        let member_id = self.generation.member_id.clone();
        effects.push(Effect::Send(GroupRequest::Leave(Leave { member_id, reason })));
    }

    fn over(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        self.generation = Generation::none();
        if self.leaving.take().is_some() {
            effects.push(Effect::Left);
        }
    }
}

fn snapshot(topics: &TopicRacks) -> BTreeMap<Arc<str>, usize> {
    topics.iter().map(|(topic, partitions)| (topic.clone(), partitions.len())).collect()
}
