//! EndTxn: a transaction is prepared to commit or abort, and complete once its markers are written.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_coordinator::{Decision as Decided, Producer, Token};
use ottla_model::{ErrorCode, ProducerId};

use crate::coordinator::{
    Answer, Decision, Effect, Transactions, answer, fresh, producer_of, write,
};
use crate::transaction::{NO_EPOCH, NO_PRODUCER_ID, State, Transaction, TransactionVersion};

/// What a producer asks at the end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTransaction<'a> {
    /// Whose transaction.
    pub transactional_id: &'a str,
    /// As whom.
    pub producer: Producer,
    /// Whether to commit; else it is aborted.
    pub commit: bool,
    /// How the client works with the coordinator.
    pub version: TransactionVersion,
    /// A producer id that nobody has, if one is at hand.
    pub fresh_id: Option<ProducerId>,
}

/// What to do about a request to end a transaction.
enum Verdict {
    /// Prepare it.
    Prepare,
    /// It has been done; the producer did not hear of it.
    Done,
}

impl Transactions {
    /// Prepares a transaction to commit or abort. The producer is answered once that is committed;
    /// markers follow.
    pub fn end_transaction(
        &mut self,
        now: Now,
        token: Token,
        request: EndTransaction<'_>,
    ) -> Decision {
        match self.end(now, token, &request) {
            Ok(decision) => decision,
            Err(told) => answer(token, told),
        }
    }

    fn end(
        &self,
        now: Now,
        token: Token,
        request: &EndTransaction<'_>,
    ) -> Result<Decision, Answer> {
        let refused = |code| Answer::Producer(Err(code));
        let (id, old) = self.find(request.transactional_id).map_err(refused)?;
        self.check_version(request.version).map_err(refused)?;
        let verdict = judge(old, request).map_err(refused)?;
        if matches!(verdict, Verdict::Done) {
            return Ok(answer(token, Answer::Producer(Ok(producer_of(old)))));
        }
        let mut new = prepared(old, request.commit, now);
        new.version = request.version;
        let mut goes_on_as = producer_of(&new);
        if request.version.bumps_epoch() {
            if old.is_epoch_exhausted() {
                new.next_producer_id = fresh(request.fresh_id)?;
            }
            bump(&mut new, old);
            goes_on_as = match new.next_producer_id {
                NO_PRODUCER_ID => producer_of(&new),
                next => Producer { id: next, epoch: 0 },
            };
        }
        let told = Effect::Answer(token, Answer::Producer(Ok(goes_on_as)));
        let markers = Self::markers_of(&id, &new);
        Ok(write(&id, new, alloc::vec![told, markers]))
    }

    /// Aborts an open transaction whose producer is not heard any more: the epoch grows, so that the
    /// producer cannot go on.
    pub(crate) fn fence(
        &self,
        id: &Arc<str>,
        old: &Transaction,
        now: Now,
        mut effects: Vec<Effect>,
    ) -> Decision {
        let mut new = prepared(old, false, now);
        new.version = self.settings.level;
        bump(&mut new, old);
        if !new.version.bumps_epoch() {
            new.last_producer_epoch = NO_EPOCH;
        }
        effects.push(Self::markers_of(id, &new));
        write(id, new, effects)
    }

    /// Whether a transaction of this producer is prepared and not complete.
    pub fn waits_for_markers(&self, transactional_id: &str, producer: Producer) -> bool {
        let found = self.by_id.get(transactional_id);
        found.is_some_and(|it| it.state.is_prepared() && producer_of(it) == producer)
    }

    /// Every partition of a prepared transaction has its marker: it is complete.
    pub fn markers_written(
        &mut self,
        now: Now,
        transactional_id: &str,
        producer: Producer,
    ) -> Decision {
        let found = self.by_id.get_key_value(transactional_id);
        let Some((id, old)) = found.filter(|_| self.waits_for_markers(transactional_id, producer))
        else {
            return Decided::nothing();
        };
        let is_commit = old.state == State::PrepareCommit;
        let mut new = Transaction {
            state: if is_commit { State::CompleteCommit } else { State::CompleteAbort },
            partitions: Default::default(),
            updated_ms: now.wall.millis,
            previous_producer_id: old.producer_id,
            next_producer_id: NO_PRODUCER_ID,
            ..old.clone()
        };
        if old.version.bumps_epoch() && old.next_producer_id != NO_PRODUCER_ID {
            new.producer_id = old.next_producer_id;
            new.producer_epoch = 0;
        }
        let id = id.clone();
        write(&id, new, Vec::new())
    }
}

fn prepared(old: &Transaction, commit: bool, now: Now) -> Transaction {
    let now_ms = now.wall.millis;
    Transaction {
        state: if commit { State::PrepareCommit } else { State::PrepareAbort },
        // An abort without a transaction (TV2) begins and ends it.
        started_ms: if old.state == State::Ongoing { old.started_ms } else { now_ms },
        updated_ms: now_ms,
        previous_producer_id: old.producer_id,
        next_producer_id: NO_PRODUCER_ID,
        ..old.clone()
    }
}

/// The markers carry the next epoch, so that nothing of the ended transaction can follow them.
fn bump(new: &mut Transaction, old: &Transaction) {
    new.producer_epoch = old.producer_epoch.saturating_add(1);
    new.last_producer_epoch = old.producer_epoch;
}

fn judge(old: &Transaction, request: &EndTransaction<'_>) -> Result<Verdict, ErrorCode> {
    let Producer { id, epoch } = request.producer;
    // Who was answered at once goes on with the next epoch while the markers are being written, so no
    // epoch says yet who is fenced (Apache Kafka 4.4: a pending transition comes first).
    if request.version.bumps_epoch() && old.state.is_prepared() {
        return Err(ErrorCode::ConcurrentTransactions);
    }
    // A client that does not bump knows its epoch exactly.
    let bumps = old.version.bumps_epoch() && request.version.bumps_epoch();
    // It asks again for what was done: it has the epoch before, or the last one of the id before.
    let is_retry_after_bump = bumps && epoch.checked_add(1) == Some(old.producer_epoch);
    let is_retry_after_rotation =
        bumps && old.previous_producer_id == id && epoch == i16::MAX - 1 && old.producer_epoch == 0;
    if old.producer_id != id && !is_retry_after_rotation {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    let is_retry = is_retry_after_bump || is_retry_after_rotation;
    let is_complete = matches!(old.state, State::CompleteCommit | State::CompleteAbort);
    if epoch != old.producer_epoch && !(is_retry && is_complete) {
        return Err(ErrorCode::ProducerFenced);
    }
    if request.version.bumps_epoch() {
        judge_tv2(old, request, is_retry)
    } else {
        judge_tv1(old, request)
    }
}

fn judge_tv1(old: &Transaction, request: &EndTransaction<'_>) -> Result<Verdict, ErrorCode> {
    match (old.state, request.commit) {
        (State::Ongoing, _) => Ok(Verdict::Prepare),
        (State::CompleteCommit, true) | (State::CompleteAbort, false) => Ok(Verdict::Done),
        (State::PrepareCommit | State::PrepareAbort, _) => Err(ErrorCode::ConcurrentTransactions),
        _ => Err(ErrorCode::InvalidTxnState),
    }
}

/// With an epoch for each transaction, the same epoch means the next transaction, which may be
/// aborted before it has a partition.
fn judge_tv2(
    old: &Transaction,
    request: &EndTransaction<'_>,
    is_retry: bool,
) -> Result<Verdict, ErrorCode> {
    match (old.state, request.commit) {
        (State::Ongoing, _) => Ok(Verdict::Prepare),
        (State::CompleteCommit, true) if is_retry => Ok(Verdict::Done),
        (State::CompleteAbort, false) if is_retry => Ok(Verdict::Done),
        (State::CompleteCommit | State::CompleteAbort, false) if !is_retry => Ok(Verdict::Prepare),
        (State::Empty, false) => Ok(Verdict::Prepare),
        _ => Err(ErrorCode::InvalidTxnState),
    }
}

impl TransactionVersion {
    /// What an EndTxn of this version means. From version 5 on it gives the producer a new epoch, at
    /// whatever level the cluster is: a client that has not heard of a lower one yet counts its batches
    /// anew in the next transaction, and with the epoch of the last they would pass for duplicates.
    pub fn of_end_txn(version: i16) -> Self {
        if version >= 5 { Self::TV2 } else { Self::TV0 }
    }
}
