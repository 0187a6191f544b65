//! [`Transaction`]: what is known of one transactional id.

use alloc::collections::BTreeSet;

use ottla_model::{ProducerId, TopicPartition};

/// Where a transactional id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has a producer and no transaction.
    Empty,
    /// Partitions are being written.
    Ongoing,
    /// It will be committed; markers are being written.
    PrepareCommit,
    /// It will be aborted; markers are being written.
    PrepareAbort,
    /// It was committed.
    CompleteCommit,
    /// It was aborted.
    CompleteAbort,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Empty,
        Self::Ongoing,
        Self::PrepareCommit,
        Self::PrepareAbort,
        Self::CompleteCommit,
        Self::CompleteAbort,
    ];

    /// Its name for ListTransactions and DescribeTransactions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Its number in the log.
    pub(crate) fn id(self) -> i8 {
        self as i8
    }

    pub(crate) fn from_id(id: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// Whether markers are being written.
    pub(crate) fn is_prepared(self) -> bool {
        matches!(self, Self::PrepareCommit | Self::PrepareAbort)
    }
}

/// How client and coordinator work together: the level of the feature `transaction.version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TransactionVersion(pub i16);

impl TransactionVersion {
    /// As of KIP-98.
    pub const TV0: Self = Self(0);
    /// Every transaction has an epoch of its own, and partitions add themselves (KIP-890).
    pub const TV2: Self = Self(2);

    /// Whether each end of a transaction gives the producer a new epoch.
    pub fn bumps_epoch(self) -> bool {
        self >= Self::TV2
    }
}

/// No producer id.
pub(crate) const NO_PRODUCER_ID: ProducerId = -1;
/// No producer epoch.
pub(crate) const NO_EPOCH: i16 = -1;
/// The timeout of a transaction that another system decides on: it has none (KIP-939).
pub(crate) const NO_TIMEOUT_MS: i32 = i32::MAX;

/// What is known of one transactional id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its producer id.
    pub producer_id: ProducerId,
    /// The producer id before the last change of this; -1 for none.
    pub previous_producer_id: ProducerId,
    /// The producer id that follows once the transaction that is prepared is complete; -1 for none.
    pub next_producer_id: ProducerId,
    /// Its epoch; -1 before its first.
    pub producer_epoch: i16,
    /// The epoch that the client had before; -1 if there is none that may be repeated. Not in the
    /// log: a repetition across a change of coordinators is fenced.
    pub last_producer_epoch: i16,
    /// Milliseconds after which a transaction is aborted.
    pub timeout_ms: i32,
    /// Where it stands.
    pub state: State,
    /// What has been, or may have been, written to.
    pub partitions: BTreeSet<TopicPartition>,
    /// When the transaction began, in milliseconds; -1 if there is none.
    pub started_ms: i64,
    /// When any of this last changed, in milliseconds.
    pub updated_ms: i64,
    /// How the client works with the coordinator.
    pub version: TransactionVersion,
}

impl Transaction {
    /// A transactional id that nobody has used; it becomes one with its first epoch.
    pub(crate) fn new(producer_id: ProducerId, timeout_ms: i32, now_ms: i64) -> Self {
        Self {
            producer_id,
            previous_producer_id: NO_PRODUCER_ID,
            next_producer_id: NO_PRODUCER_ID,
            producer_epoch: NO_EPOCH,
            last_producer_epoch: NO_EPOCH,
            timeout_ms,
            state: State::Empty,
            partitions: BTreeSet::new(),
            started_ms: -1,
            updated_ms: now_ms,
            version: TransactionVersion::TV0,
        }
    }

    /// Whether no epoch is left that the coordinator could still fence.
    pub(crate) fn is_epoch_exhausted(&self) -> bool {
        is_exhausted(self.producer_epoch)
    }
}

/// The last epoch is kept for fencing.
pub(crate) fn is_exhausted(epoch: i16) -> bool {
    epoch >= i16::MAX - 1
}
