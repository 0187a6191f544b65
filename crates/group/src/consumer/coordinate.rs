//! Requests and time, as they reach consumer groups.

use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{Now, Uuid};
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::{ConsumerGroup, LEFT_STATIC};
use super::heartbeat::{GivingBack, Scope};
use super::request::{Beat, ConsumerHeartbeat, GroupTimes, Refusal};
use super::topics::Topics;
use crate::answer::Answer;
use crate::coordinator::{Decision, Effect, Groups, answer};
use crate::group::Group;
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
        times: GroupTimes,
        topics: &dyn Topics,
    ) -> Decision {
        let decided = match request.is_leaving() {
            true => self.leave_consumer_group(request, topics),
            false => self.beat(now, request, times, topics),
        };
        match decided {
            Ok((records, beat)) => {
                let effect = Effect::Answer(token, Answer::Beat(Ok(beat)));
                Decision::new(records, alloc::vec![effect])
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
    ) -> Result<(Vec<Record>, Beat), Refusal> {
        let mut records = Vec::new();
        let member_id = match request.member_id.is_empty() {
            true => self.new_member_id(),
            false => request.member_id.clone(),
        };
        let new;
        let group = match self.consumer_group_for(request, &mut records)? {
            Some(group) => group,
            None => {
                new = ConsumerGroup::new(request.group.clone());
                &new
            }
        };
        let scope = Scope { now, settings: &self.settings.consumer, times, topics };
        let outcome = group.heartbeat(request, &member_id, scope)?;
        records.extend(outcome.records);
        let id = group.id.clone();
        if let Some(Group::Consumer(group)) = self.by_id.get_mut(&id) {
            group.notes = outcome.notes;
        }
        self.schedule(
            now,
            Timer::ConsumerSession(id.clone(), member_id.clone()),
            times.session_timeout_ms,
        );
        self.time_giving_back(now, &id, &member_id, outcome.giving_back);
        Ok((records, outcome.beat))
    }

    /// The group that a heartbeat is for; `None` if it is yet to be made.
    fn consumer_group_for(
        &self,
        request: &ConsumerHeartbeat,
        records: &mut Vec<Record>,
    ) -> Result<Option<&ConsumerGroup>, Refusal> {
        let is_joining = request.member_epoch == 0;
        match self.by_id.get_key_value(&request.group) {
            Some((_, Group::Consumer(group))) => Ok(Some(group)),
            None if is_joining => Ok(None),
            Some((id, Group::Classic(group))) if is_joining && group.is_empty() => {
                records.push(Record::ClassicGroup { group: id.clone(), metadata: None });
                Ok(None)
            }
            None => Err(not_found(format!("Consumer group {} not found.", request.group))),
            Some((id, Group::Classic(_))) if is_joining => Err(not_found(format!(
                "Cannot upgrade classic group {id} to consumer group because online upgrade is disabled."
            ))),
            Some((id, _)) => Err(not_found(format!("Group {id} is not a consumer group."))),
        }
    }

    fn leave_consumer_group(
        &mut self,
        request: &ConsumerHeartbeat,
        topics: &dyn Topics,
    ) -> Result<(Vec<Record>, Beat), Refusal> {
        let id = &request.group;
        let group = match self.by_id.get(id) {
            Some(Group::Consumer(group)) => group,
            Some(_) => return Err(not_found(format!("Group {id} is not a consumer group."))),
            None => return Err(not_found(format!("Group {id} not found."))),
        };
        let (member, records) = group.leave(request, topics)?;
        let id = group.id.clone();
        if request.member_epoch != LEFT_STATIC {
            self.forget_timers(&id, &member);
        }
        let beat = Beat {
            member_id: request.member_id.clone(),
            member_epoch: request.member_epoch,
            heartbeat_interval_ms: 0,
            assignment: None,
        };
        Ok((records, beat))
    }

    /// A member was silent for too long.
    pub(crate) fn consumer_session_due(&mut self, id: &Arc<str>, member: &Arc<str>) -> Decision {
        self.fence_consumer(id, member, None)
    }

    /// A member has had time to give partitions back.
    pub(crate) fn giving_back_due(
        &mut self,
        id: &Arc<str>,
        member: &Arc<str>,
        epoch: i32,
    ) -> Decision {
        self.fence_consumer(id, member, Some(epoch))
    }

    fn fence_consumer(
        &mut self,
        id: &Arc<str>,
        member: &Arc<str>,
        in_epoch: Option<i32>,
    ) -> Decision {
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return Decision::nothing() };
        let Some(known) = group.members.get(member) else { return Decision::nothing() };
        if in_epoch.is_some_and(|epoch| epoch != known.current.member_epoch) {
            return Decision::nothing();
        }
        let records = group.fence(member, None);
        self.forget_timers(id, member);
        Decision::new(records, Vec::new())
    }

    /// The partition has been loaded: every member has as much time as if it had just been heard of.
    pub(crate) fn consumer_loaded(&mut self, now: Now) {
        let mut timers = Vec::new();
        for (id, group) in &self.by_id {
            let Group::Consumer(group) = group else { continue };
            for (member_id, member) in &group.members {
                let classic = member.subscription.classic.as_ref();
                let session_ms = classic
                    .map_or(self.settings.consumer.times.session_timeout_ms, |it| {
                        it.session_timeout_ms
                    });
                timers.push((Timer::ConsumerSession(id.clone(), member_id.clone()), session_ms));
                if member.current.state == MemberState::UnrevokedPartitions {
                    let epoch = member.current.member_epoch;
                    let timer = Timer::GivingBack(id.clone(), member_id.clone(), epoch);
                    timers.push((timer, member.subscription.rebalance_timeout_ms));
                }
            }
        }
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
            return;
        }
        if record.is_tombstone() || self.by_id.get(&id).is_some_and(|group| !group.is_empty()) {
            return;
        }
        let mut group = ConsumerGroup::new(id.clone());
        group.replay(record);
        self.by_id.insert(id, Group::Consumer(group));
    }

    fn time_giving_back(&mut self, now: Now, id: &Arc<str>, member: &Arc<str>, what: GivingBack) {
        if what == GivingBack::Unchanged {
            return;
        }
        self.timers.cancel_giving_back(id, member);
        if let GivingBack::Within { ms, epoch } = what {
            self.schedule(now, Timer::GivingBack(id.clone(), member.clone(), epoch), ms);
        }
    }

    fn forget_timers(&mut self, id: &Arc<str>, member: &Arc<str>) {
        self.timers.cancel(&Timer::ConsumerSession(id.clone(), member.clone()));
        self.timers.cancel_giving_back(id, member);
    }

    fn schedule(&mut self, now: Now, timer: Timer, ms: i32) {
        let after = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        self.timers.schedule(timer, now.mono + after);
    }

    fn new_member_id(&mut self) -> Arc<str> {
        let mut bits = [0; 16];
        self.rng.fill(&mut bits);
        Uuid::from_random(bits).to_string().into()
    }
}

fn not_found(message: alloc::string::String) -> Refusal {
    Refusal::new(ErrorCode::GroupIdNotFound, message)
}
