//! LeaveGroup in a consumer group: classic members go.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::Cluster;
use crate::answer::{Answer, LeftMember};
use crate::classic::{LeaveGroup, LeavingMember};
use crate::consumer::{ConsumerGroup, Reason};
use crate::coordinator::{Decision, Effect, Groups};
use crate::group::Group;

impl Groups {
    /// Classic members of a consumer group leave.
    pub(crate) fn leave_by_classic(
        &mut self,
        now: Now,
        token: Token,
        request: LeaveGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Decision {
        let Some(Group::Consumer(group)) = self.by_id.get(request.group) else {
            return Decision::nothing();
        };
        let id = group.id.clone();
        let mut leaving = BTreeSet::new();
        let mut all = Vec::with_capacity(request.members.len());
        for member in request.members {
            let found = group.leaving_classic(&member);
            let result = found.map(|member_id| {
                leaving.insert(member_id.clone());
            });
            let LeavingMember { member_id, instance_id, .. } = member;
            all.push(LeftMember { member_id, instance_id, result });
        }
        let mut out = match leaving.is_empty() {
            true => Decision::nothing(),
            false => self.fence_members(now, &id, &leaving, Some(cluster.topics), Reason::LEFT),
        };
        out.effects.push(Effect::Answer(token, Answer::Left(Ok(all))));
        out
    }
}

impl ConsumerGroup {
    fn leaving_classic(&self, named: &LeavingMember) -> Result<&Arc<str>, ErrorCode> {
        let found = match &named.instance_id {
            None => self.members.get_key_value(&named.member_id),
            Some(instance) => self.static_member(instance),
        };
        let (id, member) = found.ok_or(ErrorCode::UnknownMemberId)?;
        // An administrator sends a static member away without knowing its id.
        let is_named =
            *id == named.member_id || (named.instance_id.is_some() && named.member_id.is_empty());
        match (is_named, member.is_classic()) {
            (false, _) => Err(ErrorCode::FencedInstanceId),
            (true, false) => Err(ErrorCode::UnknownMemberId),
            (true, true) => Ok(id),
        }
    }
}
