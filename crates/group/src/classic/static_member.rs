//! A static member comes back under a new id (KIP-345): whoever used its instance id before is fenced,
//! and its assignment is the new one's, without a rebalance if nothing else changes.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, Member, State};
use super::join::JoinGroup;
use crate::answer::{Answer, Joined};
use crate::coordinator::Effect;
use crate::history::What;

/// A static member as it was, while the record with its new id is being written.
#[derive(Debug, Clone)]
pub(crate) struct Replaced {
    old_id: Arc<str>,
    new_id: Arc<str>,
    old: Member,
}

impl ClassicGroup {
    pub(super) fn rejoin_static(
        &mut self,
        cx: &mut Context<'_>,
        token: Token,
        request: &JoinGroup<'_>,
        old_id: &Arc<str>,
        new_id: &Arc<str>,
    ) {
        let old_leader = self.leader.clone();
        let Some(old) = self.replace_static(cx, old_id, new_id) else { return };
        cx.history.note(cx.now, cx.id, new_id, &old, What::Replaced, request.reason());
        let session = cx.session(new_id);
        cx.schedule_ms(session, old.session_timeout_ms);
        self.update(cx, token, request, new_id);
        match self.state {
            State::Stable if self.choose_protocol() == self.protocol => {
                cx.out.records.push(self.record(cx.id));
                self.replaced =
                    Some(Replaced { old_id: old_id.clone(), new_id: new_id.clone(), old });
                self.tell_back(cx, request, new_id, old_leader);
            }
            State::Stable => {
                let reason = format!("static member {new_id} changes the protocol");
                self.rebalance_or_complete(cx, &reason);
            }
            // The leader may have been told the old id, and would assign to that.
            State::CompletingRebalance => {
                let reason = format!("static member {new_id} is back: {}", request.reason());
                self.prepare_rebalance(cx, &reason);
            }
            State::PreparingRebalance | State::Empty => self.complete_unless_first(cx),
        }
    }

    /// The one that is back gets what it had.
    fn tell_back(
        &mut self,
        cx: &mut Context<'_>,
        request: &JoinGroup<'_>,
        new_id: &Arc<str>,
        old_leader: Option<Arc<str>>,
    ) {
        let mut told = self.generation_for(new_id);
        if request.can_skip_assignment {
            told.skip_assignment = self.is_leader(new_id);
        } else {
            // It is not told that it leads: it would assign anew.
            told.leader = old_leader.unwrap_or_default();
            told.members = Vec::new();
        }
        let joined = Joined { member_id: new_id.clone(), result: Ok(told) };
        self.answer_join(cx, new_id, joined);
    }

    /// Gives a static member a new id. Returns what it was before.
    fn replace_static(
        &mut self,
        cx: &mut Context<'_>,
        old_id: &Arc<str>,
        new_id: &Arc<str>,
    ) -> Option<Member> {
        let fenced = Err(ErrorCode::FencedInstanceId);
        self.answer_join(cx, old_id, Joined { member_id: old_id.clone(), result: fenced });
        let mut member = self.members.remove(old_id)?;
        if let Some(token) = member.awaiting_sync.take() {
            cx.answer(token, Answer::Synced(Err(ErrorCode::FencedInstanceId)));
        }
        let old_session = cx.session(old_id);
        cx.timers.cancel(&old_session);
        member.is_new = false;
        self.put_static(new_id, old_id, member.clone());
        Some(member)
    }

    fn put_static(&mut self, id: &Arc<str>, instead_of: &Arc<str>, member: Member) {
        if self.is_leader(instead_of) {
            self.leader = Some(id.clone());
        }
        if let Some(instance_id) = &member.instance_id {
            self.static_members.insert(instance_id.clone(), id.clone());
        }
        if self.pending_syncs.remove(instead_of) {
            self.pending_syncs.insert(id.clone());
        }
        self.members.insert(id.clone(), member);
    }

    /// The record with the new id could not be written: the old one is good again.
    pub(super) fn take_back_replaced(
        &mut self,
        effects: Vec<Effect>,
        code: ErrorCode,
    ) -> Vec<Effect> {
        let Some(Replaced { old_id, new_id, old }) = self.replaced.take() else { return effects };
        if let Some(member) = self.members.remove(&new_id) {
            self.count_protocols(&member, false);
            self.count_protocols(&old, true);
            self.put_static(&old_id, &new_id, old);
        }
        let instead = effects.into_iter().map(|effect| match effect {
            Effect::Answer(token, Answer::Joined(Joined { result: Ok(_), .. })) => {
                let joined = Joined { member_id: "".into(), result: Err(code) };
                Effect::Answer(token, Answer::Joined(joined))
            }
            other => other,
        });
        instead.collect()
    }
}
