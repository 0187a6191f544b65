//! A member of a KIP-848 group: the coordinator decides who reads what, and says so in the answers to
//! heartbeats; the member gives back, takes over, and confirms.
//!
//! ```text
//!  Out ──(epoch 0)──▶ Steady ──Revoke──▶ Revoking ──▶ Assigning ──(owned)──▶ Steady
//!   ▲                   │ fenced, unknown, overdue
//!   └────── Lost ───────┘
//! ```
//! One step at a time: while callbacks run, heartbeats go on and a newer target waits for its turn.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::MonoTime;
use ottla_model::{ErrorCode, TopicPartition, Uuid};

use crate::member::{
    Answer, Backoff, ConsumerHeartbeat, Effect, Failure, Generation, GroupRequest, IdPartitions,
    Kind, Leaving, Refusal,
};

/// Epochs that mean something: joining, leaving, leaving a seat to come back to.
const EPOCH_JOIN: i32 = 0;
const EPOCH_LEAVE: i32 = -1;
const EPOCH_LEAVE_STATIC: i32 = -2;

/// What never changes while a member lives.
#[derive(Debug, Clone)]
pub struct ConsumerSettings {
    /// A fresh UUID (KIP-1082); the same through all rejoins.
    pub member_id: Arc<str>,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
    /// `group.remote.assignor`.
    pub assignor: Option<Arc<str>>,
    /// `max.poll.interval.ms`, which is the rebalance timeout too.
    pub poll_interval_max: Duration,
    /// Between attempts.
    pub backoff: Backoff,
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// By name.
    pub topics: BTreeSet<Arc<str>>,
    /// By an expression that the broker evaluates (RE2).
    pub regex: Option<Arc<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not in the group; joins when it may.
    Out,
    Steady,
    /// Callbacks.
    Revoking,
    Assigning,
    Losing,
    Quitting,
    Leaving,
    Over,
}

/// What the coordinator was last told, so that only changes are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    wanted: Option<Wanted>,
    owned: Option<IdPartitions>,
}

/// One member.
#[derive(Debug)]
pub struct ConsumerMember {
    settings: ConsumerSettings,
    phase: Phase,
    epoch: i32,
    wanted: Option<Wanted>,
    names: BTreeMap<Uuid, Arc<str>>,
    owned: IdPartitions,
    /// What the coordinator wants us to read.
    target: IdPartitions,
    /// What is taken over once the callbacks are done.
    next: IdPartitions,
    told: Told,
    /// What the heartbeat under way tells.
    telling: Option<Told>,
    interval: Duration,
    beat_due: MonoTime,
    failures: u32,
    poll_due: MonoTime,
    overdue: bool,
    /// Fenced while callbacks ran: the loss is told when they are done.
    fenced: bool,
    /// Names asked for and not reported.
    naming: BTreeSet<Uuid>,
    leaving: Option<Leaving>,
}

impl ConsumerMember {
    /// A member that wants nothing yet.
    pub fn new(settings: ConsumerSettings, now: MonoTime) -> Self {
        Self {
            poll_due: now + settings.poll_interval_max,
            settings,
            phase: Phase::Out,
            epoch: EPOCH_JOIN,
            wanted: None,
            names: BTreeMap::new(),
            owned: IdPartitions::new(),
            target: IdPartitions::new(),
            next: IdPartitions::new(),
            told: Told::default(),
            telling: None,
            interval: Duration::ZERO,
            beat_due: now,
            failures: 0,
            overdue: false,
            fenced: false,
            naming: BTreeSet::new(),
            leaving: None,
        }
    }

    /// What to fence commits by; epoch -1 while we are no member.
    pub fn generation(&self) -> Generation {
        let generation = if self.epoch > 0 { self.epoch } else { -1 };
        Generation { generation, member_id: self.settings.member_id.clone() }
    }

    /// What is ours to read.
    pub fn owned(&self) -> BTreeSet<TopicPartition> {
        self.named(&self.owned)
    }

    /// Whether we are in no group and want to be in none.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// The user wants this from now on.
    pub fn subscribe(&mut self, now: MonoTime, wanted: Wanted) -> Vec<Effect> {
        if self.wanted.as_ref() != Some(&wanted) {
            self.wanted = Some(wanted);
            if self.phase != Phase::Out {
                self.beat_due = now;
            }
        }
        self.tick(now)
    }

    /// The user asked for records: he is alive.
    pub fn polled(&mut self, now: MonoTime) -> Vec<Effect> {
        self.poll_due = now + self.settings.poll_interval_max;
        if core::mem::take(&mut self.overdue) {
            self.beat_due = now;
            return self.tick(now);
        }
        Vec::new()
    }

    /// Time passed. To be called at [`ConsumerMember::deadline`] at the latest.
    pub fn tick(&mut self, now: MonoTime) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.watch_poll(now, &mut effects);
        if self.may_beat() && now >= self.beat_due {
            self.beat(now, &mut effects);
        }
        self.reconcile(&mut effects);
        effects
    }

    /// When time will do something.
    pub fn deadline(&self) -> MonoTime {
        let beat = if self.may_beat() { self.beat_due } else { MonoTime::NEVER };
        let polls = self.epoch > 0 && !self.overdue && self.leaving.is_none();
        let poll = if polls { self.poll_due } else { MonoTime::NEVER };
        beat.min(poll)
    }

    /// The callbacks of the last `Revoke`, `Lost` or `Assign` are done.
    pub fn callbacks_done(&mut self, now: MonoTime) -> Vec<Effect> {
        let mut effects = Vec::new();
        if core::mem::take(&mut self.fenced) {
            self.phase = Phase::Out;
            self.beat_due = now;
            self.lose(&mut effects);
            self.leave_if_asked(&mut effects);
            effects.extend(self.tick(now));
            return effects;
        }
        match self.phase {
            Phase::Revoking => self.take_over(&mut effects),
            Phase::Assigning => {
                self.phase = Phase::Steady;
                // Confirmed at once: others may be waiting for what we gave back.
                self.beat_due = now;
            }
            Phase::Losing => {
                self.phase = Phase::Out;
                self.beat_due = now;
            }
            Phase::Quitting => self.send_leave(&mut effects),
            _ => {}
        }
        self.leave_if_asked(&mut effects);
        effects.extend(self.tick(now));
        effects
    }

    /// Names that [`Effect::NameTopics`] asked for, or that became known since.
    pub fn names_known(
        &mut self,
        now: MonoTime,
        names: impl IntoIterator<Item = (Uuid, Arc<str>)>,
    ) -> Vec<Effect> {
        for (id, name) in names {
            self.naming.remove(&id);
            self.names.insert(id, name);
        }
        self.tick(now)
    }

    /// Topics that were given to us and whose names are not known yet.
    pub fn unnamed(&self) -> &BTreeSet<Uuid> {
        &self.naming
    }

    /// What became of a heartbeat.
    pub fn answered(&mut self, now: MonoTime, answer: Answer) -> Vec<Effect> {
        let mut effects = Vec::new();
        let telling = self.telling.take();
        match answer {
            Answer::Beat { .. } | Answer::Left if self.phase == Phase::Leaving => {
                self.over(&mut effects);
            }
            Answer::Refused(..) if self.phase == Phase::Leaving => self.over(&mut effects),
            Answer::Beat { member_id, epoch, interval, assignment } => {
                let Some(told) = telling.filter(|_| epoch > 0) else { return effects };
                if let Some(member_id) = member_id.filter(|id| !id.is_empty()) {
                    self.settings.member_id = member_id;
                }
                self.told = told;
                self.failures = 0;
                self.interval = interval;
                self.beat_due = self.beat_due.min(now + interval);
                self.epoch = epoch;
                if self.phase == Phase::Out {
                    self.phase = Phase::Steady;
                }
                if let Some(target) = assignment {
                    self.target = target;
                }
            }
            Answer::Refused(Kind::ConsumerHeartbeat, refusal) if telling.is_some() => {
                self.refused(now, refusal, &mut effects);
            }
            _ => {}
        }
        self.leave_if_asked(&mut effects);
        effects.extend(self.tick(now));
        effects
    }

    /// A commit was refused: an epoch that is no longer ours is noticed with the next heartbeat.
    pub fn commit_refused(&mut self, now: MonoTime, code: ErrorCode) -> Vec<Effect> {
        if matches!(code, ErrorCode::StaleMemberEpoch | ErrorCode::UnknownMemberId) {
            self.beat_due = now;
        }
        self.tick(now)
    }

    /// Ends membership: gives back what is owned, and leaves as `leaving` says. [`Effect::Left`] is the
    /// last effect.
    pub fn leave(&mut self, leaving: Leaving) -> Vec<Effect> {
        self.leaving = Some(leaving);
        let mut effects = Vec::new();
        self.leave_if_asked(&mut effects);
        effects
    }

    fn may_beat(&self) -> bool {
        let lives =
            !matches!(self.phase, Phase::Losing | Phase::Quitting | Phase::Leaving | Phase::Over);
        lives && self.wanted.is_some() && self.telling.is_none() && !self.overdue && !self.fenced
    }

    fn watch_poll(&mut self, now: MonoTime, effects: &mut Vec<Effect>) {
        if now < self.poll_due || self.overdue || self.epoch <= 0 || self.leaving.is_some() {
            return;
        }
        self.overdue = true;
        let heartbeat = self.last_heartbeat(EPOCH_LEAVE, EPOCH_LEAVE_STATIC);
        effects.push(Effect::Send(GroupRequest::ConsumerHeartbeat(heartbeat)));
        self.lose(effects);
    }

    fn last_heartbeat(&self, dynamic: i32, fixed: i32) -> ConsumerHeartbeat {
        let instance_id = self.settings.instance_id.clone();
        ConsumerHeartbeat {
            member_id: self.settings.member_id.clone(),
            epoch: if instance_id.is_some() { fixed } else { dynamic },
            instance_id,
            ..ConsumerHeartbeat::default()
        }
    }

    fn beat(&mut self, now: MonoTime, effects: &mut Vec<Effect>) {
        let joins = self.epoch == EPOCH_JOIN;
        if joins {
            self.told = Told::default();
        }
        let wanted = self.wanted.clone().unwrap_or_default();
        let news = self.told.wanted.as_ref() != Some(&wanted);
        // While callbacks run, what we have is neither the old nor the new.
        let owned = match self.phase {
            Phase::Revoking | Phase::Assigning => self.told.owned.clone().unwrap_or_default(),
            _ => self.owned.clone(),
        };
        let moved = joins || self.told.owned.as_ref() != Some(&owned);
        let regex = wanted.regex.clone().or_else(|| {
            let had = self.told.wanted.as_ref().is_some_and(|it| it.regex.is_some());
            had.then(|| "".into())
        });
        effects.push(Effect::Send(GroupRequest::ConsumerHeartbeat(ConsumerHeartbeat {
            member_id: self.settings.member_id.clone(),
            epoch: self.epoch,
            instance_id: self.settings.instance_id.clone(),
            rack: self.settings.rack.clone().filter(|_| joins),
            rebalance_timeout: joins.then_some(self.settings.poll_interval_max),
            topics: news.then(|| wanted.topics.iter().cloned().collect()),
            regex: regex.filter(|_| news),
            assignor: self.settings.assignor.clone().filter(|_| joins),
            owned: moved.then(|| owned.clone()),
        })));
        self.telling = Some(Told { wanted: Some(wanted), owned: Some(owned) });
        let pause = if self.interval.is_zero() { Duration::from_secs(3) } else { self.interval };
        self.beat_due = now + pause;
    }

    /// One step towards the target, as far as its topics have names.
    fn reconcile(&mut self, effects: &mut Vec<Effect>) {
        // The next step begins when the last one is confirmed: what was given back may be waited for.
        let told = self.telling.as_ref().unwrap_or(&self.told);
        let confirmed = told.owned.as_ref() == Some(&self.owned);
        if self.phase != Phase::Steady || !confirmed || self.target == self.owned {
            return;
        }
        let unnamed: BTreeSet<Uuid> =
            self.target.keys().filter(|id| !self.names.contains_key(id)).copied().collect();
        let asked: BTreeSet<Uuid> = unnamed.difference(&self.naming).copied().collect();
        self.naming = unnamed;
        if !asked.is_empty() {
            effects.push(Effect::NameTopics(asked));
        }
        let named = |id: &Uuid| self.names.contains_key(id);
        let next: IdPartitions = self
            .target
            .iter()
            .filter(|(id, partitions)| named(id) && !partitions.is_empty())
            .map(|(id, partitions)| (*id, partitions.clone()))
            .collect();
        if next == self.owned {
            return;
        }
        let revoked = self.named(&minus(&self.owned, &next));
        self.next = next;
        if revoked.is_empty() {
            return self.take_over(effects);
        }
        self.owned = both(&self.owned, &self.next);
        self.phase = Phase::Revoking;
        effects.push(Effect::Revoke(revoked));
    }

    fn take_over(&mut self, effects: &mut Vec<Effect>) {
        let next = core::mem::take(&mut self.next);
        let added = self.named(&minus(&next, &self.owned));
        self.owned = next;
        self.phase = Phase::Assigning;
        effects.push(Effect::Assign(added));
    }

    fn refused(&mut self, now: MonoTime, refusal: Refusal, effects: &mut Vec<Effect>) {
        let (code, message) = match refusal {
            Refusal::Silence => (ErrorCode::CoordinatorNotAvailable, None),
            Refusal::Code(code, message) => (code, message),
        };
        // Whatever it was told may not have arrived.
        self.told = Told::default();
        let sentence = || message.clone().unwrap_or_else(|| format!("{code}"));
        match code {
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                effects.push(Effect::ForgetCoordinator);
                self.pause(now);
            }
            ErrorCode::CoordinatorLoadInProgress
            | ErrorCode::NetworkException
            | ErrorCode::RequestTimedOut => self.pause(now),
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => {
                self.beat_due = now;
                self.lose(effects);
            }
            ErrorCode::TopicAuthorizationFailed => {
                self.pause(now);
                effects.push(Effect::Report(Failure { code, message: sentence() }));
            }
            _ => self.fail(Failure { code, message: sentence() }, effects),
        }
    }

    fn pause(&mut self, now: MonoTime) {
        self.failures = self.failures.saturating_add(1);
        self.beat_due = now + self.settings.backoff.pause(self.failures);
    }

    /// The epoch is gone, and with it what we had.
    fn lose(&mut self, effects: &mut Vec<Effect>) {
        self.epoch = EPOCH_JOIN;
        self.target.clear();
        self.telling = None;
        self.next.clear();
        if matches!(self.phase, Phase::Revoking | Phase::Assigning) {
            self.fenced = true;
            return;
        }
        let lost = self.owned();
        self.owned.clear();
        self.phase = Phase::Out;
        if !lost.is_empty() {
            self.phase = Phase::Losing;
            effects.push(Effect::Lost(lost));
        }
    }

    fn fail(&mut self, failure: Failure, effects: &mut Vec<Effect>) {
        let lost = self.owned();
        self.owned.clear();
        self.phase = Phase::Over;
        self.epoch = EPOCH_JOIN;
        if !lost.is_empty() {
            effects.push(Effect::Lost(lost));
        }
        effects.push(Effect::Fail(failure));
    }

    fn leave_if_asked(&mut self, effects: &mut Vec<Effect>) {
        if self.leaving.is_none() {
            return;
        }
        match self.phase {
            Phase::Out | Phase::Steady => {
                let given_back = self.owned();
                self.owned.clear();
                self.phase = Phase::Quitting;
                match given_back.is_empty() {
                    true => self.send_leave(effects),
                    false => effects.push(Effect::Revoke(given_back)),
                }
            }
            Phase::Over => self.over(effects),
            _ => {}
        }
    }

    fn send_leave(&mut self, effects: &mut Vec<Effect>) {
        let leaving = self.leaving.unwrap_or_default();
        // A joining heartbeat under way may make us a member yet.
        if leaving == Leaving::Remain || (self.epoch <= 0 && self.telling.is_none()) {
            return self.over(effects);
        }
        let fixed = if leaving == Leaving::Leave { EPOCH_LEAVE } else { EPOCH_LEAVE_STATIC };
        self.phase = Phase::Leaving;
        self.telling = None;
        let heartbeat = self.last_heartbeat(EPOCH_LEAVE, fixed);
        effects.push(Effect::Send(GroupRequest::ConsumerHeartbeat(heartbeat)));
    }

    fn over(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        self.epoch = EPOCH_JOIN;
        if self.leaving.take().is_some() {
            effects.push(Effect::Left);
        }
    }

    fn named(&self, partitions: &IdPartitions) -> BTreeSet<TopicPartition> {
        let mut all = BTreeSet::new();
        for (id, numbers) in partitions {
            if let Some(name) = self.names.get(id) {
                all.extend(numbers.iter().map(|it| TopicPartition::new(name.clone(), *it)));
            }
        }
        all
    }
}

fn minus(all: &IdPartitions, without: &IdPartitions) -> IdPartitions {
    let none = BTreeSet::new();
    all.iter()
        .map(|(id, numbers)| (*id, numbers - without.get(id).unwrap_or(&none)))
        .filter(|(_, numbers)| !numbers.is_empty())
        .collect()
}

fn both(one: &IdPartitions, other: &IdPartitions) -> IdPartitions {
    let none = BTreeSet::new();
    one.iter()
        .map(|(id, numbers)| (*id, numbers & other.get(id).unwrap_or(&none)))
        .filter(|(_, numbers)| !numbers.is_empty())
        .collect()
}
