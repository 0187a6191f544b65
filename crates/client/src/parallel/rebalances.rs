//! Between the group and the loop: partitions that go are told to the loop, and are gone when it says so.

use ottla_model::TopicPartition;
use tokio::sync::{mpsc, oneshot};

use crate::consumer::{Callback, ConsumerHandle, Offsets, RebalanceListener};

/// Partitions that go.
pub(super) struct Rebalance {
    pub(super) partitions: Vec<TopicPartition>,
    /// Perhaps another has them already.
    pub(super) is_lost: bool,
    /// Told what of them is done and not committed, when nothing is worked on any more.
    pub(super) done: oneshot::Sender<Offsets>,
}

/// Tells the loop.
pub(super) struct Rebalances {
    pub(super) tell: mpsc::UnboundedSender<Rebalance>,
}

impl Rebalances {
    async fn go(&self, partitions: &[TopicPartition], is_lost: bool) -> Offsets {
        let (done, told) = oneshot::channel();
        let rebalance = Rebalance { partitions: partitions.to_vec(), is_lost, done };
        let _nobody_works = self.tell.send(rebalance);
        // Nobody answers when the loop has ended: then nothing is worked on either.
        told.await.unwrap_or_default()
    }
}

impl RebalanceListener for Rebalances {
    fn on_revoked<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        Box::pin(async move {
            let offsets = self.go(partitions, false).await;
            if let Err(error) = consumer.commit_offsets(offsets).await {
                tracing::warn!(%error, "offsets could not be committed before they were given back");
            }
        })
    }

    fn on_lost<'a>(
        &'a self,
        _: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        Box::pin(async move { drop(self.go(partitions, true).await) })
    }
}
