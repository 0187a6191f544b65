//! Steps towards the target, losses, refusals, and how membership ends.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use ottla_base::MonoTime;
use ottla_model::{ErrorCode, Uuid};

use super::{ConsumerMember, EPOCH_JOIN, EPOCH_LEAVE, EPOCH_LEAVE_STATIC, Phase, Told};
use crate::member::{Effect, Failure, GroupRequest, IdPartitions, Leaving, Refusal};

impl ConsumerMember {
    /// One step towards the target, as far as its topics have names.
    pub(super) fn reconcile(&mut self, effects: &mut Vec<Effect>) {
        // The next step begins when the last one is confirmed: what was given back may be waited for.
        let told = self.telling.as_ref().unwrap_or(&self.told);
        let confirmed = told.owned.as_ref() == Some(&self.owned);
        if self.phase != Phase::Steady || !confirmed || self.target == self.owned {
            return;
        }
        let unnamed: BTreeSet<Uuid> =
            self.target.keys().filter(|id| !self.names.contains_key(id)).copied().collect();
        let asked: BTreeSet<Uuid> = unnamed.difference(&self.naming).copied().collect();
        self.naming = unnamed;
        if !asked.is_empty() {
            effects.push(Effect::NameTopics(asked));
        }
        let named = |id: &Uuid| self.names.contains_key(id);
        let next: IdPartitions = self
            .target
            .iter()
            .filter(|(id, partitions)| named(id) && !partitions.is_empty())
            .map(|(id, partitions)| (*id, partitions.clone()))
            .collect();
        if next == self.owned {
            return;
        }
        let revoked = self.named(&minus(&self.owned, &next));
        self.next = next;
        if revoked.is_empty() {
            return self.take_over(effects);
        }
        self.owned = both(&self.owned, &self.next);
        self.phase = Phase::Revoking;
        effects.push(Effect::Revoke(revoked));
    }

    pub(super) fn take_over(&mut self, effects: &mut Vec<Effect>) {
        let next = core::mem::take(&mut self.next);
        let added = self.named(&minus(&next, &self.owned));
        self.owned = next;
        self.phase = Phase::Assigning;
        effects.push(Effect::Assign(added));
    }

    pub(super) fn refused(&mut self, now: MonoTime, refusal: Refusal, effects: &mut Vec<Effect>) {
        let (code, message) = match refusal {
            Refusal::Silence => (ErrorCode::CoordinatorNotAvailable, None),
            Refusal::Code(code, message) => (code, message),
        };
        // Whatever it was told may not have arrived.
        self.told = Told::default();
        let sentence = || message.clone().unwrap_or_else(|| format!("{code}"));
        match code {
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                effects.push(Effect::ForgetCoordinator);
                self.pause(now);
            }
            ErrorCode::CoordinatorLoadInProgress
            | ErrorCode::NetworkException
            | ErrorCode::RequestTimedOut => self.pause(now),
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => {
                self.beat_due = now;
                self.lose(effects);
            }
            ErrorCode::TopicAuthorizationFailed => {
                self.pause(now);
                effects.push(Effect::Report(Failure { code, message: sentence() }));
            }
            _ => self.fail(Failure { code, message: sentence() }, effects),
        }
    }

    fn pause(&mut self, now: MonoTime) {
        self.failures = self.failures.saturating_add(1);
        self.beat_due = now + self.settings.backoff.pause(self.failures);
    }

    /// The epoch is gone, and with it what we had.
    pub(super) fn lose(&mut self, effects: &mut Vec<Effect>) {
        self.epoch = EPOCH_JOIN;
        self.target.clear();
        self.telling = None;
        self.next.clear();
        if matches!(self.phase, Phase::Revoking | Phase::Assigning) {
            self.fenced = true;
            return;
        }
        let lost = self.owned();
        self.owned.clear();
        self.phase = Phase::Out;
        if !lost.is_empty() {
            self.phase = Phase::Losing;
            effects.push(Effect::Lost(lost));
        }
    }

    fn fail(&mut self, failure: Failure, effects: &mut Vec<Effect>) {
        let lost = self.owned();
        self.owned.clear();
        self.phase = Phase::Over;
        self.epoch = EPOCH_JOIN;
        if !lost.is_empty() {
            effects.push(Effect::Lost(lost));
        }
        effects.push(Effect::Fail(failure));
    }

    pub(super) fn leave_if_asked(&mut self, effects: &mut Vec<Effect>) {
        if self.leaving.is_none() {
            return;
        }
        match self.phase {
            Phase::Out | Phase::Steady => {
                let given_back = self.owned();
                self.owned.clear();
                self.phase = Phase::Quitting;
                match given_back.is_empty() {
                    true => self.send_leave(effects),
                    false => effects.push(Effect::Revoke(given_back)),
                }
            }
            Phase::Over => self.over(effects),
            _ => {}
        }
    }

    pub(super) fn send_leave(&mut self, effects: &mut Vec<Effect>) {
        let leaving = self.leaving.unwrap_or_default();
        // A joining heartbeat under way may make us a member yet.
        if leaving == Leaving::Remain || (self.epoch <= 0 && self.telling.is_none()) {
            return self.over(effects);
        }
        let fixed = if leaving == Leaving::Leave { EPOCH_LEAVE } else { EPOCH_LEAVE_STATIC };
        self.phase = Phase::Leaving;
        self.telling = None;
        let heartbeat = self.last_heartbeat(EPOCH_LEAVE, fixed);
        effects.push(Effect::Send(GroupRequest::ConsumerHeartbeat(heartbeat)));
    }

    pub(super) fn over(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        self.epoch = EPOCH_JOIN;
        if self.leaving.take().is_some() {
            effects.push(Effect::Left);
        }
    }
}

fn minus(all: &IdPartitions, without: &IdPartitions) -> IdPartitions {
    let none = BTreeSet::new();
    all.iter()
        .map(|(id, numbers)| (*id, numbers - without.get(id).unwrap_or(&none)))
        .filter(|(_, numbers)| !numbers.is_empty())
        .collect()
}

fn both(one: &IdPartitions, other: &IdPartitions) -> IdPartitions {
    let none = BTreeSet::new();
    one.iter()
        .map(|(id, numbers)| (*id, numbers & other.get(id).unwrap_or(&none)))
        .filter(|(_, numbers)| !numbers.is_empty())
        .collect()
}
