//! Before a transactional batch is appended: the partition has to belong to the transaction, or nobody
//! would ever write its marker, and readers of committed records would wait for ever (KIP-890).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ottla_coordinator::Producer;
use ottla_model::ErrorCode;
use ottla_txn::{AddPartitions, Answer, TransactionVersion};

use super::ask;
use crate::node::Node;
use crate::storage::Partition;

/// Between two questions while the transaction before is being completed
/// (`add.partitions.to.txn.retry.backoff.ms`).
const RETRY: Duration = Duration::from_millis(20);
/// How long that goes on before the producer is asked to come again
/// (`add.partitions.to.txn.retry.backoff.max.ms`).
const RETRY_FOR: Duration = Duration::from_millis(100);

/// Leave to append a transactional batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Nobody was asked, as the settings want it.
    Unasked,
    /// The transaction was open in the partition when this many markers had been written to it. One
    /// that is written before the batch may be the end of the transaction.
    Open(u64),
    /// It is not open yet; the coordinator let it begin when there were this many markers.
    Begins(u64),
}

/// Lets a producer's transactional batch into `partition`: adds the partition to the transaction
/// (`adds`, Produce v12 and later), or asks whether it has been added.
///
/// # Errors
/// What the coordinator said.
pub(crate) async fn admit(
    node: &Arc<Node>,
    partition: &Arc<Partition>,
    transactional_id: &str,
    producer: Producer,
    adds: bool,
) -> Result<Admission, ErrorCode> {
    if !adds && !node.settings.transactions.verify_partitions {
        return Ok(Admission::Unasked);
    }
    let (is_open, markers) = partition.open_transaction(producer.id, producer.epoch);
    if is_open {
        return Ok(Admission::Open(markers));
    }
    let until = node.io.now().mono + RETRY_FOR;
    loop {
        match add_or_verify(node, partition, transactional_id, producer, adds).await {
            Ok(()) => return Ok(Admission::Begins(markers)),
            Err(ErrorCode::ConcurrentTransactions) if node.io.now().mono < until => {
                node.io.sleep(RETRY).await;
            }
            Err(code) => return Err(code),
        }
    }
}

async fn add_or_verify(
    node: &Arc<Node>,
    partition: &Arc<Partition>,
    transactional_id: &str,
    producer: Producer,
    adds: bool,
) -> Result<(), ErrorCode> {
    let name = partition.topic_partition().clone();
    let version = if adds { TransactionVersion::TV2 } else { TransactionVersion::TV0 };
    let request =
        AddPartitions { transactional_id, producer, partitions: BTreeSet::from([name]), version };
    let asked = ask(node, transactional_id, |state, now, token| match adds {
        true => state.add_partitions(now, token, request),
        false => state.verify_partitions(token, request),
    });
    match asked.await? {
        Answer::Added(result) => result,
        Answer::Verified(verdicts) => verdicts.into_iter().try_for_each(|(_, verdict)| verdict),
        _ => Err(ErrorCode::UnknownServerError),
    }
}
