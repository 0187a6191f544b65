//! AddPartitionsToTxn: what a transaction writes to, noted before it is written.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_coordinator::{Producer, Token};
use ottla_model::{ErrorCode, TopicPartition};

use crate::coordinator::{Answer, Decision, Effect, Transactions, answer, write};
use crate::transaction::{State, Transaction, TransactionVersion};

/// Partitions that a producer is about to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPartitions<'a> {
    /// Whose transaction.
    pub transactional_id: &'a str,
    /// As whom.
    pub producer: Producer,
    /// The partitions.
    pub partitions: BTreeSet<TopicPartition>,
    /// How the client works with the coordinator.
    pub version: TransactionVersion,
}

impl Transactions {
    /// Adds partitions to the transaction, which begins with the first.
    pub fn add_partitions(
        &mut self,
        now: Now,
        token: Token,
        request: AddPartitions<'_>,
    ) -> Decision {
        match self.add(now, token, request) {
            Ok(decision) => decision,
            Err(code) => answer(token, Answer::Added(Err(code))),
        }
    }

    fn add(
        &self,
        now: Now,
        token: Token,
        request: AddPartitions<'_>,
    ) -> Result<Decision, ErrorCode> {
        let (id, old) = self.find(request.transactional_id)?;
        // The next transaction may be that of a producer whose epoch is not known yet (Apache Kafka 4.4:
        // a pending transition comes first).
        if old.state.is_prepared() {
            return Err(ErrorCode::ConcurrentTransactions);
        }
        check(old, request.producer)?;
        self.check_version(request.version)?;
        let told = Answer::Added(Ok(()));
        if old.state == State::Ongoing && request.partitions.is_subset(&old.partitions) {
            return Ok(answer(token, told));
        }
        let mut new = Transaction {
            state: State::Ongoing,
            updated_ms: now.wall.millis,
            version: request.version,
            previous_producer_id: old.producer_id,
            ..old.clone()
        };
        new.partitions.extend(request.partitions);
        if old.state != State::Ongoing {
            new.started_ms = now.wall.millis;
        }
        Ok(write(&id, new, alloc::vec![Effect::Answer(token, told)]))
    }

    /// Says of each partition whether it belongs to the producer's open transaction. Asked by the
    /// partition's leader before it takes a transactional batch.
    pub fn verify_partitions(&mut self, token: Token, request: AddPartitions<'_>) -> Decision {
        let found = self.find(request.transactional_id);
        let checked = found.and_then(|(_, known)| check(known, request.producer).map(|()| known));
        let verdict = |partition: &TopicPartition| {
            let known = checked?;
            let is_in = known.partitions.contains(partition);
            if is_in { Ok(()) } else { Err(ErrorCode::TransactionAbortable) }
        };
        let verdicts: Vec<_> = request.partitions.iter().map(|p| (p.clone(), verdict(p))).collect();
        answer(token, Answer::Verified(verdicts))
    }
}

fn check(known: &Transaction, producer: Producer) -> Result<(), ErrorCode> {
    if known.producer_id != producer.id {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    if known.producer_epoch != producer.epoch {
        return Err(ErrorCode::ProducerFenced);
    }
    if known.state.is_prepared() {
        return Err(ErrorCode::ConcurrentTransactions);
    }
    Ok(())
}
