//! JoinGroup in a consumer group: it says what a full ConsumerGroupHeartbeat would say, and the answer is
//! the member's epoch as its generation. Nobody leads, because the coordinator assigns.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::Cluster;
use super::downgrade::Cause;
use super::embedded;
use crate::answer::{Answer, Generation, Joined};
use crate::classic::{CONSUMER_PROTOCOL_TYPE, JoinGroup};
use crate::consumer::{
    ClassicJoin, ConsumerGroup, ConsumerHeartbeat, ConsumerMember, Outcome, Scope,
};
use crate::coordinator::{Decision, Effect, Groups, answer};
use crate::group::Group;
use crate::record::{ClassicProtocols, Subscription};
use crate::timers::Timer;

impl Groups {
    /// A member joins a consumer group by the classic protocol.
    pub(crate) fn join_consumer_group(
        &mut self,
        now: Now,
        token: Token,
        request: &JoinGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Decision {
        let refused = |member_id: Arc<str>, code| {
            answer(token, Answer::Joined(Joined { member_id, result: Err(code) }))
        };
        let is_unknown = request.member_id.is_empty();
        let member_id =
            if is_unknown { self.new_member_id() } else { Arc::from(request.member_id) };
        let Some(Group::Consumer(group)) = self.by_id.get(request.group) else {
            return refused("".into(), ErrorCode::UnknownServerError);
        };
        let must_come_again = is_unknown && request.must_know_id && request.instance_id.is_none();
        let outcome = self.check_classic_join(group, request).and_then(|()| {
            if must_come_again {
                return Ok(None);
            }
            let heartbeat = self.heartbeat_of(group, request, cluster)?;
            let (settings, times) = (&self.settings.consumer, cluster.times);
            let scope = Scope { now, settings, times, topics: cluster.topics };
            let outcome = group.heartbeat(&heartbeat, &member_id, scope);
            outcome.map(Some).map_err(|refusal| refusal.code)
        });
        match outcome {
            Err(code) => refused("".into(), code),
            Ok(None) => refused(member_id, ErrorCode::MemberIdRequired),
            Ok(Some(outcome)) => self.joined(now, token, request, cluster, &member_id, outcome),
        }
    }

    fn check_classic_join(
        &self,
        group: &ConsumerGroup,
        request: &JoinGroup<'_>,
    ) -> Result<(), ErrorCode> {
        if self.settings.consumer.migration == super::MigrationPolicy::Disabled {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        let members_max = self.settings.consumer.members_max;
        group
            .check_room(request.member_id, request.instance_id, members_max)
            .map_err(|refusal| refusal.code)?;
        match group.supports_classic(request) {
            true => Ok(()),
            false => Err(ErrorCode::InconsistentGroupProtocol),
        }
    }

    /// What a JoinGroup says, as a heartbeat would say it.
    fn heartbeat_of(
        &self,
        group: &ConsumerGroup,
        request: &JoinGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Result<ConsumerHeartbeat, ErrorCode> {
        // All protocols of a consumer say the same.
        let (_, metadata) =
            request.protocols.first().ok_or(ErrorCode::InconsistentGroupProtocol)?;
        let said = embedded::subscription(metadata, cluster.topics)
            .ok_or(ErrorCode::InconsistentGroupProtocol)?;
        let replaced = request.instance_id.and_then(|it| group.static_member(it));
        let is_last =
            replaced.is_some_and(|(id, _)| group.may_downgrade_replacing(id, &self.settings));
        Ok(ConsumerHeartbeat {
            group: group.id.clone(),
            member_id: request.member_id.into(),
            instance_id: request.instance_id.map(Into::into),
            rack_id: said.rack_id,
            rebalance_timeout_ms: (request.rebalance_timeout_ms != -1)
                .then_some(request.rebalance_timeout_ms),
            topics: Some(said.topics),
            owned: Some(said.owned),
            client_id: request.client_id.into(),
            client_host: request.client_host.into(),
            classic: Some(ClassicJoin {
                protocols: ClassicProtocols {
                    session_timeout_ms: request.session_timeout_ms,
                    protocols: request.protocols.clone(),
                },
                is_last,
            }),
            ..ConsumerHeartbeat::default()
        })
    }

    fn subscription_of(&self, group: &str, member: &str) -> Option<Subscription> {
        let Group::Consumer(group) = self.by_id.get(group)? else { return None };
        group.members.get(member).map(|member| member.subscription.clone())
    }

    fn joined(
        &mut self,
        now: Now,
        token: Token,
        request: &JoinGroup<'_>,
        cluster: Cluster<'_>,
        member_id: &Arc<str>,
        outcome: Outcome,
    ) -> Decision {
        let Some((id, Group::Consumer(_))) = self.by_id.get_key_value(request.group) else {
            return Decision::nothing();
        };
        let id = id.clone();
        let before = self.subscription_of(&id, member_id);
        let asked = (member_id, &outcome.member.subscription);
        self.note_asked(now, &id, asked, before.as_ref(), &outcome.records);
        let mut out = Decision::new(outcome.records, Vec::new());
        if outcome.is_downgrade {
            let (member, is_stale) = (&outcome.member, outcome.is_stale);
            let cause = Cause::Replacing { id: member_id, member, is_stale };
            self.downgrade(now, &id, &cause, &|topic| cluster.topics.name(topic), &mut out);
        } else {
            if let Some(Group::Consumer(group)) = self.by_id.get_mut(&id) {
                group.notes = outcome.notes;
            }
            let timer = |of: fn(Arc<str>, Arc<str>) -> Timer| of(id.clone(), member_id.clone());
            self.timers.cancel(&timer(Timer::ConsumerJoin));
            self.schedule(now, timer(Timer::ConsumerSession), request.session_timeout_ms);
            self.schedule(now, timer(Timer::ConsumerSync), request.rebalance_timeout_ms);
            self.time_giving_back(now, &id, member_id, outcome.giving_back);
        }
        let told = generation_of(&outcome.member);
        let joined = Joined { member_id: member_id.clone(), result: Ok(told) };
        out.effects.push(Effect::Answer(token, Answer::Joined(joined)));
        out
    }
}

fn generation_of(member: &ConsumerMember) -> Generation {
    Generation {
        generation: member.current.member_epoch,
        protocol_type: Some(CONSUMER_PROTOCOL_TYPE.into()),
        protocol: member.classic_protocol().cloned(),
        leader: Arc::default(),
        skip_assignment: false,
        members: Vec::new(),
    }
}

impl ConsumerMember {
    /// The protocol that a classic member is told: the one it likes best.
    pub(super) fn classic_protocol(&self) -> Option<&Arc<str>> {
        let classic = self.subscription.classic.as_ref()?;
        classic.protocols.first().map(|(name, _)| name)
    }
}

impl ConsumerGroup {
    /// Whether somebody with these protocols can be a classic member: one of them is known to all.
    fn supports_classic(&self, request: &JoinGroup<'_>) -> bool {
        let classic =
            self.members.values().filter_map(|member| member.subscription.classic.as_ref());
        request.protocol_type == CONSUMER_PROTOCOL_TYPE
            && request.protocols.iter().any(|(name, _)| {
                classic.clone().all(|it| it.protocols.iter().any(|(known, _)| known == name))
            })
    }
}
