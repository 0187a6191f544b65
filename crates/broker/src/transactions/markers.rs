//! Transaction markers: the record in each partition that makes what a transaction wrote there valid or
//! void.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ottla_coordinator::Producer;
use ottla_log::producers::Origin;
use ottla_model::{ErrorCode, TopicPartition};
use ottla_record::{EndTxnMarker, TxnMarkerBatch};
use ottla_txn::{Markers, Transactions};
use tracing::{info, warn};

use crate::coordinator::Shard;
use crate::internal_topics::CONSUMER_OFFSETS;
use crate::node::Node;
use crate::storage::Acks;
use crate::waiting::Waiter;

/// Before a marker that could not be written is tried again.
const RETRY_MIN: Duration = Duration::from_millis(20);
/// The longest pause between two tries.
const RETRY_MAX: Duration = Duration::from_secs(5);

/// The end of a producer's transaction, for one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    /// Whose.
    pub(crate) producer: Producer,
    /// Whether it is committed; else it is aborted.
    pub(crate) committed: bool,
    /// The epoch of the coordinator that decided.
    pub(crate) coordinator_epoch: i32,
}

/// Writes the markers of a transaction, as often as it takes, and tells the coordinator. It is not told
/// of a transaction that somebody else decides on: one without all of its markers is not complete.
pub(super) async fn write(node: Arc<Node>, shard: Arc<Shard<Transactions>>, wanted: Markers) {
    let marker = Marker {
        producer: wanted.producer,
        committed: wanted.committed,
        coordinator_epoch: shard.leader_epoch(),
    };
    let given_up = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = wanted
        .partitions
        .into_iter()
        .map(|name| {
            let (node, shard) = (Arc::clone(&node), Arc::clone(&shard));
            let given_up = Arc::clone(&given_up);
            node.io.clone().spawn("transaction marker", async move {
                if !write_one(&node, &shard, &name, marker).await {
                    given_up.store(true, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for one in writing {
        let _ = one.join().await;
    }
    if !given_up.load(Ordering::Relaxed) {
        complete(&node, &shard, &wanted.transactional_id, wanted.producer).await;
    }
}

/// Tells the coordinator that the markers are written, until it could write that down.
async fn complete(
    node: &Arc<Node>,
    shard: &Arc<Shard<Transactions>>,
    transactional_id: &str,
    producer: Producer,
) {
    let mut pause = RETRY_MIN;
    loop {
        node.transactions
            .tell(shard, |state, now| vec![state.markers_written(now, transactional_id, producer)]);
        let is_left = shard.look(|state| state.waits_for_markers(transactional_id, producer));
        if !is_left || shard.is_over() {
            return;
        }
        node.io.sleep(pause).await;
        pause = (pause * 2).min(RETRY_MAX);
    }
}

/// Writes one marker, until it is written or there is nothing to write it to (true), or somebody else is
/// the coordinator.
async fn write_one(
    node: &Arc<Node>,
    shard: &Arc<Shard<Transactions>>,
    name: &TopicPartition,
    marker: Marker,
) -> bool {
    let mut pause = RETRY_MIN;
    loop {
        let code = match end_in_partition(node, name, marker).await {
            Ok(()) => return true,
            Err(code) => code,
        };
        if node.metadata.image().partition(&name.topic, name.partition).is_none() {
            info!(partition = %name, "no transaction marker: the topic was deleted");
            return true;
        }
        // A newer coordinator has decided already.
        if matches!(code, ErrorCode::TransactionCoordinatorFenced | ErrorCode::InvalidProducerEpoch)
            || shard.is_over()
        {
            let code = code.name();
            warn!(partition = %name, code, "transaction marker not written");
            return false;
        }
        node.io.sleep(pause).await;
        pause = (pause * 2).min(RETRY_MAX);
    }
}

/// Ends a producer's transaction in one partition that this node leads; returns once that is
/// committed.
///
/// # Errors
/// What the coordinator is told.
pub(crate) async fn end_in_partition(
    node: &Arc<Node>,
    name: &TopicPartition,
    marker: Marker,
) -> Result<(), ErrorCode> {
    let Marker { producer, committed, coordinator_epoch } = marker;
    if producer.id < 0 || producer.epoch < 0 {
        // Nobody can have written as this producer; a batch that says so is not a marker. Kafka's log
        // throws here.
        return Err(ErrorCode::UnknownServerError);
    }
    if *name.topic == *CONSUMER_OFFSETS {
        // The state of the groups follows.
        let groups = &node.groups;
        return groups
            .end_transaction(name.partition, producer, committed, coordinator_epoch)
            .await;
    }
    let partition = node.partition_by_name(&name.topic, name.partition)?;
    partition.opened(node.io.now().mono + RETRY_MAX).await?;
    let now = node.io.now();
    let batch = TxnMarkerBatch {
        base_offset: 0,
        leader_epoch: partition.leader_epoch(),
        timestamp: now.wall.millis,
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        committed,
        marker: EndTxnMarker { coordinator_epoch },
    };
    let appended = partition
        .append_from(now, &batch.build(), Acks::All, Origin::Coordinator)
        .map_err(|error| error.code)?;
    partition.has_begun(producer.id);
    let waiter = Waiter::default();
    let _watch = partition.watchers().watch(&waiter);
    while !partition.is_acknowledged(&appended, Acks::All)? {
        waiter.moved().await;
    }
    Ok(())
}
