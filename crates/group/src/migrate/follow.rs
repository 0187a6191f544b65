//! SyncGroup and Heartbeat in a consumer group: a classic member asks what it has, and learns whether it
//! has to rejoin to have more, or less.

use alloc::sync::Arc;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::Cluster;
use super::embedded::assignment_bytes;
use crate::answer::{Answer, Synced};
use crate::classic::{CONSUMER_PROTOCOL_TYPE, SyncGroup};
use crate::consumer::{ConsumerGroup, ConsumerMember};
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;
use crate::record::MemberState;
use crate::timers::Timer;

impl Groups {
    /// A classic member of a consumer group asks for its assignment.
    pub(crate) fn sync_consumer_group(
        &mut self,
        now: Now,
        token: Token,
        request: &SyncGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Decision {
        let refused = |code| answer(token, Answer::Synced(Err(code)));
        let Some(Group::Consumer(group)) = self.by_id.get(request.group) else {
            return refused(ErrorCode::UnknownMemberId);
        };
        let named = (request.member_id, request.instance_id, request.generation);
        let (member_id, member) = match group.classic_member(named) {
            Ok(found) => found,
            Err(code) => return refused(code),
        };
        let differs = |said: Option<&str>, is: Option<&str>| said.is_some() && said != is;
        if differs(request.protocol_type, Some(CONSUMER_PROTOCOL_TYPE))
            || differs(request.protocol, member.classic_protocol().map(|it| &**it))
        {
            return refused(ErrorCode::InconsistentGroupProtocol);
        }
        let (id, member_id) = (group.id.clone(), member_id.clone());
        // One that has partitions to give back has rejoined already.
        if group.has_moved_on(member) && member.current.state != MemberState::UnrevokedPartitions {
            let ms = member.subscription.rebalance_timeout_ms;
            self.schedule_if_absent(now, Timer::ConsumerJoin(id, member_id), ms);
            return refused(ErrorCode::RebalanceInProgress);
        }
        let synced = Synced {
            protocol_type: request.protocol_type.map(Into::into),
            protocol: request.protocol.map(Into::into),
            assignment: member.classic_assignment(cluster),
        };
        let session_ms = member.classic_session_ms();
        self.timers.cancel(&Timer::ConsumerSync(id.clone(), member_id.clone()));
        self.schedule(now, Timer::ConsumerSession(id, member_id), session_ms);
        answer(token, Answer::Synced(Ok(synced)))
    }

    /// A classic member of a consumer group is alive.
    pub(crate) fn heartbeat_consumer_group(
        &mut self,
        now: Now,
        token: Token,
        group: &str,
        named: (&str, Option<&str>, i32),
    ) -> Decision {
        let answered = |result| answer(token, Answer::Alive(result));
        let Some(Group::Consumer(group)) = self.by_id.get(group) else {
            return answered(Err(ErrorCode::UnknownMemberId));
        };
        let (member_id, member) = match group.classic_member(named) {
            Ok(found) => found,
            Err(code) => return answered(Err(code)),
        };
        let must_rejoin = group.must_rejoin(member_id, member);
        let (id, member_id) = (group.id.clone(), member_id.clone());
        let session_ms = member.classic_session_ms();
        let rejoin_ms = member.subscription.rebalance_timeout_ms;
        self.schedule(now, Timer::ConsumerSession(id.clone(), member_id.clone()), session_ms);
        if !must_rejoin {
            return answered(Ok(()));
        }
        self.schedule_if_absent(now, Timer::ConsumerJoin(id, member_id), rejoin_ms);
        answered(Err(ErrorCode::RebalanceInProgress))
    }
}

impl ConsumerGroup {
    /// The classic member that says who it is, and in what generation.
    fn classic_member(
        &self,
        (member_id, instance_id, generation): (&str, Option<&str>, i32),
    ) -> Result<(&Arc<str>, &ConsumerMember), ErrorCode> {
        let found = match instance_id {
            None => self.members.get_key_value(member_id),
            Some(instance_id) => self.static_member(instance_id),
        };
        let (id, member) = found.ok_or(ErrorCode::UnknownMemberId)?;
        if **id != *member_id {
            return Err(ErrorCode::FencedInstanceId);
        }
        if !member.is_classic() {
            return Err(ErrorCode::UnknownMemberId);
        }
        match member.current.member_epoch == generation {
            true => Ok((id, member)),
            false => Err(ErrorCode::IllegalGeneration),
        }
    }

    /// Whether there are targets of a later epoch than the member's.
    fn has_moved_on(&self, member: &ConsumerMember) -> bool {
        self.assignment_epoch() > member.current.member_epoch
    }

    fn must_rejoin(&self, id: &str, member: &ConsumerMember) -> bool {
        self.has_moved_on(member)
            || match member.current.state {
                MemberState::UnrevokedPartitions => true,
                MemberState::UnreleasedPartitions => !self.waits_for_others(id, member),
                MemberState::Stable | MemberState::Unknown => false,
            }
    }

    /// Whether somebody still holds what the member is to have.
    fn waits_for_others(&self, id: &str, member: &ConsumerMember) -> bool {
        let target = self.target(id).into_iter().flatten();
        let mut partitions =
            target.flat_map(|(topic, partitions)| partitions.iter().map(move |it| (*topic, *it)));
        partitions.any(|(topic, partition)| {
            let has = member.current.assigned.get(&topic);
            !has.is_some_and(|has| has.contains_key(&partition))
                && self.holder(topic, partition).is_some()
        })
    }
}

impl ConsumerMember {
    fn classic_session_ms(&self) -> i32 {
        self.subscription.classic.as_ref().map_or(0, |classic| classic.session_timeout_ms)
    }

    /// What it has, as it reads it.
    fn classic_assignment(&self, cluster: Cluster<'_>) -> bytes::Bytes {
        let assigned = self.current.assigned.iter();
        let assigned = assigned.map(|(topic, it)| (*topic, it.keys().copied().collect()));
        let classic = self.subscription.classic.as_ref();
        let metadata = classic.and_then(|classic| classic.protocols.first()).map(|(_, it)| it);
        assignment_bytes(assigned, |topic| cluster.topics.name(topic), metadata)
    }
}
