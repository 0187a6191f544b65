//! Records at a rate, whatever becomes of the earlier ones, and how long each took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_client::producer::Delivery;
use ottla_client::{Producer, ProducerRecord, Result};
use ottla_io::{Io, Task};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Buckets of one doubling: a latency is told to within two percent.
const STEPS: u64 = 64;

/// How long things took, in microseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies {
    counts: BTreeMap<u64, u64>,
    pub(crate) count: u64,
    sum: u64,
    pub(crate) max: u64,
}

impl Latencies {
    pub(crate) fn add(&mut self, micros: u64) {
        *self.counts.entry(bucket(micros)).or_default() += 1;
        self.count += 1;
        self.sum = self.sum.saturating_add(micros);
        self.max = self.max.max(micros);
    }

    /// Milliseconds on average; 0 of none.
    pub(crate) fn mean_ms(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 / 1000.0 }
    }

    /// Milliseconds that this share took at most.
    pub(crate) fn share_ms(&self, share: f64) -> f64 {
        let wanted = (self.count as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in &self.counts {
            seen += count;
            if seen >= wanted {
                return end_of(*bucket).min(self.max) as f64 / 1000.0;
            }
        }
        0.0
    }
}

/// Numbers below twice the steps have a bucket each, then every doubling has as many as there are steps.
fn bucket(micros: u64) -> u64 {
    if micros < 2 * STEPS {
        return micros;
    }
    let doublings = u64::from(micros.ilog2() - STEPS.ilog2());
    doublings * STEPS + (micros >> doublings)
}

/// The largest number of a bucket.
fn end_of(bucket: u64) -> u64 {
    if bucket < 2 * STEPS {
        return bucket;
    }
    let doublings = bucket / STEPS - 1;
    let step = bucket - doublings * STEPS;
    ((step + 1) << doublings) - 1
}

/// What came of a load, so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) latencies: Latencies,
    /// Since it was last taken.
    pub(crate) window: Latencies,
    pub(crate) bytes: u64,
    pub(crate) window_bytes: u64,
    pub(crate) failed: u64,
    pub(crate) first_error: Option<String>,
}

/// Sends records, and notes when each has arrived.
pub(crate) struct Load {
    io: Io,
    pub(crate) producer: Producer,
    tally: Arc<Mutex<Tally>>,
    /// What waits for the records of each partition: those of one arrive in order.
    partitions: BTreeMap<i32, UnboundedSender<Sent>>,
    waiting: Vec<Task>,
}

struct Sent {
    delivery: Delivery,
    since: MonoTime,
    bytes: u64,
}

impl Load {
    pub(crate) fn new(io: &Io, producer: Producer) -> Self {
        let (tally, partitions) = (Arc::default(), BTreeMap::new());
        Self { io: io.clone(), producer, tally, partitions, waiting: Vec::new() }
    }

    /// Puts a record on its way. Its time counts from `since`.
    pub(crate) async fn send(&mut self, record: ProducerRecord, since: MonoTime) -> Result<()> {
        let bytes = record.value.as_ref().map_or(0, Bytes::len) as u64;
        let delivery = self.producer.send(record).await?;
        let partition = delivery.partition();
        let sent = Sent { delivery, since, bytes };
        let (io, tally, waiting) = (&self.io, &self.tally, &mut self.waiting);
        let sender = self.partitions.entry(partition).or_insert_with(|| {
            let (sender, mut receiver) = unbounded_channel::<Sent>();
            let (clock, tally) = (io.clone(), tally.clone());
            waiting.push(io.spawn("deliveries", async move {
                while let Some(sent) = receiver.recv().await {
                    let told = sent.delivery.await;
                    let took = clock.now().mono.since(sent.since);
                    note(&tally, told.map(drop), took, sent.bytes);
                }
            }));
            sender
        });
        // The other end lives as long as this one.
        let _ = sender.send(sent);
        Ok(())
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything has arrived.
    pub(crate) async fn settle(&mut self) {
        self.producer.flush().await;
        self.partitions.clear();
        for task in self.waiting.drain(..) {
            let _ended = task.join().await;
        }
    }
}

fn note(tally: &Mutex<Tally>, told: Result<()>, took: Duration, bytes: u64) {
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    match told {
        Ok(()) => {
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            tally.latencies.add(micros);
            tally.window.add(micros);
            tally.bytes += bytes;
            tally.window_bytes += bytes;
        }
        Err(error) => {
            tally.failed += 1;
            tally.first_error.get_or_insert_with(|| error.message().to_owned());
        }
    }
}

/// When the records of a rate are due, and waiting for it.
pub(crate) struct Pace {
    begin: MonoTime,
    /// Records a second; 0 for as many as can be.
    rate: f64,
}

impl Pace {
    pub(crate) fn new(begin: MonoTime, rate: f64) -> Self {
        Self { begin, rate: rate.max(0.0) }
    }

    /// Waits until the record of this number is due, and says when that was: now, if there is no rate.
    pub(crate) async fn wait(&self, io: &Io, number: u64) -> MonoTime {
        let now = io.now().mono;
        if self.rate == 0.0 {
            return now;
        }
        let due = self.begin + Duration::from_secs_f64(number as f64 / self.rate);
        // Timers go by milliseconds: what is due in this one goes now.
        if due > now + Duration::from_millis(1) {
            io.sleep_until(due).await;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_to_within_two_percent() {
        let mut latencies = Latencies::default();
        (1..=100_000).for_each(|micros| latencies.add(micros));
        for (share, ms) in [(0.5, 50.0), (0.99, 99.0), (0.999, 99.9), (1.0, 100.0)] {
            let told = latencies.share_ms(share);
            assert!((told - ms).abs() <= ms * 0.02, "{share}: {told}");
        }
        assert_eq!(Latencies::default().share_ms(0.5), 0.0);
        assert_eq!(latencies.mean_ms(), 50.0005);
    }

    #[test]
    fn a_number_is_in_its_bucket() {
        for micros in [0, 1, 127, 128, 129, 255, 256, 1000, 123_456_789] {
            let end = end_of(bucket(micros));
            assert!(end >= micros && end - micros <= micros / 32, "{micros}: {end}");
            assert_eq!(bucket(end), bucket(micros));
            assert_eq!(bucket(end + 1), bucket(micros) + 1);
        }
    }
}
