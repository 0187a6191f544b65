//! How a member gets from what it has to what it is to have: first it gives back, then it moves on to
//! the epoch of the target, then it gets what others have given back.
//!
//! ```text
//!            ┌────────────────────── all given back ◀── UnrevokedPartitions
//!            ▼                                                  ▲
//! Stable ─ new target ─▶ has partitions that it is not to have ─┘
//!            └─▶ somebody else has partitions that it is to have ─▶ UnreleasedPartitions ─▶ Stable
//! ```

use alloc::collections::{BTreeMap, BTreeSet};

use ottla_base::Uuid;

use crate::record::{Assignment, CurrentAssignment, MemberState};

/// Partitions of topics, with the epoch in which they were given.
type Given = BTreeMap<Uuid, BTreeMap<i32, i32>>;

/// What decides over a member's next step.
pub(super) struct Step<'a> {
    /// The epoch of the target.
    pub(super) target_epoch: i32,
    /// What it is to have.
    pub(super) target: &'a Assignment,
    /// The topics that it is subscribed to, of those that exist.
    pub(super) subscribed: &'a BTreeSet<Uuid>,
    /// Whether it has just changed its subscription.
    pub(super) is_subscription_new: bool,
    /// What it says it has, if it does.
    pub(super) owned: Option<&'a Assignment>,
    /// Whether some member holds a partition.
    pub(super) is_held: &'a dyn Fn(Uuid, i32) -> bool,
}

/// A member in a state that a newer program wrote has not started over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MustRejoin;

impl Step<'_> {
    /// What a member has next.
    pub(super) fn next(
        &self,
        current: &CurrentAssignment,
    ) -> Result<CurrentAssignment, MustRejoin> {
        let epoch = current.member_epoch;
        Ok(match current.state {
            MemberState::Stable if epoch != self.target_epoch => {
                self.towards_target(current, epoch)
            }
            MemberState::Stable => self.towards_subscription(current),
            MemberState::UnrevokedPartitions if self.still_has(&current.pending_revocation) => {
                self.towards_subscription(current)
            }
            MemberState::UnrevokedPartitions | MemberState::UnreleasedPartitions => {
                self.towards_target(current, epoch)
            }
            MemberState::Unknown if self.owned.is_none_or(|owned| !owned.is_empty()) => {
                return Err(MustRejoin);
            }
            MemberState::Unknown => self.towards_target(current, self.target_epoch),
        })
    }

    /// Whether the member has one of `partitions`; it may, if it does not say.
    fn still_has(&self, partitions: &Given) -> bool {
        let Some(owned) = self.owned else { return true };
        owned.iter().any(|(topic, owned)| {
            let asked_back = partitions.get(topic);
            asked_back
                .is_some_and(|asked| owned.iter().any(|partition| asked.contains_key(partition)))
        })
    }

    /// A member that stays in its epoch gives back topics that it is no longer subscribed to.
    fn towards_subscription(&self, current: &CurrentAssignment) -> CurrentAssignment {
        let mut next = current.clone();
        if !self.is_subscription_new {
            return next;
        }
        next.assigned.retain(|topic, partitions| {
            let stays = self.subscribed.contains(topic);
            if !stays {
                next.pending_revocation.entry(*topic).or_default().append(partitions);
            }
            stays
        });
        if next.assigned == current.assigned {
            return next;
        }
        next.previous_member_epoch = current.member_epoch;
        if self.still_has(&next.pending_revocation) {
            next.state = MemberState::UnrevokedPartitions;
        } else {
            next.pending_revocation = current.pending_revocation.clone();
        }
        next
    }

    fn towards_target(&self, current: &CurrentAssignment, epoch: i32) -> CurrentAssignment {
        let mut kept = Given::new();
        let mut asked_back = Given::new();
        let none = BTreeSet::new();
        for (topic, partitions) in &current.assigned {
            let target = self.target.get(topic).filter(|_| self.subscribed.contains(topic));
            let target = target.unwrap_or(&none);
            for (partition, given) in partitions {
                let side = if target.contains(partition) { &mut kept } else { &mut asked_back };
                side.entry(*topic).or_default().insert(*partition, *given);
            }
        }
        if !asked_back.is_empty() && self.still_has(&asked_back) {
            return CurrentAssignment {
                member_epoch: epoch,
                previous_member_epoch: current.member_epoch,
                state: MemberState::UnrevokedPartitions,
                assigned: kept,
                pending_revocation: asked_back,
            };
        }
        let must_wait = self.add_released(current, &mut kept);
        CurrentAssignment {
            member_epoch: self.target_epoch,
            previous_member_epoch: current.member_epoch,
            state: if must_wait { MemberState::UnreleasedPartitions } else { MemberState::Stable },
            assigned: kept,
            pending_revocation: Given::new(),
        }
    }

    /// Adds what nobody else holds; says whether something is still held.
    fn add_released(&self, current: &CurrentAssignment, kept: &mut Given) -> bool {
        let mut must_wait = false;
        for (topic, partitions) in self.target {
            if !self.subscribed.contains(topic) {
                continue;
            }
            let gives_back = current.pending_revocation.get(topic);
            for partition in partitions {
                let has = kept.get(topic).is_some_and(|kept| kept.contains_key(partition));
                if has {
                    continue;
                }
                let own = gives_back.is_some_and(|partitions| partitions.contains_key(partition));
                if own || !(self.is_held)(*topic, *partition) {
                    kept.entry(*topic).or_default().insert(*partition, self.target_epoch);
                } else {
                    must_wait = true;
                }
            }
        }
        must_wait
    }
}
