//! What refusals mean, and how membership ends.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ottla_base::MonoTime;
use ottla_model::ErrorCode;

use super::{ClassicMember, Phase};
use crate::member::{Effect, Failure, Generation, GroupRequest, Kind, Leave, Leaving, Refusal};

impl ClassicMember {
    pub(super) fn refused(
        &mut self,
        now: MonoTime,
        kind: Kind,
        refusal: Refusal,
        effects: &mut Vec<Effect>,
    ) {
        let expected = match kind {
            Kind::Join => self.phase == Phase::Joining,
            Kind::Sync => self.phase == Phase::Syncing,
            Kind::Heartbeat => core::mem::take(&mut self.heartbeat_sent) && self.beats(),
            Kind::ConsumerHeartbeat => false,
        };
        if !expected {
            return;
        }
        let (code, message) = match refusal {
            Refusal::Silence => (ErrorCode::CoordinatorNotAvailable, None),
            Refusal::Code(code, message) => (code, message),
        };
        match code {
            ErrorCode::CoordinatorNotAvailable
            | ErrorCode::NotCoordinator
            | ErrorCode::NetworkException
            | ErrorCode::RequestTimedOut => {
                effects.push(Effect::ForgetCoordinator);
                self.try_again(now, kind, code);
            }
            ErrorCode::CoordinatorLoadInProgress => self.try_again(now, kind, code),
            ErrorCode::RebalanceInProgress => self.rebalance_elsewhere(kind),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                self.forget_generation(code);
                self.phase = Phase::Out;
            }
            code => {
                let message = message.unwrap_or_else(|| format!("{code}"));
                self.fail(code, message, effects);
            }
        }
    }

    fn rebalance_elsewhere(&mut self, kind: Kind) {
        match kind {
            Kind::Heartbeat if self.phase == Phase::Stable => {
                self.want_rejoin("group is already rebalancing");
            }
            Kind::Heartbeat => {}
            _ => {
                self.phase = Phase::Out;
                self.want_rejoin("rebalance failed due to REBALANCE_IN_PROGRESS");
            }
        }
    }

    fn try_again(&mut self, now: MonoTime, kind: Kind, code: ErrorCode) {
        self.failures = self.failures.saturating_add(1);
        let until = now + self.settings.backoff.pause(self.failures);
        if kind == Kind::Heartbeat {
            self.heartbeat_due = until;
            return;
        }
        self.phase = Phase::Out;
        self.pause_until = until;
        self.want_rejoin(&format!("rebalance failed due to {code}"));
    }

    /// We are no longer in the generation we thought; after UNKNOWN_MEMBER_ID nobody at all.
    pub(super) fn forget_generation(&mut self, code: ErrorCode) {
        self.generation.generation = -1;
        if code != ErrorCode::IllegalGeneration {
            self.generation.member_id = "".into();
        }
        self.want_rejoin(&format!("encountered {code} from the coordinator"));
    }

    pub(super) fn fail(&mut self, code: ErrorCode, message: String, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        self.generation = Generation::none();
        let lost = core::mem::take(&mut self.owned);
        if !lost.is_empty() {
            effects.push(Effect::Lost(lost));
        }
        effects.push(Effect::Fail(Failure { code, message }));
    }

    /// Leaves as soon as no callback is under way; a rebalance is not waited for.
    pub(super) fn leave_if_asked(&mut self, effects: &mut Vec<Effect>) {
        if self.leaving.is_none() {
            return;
        }
        match self.phase {
            Phase::Releasing | Phase::Revoking | Phase::Assigning => {}
            Phase::Quitting | Phase::Leaving => {}
            Phase::Over => self.over(effects),
            _ => {
                let given_back = core::mem::take(&mut self.owned);
                let lost = self.generation.generation < 0 || self.is_rebalancing();
                self.phase = Phase::Quitting;
                match given_back.is_empty() {
                    true => self.send_leave(effects),
                    false if lost => effects.push(Effect::Lost(given_back)),
                    false => effects.push(Effect::Revoke(given_back)),
                }
            }
        }
    }

    pub(super) fn send_leave(&mut self, effects: &mut Vec<Effect>) {
        let (leaving, reason) = self.leaving.unwrap_or_default();
        let leaves = match leaving {
            Leaving::Default => self.settings.instance_id.is_none(),
            Leaving::Leave => true,
            Leaving::Remain => false,
        };
        if !leaves || self.generation.member_id.is_empty() {
            return self.over(effects);
        }
        self.phase = Phase::Leaving;
        let member_id = self.generation.member_id.clone();
        effects.push(Effect::Send(GroupRequest::Leave(Leave { member_id, reason })));
    }

    pub(super) fn over(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        self.generation = Generation::none();
        if self.leaving.take().is_some() {
            effects.push(Effect::Left);
        }
    }
}
