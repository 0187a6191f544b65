//! The state of a producer's transaction: what may be called, which partitions are in it, what an
//! error means for it. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_model::ErrorCode;

use crate::{Error, ErrorKind, Result};

/// A transactional producer's transaction.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    phase: Phase,
    /// Whether the cluster takes partitions in by itself, and gives each transaction an epoch of its
    /// own (KIP-890, `transaction.version` 2).
    is_v2: bool,
    /// Whether the coordinator may know of it.
    has_begun: bool,
    added: BTreeSet<(Arc<str>, i32)>,
    /// To be added before anything is sent to them.
    pending: BTreeSet<(Arc<str>, i32)>,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Uninitialized,
    Ready,
    Open,
    Ending,
    /// It can only be aborted.
    Abortable(Error),
    /// The producer can only be closed.
    Fatal(Error),
}

impl Transaction {
    /// The producer has its id: transactions may begin.
    pub(super) fn initialized(&mut self, is_v2: bool) {
        *self = Self { phase: Phase::Ready, is_v2, ..Self::default() };
    }

    pub(super) fn is_v2(&self) -> bool {
        self.is_v2
    }

    /// Begins a transaction.
    pub(super) fn begin(&mut self) -> Result<()> {
        match &self.phase {
            Phase::Ready => self.phase = Phase::Open,
            Phase::Uninitialized => return Err(usage("init_transactions must come first")),
            Phase::Fatal(error) => return Err(error.clone()),
            _ => return Err(usage("a transaction is open already")),
        }
        Ok(())
    }

    /// A record is to be sent to a partition. Whether the sender must have the partition added.
    pub(super) fn send(&mut self, topic: &Arc<str>, partition: i32) -> Result<bool> {
        self.check_open()?;
        self.has_begun = true;
        if self.is_v2 || self.added.contains(&(topic.clone(), partition)) {
            return Ok(false);
        }
        Ok(self.pending.insert((topic.clone(), partition)))
    }

    /// Offsets are to be committed.
    pub(super) fn send_offsets(&mut self) -> Result<()> {
        self.check_open()?;
        self.has_begun = true;
        Ok(())
    }

    fn check_open(&self) -> Result<()> {
        match &self.phase {
            Phase::Open => Ok(()),
            Phase::Abortable(error) => {
                Err(error.context("the transaction has failed and must be aborted"))
            }
            Phase::Fatal(error) => Err(error.clone()),
            _ => Err(usage("there is no open transaction")),
        }
    }

    /// Whether batches for a partition may go out.
    pub(super) fn may_send(&self, topic: &str, partition: i32) -> bool {
        let found = |set: &BTreeSet<(Arc<str>, i32)>| set.contains(&(Arc::from(topic), partition));
        !matches!(self.phase, Phase::Abortable(_) | Phase::Fatal(_))
            && (self.is_v2 || found(&self.added))
    }

    /// Partitions that the coordinator must be told of.
    pub(super) fn pending(&self) -> Vec<(Arc<str>, i32)> {
        match self.phase {
            Phase::Open | Phase::Ending => self.pending.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// The coordinator knows these partitions.
    pub(super) fn added(&mut self, partitions: Vec<(Arc<str>, i32)>) {
        for partition in partitions {
            self.pending.remove(&partition);
            self.added.insert(partition);
        }
    }

    /// Begins to end the transaction. Whether the coordinator must be asked: it knows nothing of
    /// one to which nothing was sent.
    pub(super) fn end(&mut self, commit: bool) -> Result<bool> {
        match &self.phase {
            Phase::Fatal(error) => return Err(error.clone()),
            Phase::Abortable(error) if commit => {
                return Err(error.context("the transaction has failed and must be aborted"));
            }
            Phase::Open | Phase::Abortable(_) | Phase::Ending => {}
            _ => return Err(usage("there is no open transaction")),
        }
        self.phase = Phase::Ending;
        Ok(self.has_begun)
    }

    /// Still to be committed, after everything was sent: an error may have come in between.
    pub(super) fn check_ending(&self) -> Result<()> {
        match &self.phase {
            Phase::Ending => Ok(()),
            Phase::Abortable(error) => {
                Err(error.context("the transaction has failed and must be aborted"))
            }
            Phase::Fatal(error) => Err(error.clone()),
            _ => Err(usage("there is no open transaction")),
        }
    }

    /// It has ended: the next may begin.
    pub(super) fn ended(&mut self) {
        self.initialized(self.is_v2);
    }

    /// Something of it has failed for good.
    pub(super) fn fail(&mut self, error: &Error) {
        if is_fatal(error) {
            self.phase = Phase::Fatal(error.clone());
        } else if matches!(self.phase, Phase::Open | Phase::Ending) {
            self.phase = Phase::Abortable(error.clone());
        }
    }

    /// Why nothing of it goes out any more.
    pub(super) fn failure(&self) -> Option<Error> {
        match &self.phase {
            Phase::Abortable(error) | Phase::Fatal(error) => Some(error.clone()),
            _ => None,
        }
    }
}

/// Whether the producer itself is done for, as Java sees it.
fn is_fatal(error: &Error) -> bool {
    matches!(
        error.code(),
        Some(
            ErrorCode::ProducerFenced
                | ErrorCode::TransactionalIdAuthorizationFailed
                | ErrorCode::ClusterAuthorizationFailed
                | ErrorCode::UnsupportedVersion
                | ErrorCode::InvalidTxnState
                | ErrorCode::TransactionCoordinatorFenced
        )
    ) || matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Closed)
}

fn usage(text: &str) -> Error {
    Error::new(ErrorKind::Usage, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(is_v2: bool) -> (Transaction, Arc<str>) {
        let mut transaction = Transaction::default();
        assert_eq!(transaction.begin().unwrap_err().kind(), ErrorKind::Usage);
        transaction.initialized(is_v2);
        (transaction, Arc::from("t"))
    }

    #[test]
    fn partitions_are_added_before_they_are_sent_to_unless_the_broker_does_it() {
        for is_v2 in [false, true] {
            let (mut transaction, topic) = ready(is_v2);
            assert!(transaction.send(&topic, 0).is_err(), "not begun");
            transaction.begin().unwrap();
            assert_eq!(transaction.send(&topic, 0).unwrap(), !is_v2);
            assert_eq!(transaction.may_send("t", 0), is_v2);
            let pending = transaction.pending();
            assert_eq!(pending.len(), usize::from(!is_v2));
            transaction.added(pending);
            assert!(transaction.may_send("t", 0) && transaction.pending().is_empty());
            assert!(transaction.end(true).unwrap());
            transaction.ended();
            transaction.begin().unwrap();
            assert_eq!(transaction.may_send("t", 0), is_v2, "each transaction anew");
            assert!(!transaction.end(true).unwrap(), "nothing was sent");
        }
    }

    #[test]
    fn after_a_failure_only_an_abort_helps() {
        let (mut transaction, topic) = ready(true);
        transaction.begin().unwrap();
        transaction.send(&topic, 0).unwrap();
        transaction.fail(&Error::broker(ErrorCode::TopicAuthorizationFailed));
        let error = transaction.send(&topic, 0).unwrap_err();
        assert!(error.message().contains("must be aborted"), "{error}");
        assert!(!transaction.may_send("t", 0));
        assert!(transaction.end(true).is_err());
        assert!(transaction.end(false).unwrap());
        transaction.ended();
        transaction.begin().unwrap();
    }

    #[test]
    fn a_fenced_producer_stays_fenced() {
        let (mut transaction, _) = ready(true);
        transaction.begin().unwrap();
        transaction.fail(&Error::broker(ErrorCode::ProducerFenced));
        for result in [transaction.begin(), transaction.end(false).map(drop)] {
            assert_eq!(result.unwrap_err().code(), Some(ErrorCode::ProducerFenced));
        }
    }
}
