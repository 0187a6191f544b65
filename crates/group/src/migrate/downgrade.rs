//! From consumer to classic: the epoch becomes the generation, and the targets what the leader assigned.
//! The state is changed at once, because a rebalance begins, which is in no record.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Now, Uuid};

use super::embedded::assignment_bytes;
use crate::classic::{CONSUMER_PROTOCOL_TYPE, ClassicGroup, Member, State};
use crate::consumer::{ConsumerGroup, ConsumerMember};
use crate::coordinator::{Decision, Groups, Settings};
use crate::group::Group;

/// Who makes a group go back.
pub(crate) enum Cause<'a> {
    /// Members that go.
    Leaving(&'a BTreeSet<Arc<str>>),
    /// A static member that takes the place of the last one that is not classic.
    Replacing {
        /// Its id.
        id: &'a Arc<str>,
        /// As it is going to be.
        member: &'a ConsumerMember,
        /// Whether what is assigned no longer fits the group.
        is_stale: bool,
    },
}

impl ConsumerGroup {
    /// Whether the group can be a classic one once these members are gone.
    pub(crate) fn may_downgrade(&self, leaving: &BTreeSet<Arc<str>>, settings: &Settings) -> bool {
        let mut stay = self.members.iter().filter(|(id, _)| !leaving.contains(*id));
        let count = self.members.keys().filter(|id| !leaving.contains(*id)).count();
        stay.all(|(_, member)| member.is_classic())
            && count > 0
            && count <= settings.members_max
            && settings.consumer.migration.may_downgrade()
    }

    /// Whether the group can be a classic one once this member, which is not classic, is replaced.
    pub(crate) fn may_downgrade_replacing(&self, replaced: &str, settings: &Settings) -> bool {
        let is_last =
            |(id, member): (&Arc<str>, &ConsumerMember)| member.is_classic() != (**id == *replaced);
        self.members.iter().all(is_last)
            && self.members.len() <= settings.members_max
            && settings.consumer.migration.may_downgrade()
    }

    fn downgraded(
        &self,
        cause: &Cause<'_>,
        now: Now,
        name_of: &dyn Fn(Uuid) -> Option<Arc<str>>,
    ) -> ClassicGroup {
        let mut group = ClassicGroup::new(now.wall.millis);
        group.state = State::Stable;
        group.generation = self.epoch.epoch;
        for (id, member, _) in self.staying(cause) {
            group.add(CONSUMER_PROTOCOL_TYPE, id, classic_member(member));
        }
        group.protocol = group.choose_protocol();
        let protocol = group.protocol.clone().unwrap_or_default();
        for (id, _, had_by) in self.staying(cause) {
            let Some(member) = group.members.get_mut(id) else { continue };
            let target = self.target(had_by).into_iter().flatten();
            let target = target.map(|(topic, it)| (*topic, it.iter().copied().collect()));
            member.assignment = assignment_bytes(target, name_of, member.metadata(&protocol));
        }
        group.note_subscribed();
        group
    }

    /// The members of the classic group, and who has had each one's target so far.
    fn staying<'a>(
        &'a self,
        cause: &'a Cause<'a>,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a ConsumerMember, &'a Arc<str>)> {
        self.members.iter().filter_map(move |(id, member)| match cause {
            Cause::Leaving(leaving) => (!leaving.contains(id)).then_some((id, member, id)),
            Cause::Replacing { id: new, member: instead, .. } => {
                let instance = instead.subscription.instance_id.as_ref();
                match instance == member.subscription.instance_id.as_ref() && instance.is_some() {
                    true => Some((*new, *instead, id)),
                    false => Some((id, member, id)),
                }
            }
        })
    }
}

fn classic_member(member: &ConsumerMember) -> Member {
    let subscription = &member.subscription;
    let classic = subscription.classic.clone().unwrap_or_default();
    Member {
        instance_id: subscription.instance_id.clone(),
        client_id: subscription.client_id.clone(),
        client_host: subscription.client_host.clone(),
        rebalance_timeout_ms: subscription.rebalance_timeout_ms,
        session_timeout_ms: classic.session_timeout_ms,
        protocols: classic.protocols,
        assignment: bytes::Bytes::new(),
        awaiting_join: None,
        awaiting_sync: None,
        is_new: false,
        epoch_before: Some(member.current.member_epoch).filter(|epoch| *epoch > 0),
    }
}

impl Groups {
    /// Makes a consumer group a classic one.
    pub(crate) fn downgrade(
        &mut self,
        now: Now,
        id: &Arc<str>,
        cause: &Cause<'_>,
        name_of: &dyn Fn(Uuid) -> Option<Arc<str>>,
        out: &mut Decision,
    ) {
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return };
        let replaced = match cause {
            Cause::Leaving(_) => None,
            Cause::Replacing { id, member, .. } => {
                let instance = member.subscription.instance_id.as_deref().unwrap_or_default();
                group.static_member(instance).map(|(old, _)| (old.clone(), (*id).clone()))
            }
        };
        let reason = match cause {
            Cause::Leaving(_) => Some("for member leaving"),
            Cause::Replacing { is_stale: true, .. } => Some("with stale assignment"),
            Cause::Replacing { .. } => None,
        };
        let classic = group.downgraded(cause, now, name_of);
        out.records.extend(group.tombstones_with(replaced.as_ref()));
        out.records.push(classic.record(id));
        let member_ids: Vec<Arc<str>> = group.members.keys().cloned().collect();
        for member_id in &member_ids {
            self.forget_timers(id, member_id);
        }
        let before = self.by_id.insert(id.clone(), Group::Classic(classic));
        self.with_classic(now, id, out, |group, cx| {
            let member_ids: Vec<Arc<str>> = group.members.keys().cloned().collect();
            for member_id in &member_ids {
                group.note_alive(cx, member_id);
            }
            if let Some(reason) = reason {
                let reason =
                    format!("Downgrade group {} from consumer to classic {reason}.", cx.id);
                group.prepare_rebalance(cx, &reason);
            }
            if let Some(Group::Consumer(before)) = before {
                group.downgraded_from = Some(Box::new(before));
            }
        });
    }

    /// The records of a downgrade could not be written: the group is what it was.
    pub(crate) fn take_back_downgrade(&mut self, id: &Arc<str>) -> bool {
        let Some(Group::Classic(group)) = self.by_id.get_mut(id) else { return false };
        let Some(before) = group.downgraded_from.take() else { return false };
        self.forget(id);
        self.by_id.insert(id.clone(), Group::Consumer(*before));
        self.time_members(self.now, id);
        true
    }
}
