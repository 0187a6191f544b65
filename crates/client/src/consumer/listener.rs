//! What a user is told of rebalances.

use std::future::Future;
use std::pin::Pin;

use ottla_model::TopicPartition;

use super::ConsumerHandle;

/// A future that a listener returns.
pub type Callback<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Told when partitions come and go. The group waits for the returned future (for at most
/// `max.poll.interval.ms`), heartbeats go on meanwhile, and no record is given out that comes before.
///
/// `consumer` may be asked anything inside a callback: positions, commits, seeks.
pub trait RebalanceListener: Send + Sync + 'static {
    /// These are read from now on, unless a seek says otherwise from their committed offsets. May be
    /// none: a rebalance is over.
    fn on_assigned<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        let _ = (consumer, partitions);
        Box::pin(std::future::ready(()))
    }

    /// These are given back; what was read of them can still be committed. Nobody has them yet.
    fn on_revoked<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        let _ = (consumer, partitions);
        Box::pin(std::future::ready(()))
    }

    /// These were taken away, and perhaps another reads them: no commit is possible.
    fn on_lost<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        self.on_revoked(consumer, partitions)
    }
}
