//! LeaveGroup: members go, or are sent away by an administrator.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, State};
use crate::answer::{Answer, Joined, LeftMember};
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;
use crate::history::What;
use crate::migrate::Cluster;
use crate::timers::Timer;

/// A LeaveGroup request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveGroup<'a> {
    /// The group.
    pub group: &'a str,
    /// Who leaves.
    pub members: Vec<LeavingMember>,
}

/// A member that is to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingMember {
    /// Its id; empty for a static member that is sent away.
    pub member_id: Arc<str>,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// Why (KIP-800).
    pub reason: Option<String>,
}

impl Groups {
    /// Members leave.
    pub fn leave(
        &mut self,
        now: Now,
        token: Token,
        request: LeaveGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Decision {
        if request.group.is_empty() {
            return answer(token, Answer::Left(Err(ErrorCode::InvalidGroupId)));
        }
        let id = match self.by_id.get_key_value(request.group) {
            Some((id, Group::Classic(_))) => id.clone(),
            Some((_, Group::Consumer(_))) => {
                return self.leave_by_classic(now, token, request, cluster);
            }
            _ => {
                let unknown = |it| left(it, Err(ErrorCode::UnknownMemberId));
                let all = request.members.into_iter().map(unknown).collect();
                return answer(token, Answer::Left(Ok(all)));
            }
        };
        let mut out = Decision::nothing();
        self.with_classic(now, &id, &mut out, |group, cx| {
            let all = group.leave(cx, request.members);
            cx.answer(token, Answer::Left(Ok(all)));
        });
        out
    }
}

fn left(member: LeavingMember, result: Result<(), ErrorCode>) -> LeftMember {
    LeftMember { member_id: member.member_id, instance_id: member.instance_id, result }
}

impl ClassicGroup {
    fn leave(&mut self, cx: &mut Context<'_>, members: Vec<LeavingMember>) -> Vec<LeftMember> {
        let mut all = Vec::with_capacity(members.len());
        for member in members {
            let result = self.leave_one(cx, &member);
            all.push(left(member, result));
        }
        let count = all.iter().filter(|one| one.result.is_ok()).count();
        match self.state {
            _ if count == 0 => {}
            State::Stable | State::CompletingRebalance => {
                self.rebalance_or_complete(cx, &format!("{count} members left"));
            }
            State::PreparingRebalance => self.complete_unless_first(cx),
            State::Empty => {}
        }
        all
    }

    fn leave_one(&mut self, cx: &mut Context<'_>, member: &LeavingMember) -> Result<(), ErrorCode> {
        let unknown = ErrorCode::UnknownMemberId;
        let why = member.reason.as_deref().unwrap_or("not provided");
        if member.member_id.is_empty() {
            let instance_id = member.instance_id.as_ref().ok_or(unknown)?;
            let member_id = self.static_members.get(instance_id).cloned().ok_or(unknown)?;
            self.let_go(cx, &member_id, why);
        } else if self.pending_joins.remove(&member.member_id) {
            cx.timers.cancel(&Timer::Session(cx.id.clone(), member.member_id.clone()));
        } else {
            self.check_member(&member.member_id, member.instance_id.as_deref())?;
            self.let_go(cx, &member.member_id, why);
        }
        Ok(())
    }

    fn let_go(&mut self, cx: &mut Context<'_>, member_id: &Arc<str>, why: &str) {
        let unknown = Joined { member_id: "".into(), result: Err(ErrorCode::UnknownMemberId) };
        self.answer_join(cx, member_id, unknown);
        self.drop_member(cx, member_id, What::Left, why);
    }
}
