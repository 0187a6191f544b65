//! A rebalance: members join until all have or the time is up, then the next generation begins.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::Now;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, State};
use crate::answer::{Answer, Joined};
use crate::coordinator::{Decision, Groups};
use crate::history::What;
use crate::timers::Timer;

impl Groups {
    /// Who has not joined is left behind.
    pub(crate) fn join_due(&mut self, now: Now, id: &Arc<str>) -> Decision {
        let mut out = Decision::nothing();
        self.with_classic(now, id, &mut out, |group, cx| match group.initial_delay_left_ms {
            Some(left_ms) if group.is_member_added && left_ms > 0 => {
                // Others may be on their way: the first generation waits once more.
                group.is_member_added = false;
                let delay_ms = cx.settings.initial_rebalance_delay_ms.min(left_ms);
                group.initial_delay_left_ms = Some(left_ms - delay_ms);
                cx.schedule_ms(Timer::Join(cx.id.clone()), delay_ms);
            }
            _ if group.state == State::PreparingRebalance => group.complete_join(cx),
            _ => {}
        });
        out
    }

    /// Who has joined and not synced is removed.
    pub(crate) fn sync_due(&mut self, now: Now, id: &Arc<str>) -> Decision {
        let mut out = Decision::nothing();
        self.with_classic(now, id, &mut out, |group, cx| {
            let is_over = matches!(group.state, State::CompletingRebalance | State::Stable);
            if !is_over || group.pending_syncs.is_empty() {
                return;
            }
            let late: Vec<Arc<str>> = group.pending_syncs.iter().cloned().collect();
            for member_id in &late {
                group.drop_member(cx, member_id, What::Late, "did not sync in time");
            }
            group.prepare_rebalance(cx, &format!("{} members did not sync in time", late.len()));
        });
        out
    }

    /// A member was silent for too long.
    pub(crate) fn session_due(&mut self, now: Now, id: &Arc<str>, member: &Arc<str>) -> Decision {
        let mut out = Decision::nothing();
        self.with_classic(now, id, &mut out, |group, cx| group.session_due(cx, member));
        out
    }
}

impl ClassicGroup {
    fn session_due(&mut self, cx: &mut Context<'_>, member_id: &Arc<str>) {
        if self.pending_joins.remove(member_id) {
            return self.complete_join_if_all_joined(cx);
        }
        let Some(member) = self.members.get(member_id) else { return };
        // Who waits for an answer shows no other sign of life. A new member cannot: it has no id.
        let is_waiting = member.awaiting_join.is_some() || member.awaiting_sync.is_some();
        if is_waiting && !member.is_new {
            return;
        }
        let unknown = Joined { member_id: "".into(), result: Err(ErrorCode::UnknownMemberId) };
        self.answer_join(cx, member_id, unknown);
        self.drop_member(cx, member_id, What::Expired, "no heartbeat within the session timeout");
        match self.state {
            State::Stable | State::CompletingRebalance => {
                let reason = format!("no heartbeat from {member_id}");
                self.rebalance_or_complete(cx, &reason);
            }
            State::PreparingRebalance => self.complete_join_if_all_joined(cx),
            State::Empty => {}
        }
    }

    fn complete_join_if_all_joined(&mut self, cx: &mut Context<'_>) {
        if self.state == State::PreparingRebalance && self.have_all_joined() {
            self.complete_join(cx);
        }
    }

    /// Removes a member and notes why.
    pub(super) fn drop_member(
        &mut self,
        cx: &mut Context<'_>,
        member_id: &Arc<str>,
        what: What,
        why: &str,
    ) {
        cx.timers.cancel(&Timer::Session(cx.id.clone(), member_id.clone()));
        if let Some(mut member) = self.remove(member_id) {
            cx.history.note(cx.now, cx.id, member_id, &member, what, why);
            if let Some(token) = member.awaiting_sync.take() {
                cx.answer(token, Answer::Synced(Err(ErrorCode::UnknownMemberId)));
            }
        }
    }

    /// Begins a rebalance, or goes on with the one there is.
    pub(super) fn rebalance_or_complete(&mut self, cx: &mut Context<'_>, reason: &str) {
        match self.state {
            State::PreparingRebalance => self.complete_unless_first(cx),
            _ => self.prepare_rebalance(cx, reason),
        }
    }

    /// Completes the rebalance if all have joined. The first generation waits its time in any case.
    pub(super) fn complete_unless_first(&mut self, cx: &mut Context<'_>) {
        if self.previous_state != Some(State::Empty) {
            self.complete_join_if_all_joined(cx);
        }
    }

    /// Begins a rebalance.
    pub(crate) fn prepare_rebalance(&mut self, cx: &mut Context<'_>, reason: &str) {
        if self.state == State::CompletingRebalance {
            self.refuse_syncs(cx, ErrorCode::RebalanceInProgress);
        }
        self.pending_syncs.clear();
        cx.timers.cancel(&Timer::Sync(cx.id.clone()));
        cx.history.begin(cx.now, cx.id, reason);
        let is_first = self.state == State::Empty;
        self.go_to(State::PreparingRebalance, cx.now);
        if is_first {
            let delay_ms = cx.settings.initial_rebalance_delay_ms;
            self.initial_delay_left_ms = Some((self.rebalance_timeout_ms() - delay_ms).max(0));
            cx.schedule_ms(Timer::Join(cx.id.clone()), delay_ms);
        } else if self.have_all_joined() {
            self.complete_join(cx);
        } else {
            self.initial_delay_left_ms = None;
            cx.schedule_ms(Timer::Join(cx.id.clone()), self.rebalance_timeout_ms());
        }
    }

    /// Takes back what the members were assigned, and has those that wait for it rejoin.
    pub(super) fn refuse_syncs(&mut self, cx: &mut Context<'_>, code: ErrorCode) {
        let mut waiting = Vec::new();
        for (member_id, member) in &mut self.members {
            member.assignment = Bytes::new();
            if let Some(token) = member.awaiting_sync.take() {
                waiting.push((member_id.clone(), member.session_timeout_ms, token));
            }
        }
        for (member_id, session_timeout_ms, token) in waiting {
            let session = cx.session(&member_id);
            cx.schedule_ms(session, session_timeout_ms);
            cx.answer(token, Answer::Synced(Err(code)));
        }
    }

    /// The next generation begins with those that have joined. Static members may be away.
    fn complete_join(&mut self, cx: &mut Context<'_>) {
        cx.timers.cancel(&Timer::Join(cx.id.clone()));
        self.initial_delay_left_ms = None;
        self.is_member_added = false;
        let is_late = |it: &super::Member| it.awaiting_join.is_none() && it.instance_id.is_none();
        let late = self.members.iter().filter(|(_, member)| is_late(member));
        let late: Vec<Arc<str>> = late.map(|(member_id, _)| member_id.clone()).collect();
        for member_id in late {
            self.drop_member(cx, &member_id, What::Late, "did not join in time");
        }
        if !self.elect_leader() && !self.members.is_empty() {
            // Nobody is here. Sessions will end, or somebody comes.
            let rebalance_timeout_ms = self.rebalance_timeout_ms();
            return cx.schedule_ms(Timer::Join(cx.id.clone()), rebalance_timeout_ms);
        }
        self.begin_generation(cx);
    }

    /// Whoever leads has to be here. False if nobody is.
    fn elect_leader(&mut self) -> bool {
        let is_here =
            |id: &Arc<str>| self.members.get(id).is_some_and(|m| m.awaiting_join.is_some());
        if self.leader.as_ref().is_some_and(is_here) {
            return true;
        }
        let here = self.members.iter().find(|(_, member)| member.awaiting_join.is_some());
        match here.map(|(member_id, _)| member_id.clone()) {
            Some(elected) => {
                self.leader = Some(elected);
                true
            }
            None => false,
        }
    }

    fn begin_generation(&mut self, cx: &mut Context<'_>) {
        self.generation = self.generation.wrapping_add(1);
        self.pending_syncs.clear();
        cx.history.complete(cx.now, cx.id, self.generation, self.members.len());
        if self.members.is_empty() {
            self.protocol = None;
            self.note_subscribed();
            self.go_to(State::Empty, cx.now);
            cx.out.records.push(self.record(cx.id));
            return;
        }
        self.protocol = self.choose_protocol();
        self.note_subscribed();
        self.go_to(State::CompletingRebalance, cx.now);
        let member_ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for member_id in member_ids {
            let result = Ok(self.generation_for(&member_id));
            self.answer_join(cx, &member_id, Joined { member_id: member_id.clone(), result });
            if let Some(member) = self.members.get_mut(&member_id) {
                member.is_new = false;
                member.epoch_before = None;
                let session = cx.session(&member_id);
                cx.schedule_ms(session, member.session_timeout_ms);
            }
            self.pending_syncs.insert(member_id);
        }
        cx.schedule_ms(Timer::Sync(cx.id.clone()), self.rebalance_timeout_ms());
    }
}
