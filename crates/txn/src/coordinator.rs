//! [`Transactions`]: the state that one partition of `__transaction_state` describes.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{MonoTime, Now};
use ottla_coordinator::{
    At, Coordinator, Decision as Decided, KeyValue, Producer, RecordError, Token,
};
use ottla_model::{ErrorCode, ProducerId, TopicPartition};

use crate::codec;
use crate::transaction::{State, Transaction, TransactionVersion};

/// What the coordinator is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// `transaction.max.timeout.ms`.
    pub timeout_ms_max: i32,
    /// `transactional.id.expiration.ms`.
    pub id_expiration_ms: i64,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`.
    pub abort_interval: Duration,
    /// `transaction.remove.expired.transaction.cleanup.interval.ms`.
    pub expire_interval: Duration,
    /// `transaction.two.phase.commit.enable`.
    pub two_phase_commit: bool,
    /// `ottla.transactional.ids.max`: ids that one coordinator remembers.
    pub ids_max: usize,
    /// The finalized level of the feature `transaction.version`.
    pub level: TransactionVersion,
}

/// What is known of a transactional id from now on; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The transactional id.
    pub transactional_id: Arc<str>,
    /// What is known.
    pub transaction: Option<Transaction>,
}

/// What requests are answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// InitProducerId, EndTxn: the producer to go on as.
    Producer(Result<Producer, ErrorCode>),
    /// InitProducerId, EndTxn: ask again with a producer id that nobody has.
    NeedsProducerId,
    /// AddPartitionsToTxn: one answer for all partitions.
    Added(Result<(), ErrorCode>),
    /// AddPartitionsToTxn, verifying: each partition.
    Verified(Vec<(TopicPartition, Result<(), ErrorCode>)>),
}

/// Markers to be written, so that a transaction is decided everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markers {
    /// Whose.
    pub transactional_id: Arc<str>,
    /// As whom.
    pub producer: Producer,
    /// Whether it is committed; else it is aborted.
    pub committed: bool,
    /// Where.
    pub partitions: Vec<TopicPartition>,
    /// How the client works with the coordinator.
    pub version: TransactionVersion,
}

/// What happens once records are committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answer a request.
    Answer(Token, Answer),
    /// Write these markers, as often as it takes, then call [`Transactions::markers_written`].
    WriteMarkers(Markers),
}

/// A decision of this coordinator.
pub type Decision = Decided<Record, Effect>;

/// The state of one partition of `__transaction_state`.
#[derive(Debug, Clone)]
pub struct Transactions {
    pub(crate) settings: Settings,
    pub(crate) by_id: BTreeMap<Arc<str>, Transaction>,
    pub(crate) abort_due: MonoTime,
    pub(crate) expire_due: MonoTime,
}

impl Transactions {
    /// Nothing is known yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            by_id: BTreeMap::new(),
            abort_due: MonoTime::NEVER,
            expire_due: MonoTime::NEVER,
        }
    }

    /// At level 0 the log cannot hold what clients of level 2 rely on, and Apache Kafka answers them
    /// the same.
    pub(crate) fn check_version(&self, version: TransactionVersion) -> Result<(), ErrorCode> {
        match version.bumps_epoch() && self.settings.level == TransactionVersion::TV0 {
            true => Err(ErrorCode::UnsupportedVersion),
            false => Ok(()),
        }
    }

    /// Notes the level of `transaction.version` that is finalized now.
    pub fn set_level(&mut self, level: TransactionVersion) {
        self.settings.level = level;
    }

    /// Everything that is known, by transactional id.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Transaction)> {
        self.by_id.iter()
    }

    /// What is known of a transactional id.
    pub fn get(&self, transactional_id: &str) -> Option<&Transaction> {
        self.by_id.get(transactional_id)
    }

    /// Finds the transactional id for a request of its producer.
    pub(crate) fn find(
        &self,
        transactional_id: &str,
    ) -> Result<(Arc<str>, &Transaction), ErrorCode> {
        if transactional_id.is_empty() {
            return Err(ErrorCode::InvalidRequest);
        }
        self.by_id
            .get_key_value(transactional_id)
            .map(|(id, transaction)| (id.clone(), transaction))
            .ok_or(ErrorCode::InvalidProducerIdMapping)
    }

    /// The markers of a transaction that is prepared.
    pub(crate) fn markers_of(id: &Arc<str>, transaction: &Transaction) -> Effect {
        Effect::WriteMarkers(Markers {
            transactional_id: id.clone(),
            producer: producer_of(transaction),
            committed: transaction.state == State::PrepareCommit,
            partitions: transaction.partitions.iter().cloned().collect(),
            version: transaction.version,
        })
    }
}

pub(crate) fn producer_of(transaction: &Transaction) -> Producer {
    Producer { id: transaction.producer_id, epoch: transaction.producer_epoch }
}

/// A decision that writes what is known of a transactional id from now on.
pub(crate) fn write(id: &Arc<str>, transaction: Transaction, effects: Vec<Effect>) -> Decision {
    let record = Record { transactional_id: id.clone(), transaction: Some(transaction) };
    Decided::new(vec![record], effects)
}

pub(crate) fn answer(token: Token, answer: Answer) -> Decision {
    Decided::effects(vec![Effect::Answer(token, answer)])
}

/// A producer id that the request brought along, if one is needed.
pub(crate) fn fresh(id: Option<ProducerId>) -> Result<ProducerId, Answer> {
    id.ok_or(Answer::NeedsProducerId)
}

impl Coordinator for Transactions {
    type Record = Record;
    type Effect = Effect;

    fn encode(&self, record: &Record) -> Result<KeyValue, RecordError> {
        codec::encode(record, self.settings.level)
    }

    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Record>, RecordError> {
        codec::decode(key, value)
    }

    fn replay(&mut self, record: Record, _at: At) {
        match record.transaction {
            Some(transaction) => {
                self.by_id.insert(record.transactional_id, transaction);
            }
            None => {
                self.by_id.remove(&record.transactional_id);
            }
        }
    }

    fn end_transaction(&mut self, _producer: Producer, _committed: bool, _at: At) {
        // Nothing in this topic belongs to a transaction.
    }

    /// Goes on where an earlier coordinator stopped: what was prepared is completed.
    fn loaded(&mut self, now: Now) -> Vec<Decision> {
        self.abort_due = now.mono + self.settings.abort_interval;
        self.expire_due = now.mono + self.settings.expire_interval;
        let prepared = self.by_id.iter().filter(|(_, it)| it.state.is_prepared());
        let effects: Vec<Effect> = prepared.map(|(id, it)| Self::markers_of(id, it)).collect();
        vec![Decided::effects(effects)]
    }

    fn next_deadline(&self) -> Option<MonoTime> {
        (!self.by_id.is_empty()).then(|| self.abort_due.min(self.expire_due))
    }

    fn tick(&mut self, now: Now) -> Vec<Decision> {
        self.expire(now)
    }

    fn not_written(&mut self, decision: Decision, why: ErrorCode) -> Vec<Effect> {
        let told = match why {
            ErrorCode::NotEnoughReplicas
            | ErrorCode::NotEnoughReplicasAfterAppend
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
            ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => {
                ErrorCode::NotCoordinator
            }
            ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => {
                ErrorCode::UnknownServerError
            }
            other => other,
        };
        let answers = decision.effects.into_iter().filter_map(|effect| match effect {
            Effect::Answer(token, Answer::Producer(_)) => {
                Some(Effect::Answer(token, Answer::Producer(Err(told))))
            }
            Effect::Answer(token, Answer::Added(_)) => {
                Some(Effect::Answer(token, Answer::Added(Err(told))))
            }
            Effect::Answer(..) => Some(effect),
            Effect::WriteMarkers(_) => None,
        });
        answers.collect()
    }
}
