//! What consumer groups go through, noted: who came or went, why the epoch rose, and how long it took
//! until everybody had what it was to have.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;

use ottla_base::Now;

use super::group::{ConsumerGroup, ConsumerGroupState};
use crate::coordinator::Groups;
use crate::group::Group;
use crate::history::{Change, What};
use crate::record::{Record, Subscription};

/// Why members are removed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reason {
    pub(crate) what: What,
    pub(crate) why: &'static str,
}

impl Reason {
    pub(crate) const LEFT: Self = Self { what: What::Left, why: "left" };
    pub(crate) const SILENT: Self =
        Self { what: What::Expired, why: "no heartbeat within the session timeout" };
    pub(crate) const HELD_ON: Self =
        Self { what: What::Late, why: "did not give partitions back in time" };
    pub(crate) const NOT_REJOINED: Self =
        Self { what: What::Late, why: "did not join again in time" };
    pub(crate) const NOT_SYNCED: Self = Self { what: What::Late, why: "did not sync in time" };
}

impl Groups {
    /// A member has said something: it may be new, and the epoch may have risen. `before` is what it
    /// asked for until now.
    pub(crate) fn note_asked(
        &mut self,
        now: Now,
        group: &Arc<str>,
        member: (&Arc<str>, &Subscription),
        before: Option<&Subscription>,
        records: &[Record],
    ) {
        let (member_id, subscription) = member;
        let replaces = records.iter().any(|record| match record {
            Record::ConsumerMember { member, subscription: None, .. } => member != member_id,
            _ => false,
        });
        let why = match before {
            None if replaces => "a static member is back",
            None => "a member joins",
            Some(before) if before.topics != subscription.topics => "a member reads other topics",
            Some(before) if before.regex != subscription.regex => "a member reads other topics",
            Some(_) => "topics have changed",
        };
        if before.is_none() {
            let what = if replaces { What::Replaced } else { What::Joined };
            self.history.note_change(group, change(now, member_id, subscription, what, why));
        }
        self.note_epoch(now, group, records, why);
    }

    /// Members are about to be removed.
    pub(super) fn note_removed(
        &mut self,
        now: Now,
        id: &Arc<str>,
        leaving: &BTreeSet<Arc<str>>,
        reason: Reason,
    ) {
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return };
        for member_id in leaving {
            let Some(member) = group.members.get(member_id) else { continue };
            let change = change(now, member_id, &member.subscription, reason.what, reason.why);
            self.history.note_change(id, change);
        }
    }

    /// The epoch may be about to rise.
    pub(super) fn note_epoch(&mut self, now: Now, group: &Arc<str>, records: &[Record], why: &str) {
        let risen = records.iter().rev().find_map(|record| match record {
            Record::ConsumerGroup { epoch: Some(epoch), .. } => Some(epoch.epoch),
            _ => None,
        });
        if let Some(epoch) = risen {
            self.history.begin_epoch(now, group, epoch, why);
        }
    }

    /// A record has changed the group: perhaps everybody now has what it is to have.
    pub(super) fn note_settled(&mut self, id: &Arc<str>) {
        let Some(epoch) = self.history.open_epoch(id) else { return };
        let Some(Group::Consumer(group)) = self.by_id.get(id) else { return };
        if !is_settled(group, epoch) {
            return;
        }
        let (epoch, count) = (group.epoch.epoch, group.members.len());
        self.history.complete(self.now, id, epoch, count);
    }
}

fn is_settled(group: &ConsumerGroup, epoch: i32) -> bool {
    group.epoch.epoch >= epoch
        && matches!(group.state(), ConsumerGroupState::Stable | ConsumerGroupState::Empty)
}

fn change(now: Now, member_id: &Arc<str>, it: &Subscription, what: What, why: &str) -> Change {
    Change {
        at_ms: now.wall.millis,
        member_id: member_id.clone(),
        instance_id: it.instance_id.clone(),
        client_id: it.client_id.clone(),
        client_host: it.client_host.clone(),
        what,
        why: why.into(),
    }
}
