//! What a node counts, under the names Kafka's JMX exporter gives them, so that dashboards keep
//! working; what Kafka has no name for begins with `ottla_`.
//!
//! Counters that sit on the path of a request are found by index, not by label.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use ottla_wire::ApiKey;

pub(crate) mod exposition;
mod of_groups;
mod of_transactions;

/// Upper bounds of the request time buckets, in seconds.
pub(crate) const REQUEST_SECONDS: [f64; 10] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0];
/// Room for every api key there is, and for those of the next few releases.
const KEYS_MAX: usize = 128;

/// A number that goes up and down.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicI64);

impl Gauge {
    pub(crate) fn inc(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dec(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that only goes up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is counted of one api key.
#[derive(Debug, Default)]
struct OfKey {
    requests: Counter,
    request_bytes: Counter,
    response_bytes: Counter,
    nanos: Counter,
    /// One more than [`REQUEST_SECONDS`]: the last is for everything slower.
    buckets: [Counter; REQUEST_SECONDS.len() + 1],
}

/// Everything a node counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Client connections open now.
    pub(crate) connections: Gauge,
    /// Records appended for clients.
    pub(crate) messages_in: Counter,
    /// Bytes of batches appended for clients.
    pub(crate) bytes_in: Counter,
    /// Bytes of batches sent to clients.
    pub(crate) bytes_out: Counter,
    /// Partitions that a Produce asked to write to.
    pub(crate) produce_requests: Counter,
    /// Those of them that were answered with an error.
    pub(crate) produce_failures: Counter,
    /// Partitions that a Fetch asked to read from.
    pub(crate) fetch_requests: Counter,
    /// Those of them that were answered with an error.
    pub(crate) fetch_failures: Counter,
    keys: Vec<OfKey>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            connections: Gauge::default(),
            messages_in: Counter::default(),
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
            produce_requests: Counter::default(),
            produce_failures: Counter::default(),
            fetch_requests: Counter::default(),
            fetch_failures: Counter::default(),
            keys: (0..KEYS_MAX).map(|_| OfKey::default()).collect(),
        }
    }

    /// Counts a request that was answered.
    pub(crate) fn request(&self, key: ApiKey, took: Duration, bytes_in: usize, bytes_out: usize) {
        let Some(of_key) = self.of_key(key) else { return };
        of_key.requests.add(1);
        of_key.request_bytes.add(bytes_in as u64);
        of_key.response_bytes.add(bytes_out as u64);
        of_key.nanos.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        let seconds = took.as_secs_f64();
        let bucket = REQUEST_SECONDS.iter().position(|&bound| seconds <= bound);
        of_key.buckets[bucket.unwrap_or(REQUEST_SECONDS.len())].add(1);
    }

    /// Keys that were asked for at least once, with what was counted.
    fn keys_seen(&self) -> impl Iterator<Item = (ApiKey, &OfKey)> {
        self.keys
            .iter()
            .zip(0i16..)
            .filter(|(of_key, _)| of_key.requests.get() > 0)
            .filter_map(|(of_key, code)| Some((ApiKey::from_code(code)?, of_key)))
    }

    fn of_key(&self, key: ApiKey) -> Option<&OfKey> {
        self.keys.get(usize::try_from(key.code()).ok()?)
    }
}
