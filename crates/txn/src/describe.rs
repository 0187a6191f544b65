//! ListTransactions and DescribeTransactions (KIP-664).

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::WallTime;
use ottla_model::{ErrorCode, ProducerId};

use crate::coordinator::Transactions;
use crate::transaction::{State, Transaction};

/// A line of ListTransactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The transactional id.
    pub transactional_id: Arc<str>,
    /// Its producer id.
    pub producer_id: ProducerId,
    /// Where it stands.
    pub state: State,
    /// When its transaction began, in milliseconds; -1 if there is none.
    pub started_ms: i64,
}

/// What DescribeTransactions tells.
pub type Described = Transaction;

impl Transactions {
    /// The transactional ids, less those that a filter leaves out. An empty filter leaves out none;
    /// `duration_ms` below zero is none.
    pub fn list(
        &self,
        now: WallTime,
        states: &[State],
        producer_ids: &[ProducerId],
        duration_ms: i64,
    ) -> Vec<Listed> {
        let lasts = |it: &Transaction| {
            duration_ms < 0 || now.millis.saturating_sub(it.started_ms) > duration_ms
        };
        let is_wanted = |it: &Transaction| {
            (states.is_empty() || states.contains(&it.state))
                && (producer_ids.is_empty() || producer_ids.contains(&it.producer_id))
                && lasts(it)
        };
        let wanted = self.iter().filter(|(_, it)| is_wanted(it));
        wanted
            .map(|(id, it)| Listed {
                transactional_id: id.clone(),
                producer_id: it.producer_id,
                state: it.state,
                started_ms: it.started_ms,
            })
            .collect()
    }

    /// One transactional id.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for an empty one, [`ErrorCode::TransactionalIdNotFound`].
    pub fn describe(&self, transactional_id: &str) -> Result<Described, ErrorCode> {
        if transactional_id.is_empty() {
            return Err(ErrorCode::InvalidRequest);
        }
        self.get(transactional_id).cloned().ok_or(ErrorCode::TransactionalIdNotFound)
    }
}
