//! Classic groups and their records.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, Member, State};
use crate::answer::{Answer, Joined};
use crate::consumer::Refusal;
use crate::coordinator::{Decision, Effect, Groups};
use crate::group::Group;
use crate::record::{ClassicGroupMetadata, ClassicMemberMetadata, Record};
use crate::timers::Timer;

impl Groups {
    /// The id of a classic group, which is made if there is none of that id.
    pub(crate) fn classic_id(&mut self, now: Now, group: &str) -> Arc<str> {
        if let Some((id, Group::Classic(_))) = self.by_id.get_key_value(group) {
            return id.clone();
        }
        let id: Arc<str> = group.into();
        self.by_id.insert(id.clone(), Group::Classic(ClassicGroup::new(now.wall.millis)));
        id
    }

    /// Lets `change` change a classic group; what it decides is added to `out`.
    pub(crate) fn with_classic(
        &mut self,
        now: Now,
        id: &Arc<str>,
        out: &mut Decision,
        change: impl FnOnce(&mut ClassicGroup, &mut Context<'_>),
    ) {
        self.now = now;
        let Some(Group::Classic(group)) = self.by_id.get_mut(id) else { return };
        // The state is changed at once; the record notes it.
        out.is_replayed = false;
        group.replaced = None;
        group.downgraded_from = None;
        let mut cx = Context {
            now,
            id,
            settings: &self.settings,
            timers: &mut self.timers,
            history: &mut self.history,
            rng: &mut self.rng,
            out,
        };
        change(group, &mut cx);
    }

    /// Follows a record of a classic group.
    pub(crate) fn replay_classic(&mut self, id: Arc<str>, metadata: Option<ClassicGroupMetadata>) {
        match metadata {
            Some(metadata) => {
                self.by_id.insert(id, Group::Classic(ClassicGroup::from_record(metadata)));
            }
            None => self.forget(&id),
        }
    }

    /// A group is gone, and all that time would have done to it.
    pub(crate) fn forget(&mut self, id: &Arc<str>) {
        if let Some(Group::Classic(group)) = self.by_id.remove(id) {
            for member_id in group.members.keys().chain(&group.pending_joins) {
                self.timers.cancel(&Timer::Session(id.clone(), member_id.clone()));
            }
        }
        self.timers.cancel(&Timer::Join(id.clone()));
        self.timers.cancel(&Timer::Sync(id.clone()));
    }

    /// Everything has been read: members have a session's time to be heard of. A group that has become
    /// too large by a changed setting rebalances.
    pub(crate) fn classic_loaded(&mut self, now: Now) -> Vec<Decision> {
        let classic = self.by_id.iter().filter(|(_, group)| matches!(group, Group::Classic(_)));
        let ids: Vec<Arc<str>> = classic.map(|(id, _)| id.clone()).collect();
        let members_max = self.settings.members_max;
        let mut decisions = Vec::new();
        for id in ids {
            let mut out = Decision::nothing();
            self.with_classic(now, &id, &mut out, |group, cx| {
                let member_ids: Vec<Arc<str>> = group.members.keys().cloned().collect();
                for member_id in &member_ids {
                    group.note_alive(cx, member_id);
                }
                if member_ids.len() > members_max {
                    let reason = format!("{} members are too many", member_ids.len());
                    group.prepare_rebalance(cx, &reason);
                }
            });
            decisions.push(out);
        }
        decisions.retain(|it| !it.records.is_empty() || !it.effects.is_empty());
        decisions
    }

    /// The record of a generation could not be written: the group rebalances again, and whoever was to
    /// be told something is told why not.
    pub(crate) fn take_back(&mut self, decision: Decision, why: ErrorCode) -> Vec<Effect> {
        let code = told(why);
        let mut effects = decision.effects;
        for record in &decision.records {
            if let Record::ClassicGroup { group: id, metadata: Some(_) } = record
                && self.take_back_downgrade(id)
            {
                break;
            }
            let Record::ClassicGroup { group: id, metadata: Some(written) } = record else {
                continue;
            };
            let Some(Group::Classic(group)) = self.by_id.get_mut(id) else { continue };
            if group.replaced.is_some() {
                return group.take_back_replaced(effects, code);
            }
            let is_assigned = group.state == State::Stable && !written.members.is_empty();
            if is_assigned {
                // As if the leader had not synced.
                group.state = State::CompletingRebalance;
                let mut out = Decision::nothing();
                let (id, now) = (id.clone(), self.now);
                self.with_classic(now, &id, &mut out, |group, cx| {
                    group.prepare_rebalance(
                        cx,
                        &format!("the assignment was not written: {}", why.name()),
                    );
                });
                effects.extend(out.effects);
            } else if written.generation == 0 && group.members.is_empty() {
                let id = id.clone();
                self.forget(&id);
                self.history.forget(&id);
            }
        }
        self.time_again(&decision.records);
        effects.into_iter().map(|effect| refused(effect, code)).collect()
    }

    /// Members that were to go are still there, and their deadlines have to be too.
    fn time_again(&mut self, records: &[Record]) {
        for record in records {
            if let Record::ConsumerMember { group, subscription: None, .. } = record {
                self.time_members(self.now, group);
            }
        }
    }
}

/// What is said instead if the records of a decision were not written.
fn refused(effect: Effect, code: ErrorCode) -> Effect {
    let Effect::Answer(token, answer) = effect;
    let instead = match answer {
        Answer::Joined(Joined { member_id, result: Ok(_) }) => {
            Answer::Joined(Joined { member_id, result: Err(code) })
        }
        // It has an id that the next coordinator does not know.
        Answer::Joined(Joined { member_id, result: Err(ErrorCode::MemberIdRequired) }) => {
            Answer::Joined(Joined { member_id, result: Err(code) })
        }
        Answer::Synced(Ok(_)) => Answer::Synced(Err(code)),
        Answer::Partitions(Ok(_)) => Answer::Partitions(Err(code)),
        Answer::Deleted(Ok(())) => Answer::Deleted(Err(code)),
        Answer::Left(Ok(_)) => Answer::Left(Err(code)),
        Answer::Beat(Ok(_)) => Answer::Beat(Err(Refusal::new(code, code.name()))),
        other => other,
    };
    Effect::Answer(token, instead)
}

/// What clients are told of an append that failed.
fn told(why: ErrorCode) -> ErrorCode {
    match why {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge
        | ErrorCode::RecordListTooLarge
        | ErrorCode::InvalidFetchSize => ErrorCode::UnknownServerError,
        other => other,
    }
}

impl ClassicGroup {
    /// The group as it is between two rebalances.
    pub(crate) fn record(&self, id: &Arc<str>) -> Record {
        let members = self.members.iter().map(|(member_id, member)| ClassicMemberMetadata {
            member_id: member_id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout_ms: member.rebalance_timeout_ms,
            session_timeout_ms: member.session_timeout_ms,
            subscription: self
                .protocol
                .as_deref()
                .and_then(|protocol| member.metadata(protocol).cloned())
                .unwrap_or_default(),
            assignment: member.assignment.clone(),
        });
        let metadata = ClassicGroupMetadata {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            state_timestamp: self.state_timestamp.unwrap_or(-1),
            members: members.collect(),
        };
        Record::ClassicGroup { group: id.clone(), metadata: Some(metadata) }
    }

    /// A group that nobody has completed a generation of.
    pub(super) fn empty_record(&self, id: &Arc<str>) -> Record {
        let metadata = ClassicGroupMetadata {
            protocol_type: Arc::default(),
            generation: 0,
            protocol: None,
            leader: None,
            state_timestamp: self.state_timestamp.unwrap_or(-1),
            members: Vec::new(),
        };
        Record::ClassicGroup { group: id.clone(), metadata: Some(metadata) }
    }

    fn from_record(metadata: ClassicGroupMetadata) -> Self {
        let mut group = Self::new(0);
        group.state = if metadata.members.is_empty() { State::Empty } else { State::Stable };
        group.generation = metadata.generation;
        group.leader = metadata.leader;
        group.state_timestamp =
            (metadata.state_timestamp != -1).then_some(metadata.state_timestamp);
        let protocol = metadata.protocol.clone().unwrap_or_default();
        for stored in metadata.members {
            let rebalance_timeout_ms = match stored.rebalance_timeout_ms {
                -1 => stored.session_timeout_ms,
                ms => ms,
            };
            let member = Member {
                instance_id: stored.instance_id,
                client_id: stored.client_id,
                client_host: stored.client_host,
                rebalance_timeout_ms,
                session_timeout_ms: stored.session_timeout_ms,
                protocols: alloc::vec![(protocol.clone(), stored.subscription)],
                assignment: stored.assignment,
                awaiting_join: None,
                awaiting_sync: None,
                is_new: false,
                epoch_before: None,
            };
            group.add(&metadata.protocol_type, &stored.member_id, member);
        }
        group.protocol_type = Some(metadata.protocol_type).filter(|name| !name.is_empty());
        group.protocol = metadata.protocol;
        group.note_subscribed();
        group
    }
}
