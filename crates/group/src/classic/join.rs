//! JoinGroup: somebody wants to be a member of the next generation.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::{Now, Uuid};
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::group::{ClassicGroup, Context, Member, State};
use crate::answer::{Answer, Joined};
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;
use crate::history::What;
use crate::migrate::Cluster;

/// Milliseconds before a new member that does not know its id yet, and so cannot send heartbeats, is
/// taken for gone. A client that still waits then asks again.
const NEW_MEMBER_TIMEOUT_MS: i32 = 5 * 60 * 1000;

/// A JoinGroup request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinGroup<'a> {
    /// The group.
    pub group: &'a str,
    /// The member's id; empty if it has none.
    pub member_id: &'a str,
    /// `group.instance.id`.
    pub instance_id: Option<&'a str>,
    /// `client.id`.
    pub client_id: &'a str,
    /// The client's address.
    pub client_host: &'a str,
    /// Milliseconds it may be silent.
    pub session_timeout_ms: i32,
    /// Milliseconds it may take to rejoin.
    pub rebalance_timeout_ms: i32,
    /// `consumer`, `connect`, …
    pub protocol_type: &'a str,
    /// What it has to say for each protocol it supports, in its order of preference.
    pub protocols: Vec<(Arc<str>, Bytes)>,
    /// Why it joins (KIP-800).
    pub reason: Option<&'a str>,
    /// Whether a new member has to come again with the id it is given (KIP-394, v4).
    pub must_know_id: bool,
    /// Whether a leader can be told that there is nothing to assign (v9).
    pub can_skip_assignment: bool,
}

impl JoinGroup<'_> {
    fn member(&self, token: Token) -> Member {
        Member {
            instance_id: self.instance_id.map(Into::into),
            client_id: self.client_id.into(),
            client_host: self.client_host.into(),
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            session_timeout_ms: self.session_timeout_ms,
            protocols: self.protocols.clone(),
            assignment: Bytes::new(),
            awaiting_join: Some(token),
            awaiting_sync: None,
            is_new: true,
            epoch_before: None,
        }
    }

    /// Bytes of what it says of itself, which is kept while it is a member.
    fn said_bytes(&self) -> usize {
        let names = self.client_id.len() + self.instance_id.map_or(0, str::len);
        let of_one = |(name, metadata): &(Arc<str>, Bytes)| name.len() + metadata.len();
        names + self.protocols.iter().map(of_one).sum::<usize>()
    }

    /// Why it joins, as it is noted.
    pub(super) fn reason(&self) -> &str {
        self.reason.filter(|reason| !reason.is_empty()).unwrap_or("not provided")
    }
}

impl Groups {
    /// A member joins. It is answered when the generation begins that it is in.
    pub fn join(
        &mut self,
        now: Now,
        token: Token,
        request: &JoinGroup<'_>,
        cluster: Cluster<'_>,
    ) -> Decision {
        let refuse = |code| {
            let joined = Joined { member_id: request.member_id.into(), result: Err(code) };
            answer(token, Answer::Joined(joined))
        };
        if request.group.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let allowed = self.settings.session_timeout_ms_min..=self.settings.session_timeout_ms_max;
        if !allowed.contains(&request.session_timeout_ms) {
            return refuse(ErrorCode::InvalidSessionTimeout);
        }
        if request.said_bytes() > self.settings.member_bytes_max {
            return refuse(ErrorCode::InvalidRequest);
        }
        let mut out = Decision::nothing();
        if let Some(Group::Consumer(group)) = self.by_id.get(request.group) {
            if !group.is_empty() {
                return self.join_consumer_group(now, token, request, cluster);
            }
            // It becomes a classic group.
            let tombstones = self.by_id.get_key_value(request.group);
            out.records.extend(tombstones.iter().flat_map(|(id, group)| group.tombstones(id)));
            self.by_id.remove(request.group);
        }
        let is_new = !self.by_id.contains_key(request.group);
        if is_new && !request.member_id.is_empty() {
            return refuse(ErrorCode::UnknownMemberId);
        }
        let id = self.classic_id(now, request.group);
        self.with_classic(now, &id, &mut out, |group, cx| {
            let count = cx.out.records.len();
            group.join(cx, token, request);
            // A group that is not in the log would be unknown to the next coordinator.
            if is_new && cx.out.records.len() == count {
                cx.out.records.push(group.empty_record(cx.id));
            }
        });
        out
    }
}

impl ClassicGroup {
    fn join(&mut self, cx: &mut Context<'_>, token: Token, request: &JoinGroup<'_>) {
        let is_unknown = request.member_id.is_empty();
        let known = request.member_id;
        if !self.has_room_for(known, cx.settings.members_max) {
            self.remove(known);
            return cx.refuse_join(token, "", ErrorCode::GroupMaxSizeReached);
        }
        if !self.supports(request.protocol_type, &request.protocols) {
            return cx.refuse_join(token, known, ErrorCode::InconsistentGroupProtocol);
        }
        match is_unknown {
            true => self.join_new(cx, token, request),
            false => self.join_known(cx, token, request),
        }
    }

    /// Whether the group has room for one more, or the member is in already. While members join, those
    /// count that have: of a group that is too large the last ones find no room.
    fn has_room_for(&self, member_id: &str, members_max: usize) -> bool {
        match self.state {
            State::Empty => true,
            State::PreparingRebalance => {
                let member = self.members.get(member_id);
                member.is_some_and(|member| member.awaiting_join.is_some())
                    || self.awaiting_joins < members_max
            }
            State::CompletingRebalance | State::Stable => {
                self.members.contains_key(member_id) || self.members.len() < members_max
            }
        }
    }

    fn join_new(&mut self, cx: &mut Context<'_>, token: Token, request: &JoinGroup<'_>) {
        let mut random = [0; 16];
        cx.rng.fill(&mut random);
        let prefix = request.instance_id.unwrap_or(request.client_id);
        let member_id: Arc<str> = format!("{prefix}-{}", dashed(Uuid::from_random(random))).into();
        if let Some(instance_id) = request.instance_id {
            return match self.static_members.get(instance_id).cloned() {
                Some(old_id) => self.rejoin_static(cx, token, request, &old_id, &member_id),
                None => self.join_member(cx, token, request, &member_id),
            };
        }
        if !request.must_know_id {
            return self.join_member(cx, token, request, &member_id);
        }
        if self.pending_joins.len() >= cx.settings.pending_joins_max {
            return cx.refuse_join(token, "", ErrorCode::GroupMaxSizeReached);
        }
        self.pending_joins.insert(member_id.clone());
        let session = cx.session(&member_id);
        cx.schedule_ms(session, request.session_timeout_ms);
        cx.refuse_join(token, &member_id, ErrorCode::MemberIdRequired);
    }

    fn join_known(&mut self, cx: &mut Context<'_>, token: Token, request: &JoinGroup<'_>) {
        let member_id: Arc<str> = request.member_id.into();
        if self.pending_joins.contains(&member_id) {
            // Only dynamic members are told to come again.
            if request.instance_id.is_some() {
                return cx.refuse_join(token, &member_id, ErrorCode::UnknownServerError);
            }
            return self.join_member(cx, token, request, &member_id);
        }
        if let Err(code) = self.check_member(&member_id, request.instance_id) {
            return cx.refuse_join(token, &member_id, code);
        }
        let is_same =
            self.members.get(&member_id).is_some_and(|m| m.protocols == request.protocols);
        let is_leader = self.is_leader(&member_id);
        match self.state {
            State::PreparingRebalance => {
                let reason = format!("{member_id} joins again: {}", request.reason());
                self.rejoin(cx, token, request, &member_id, &reason);
            }
            // It may have missed the answer.
            State::CompletingRebalance if is_same => self.tell_generation(cx, token, &member_id),
            // The leader sees changes that are not in its metadata, such as new partitions.
            State::Stable if is_same && !is_leader => self.tell_generation(cx, token, &member_id),
            State::CompletingRebalance | State::Stable => {
                let reason = match is_same {
                    true => format!("leader {member_id} joins again: {}", request.reason()),
                    false => format!("{member_id} has new metadata: {}", request.reason()),
                };
                self.rejoin(cx, token, request, &member_id, &reason);
            }
            State::Empty => cx.refuse_join(token, &member_id, ErrorCode::UnknownMemberId),
        }
    }

    fn tell_generation(&self, cx: &mut Context<'_>, token: Token, member_id: &Arc<str>) {
        let result = Ok(self.generation_for(member_id));
        cx.answer(token, Answer::Joined(Joined { member_id: member_id.clone(), result }));
    }

    fn join_member(
        &mut self,
        cx: &mut Context<'_>,
        token: Token,
        request: &JoinGroup<'_>,
        member_id: &Arc<str>,
    ) {
        if self.state == State::PreparingRebalance && self.previous_state == Some(State::Empty) {
            self.is_member_added = true;
        }
        let member = request.member(token);
        cx.history.note(cx.now, cx.id, member_id, &member, What::Joined, request.reason());
        self.add(request.protocol_type, member_id, member);
        let session = cx.session(member_id);
        cx.schedule_ms(session, NEW_MEMBER_TIMEOUT_MS);
        let reason = format!("{member_id} joins: {}", request.reason());
        self.rebalance_or_complete(cx, &reason);
    }

    fn rejoin(
        &mut self,
        cx: &mut Context<'_>,
        token: Token,
        request: &JoinGroup<'_>,
        member_id: &Arc<str>,
        reason: &str,
    ) {
        self.update(cx, token, request, member_id);
        self.rebalance_or_complete(cx, reason);
    }

    /// A member says again what it supports, and waits.
    pub(super) fn update(
        &mut self,
        cx: &mut Context<'_>,
        token: Token,
        request: &JoinGroup<'_>,
        member_id: &Arc<str>,
    ) {
        let Some(mut member) = self.members.remove(member_id) else { return };
        self.count_protocols(&member, false);
        member.protocols.clone_from(&request.protocols);
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        member.session_timeout_ms = request.session_timeout_ms;
        match member.awaiting_join.replace(token) {
            // The client has given up on its earlier request, or it has two at a time.
            Some(earlier) => cx.refuse_join(earlier, member_id, ErrorCode::RebalanceInProgress),
            None => self.awaiting_joins += 1,
        }
        self.count_protocols(&member, true);
        self.members.insert(member_id.clone(), member);
    }
}

/// As Java prints a UUID.
fn dashed(id: Uuid) -> String {
    let hex: String = id.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
