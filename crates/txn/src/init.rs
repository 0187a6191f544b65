//! InitProducerId: who a transactional producer is from now on, and that nobody else is.

use ottla_base::Now;
use ottla_coordinator::{Producer, Token};
use ottla_model::{ErrorCode, ProducerId};

use crate::coordinator::{
    Answer, Decision, Effect, Transactions, answer, fresh, producer_of, write,
};
use crate::transaction::{NO_EPOCH, NO_TIMEOUT_MS, State, Transaction, is_exhausted};

/// What a transactional producer asks at its beginning, or after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitProducerId<'a> {
    /// Its transactional id.
    pub transactional_id: &'a str,
    /// Milliseconds its transactions may take.
    pub timeout_ms: i32,
    /// Who it thinks it is (v3 and later), to keep its place after an error.
    pub expected: Option<Producer>,
    /// Its transactions are decided by another system (v6, KIP-939).
    pub two_phase_commit: bool,
    /// It wants to keep the transaction that another system has prepared (v6, KIP-939).
    pub keep_prepared: bool,
    /// A producer id that nobody has, if one is at hand.
    pub fresh_id: Option<ProducerId>,
}

impl Transactions {
    /// Gives a transactional producer its id and a new epoch. An open transaction of its predecessor
    /// is aborted first; the producer asks again meanwhile ([`ErrorCode::ConcurrentTransactions`]).
    pub fn init_producer_id(
        &mut self,
        now: Now,
        token: Token,
        request: InitProducerId<'_>,
    ) -> Decision {
        let decided = self.check_init(&request).map_err(refused);
        match decided.and_then(|()| self.init(now, token, &request)) {
            Ok(decision) => decision,
            Err(told) => answer(token, told),
        }
    }

    fn check_init(&self, request: &InitProducerId<'_>) -> Result<(), ErrorCode> {
        if request.transactional_id.is_empty() {
            return Err(ErrorCode::InvalidRequest);
        }
        if request.two_phase_commit && !self.settings.two_phase_commit {
            return Err(ErrorCode::TransactionalIdAuthorizationFailed);
        }
        if request.keep_prepared {
            return Err(ErrorCode::UnsupportedVersion);
        }
        let is_sound = (1..=self.settings.timeout_ms_max).contains(&request.timeout_ms);
        if !request.two_phase_commit && !is_sound {
            return Err(ErrorCode::InvalidTransactionTimeout);
        }
        Ok(())
    }

    fn init(
        &self,
        now: Now,
        token: Token,
        request: &InitProducerId<'_>,
    ) -> Result<Decision, Answer> {
        let now_ms = now.wall.millis;
        let timeout_ms = if request.two_phase_commit { NO_TIMEOUT_MS } else { request.timeout_ms };
        let known = self.by_id.get_key_value(request.transactional_id);
        let (id, old) = match known {
            Some((id, transaction)) => (id.clone(), transaction.clone()),
            // They are forgotten after transactional.id.expiration.ms.
            None if self.by_id.len() >= self.settings.ids_max => {
                return Err(refused(ErrorCode::PolicyViolation));
            }
            None => {
                let producer_id = fresh(request.fresh_id)?;
                let id = request.transactional_id.into();
                (id, Transaction::new(producer_id, timeout_ms, now_ms))
            }
        };
        if old.state.is_prepared() {
            return Err(refused(ErrorCode::ConcurrentTransactions));
        }
        if request.expected.is_some_and(|expected| !may_be(&old, expected)) {
            return Err(refused(ErrorCode::ProducerFenced));
        }
        let new = match old.state {
            State::Ongoing => {
                let told = Effect::Answer(token, refused(ErrorCode::ConcurrentTransactions));
                return Ok(self.fence(&id, &old, now, alloc::vec![told]));
            }
            _ => next_producer(&old, request)?,
        };
        let new = Transaction {
            timeout_ms,
            state: State::Empty,
            partitions: Default::default(),
            started_ms: -1,
            updated_ms: now_ms,
            previous_producer_id: old.producer_id,
            ..new
        };
        let told = Answer::Producer(Ok(producer_of(&new)));
        Ok(write(&id, new, alloc::vec![Effect::Answer(token, told)]))
    }
}

fn refused(code: ErrorCode) -> Answer {
    Answer::Producer(Err(code))
}

/// Whether a producer that names itself may be the one that the coordinator knows: it is, or it did not
/// hear that it got a new id when its epochs were used up.
fn may_be(known: &Transaction, expected: Producer) -> bool {
    known.producer_epoch == NO_EPOCH
        || expected.id == known.producer_id
        || (expected.id == known.previous_producer_id && is_exhausted(expected.epoch))
}

/// The id and epoch that follow on those of `old`.
fn next_producer(old: &Transaction, request: &InitProducerId<'_>) -> Result<Transaction, Answer> {
    let expected = request.expected.map(|producer| producer.epoch);
    let is_current = expected.is_none_or(|epoch| epoch == old.producer_epoch);
    if old.is_epoch_exhausted() && is_current {
        return Ok(Transaction {
            producer_id: fresh(request.fresh_id)?,
            producer_epoch: 0,
            last_producer_epoch: expected.map_or(NO_EPOCH, |_| old.producer_epoch),
            ..old.clone()
        });
    }
    let bumped = |last_producer_epoch| Transaction {
        producer_epoch: old.producer_epoch.saturating_add(1),
        last_producer_epoch,
        ..old.clone()
    };
    match expected {
        None => Ok(bumped(NO_EPOCH)),
        Some(epoch) if old.producer_epoch == NO_EPOCH || epoch == old.producer_epoch => {
            Ok(bumped(old.producer_epoch))
        }
        // It did not hear the answer to the same question: it hears it again.
        Some(epoch) if epoch == old.last_producer_epoch => Ok(old.clone()),
        Some(_) => Err(refused(ErrorCode::ProducerFenced)),
    }
}
