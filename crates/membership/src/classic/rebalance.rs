//! The way through a rebalance: give back, join, share out if we lead, sync, take over.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_model::{ErrorCode, TopicPartition};

use super::{ClassicMember, Phase};
use crate::assignor::{Assignor, GroupMember};
use crate::member::{Effect, GroupRequest, Join, Joined, JoinedMember, Sync};
use crate::protocol::{self, Subscription};

impl ClassicMember {
    /// The way into a rebalance: first the callbacks for what is given back.
    pub(super) fn release(&mut self, now: MonoTime, effects: &mut Vec<Effect>) {
        self.phase = Phase::Releasing;
        let wanted = self.topics.clone().unwrap_or_default();
        let lost = self.generation.generation < 0;
        let given_back: BTreeSet<TopicPartition> = match lost || !self.is_cooperative() {
            true => self.owned.clone(),
            false => self.owned.iter().filter(|it| !wanted.contains(&it.topic)).cloned().collect(),
        };
        if given_back.is_empty() {
            return self.join(effects);
        }
        self.owned.retain(|it| !given_back.contains(it));
        effects.push(if lost { Effect::Lost(given_back) } else { Effect::Revoke(given_back) });
        self.beat(now, effects);
    }

    fn is_cooperative(&self) -> bool {
        self.settings.assignors.iter().all(|it| it.is_cooperative())
    }

    pub(super) fn join(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Joining;
        self.shared = None;
        let topics: Vec<Arc<str>> = self.topics.iter().flatten().cloned().collect();
        let subscription = |assignor: &Assignor| Subscription {
            topics: topics.clone(),
            user_data: assignor.user_data(self.last.as_ref().map(|(all, it)| (&all[..], *it))),
            owned: self.owned.iter().cloned().collect(),
            generation: Some(self.generation.generation).filter(|it| *it >= 0),
            rack: self.settings.rack.clone(),
        };
        let named = |assignor: &Assignor| (assignor.name(), subscription(assignor).encode());
        effects.push(Effect::Send(GroupRequest::Join(Join {
            member_id: self.generation.member_id.clone(),
            protocols: self.settings.assignors.iter().map(named).collect(),
            reason: self.rejoin.clone().unwrap_or_default(),
        })));
        self.rejoin = None;
    }

    pub(super) fn joined(&mut self, now: MonoTime, joined: Joined, effects: &mut Vec<Effect>) {
        let Some(assignor) =
            Assignor::named(&joined.protocol).filter(|it| self.settings.assignors.contains(it))
        else {
            let message =
                format!("the group chose the assignor {}, which we did not offer", joined.protocol);
            return self.fail(ErrorCode::InconsistentGroupProtocol, message, effects);
        };
        self.generation = joined.generation;
        self.protocol = Some(assignor);
        self.session_ends = now + self.settings.session_timeout;
        self.heartbeat_due = now + self.settings.heartbeat_interval;
        self.heartbeat_sent = false;
        let Some(members) = joined.members else { return self.sync(Vec::new(), effects) };
        let mut topics = BTreeSet::new();
        self.members.clear();
        for JoinedMember { member_id, instance_id, metadata } in members {
            match Subscription::decode(&metadata) {
                Ok(subscription) => {
                    topics.extend(subscription.topics.iter().cloned());
                    self.members.push(GroupMember { member_id, instance_id, subscription });
                }
                Err(error) => {
                    let message =
                        format!("the subscription of {member_id} cannot be read: {error}");
                    return self.fail(ErrorCode::InconsistentGroupProtocol, message, effects);
                }
            }
        }
        if joined.skip_assignment {
            return self.sync(Vec::new(), effects);
        }
        self.phase = Phase::Sharing;
        effects.push(Effect::FindTopics(topics));
    }

    pub(super) fn sync(&mut self, assignments: Vec<(Arc<str>, Bytes)>, effects: &mut Vec<Effect>) {
        self.phase = Phase::Syncing;
        effects.push(Effect::Send(GroupRequest::Sync(Sync {
            generation: self.generation.clone(),
            protocol: self.protocol.map_or("", Assignor::name).into(),
            assignments,
        })));
    }

    pub(super) fn synced(
        &mut self,
        now: MonoTime,
        assignment: &Bytes,
        named: Option<Arc<str>>,
        effects: &mut Vec<Effect>,
    ) {
        let chosen = self.protocol.map_or("", Assignor::name);
        if named.as_ref().is_some_and(|it| **it != *chosen) {
            let message = format!("joined for {chosen}, and was synced for {named:?}");
            return self.fail(ErrorCode::InconsistentGroupProtocol, message, effects);
        }
        let given = match protocol::decode_assignment(assignment) {
            Ok(given) => given,
            Err(error) => {
                let message = format!("the assignment cannot be read: {error}");
                return self.fail(ErrorCode::UnknownServerError, message, effects);
            }
        };
        self.failures = 0;
        self.session_ends = now + self.settings.session_timeout;
        let wanted = self.topics.clone().unwrap_or_default();
        if given.iter().any(|it| !wanted.contains(&it.topic)) {
            self.phase = Phase::Stable;
            return self.want_rejoin("received assignment does not match the current subscription");
        }
        self.last = Some((given.clone(), self.generation.generation));
        self.given = given.into_iter().collect();
        let revoked: BTreeSet<TopicPartition> =
            self.owned.difference(&self.given).cloned().collect();
        if revoked.is_empty() {
            return self.adopt(effects);
        }
        self.phase = Phase::Revoking;
        self.owned.retain(|it| !revoked.contains(it));
        self.want_rejoin("need to revoke partitions and re-join");
        effects.push(Effect::Revoke(revoked));
    }

    /// What was given becomes ours.
    pub(super) fn adopt(&mut self, effects: &mut Vec<Effect>) {
        let given = core::mem::take(&mut self.given);
        let added = given.difference(&self.owned).cloned().collect();
        self.owned = given;
        self.phase = Phase::Assigning;
        effects.push(Effect::Assign(added));
    }
}
