//! Heartbeat: a member is alive, and learns whether it has to rejoin.

use alloc::sync::Arc;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, State};
use crate::answer::Answer;
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;

impl Groups {
    /// A member is alive.
    pub fn heartbeat(
        &mut self,
        now: Now,
        token: Token,
        group: &str,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
    ) -> Decision {
        let refuse = |code| answer(token, Answer::Alive(Err(code)));
        if group.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let id = match self.by_id.get_key_value(group) {
            Some((id, Group::Classic(_))) => id.clone(),
            Some((_, Group::Consumer(_))) => {
                let named = (member_id, instance_id, generation);
                return self.heartbeat_consumer_group(now, token, group, named);
            }
            _ => return refuse(ErrorCode::UnknownMemberId),
        };
        let mut out = Decision::nothing();
        self.with_classic(now, &id, &mut out, |group, cx| {
            let alive = group.alive(cx, member_id, instance_id, generation);
            cx.answer(token, Answer::Alive(alive));
        });
        out
    }
}

impl ClassicGroup {
    fn alive(
        &mut self,
        cx: &mut Context<'_>,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        self.check_member(member_id, instance_id)?;
        if !self.is_generation_of(member_id, generation) {
            return Err(ErrorCode::IllegalGeneration);
        }
        self.note_alive(cx, member_id);
        match self.state {
            State::Empty => Err(ErrorCode::UnknownMemberId),
            State::PreparingRebalance => Err(ErrorCode::RebalanceInProgress),
            State::CompletingRebalance | State::Stable => Ok(()),
        }
    }

    /// A member has been heard of; its session begins anew.
    pub(crate) fn note_alive(&self, cx: &mut Context<'_>, member_id: &str) {
        if let Some((member_id, member)) = self.members.get_key_value::<str>(member_id) {
            let member_id: &Arc<str> = member_id;
            let session = cx.session(member_id);
            cx.schedule_ms(session, member.session_timeout_ms);
        }
    }
}
