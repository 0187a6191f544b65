//! Last stable offsets that wait for an open transaction: where, for whose, and since when. A reader of
//! committed records gets nothing behind them, whatever else is written (KIP-664 calls a transaction
//! that nobody will end hanging).

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_model::{Offset, ProducerId, TopicPartition};
use ottla_txn::State;

use crate::node::Node;
use crate::storage::Partition;

/// What a transaction may take beyond `transaction.max.timeout.ms` until it is called late, in
/// milliseconds: as long as Kafka waits.
const LATE_AFTER_MS: i64 = 5 * 60 * 1000;

/// Transactional ids and when their transactions began, in milliseconds, by producer.
type OpenTransactions = BTreeMap<ProducerId, (Arc<str>, i64)>;

/// One partition whose last stable offset waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Where.
    pub(crate) partition: TopicPartition,
    /// The last stable offset: where the oldest open transaction begins.
    pub(crate) offset: Offset,
    /// Records behind it.
    pub(crate) behind: i64,
    /// Whose transaction it is.
    pub(crate) producer_id: ProducerId,
    /// Its epoch.
    pub(crate) producer_epoch: i16,
    /// The transactional id, if the coordinator is of this node and knows such a transaction. If it does
    /// not, nobody is going to end it.
    pub(crate) transactional_id: Option<Arc<str>>,
    /// For how long it has been open, in milliseconds: since it began, as its coordinator says; without
    /// one since the time of its last batch, which its producer set.
    pub(crate) age_ms: i64,
}

/// All of them, the oldest first. A closed log is opened if something in it is open.
pub(crate) fn standing(node: &Node) -> Vec<Standing> {
    let waiting = |partition: &&Arc<Partition>| {
        partition.summary().is_some_and(|log| log.last_stable_offset < log.log_end_offset)
    };
    let partitions = node.storage.partitions();
    let waiting: Vec<_> = partitions.iter().filter(waiting).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let (now_ms, open) = (node.io.now().wall.millis, open_transactions(node));
    let mut found: Vec<_> = waiting.iter().filter_map(|one| of(now_ms, &open, one)).collect();
    found.sort_by_key(|one| -one.age_ms);
    found
}

/// How many have waited for longer than any transaction may take, as Kafka counts them.
pub(crate) fn late_count(node: &Node) -> usize {
    let max_ms = i64::from(node.settings.transactions.timeout_ms_max);
    standing(node).iter().filter(|one| one.age_ms > max_ms.saturating_add(LATE_AFTER_MS)).count()
}

/// The oldest open transaction's age, in milliseconds; 0 if there is none.
pub(crate) fn oldest_ms(node: &Node) -> i64 {
    standing(node).first().map_or(0, |one| one.age_ms)
}

fn of(now_ms: i64, open: &OpenTransactions, partition: &Partition) -> Option<Standing> {
    let log_end_offset = partition.summary()?.log_end_offset;
    let in_one = partition.producers().into_iter().filter(|one| one.current_txn_start_offset >= 0);
    let first = in_one.min_by_key(|one| one.current_txn_start_offset)?;
    let (transactional_id, started_ms) = open.get(&first.producer_id).cloned().unzip();
    let since_ms = started_ms.unwrap_or(first.last_timestamp);
    Some(Standing {
        partition: partition.topic_partition().clone(),
        offset: first.current_txn_start_offset,
        behind: log_end_offset - first.current_txn_start_offset,
        producer_id: first.producer_id,
        producer_epoch: first.producer_epoch,
        transactional_id,
        // A batch without a time says nothing of its age.
        age_ms: if since_ms > 0 { now_ms.saturating_sub(since_ms).max(0) } else { 0 },
    })
}

/// The transactions that go on, as the coordinators of this node know them: of which producer, the
/// transactional id, and when it began.
fn open_transactions(node: &Node) -> OpenTransactions {
    const OPEN: [State; 3] = [State::Ongoing, State::PrepareCommit, State::PrepareAbort];
    let (shards, _) = node.transactions.shards();
    let now = node.io.now().wall;
    let listed = shards.iter().flat_map(|shard| shard.look(|it| it.list(now, &OPEN, &[], -1)));
    listed.map(|one| (one.producer_id, (one.transactional_id, one.started_ms))).collect()
}
