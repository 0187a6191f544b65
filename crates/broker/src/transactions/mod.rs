//! The transaction coordinators of this node: [`ottla_txn::Transactions`] given partitions, producer
//! ids and a hand to write markers with.

mod markers;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use ottla_base::Now;
use ottla_controller::Image;
use ottla_coordinator::{Producer, Token};
use ottla_model::{ErrorCode, ProducerId};
use ottla_txn::{Answer, Decision, Effect, Settings, TransactionVersion, Transactions};

use crate::coordinator::{Coordinators, Kind};
use crate::internal_topics::{InternalTopic, TRANSACTION_STATE};
use crate::node::Node;

pub(crate) use markers::{Marker, end_in_partition};
pub(crate) use verify::{Admission, admit};

/// Bytes that one record may take: a transaction of tens of thousands of partitions.
const BATCH_BYTES_MAX: usize = 1 << 20;

/// What the transaction coordinator of a node is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionSettings {
    /// `transaction.state.log.…`
    pub topic: InternalTopic,
    /// `transaction.max.timeout.ms`.
    pub timeout_ms_max: i32,
    /// `transactional.id.expiration.ms`.
    pub id_expiration_ms: i64,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`.
    pub abort_interval: Duration,
    /// `transaction.remove.expired.transaction.cleanup.interval.ms`.
    pub expire_interval: Duration,
    /// `ottla.transactional.ids.max`.
    pub ids_max: usize,
    /// `transaction.two.phase.commit.enable`.
    pub two_phase_commit: bool,
    /// `transaction.partition.verification.enable`.
    pub verify_partitions: bool,
}

impl Default for TransactionSettings {
    fn default() -> Self {
        Self {
            topic: InternalTopic::transaction_state(),
            timeout_ms_max: 900_000,
            id_expiration_ms: 604_800_000,
            abort_interval: Duration::from_secs(10),
            expire_interval: Duration::from_secs(3600),
            ids_max: 1_000_000,
            two_phase_commit: false,
            verify_partitions: true,
        }
    }
}

/// The transaction coordinators of a node.
pub(crate) type TransactionCoordinators = Coordinators<Transactions>;

impl Kind for Transactions {
    type Answer = Answer;

    const TOPIC: &'static str = TRANSACTION_STATE;

    fn batch_bytes_max(&self) -> usize {
        BATCH_BYTES_MAX
    }
}

/// Makes a coordinator of this node's settings and of the level the cluster is at.
pub(crate) fn make(settings: &TransactionSettings, level: TransactionVersion) -> Transactions {
    Transactions::new(Settings {
        timeout_ms_max: settings.timeout_ms_max,
        id_expiration_ms: settings.id_expiration_ms,
        abort_interval: settings.abort_interval,
        expire_interval: settings.expire_interval,
        two_phase_commit: settings.two_phase_commit,
        ids_max: settings.ids_max,
        level,
    })
}

/// The level of `transaction.version` that the cluster has finalized.
pub(crate) fn level(image: &Image) -> TransactionVersion {
    TransactionVersion(image.feature_level("transaction.version"))
}

/// What is done once a decision is committed.
pub(crate) fn perform(
    node: &Arc<Node>,
    shard: &Arc<crate::coordinator::Shard<Transactions>>,
    effect: Effect,
) {
    match effect {
        Effect::Answer(token, answer) => shard.answer(token, answer),
        Effect::WriteMarkers(wanted) => {
            let writing = markers::write(Arc::clone(node), Arc::clone(shard), wanted);
            node.io.spawn("transaction markers", writing);
        }
    }
}

/// Asks the coordinator of a transactional id.
///
/// # Errors
/// As [`Coordinators::ask`].
pub(crate) async fn ask(
    node: &Arc<Node>,
    transactional_id: &str,
    decide: impl FnOnce(&mut Transactions, Now, Token) -> Decision + Send,
) -> Result<Answer, ErrorCode> {
    let level = level(&node.metadata.image());
    let decide = |state: &mut Transactions, now: Now, token: Token| {
        state.set_level(level);
        decide(state, now, token)
    };
    node.transactions.ask(transactional_id, decide).await
}

/// Asks for the producer to go on as; a producer id that nobody has is fetched if one is needed.
///
/// # Errors
/// What the producer is told.
pub(crate) async fn ask_producer(
    node: &Arc<Node>,
    transactional_id: &str,
    decide: impl Fn(&mut Transactions, Now, Token, Option<ProducerId>) -> Decision + Send + Sync,
) -> Result<Producer, ErrorCode> {
    let mut fresh_id = None;
    loop {
        let asked =
            ask(node, transactional_id, |state, now, token| decide(state, now, token, fresh_id));
        match asked.await? {
            Answer::Producer(result) => return result,
            Answer::NeedsProducerId if fresh_id.is_none() => {
                fresh_id = Some(node.producer_ids.next(&node.metadata).await?);
            }
            _ => return Err(ErrorCode::UnknownServerError),
        }
    }
}
