//! How much memory the producers take that open logs remember, over all partitions of the node, and
//! who is forgotten when it is more than `ottla.producer.state.bytes.max`.
//!
//! A client that makes a new producer for every record leaves an entry each time, in every partition
//! it writes to, for as long as `producer.id.expiration.ms` says. Those that have been idle the
//! longest are forgotten first, in whatever log they are; none that is in a transaction. It is what
//! expiry does, only earlier: such a producer may go on with any sequence number, and a batch that it
//! sends again is not known as a repetition.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ottla_log::producers::{Cut, PRODUCER_BYTES, cut_oldest};
use tokio::sync::Notify;
use tracing::warn;

use super::{Partition, Shared};

/// Least time between two rounds.
const ROUND_INTERVAL: Duration = Duration::from_secs(1);
/// Rounds take at most one part in this many of a thread's time.
const REST: u32 = 20;

/// The producers of all open logs.
#[derive(Debug)]
pub(super) struct ProducerTotal {
    count: AtomicU64,
    /// How many there may be.
    max: u64,
    /// Told when there are more.
    exceeded: Notify,
}

impl ProducerTotal {
    /// A bound in bytes; `None` for no bound.
    pub(super) fn new(bytes_max: Option<u64>) -> Arc<Self> {
        let max = bytes_max.map_or(u64::MAX, |bytes| bytes / PRODUCER_BYTES);
        Arc::new(Self { count: AtomicU64::new(0), max, exceeded: Notify::new() })
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.count().saturating_mul(PRODUCER_BYTES)
    }

    /// How many have to go, so that it is some time before the next have to: down to nine tenths.
    fn surplus(&self) -> usize {
        let count = self.count();
        let surplus = if count > self.max { count - self.max / 10 * 9 } else { 0 };
        usize::try_from(surplus).unwrap_or(usize::MAX)
    }

    fn change(&self, from: u64, to: u64) {
        if to <= from {
            self.count.fetch_sub(from - to, Ordering::Relaxed);
            return;
        }
        let before = self.count.fetch_add(to - from, Ordering::Relaxed);
        if before + (to - from) > self.max {
            self.exceeded.notify_one();
        }
    }
}

/// What one log has in the total, for as long as it is open.
#[derive(Debug)]
pub(super) struct ProducerShare {
    total: Arc<ProducerTotal>,
    count: u64,
}

impl ProducerShare {
    pub(super) fn of(total: &Arc<ProducerTotal>) -> Self {
        Self { total: Arc::clone(total), count: 0 }
    }

    /// Notes how many there are. Costs nothing as long as that is the same.
    pub(super) fn set(&mut self, count: usize) {
        let count = count as u64;
        if count != self.count {
            self.total.change(self.count, count);
            self.count = count;
        }
    }
}

impl Drop for ProducerShare {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// Goes on until it is aborted: a round whenever there are too many.
pub(super) async fn run(shared: Arc<Shared>) {
    let total = Arc::clone(&shared.producers);
    loop {
        total.exceeded.notified().await;
        let begun = shared.io.now().mono;
        let forgetting = Arc::clone(&shared);
        shared.io.blocking(move || forget_oldest(&forgetting)).await;
        let took = shared.io.now().mono.since(begun);
        shared.io.sleep(ROUND_INTERVAL.max(took * REST)).await;
    }
}

/// One round. A log is locked while it is looked through, one at a time.
fn forget_oldest(shared: &Shared) {
    let surplus = shared.producers.surplus();
    if surplus == 0 {
        return;
    }
    let partitions: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    let mut timestamps = Vec::new();
    for partition in &partitions {
        partition
            .with_open_log(|log, _| timestamps.extend(log.log().producers().idle_timestamps()));
    }
    let Some(mut cut) = cut_oldest(&mut timestamps, surplus) else {
        warn!(
            producers = shared.producers.count(),
            "more producers than ottla.producer.state.bytes.max has room for, all in transactions"
        );
        return;
    };
    let newest_ms = cut.newest_ms();
    let forgotten: usize = partitions.iter().map(|one| one.forget_producers(&mut cut)).sum();
    let idle_ms = shared.io.now().wall.millis.saturating_sub(newest_ms);
    warn!(
        forgotten,
        left = shared.producers.count(),
        idle_at_least_ms = idle_ms,
        "producers forgotten before producer.id.expiration.ms: ottla.producer.state.bytes.max is reached"
    );
}

impl Partition {
    fn forget_producers(&self, cut: &mut Cut) -> usize {
        self.with_open_log(|log, _| log.forget_producers(cut)).unwrap_or(0)
    }
}
