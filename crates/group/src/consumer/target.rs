//! New targets: what each member is to have in the group's epoch.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::assignor::{Assignor, MemberSpec, Spec};
use super::group::ConsumerGroup;
use super::heartbeat::{Draft, Scope};
use crate::record::{Assignment, Record, ResolvedRegex, TargetEpoch};

impl ConsumerGroup {
    /// What a member is to have, and in which epoch: computed anew if the group has moved on and the
    /// last time is long enough ago.
    pub(super) fn target_for(
        &self,
        draft: &Draft,
        epoch: i32,
        regexes: &BTreeMap<Arc<str>, ResolvedRegex>,
        scope: Scope<'_>,
        records: &mut Vec<Record>,
    ) -> (i32, Assignment) {
        if epoch <= self.target_epoch.epoch || !self.may_assign(scope) {
            return (self.target_epoch.epoch, self.target_of(draft));
        }
        let spec = self.spec(draft, regexes, scope);
        let members = self.members_with(draft).map(|(_, member)| member);
        let default = scope.settings.assignors.first().copied().unwrap_or(Assignor::Uniform);
        let named = Assignor::named(Self::assignor(members, default.name()));
        let mut assigned = named.unwrap_or(default).assign(&spec);
        let mut own = Assignment::new();
        for member in spec.members.keys() {
            let partitions = assigned.remove(member).unwrap_or_default();
            if *member == draft.id {
                own.clone_from(&partitions);
            }
            let known = match draft.replaces.is_some() && *member == draft.id {
                true => Some(self.target_of(draft)),
                false => self.target(member).cloned(),
            };
            if known.as_ref() != Some(&partitions) {
                let (group, member) = (self.id.clone(), member.clone());
                records.push(Record::TargetAssignment {
                    group,
                    member,
                    partitions: Some(partitions),
                });
            }
        }
        let timestamp = scope.now.wall.millis;
        let target = Some(TargetEpoch { epoch, timestamp });
        records.push(Record::TargetEpoch { group: self.id.clone(), epoch: target });
        (epoch, own)
    }

    /// Targets are computed at most once in an interval, so that many who join get one rebalance.
    fn may_assign(&self, scope: Scope<'_>) -> bool {
        let (last, interval) = (self.target_epoch.timestamp, scope.times.assignment_interval_ms);
        let since = scope.now.wall.millis.saturating_sub(last);
        // A clock that was set back must not hold targets up.
        last == 0 || since < 0 || since >= interval.into()
    }

    /// What a member, or the one it takes the place of, was to have so far.
    pub(super) fn target_of(&self, draft: &Draft) -> Assignment {
        let id = draft.replaces.as_ref().unwrap_or(&draft.id);
        self.target(id).cloned().unwrap_or_default()
    }

    fn spec(
        &self,
        draft: &Draft,
        regexes: &BTreeMap<Arc<str>, ResolvedRegex>,
        scope: Scope<'_>,
    ) -> Spec {
        let mut spec = Spec { all_alike: true, ..Spec::default() };
        let own = &draft.member.subscription;
        for (id, member) in self.members_with(draft) {
            let subscription = &member.subscription;
            let is_alike = (&subscription.topics, &subscription.regex) == (&own.topics, &own.regex);
            let is_mixed =
                !own.topics.is_empty() && own.regex.as_ref().is_some_and(|it| !it.is_empty());
            spec.all_alike &= is_alike && !is_mixed;
            let topics = Self::subscribed_ids(subscription, regexes, scope.topics);
            for topic in &topics {
                spec.partitions.insert(*topic, scope.topics.partitions(*topic).unwrap_or(0));
            }
            let target = match *id == draft.id {
                true => self.target_of(draft),
                false => self.target(id).cloned().unwrap_or_default(),
            };
            let instance_id = subscription.instance_id.clone();
            spec.members.insert(id.clone(), MemberSpec { instance_id, topics, target });
        }
        spec
    }
}
