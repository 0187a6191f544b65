//! SyncGroup: the leader says who gets what; the others ask.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, State};
use crate::answer::Answer;
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;
use crate::migrate::Cluster;
use crate::timers::Timer;

/// A SyncGroup request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncGroup<'a> {
    /// The group.
    pub group: &'a str,
    /// The member.
    pub member_id: &'a str,
    /// `group.instance.id`.
    pub instance_id: Option<&'a str>,
    /// The generation it was told.
    pub generation: i32,
    /// The protocol type it was told (v5, KIP-559).
    pub protocol_type: Option<&'a str>,
    /// The protocol it was told (v5, KIP-559).
    pub protocol: Option<&'a str>,
    /// Who gets what, if it leads.
    pub assignments: Vec<(Arc<str>, Bytes)>,
}

impl Groups {
    /// A member asks for its assignment. It is answered once the leader has assigned.
    pub fn sync(
        &mut self,
        now: Now,
        token: Token,
        request: SyncGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Decision {
        let refuse = |code| answer(token, Answer::Synced(Err(code)));
        if request.group.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let id = match self.by_id.get_key_value(request.group) {
            Some((id, Group::Classic(group))) if !group.is_empty() => id.clone(),
            Some((_, Group::Consumer(_))) => {
                return self.sync_consumer_group(now, token, &request, cluster);
            }
            _ => return refuse(ErrorCode::UnknownMemberId),
        };
        let mut out = Decision::nothing();
        self.with_classic(now, &id, &mut out, |group, cx| {
            if let Err(code) = group.sync(cx, token, request) {
                cx.answer(token, Answer::Synced(Err(code)));
            }
        });
        out
    }
}

impl ClassicGroup {
    fn sync(
        &mut self,
        cx: &mut Context<'_>,
        token: Token,
        request: SyncGroup<'_>,
    ) -> Result<(), ErrorCode> {
        self.check_member(request.member_id, request.instance_id)?;
        if !self.is_generation_of(request.member_id, request.generation) {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |said: Option<&str>, is: &Option<Arc<str>>| {
            said.is_some_and(|said| is.as_deref() != Some(said))
        };
        if differs(request.protocol_type, &self.protocol_type)
            || differs(request.protocol, &self.protocol)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        match self.state {
            State::Empty => Err(ErrorCode::UnknownMemberId),
            State::PreparingRebalance => Err(ErrorCode::RebalanceInProgress),
            State::CompletingRebalance => {
                self.note_synced(cx, request.member_id);
                if let Some(member) = self.members.get_mut(request.member_id)
                    && let Some(earlier) = member.awaiting_sync.replace(token)
                {
                    cx.answer(earlier, Answer::Synced(Err(ErrorCode::RebalanceInProgress)));
                }
                if self.is_leader(request.member_id) {
                    self.assign(cx, request.assignments);
                }
                Ok(())
            }
            State::Stable => {
                self.note_synced(cx, request.member_id);
                let member = self.members.get(request.member_id);
                let synced = self.synced(member.ok_or(ErrorCode::UnknownMemberId)?);
                cx.answer(token, Answer::Synced(Ok(synced)));
                Ok(())
            }
        }
    }

    fn note_synced(&mut self, cx: &mut Context<'_>, member_id: &str) {
        self.pending_syncs.remove(member_id);
        if self.pending_syncs.is_empty() {
            cx.timers.cancel(&Timer::Sync(cx.id.clone()));
        }
    }

    /// The leader has assigned: the generation is written down, and everybody is told what it has.
    fn assign(&mut self, cx: &mut Context<'_>, assignments: Vec<(Arc<str>, Bytes)>) {
        let mut assignments: BTreeMap<Arc<str>, Bytes> = assignments.into_iter().collect();
        for (member_id, member) in &mut self.members {
            // One that was forgotten has nothing.
            member.assignment = assignments.remove(member_id).unwrap_or_default();
        }
        cx.out.records.push(self.record(cx.id));
        let mut waiting = Vec::new();
        for (member_id, member) in &mut self.members {
            if let Some(token) = member.awaiting_sync.take() {
                waiting.push((member_id.clone(), token));
            }
        }
        for (member_id, token) in waiting {
            let Some(member) = self.members.get(&member_id) else { continue };
            let synced = self.synced(member);
            // It may have been silent while it waited.
            let session = cx.session(&member_id);
            cx.schedule_ms(session, member.session_timeout_ms);
            cx.answer(token, Answer::Synced(Ok(synced)));
        }
        self.go_to(State::Stable, cx.now);
    }
}
