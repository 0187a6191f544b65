//! [`ClassicGroup`]: a group and its members.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use ottla_base::{Now, Rng};
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use super::static_member::Replaced;
use super::subscribed::subscribed_topics;
use crate::answer::{Answer, Generation, Joined, JoinedMember, Synced};
use crate::consumer::ConsumerGroup;
use crate::coordinator::{Decision, Effect, Settings};
use crate::history::History;
use crate::timers::{Timer, Timers};

/// The protocol type of consumers, whose metadata the coordinator can read.
pub(crate) const CONSUMER_PROTOCOL_TYPE: &str = "consumer";

/// Where a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has no members; perhaps offsets.
    Empty,
    /// Members join.
    PreparingRebalance,
    /// The leader assigns.
    CompletingRebalance,
    /// Every member knows what it has.
    Stable,
}

impl State {
    /// Its name, as tools print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

/// A member of a classic group.
#[derive(Debug, Clone)]
pub struct Member {
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: String,
    /// Its address.
    pub client_host: String,
    /// Milliseconds it has to rejoin.
    pub rebalance_timeout_ms: i32,
    /// Milliseconds it may be silent.
    pub session_timeout_ms: i32,
    /// What it sent for each protocol it supports, in its order of preference.
    pub protocols: Vec<(Arc<str>, Bytes)>,
    /// What the leader gave it.
    pub assignment: Bytes,
    /// Its JoinGroup that waits.
    pub(crate) awaiting_join: Option<Token>,
    /// Its SyncGroup that waits.
    pub(crate) awaiting_sync: Option<Token>,
    /// It does not know its id yet, so it cannot send heartbeats.
    pub(crate) is_new: bool,
    /// The epoch it was at when its consumer group became a classic one. Nobody else has what it owned
    /// then, so it may still commit until the first generation begins. It is in no record: after a
    /// restart the member is as late as Apache Kafka has it at once.
    pub(crate) epoch_before: Option<i32>,
}

impl Member {
    /// What it sent for a protocol.
    pub fn metadata(&self, protocol: &str) -> Option<&Bytes> {
        self.protocols.iter().find(|(name, _)| **name == *protocol).map(|(_, metadata)| metadata)
    }

    /// The names of its protocols, each once.
    fn protocol_names(&self) -> BTreeSet<Arc<str>> {
        self.protocols.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The first of its protocols that is a candidate.
    fn vote<'a>(&self, candidates: &BTreeSet<&'a Arc<str>>) -> Option<&'a Arc<str>> {
        let mut own = self.protocols.iter();
        own.find_map(|(name, _)| candidates.get(name).copied())
    }
}

/// A group whose members agree among themselves.
#[derive(Debug, Clone)]
pub struct ClassicGroup {
    pub(crate) state: State,
    pub(crate) previous_state: Option<State>,
    /// Since when it is in its state, in milliseconds; `None` if the record did not say.
    pub(crate) state_timestamp: Option<i64>,
    pub(crate) protocol_type: Option<Arc<str>>,
    pub(crate) protocol: Option<Arc<str>>,
    pub(crate) generation: i32,
    pub(crate) leader: Option<Arc<str>>,
    pub(crate) members: BTreeMap<Arc<str>, Member>,
    pub(crate) static_members: BTreeMap<Arc<str>, Arc<str>>,
    /// Members that were told their id and have not come back with it.
    pub(crate) pending_joins: BTreeSet<Arc<str>>,
    /// Members that have joined this generation and not synced.
    pub(crate) pending_syncs: BTreeSet<Arc<str>>,
    /// Members whose JoinGroup waits.
    pub(crate) awaiting_joins: usize,
    /// How many members support a protocol.
    pub(crate) supported: BTreeMap<Arc<str>, usize>,
    /// The topics of all members, if they can be told.
    pub(crate) subscribed: Option<BTreeSet<Arc<str>>>,
    /// The first rebalance has seen a member since it last waited.
    pub(crate) is_member_added: bool,
    /// What the first rebalance has left to wait, in milliseconds.
    pub(crate) initial_delay_left_ms: Option<i32>,
    /// What is taken back if the record that is being written cannot be.
    pub(crate) replaced: Option<Replaced>,
    /// The consumer group that it is made of, while the record that says so is being written.
    pub(crate) downgraded_from: Option<Box<ConsumerGroup>>,
}

/// What a group's methods see of the world around it.
pub(crate) struct Context<'a> {
    pub(crate) now: Now,
    pub(crate) id: &'a Arc<str>,
    pub(crate) settings: &'a Settings,
    pub(crate) timers: &'a mut Timers,
    pub(crate) history: &'a mut History,
    pub(crate) rng: &'a mut Rng,
    /// The decision that is being made.
    pub(crate) out: &'a mut Decision,
}

impl Context<'_> {
    pub(crate) fn answer(&mut self, token: Token, answer: Answer) {
        self.out.effects.push(Effect::Answer(token, answer));
    }

    pub(crate) fn refuse_join(&mut self, token: Token, member_id: &str, code: ErrorCode) {
        let joined = Joined { member_id: member_id.into(), result: Err(code) };
        self.answer(token, Answer::Joined(joined));
    }

    pub(crate) fn session(&self, member: &Arc<str>) -> Timer {
        Timer::Session(self.id.clone(), member.clone())
    }

    pub(crate) fn schedule_ms(&mut self, timer: Timer, ms: i32) {
        let after = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        self.timers.schedule(timer, self.now.mono + after);
    }
}

impl ClassicGroup {
    /// A group without members.
    pub(crate) fn new(now_ms: i64) -> Self {
        Self {
            state: State::Empty,
            previous_state: None,
            state_timestamp: Some(now_ms),
            protocol_type: None,
            protocol: None,
            generation: 0,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_joins: BTreeSet::new(),
            pending_syncs: BTreeSet::new(),
            awaiting_joins: 0,
            supported: BTreeMap::new(),
            subscribed: None,
            is_member_added: false,
            initial_delay_left_ms: None,
            replaced: None,
            downgraded_from: None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.state == State::Empty
    }

    /// `consumer`, `connect`, …; `None` if nobody ever joined.
    pub fn protocol_type(&self) -> Option<&Arc<str>> {
        self.protocol_type.as_ref()
    }

    /// The protocol that was chosen.
    pub fn protocol(&self) -> Option<&Arc<str>> {
        self.protocol.as_ref()
    }

    /// How often it has rebalanced.
    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// Its members, by id.
    pub fn members(&self) -> impl Iterator<Item = (&Arc<str>, &Member)> {
        self.members.iter()
    }

    /// Whether it is a group of consumers.
    pub(crate) fn is_of_consumers(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    /// Whether a member may be reading a topic; true for all topics if that is not known.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.is_of_consumers(),
        }
    }

    pub(crate) fn go_to(&mut self, state: State, now: Now) {
        self.previous_state = Some(self.state);
        self.state = state;
        self.state_timestamp = Some(now.wall.millis);
    }

    pub(crate) fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    /// Whether every member, also those that only have an id so far, waits for the next generation.
    pub(crate) fn have_all_joined(&self) -> bool {
        self.members.len() == self.awaiting_joins && self.pending_joins.is_empty()
    }

    /// The longest that any member may take to rejoin, in milliseconds.
    pub(crate) fn rebalance_timeout_ms(&self) -> i32 {
        self.members.values().map(|member| member.rebalance_timeout_ms).max().unwrap_or(0).max(0)
    }

    /// Whether a member is who it says.
    pub(crate) fn check_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            let current = self.static_members.get(instance_id).ok_or(ErrorCode::UnknownMemberId)?;
            if **current != *member_id {
                return Err(ErrorCode::FencedInstanceId);
            }
        }
        match self.members.contains_key(member_id) {
            true => Ok(()),
            false => Err(ErrorCode::UnknownMemberId),
        }
    }

    /// Whether somebody with these protocols can be a member.
    pub(crate) fn supports(&self, protocol_type: &str, protocols: &[(Arc<str>, Bytes)]) -> bool {
        if self.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|(name, _)| {
                self.supported.get(name).copied().unwrap_or(0) == self.members.len()
            })
    }

    pub(crate) fn add(&mut self, protocol_type: &str, member_id: &Arc<str>, member: Member) {
        if let Some(instance_id) = &member.instance_id {
            self.static_members.insert(instance_id.clone(), member_id.clone());
        }
        if self.members.is_empty() {
            self.protocol_type = Some(protocol_type.into());
        }
        if self.leader.is_none() {
            self.leader = Some(member_id.clone());
        }
        self.count_protocols(&member, true);
        self.awaiting_joins += usize::from(member.awaiting_join.is_some());
        self.pending_joins.remove(member_id);
        self.members.insert(member_id.clone(), member);
    }

    /// Takes a member out, in whatever way it was in; another one leads if it did.
    pub(crate) fn remove(&mut self, member_id: &str) -> Option<Member> {
        let removed = self.members.remove(member_id);
        if let Some(removed) = &removed {
            self.count_protocols(removed, false);
            self.awaiting_joins -= usize::from(removed.awaiting_join.is_some());
            if let Some(instance_id) = &removed.instance_id {
                self.static_members.remove(instance_id);
            }
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_joins.remove(member_id);
        self.pending_syncs.remove(member_id);
        removed
    }

    pub(crate) fn count_protocols(&mut self, member: &Member, is_added: bool) {
        for name in member.protocol_names() {
            let count = self.supported.entry(name.clone()).or_default();
            match is_added {
                true => *count += 1,
                false => *count = count.saturating_sub(1),
            }
            if *count == 0 {
                self.supported.remove(&name);
            }
        }
    }

    /// The protocol that all members support and most prefer.
    pub(crate) fn choose_protocol(&self) -> Option<Arc<str>> {
        let by_all = self.supported.iter().filter(|(_, count)| **count == self.members.len());
        let candidates: BTreeSet<&Arc<str>> = by_all.map(|(name, _)| name).collect();
        let mut votes: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for name in self.members.values().filter_map(|member| member.vote(&candidates)) {
            *votes.entry(name).or_default() += 1;
        }
        // Of several with as many votes, the first by name.
        let chosen = votes.into_iter().rev().max_by_key(|(_, count)| *count);
        chosen.map(|(name, _)| name.clone())
    }

    /// Works out again which topics the members read.
    pub(crate) fn note_subscribed(&mut self) {
        self.subscribed = match (self.is_of_consumers(), &self.protocol) {
            (false, _) => None,
            (true, _) if self.members.is_empty() => Some(BTreeSet::new()),
            (true, None) => None,
            (true, Some(protocol)) => {
                let metadata = self.members.values().map(|member| member.metadata(protocol));
                subscribed_topics(metadata)
            }
        };
    }

    /// Whether a member may speak as one of this generation: it is the group's, or the epoch that the
    /// member had before the rebalance that makes a classic group of a consumer group.
    pub(crate) fn is_generation_of(&self, member_id: &str, generation: i32) -> bool {
        let epoch_before = self.members.get(member_id).and_then(|member| member.epoch_before);
        let is_from_before = epoch_before == Some(generation);
        generation == self.generation || (is_from_before && self.state == State::PreparingRebalance)
    }

    /// The generation, as a member is told of it that has joined.
    pub(crate) fn generation_for(&self, member_id: &str) -> Generation {
        Generation {
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            members: match self.is_leader(member_id) {
                true => self.joined_members(),
                false => Vec::new(),
            },
        }
    }

    pub(crate) fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let members = self.members.iter().map(|(member_id, member)| JoinedMember {
            member_id: member_id.clone(),
            instance_id: member.instance_id.clone(),
            metadata: member.metadata(protocol).cloned().unwrap_or_default(),
        });
        members.collect()
    }

    /// What a member is told that has synced.
    pub(crate) fn synced(&self, member: &Member) -> Synced {
        Synced {
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment: member.assignment.clone(),
        }
    }

    /// Answers the JoinGroup of a member, if it waits for one.
    pub(crate) fn answer_join(
        &mut self,
        cx: &mut Context<'_>,
        member_id: &Arc<str>,
        joined: Joined,
    ) {
        let Some(member) = self.members.get_mut(member_id) else { return };
        if let Some(token) = member.awaiting_join.take() {
            self.awaiting_joins -= 1;
            cx.answer(token, Answer::Joined(joined));
        }
    }
}
