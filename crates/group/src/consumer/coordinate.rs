//! Requests and time, as they reach consumer groups.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{Now, Uuid};
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::ConsumerGroup;
use super::heartbeat::{GivingBack, Scope};
use super::noting::Reason;
use super::request::{Beat, ConsumerHeartbeat, GroupTimes, Refusal};
use super::topics::Topics;
use crate::answer::Answer;
use crate::coordinator::{Decision, Effect, Groups, answer};
use crate::group::Group;
use crate::migrate::{Cause, Cluster};
use crate::record::{MemberState, Record};
use crate::timers::Timer;

impl Groups {
    /// Follows a heartbeat: a member joins, stays or leaves. `times` are what is configured for the
    /// group. The request has passed [`ConsumerHeartbeat::check`].
    pub fn consumer_heartbeat(
        &mut self,
        now: Now,
        token: Token,
        request: &ConsumerHeartbeat,
        cluster: Cluster<'_>,
    ) -> Decision {
        let Cluster { topics, times } = cluster;
        self.now = now;
        let decided = match request.is_leaving() {
            true => self.leave_consumer_group(now, request, topics),
            false => self.beat(now, request, times, topics),
        };
        match decided {
            Ok((mut decision, beat)) => {
                decision.effects.push(Effect::Answer(token, Answer::Beat(Ok(beat))));
                decision
            }
            Err(refusal) => answer(token, Answer::Beat(Err(refusal))),
        }
    }

    fn beat(
        &mut self,
        now: Now,
        request: &ConsumerHeartbeat,
        times: GroupTimes,
        topics: &dyn Topics,
    ) -> Result<(Decision, Beat), Refusal> {
        request.check_size(self.settings.member_bytes_max)?;
        let mut records = Vec::new();
        let member_id = match request.member_id.is_empty() {
            true => self.new_member_id(),
            false => request.member_id.clone(),
        };
        let group = self.consumer_group_for(request, topics, &mut records)?;
        let scope = Scope { now, settings: &self.settings.consumer, times, topics };
        let outcome = group.heartbeat(request, &member_id, scope)?;
        records.extend(outcome.records);
        let id = group.id.clone();
        let before = group.members.get(&member_id).map(|it| it.subscription.clone());
        let upgraded = match (group, self.by_id.get(&id)) {
            (Cow::Owned(group), Some(Group::Classic(_))) => Some(group),
            _ => None,
        };
        let mut effects = Vec::new();
        match self.by_id.get_mut(&id) {
            Some(Group::Consumer(group)) => group.notes = outcome.notes,
            Some(Group::Classic(group)) => effects = group.release_waiting(),
            None => {}
        }
        if let Some(group) = upgraded {
            self.time_members_of(now, &group);
        }
        self.schedule(
            now,
            Timer::ConsumerSession(id.clone(), member_id.clone()),
            times.session_timeout_ms,
        );
        self.time_giving_back(now, &id, &member_id, outcome.giving_back);
        let member = (&member_id, &outcome.member.subscription);
        self.note_asked(now, &id, member, before.as_ref(), &records);
        Ok((Decision::new(records, effects), outcome.beat))
    }

    /// The group that a heartbeat is for, as it is or as the records make it that are added.
    fn consumer_group_for(
        &self,
        request: &ConsumerHeartbeat,
        topics: &dyn Topics,
        records: &mut Vec<Record>,
    ) -> Result<Cow<'_, ConsumerGroup>, Refusal> {
        let is_joining = request.member_epoch == 0;
        let new = || Cow::Owned(ConsumerGroup::new(request.group.clone()));
        match self.by_id.get_key_value(&request.group) {
            Some((_, Group::Consumer(group))) => Ok(Cow::Borrowed(group)),
            None if is_joining => Ok(new()),
            Some((id, Group::Classic(group))) if is_joining && group.is_empty() => {
                records.push(Record::ClassicGroup { group: id.clone(), metadata: None });
                Ok(new())
            }
            None => Err(not_found(format!("Consumer group {} not found.", request.group))),
            Some((id, Group::Classic(group))) if is_joining => {
                let (group, upgrade) = group.upgraded(id, &self.settings.consumer, topics)?;
                records.extend(upgrade);
                Ok(Cow::Owned(group))
            }
            Some((id, _)) => Err(not_found(format!("Group {id} is not a consumer group."))),
        }
    }

    fn leave_consumer_group(
        &mut self,
        now: Now,
        request: &ConsumerHeartbeat,
        topics: &dyn Topics,
    ) -> Result<(Decision, Beat), Refusal> {
        let id = &request.group;
        let group = match self.by_id.get(id) {
            Some(Group::Consumer(group)) => group,
            Some(_) => return Err(not_found(format!("Group {id} is not a consumer group."))),
            None => return Err(not_found(format!("Group {id} not found."))),
        };
        let (member, away) = group.leaving(request)?;
        let id = group.id.clone();
        let decision = match away {
            Some(record) => Decision::new(alloc::vec![record], Vec::new()),
            None => {
                let leaving = BTreeSet::from([member]);
                self.fence_members(now, &id, &leaving, Some(topics), Reason::LEFT)
            }
        };
        let beat = Beat {
            member_id: request.member_id.clone(),
            member_epoch: request.member_epoch,
            heartbeat_interval_ms: 0,
            assignment: None,
        };
        Ok((decision, beat))
    }

    /// A deadline of a member has passed.
    pub(crate) fn member_due(
        &mut self,
        now: Now,
        id: &Arc<str>,
        member: &Arc<str>,
        reason: Reason,
    ) -> Decision {
        self.fence_consumer(now, id, member, None, reason)
    }

    /// A member has had time to give partitions back.
    pub(crate) fn giving_back_due(
        &mut self,
        now: Now,
        id: &Arc<str>,
        member: &Arc<str>,
        epoch: i32,
    ) -> Decision {
        self.fence_consumer(now, id, member, Some(epoch), Reason::HELD_ON)
    }

    fn fence_consumer(
        &mut self,
        now: Now,
        id: &Arc<str>,
        member: &Arc<str>,
        in_epoch: Option<i32>,
        reason: Reason,
    ) -> Decision {
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return Decision::nothing() };
        let Some(known) = group.members.get(member) else { return Decision::nothing() };
        if in_epoch.is_some_and(|epoch| epoch != known.current.member_epoch) {
            return Decision::nothing();
        }
        self.fence_members(now, id, &BTreeSet::from([member.clone()]), None, reason)
    }

    /// Members go, for whatever reason. If only classic ones are left, the group may be one again.
    pub(crate) fn fence_members(
        &mut self,
        now: Now,
        id: &Arc<str>,
        leaving: &BTreeSet<Arc<str>>,
        topics: Option<&dyn Topics>,
        reason: Reason,
    ) -> Decision {
        self.now = now;
        self.note_removed(now, id, leaving, reason);
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return Decision::nothing() };
        if group.may_downgrade(leaving, &self.settings) {
            let noted = group.notes.names.clone();
            let name_of = |topic| match topics {
                Some(topics) => topics.name(topic),
                None => noted.get(&topic).cloned(),
            };
            let mut out = Decision::nothing();
            self.downgrade(now, id, &Cause::Leaving(leaving), &name_of, &mut out);
            return out;
        }
        let records = group.fence(leaving, topics);
        self.note_epoch(now, id, &records, reason.why);
        for member in leaving {
            self.forget_timers(id, member);
        }
        Decision::new(records, Vec::new())
    }

    /// The partition has been loaded: every member has as much time as if it had just been heard of.
    pub(crate) fn consumer_loaded(&mut self, now: Now) {
        let consumer = self.by_id.iter().filter(|(_, group)| matches!(group, Group::Consumer(_)));
        let ids: Vec<Arc<str>> = consumer.map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.time_members(now, &id);
        }
    }

    /// The sessions of a group's members begin.
    pub(crate) fn time_members(&mut self, now: Now, id: &str) {
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return };
        let timers = member_timers(group, self.settings.consumer.times.session_timeout_ms);
        self.schedule_all(now, timers);
    }

    /// The same, of a group that is about to be.
    fn time_members_of(&mut self, now: Now, group: &ConsumerGroup) {
        let timers = member_timers(group, self.settings.consumer.times.session_timeout_ms);
        self.schedule_all(now, timers);
    }

    fn schedule_all(&mut self, now: Now, timers: Vec<(Timer, i32)>) {
        for (timer, ms) in timers {
            self.schedule(now, timer, ms);
        }
    }

    /// Follows a record of a consumer group.
    pub(crate) fn replay_consumer(&mut self, record: Record) {
        let id = match &record {
            Record::ConsumerGroup { group, .. }
            | Record::ConsumerPartitionMetadata { group }
            | Record::ConsumerMember { group, .. }
            | Record::TargetEpoch { group, .. }
            | Record::TargetAssignment { group, .. }
            | Record::CurrentAssignment { group, .. }
            | Record::RegularExpression { group, .. } => group.clone(),
            Record::OffsetCommit { .. } | Record::ClassicGroup { .. } => return,
        };
        if let Record::ConsumerGroup { epoch: None, .. } = record {
            if let Some(Group::Consumer(_)) = self.by_id.get(&id) {
                self.by_id.remove(&id);
            }
            return;
        }
        if let Some(Group::Consumer(group)) = self.by_id.get_mut(&id) {
            group.replay(record);
            self.note_settled(&id);
            return;
        }
        if record.is_tombstone() || self.by_id.get(&id).is_some_and(|group| !group.is_empty()) {
            return;
        }
        let mut group = ConsumerGroup::new(id.clone());
        group.replay(record);
        self.by_id.insert(id, Group::Consumer(group));
    }

    pub(crate) fn time_giving_back(
        &mut self,
        now: Now,
        id: &Arc<str>,
        member: &Arc<str>,
        what: GivingBack,
    ) {
        if what == GivingBack::Unchanged {
            return;
        }
        self.timers.cancel_giving_back(id, member);
        if let GivingBack::Within { ms, epoch } = what {
            self.schedule(now, Timer::GivingBack(id.clone(), member.clone(), epoch), ms);
        }
    }

    pub(crate) fn forget_timers(&mut self, id: &Arc<str>, member: &Arc<str>) {
        self.timers.cancel(&Timer::ConsumerSession(id.clone(), member.clone()));
        self.timers.cancel(&Timer::ConsumerJoin(id.clone(), member.clone()));
        self.timers.cancel(&Timer::ConsumerSync(id.clone(), member.clone()));
        self.timers.cancel_giving_back(id, member);
    }

    pub(crate) fn schedule_if_absent(&mut self, now: Now, timer: Timer, ms: i32) {
        let after = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        self.timers.schedule_if_absent(timer, now.mono + after);
    }

    pub(crate) fn schedule(&mut self, now: Now, timer: Timer, ms: i32) {
        let after = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        self.timers.schedule(timer, now.mono + after);
    }

    pub(crate) fn new_member_id(&mut self) -> Arc<str> {
        let mut bits = [0; 16];
        self.rng.fill(&mut bits);
        Uuid::from_random(bits).to_string().into()
    }
}

/// The deadlines of members that have just been heard of.
fn member_timers(group: &ConsumerGroup, session_ms: i32) -> Vec<(Timer, i32)> {
    let mut timers = Vec::new();
    for (member_id, member) in &group.members {
        let names = || (group.id.clone(), member_id.clone());
        let classic = member.subscription.classic.as_ref();
        let session_ms = classic.map_or(session_ms, |it| it.session_timeout_ms);
        let (id, of) = names();
        timers.push((Timer::ConsumerSession(id, of), session_ms));
        if member.current.state == MemberState::UnrevokedPartitions {
            let (id, of) = names();
            let timer = Timer::GivingBack(id, of, member.current.member_epoch);
            timers.push((timer, member.subscription.rebalance_timeout_ms));
        }
    }
    timers
}

fn not_found(message: alloc::string::String) -> Refusal {
    Refusal::new(ErrorCode::GroupIdNotFound, message)
}
