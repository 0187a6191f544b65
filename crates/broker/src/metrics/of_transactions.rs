//! Metrics of transactions that last stable offsets wait for.

use super::exposition::{OfNode, gauge};
use crate::standing;

/// What is told of open transactions.
pub(super) const OF_TRANSACTIONS: &[OfNode] = &[
    gauge(
        "kafka_server_replicamanager_partitionswithlatetransactionscount",
        "Partitions with a transaction that is open five minutes after transaction.max.timeout.ms.",
        |node| standing::late_count(node) as i64,
    ),
    gauge(
        "ottla_oldest_open_transaction_ms",
        "Age of the oldest transaction that a last stable offset waits for; ottla doctor names it.",
        standing::oldest_ms,
    ),
];
