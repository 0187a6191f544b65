//! What time does: transactions that take too long are aborted, transactional ids that nobody uses are
//! forgotten.

use alloc::vec;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_coordinator::Decision as Decided;

use crate::coordinator::{Decision, Record, Transactions};
use crate::transaction::{NO_TIMEOUT_MS, State};

impl Transactions {
    pub(crate) fn expire(&mut self, now: Now) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if now.mono >= self.abort_due {
            self.abort_due = now.mono + self.settings.abort_interval;
            decisions.extend(self.abort_timed_out(now));
        }
        if now.mono >= self.expire_due {
            self.expire_due = now.mono + self.settings.expire_interval;
            decisions.extend(self.forget_idle(now));
        }
        decisions
    }

    fn abort_timed_out(&self, now: Now) -> Vec<Decision> {
        let is_late = |started_ms: i64, timeout_ms: i32| {
            timeout_ms != NO_TIMEOUT_MS
                && started_ms.saturating_add(i64::from(timeout_ms)) < now.wall.millis
        };
        self.by_id
            .iter()
            .filter(|(_, it)| it.state == State::Ongoing && is_late(it.started_ms, it.timeout_ms))
            .map(|(id, it)| self.fence(id, it, now, Vec::new()))
            .collect()
    }

    fn forget_idle(&self, now: Now) -> Vec<Decision> {
        let is_idle = |updated_ms: i64| {
            updated_ms.saturating_add(self.settings.id_expiration_ms) <= now.wall.millis
        };
        self.by_id
            .iter()
            .filter(|(_, it)| {
                let is_open = it.state == State::Ongoing || it.state.is_prepared();
                !is_open && is_idle(it.updated_ms)
            })
            .map(|(id, _)| {
                let forgotten = Record { transactional_id: id.clone(), transaction: None };
                Decided::new(vec![forgotten], Vec::new())
            })
            .collect()
    }
}
