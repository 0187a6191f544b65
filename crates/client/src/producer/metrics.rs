//! What a producer has done so far, counted a batch at a time. Pure.

use std::time::Duration;

/// A snapshot of [`crate::Producer::metrics`]. Names are those of Java's `producer-metrics` with `_` for
/// `-`; counts, averages and maxima are since the producer was made, where Java's are of a window of
/// seconds: the difference of two snapshots is a rate. Times are in milliseconds where the name does
/// not say otherwise; an average of nothing is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ProducerMetrics {
    /// Records that were acknowledged, or written where nothing is acknowledged.
    pub record_send_total: u64,
    /// Records that failed for good.
    pub record_error_total: u64,
    /// Records that were to be sent again.
    pub record_retry_total: u64,
    /// Bytes of batches that were put on their way, compressed.
    pub byte_total: u64,
    /// Requests that were put on their way.
    pub request_total: u64,
    /// Requests whose answers have not come.
    pub requests_in_flight: u64,
    /// Batches that were divided because a broker found them too large.
    pub batch_split_total: u64,
    /// Bytes of a batch, compressed.
    pub batch_size_avg: f64,
    /// The largest batch.
    pub batch_size_max: u64,
    /// Records of a request.
    pub records_per_request_avg: f64,
    /// Compressed bytes by plain bytes.
    pub compression_rate_avg: f64,
    /// From the first record of a batch until it was put on its way.
    pub record_queue_time_avg: f64,
    /// The longest.
    pub record_queue_time_max: f64,
    /// From request to answer.
    pub request_latency_avg: f64,
    /// The longest.
    pub request_latency_max: f64,
    /// Pauses that brokers asked for.
    pub produce_throttle_time_avg: f64,
    /// The longest.
    pub produce_throttle_time_max: f64,
    /// `buffer.memory`.
    pub buffer_total_bytes: u64,
    /// What of it is free.
    pub buffer_available_bytes: u64,
    /// Sends that wait for memory.
    pub waiting_threads: u64,
    /// Time that sends waited for memory, in nanoseconds.
    pub bufferpool_wait_time_ns_total: u64,
    /// Sends that waited for memory in vain.
    pub buffer_exhausted_total: u64,
    /// Time that flushes took, in nanoseconds.
    pub flush_time_ns_total: u64,
}

impl ProducerMetrics {
    /// Java's names with the values, in the order of the fields.
    pub fn named(&self) -> [(&'static str, f64); 23] {
        [
            ("record-send-total", self.record_send_total as f64),
            ("record-error-total", self.record_error_total as f64),
            ("record-retry-total", self.record_retry_total as f64),
            ("byte-total", self.byte_total as f64),
            ("request-total", self.request_total as f64),
            ("requests-in-flight", self.requests_in_flight as f64),
            ("batch-split-total", self.batch_split_total as f64),
            ("batch-size-avg", self.batch_size_avg),
            ("batch-size-max", self.batch_size_max as f64),
            ("records-per-request-avg", self.records_per_request_avg),
            ("compression-rate-avg", self.compression_rate_avg),
            ("record-queue-time-avg", self.record_queue_time_avg),
            ("record-queue-time-max", self.record_queue_time_max),
            ("request-latency-avg", self.request_latency_avg),
            ("request-latency-max", self.request_latency_max),
            ("produce-throttle-time-avg", self.produce_throttle_time_avg),
            ("produce-throttle-time-max", self.produce_throttle_time_max),
            ("buffer-total-bytes", self.buffer_total_bytes as f64),
            ("buffer-available-bytes", self.buffer_available_bytes as f64),
            ("waiting-threads", self.waiting_threads as f64),
            ("bufferpool-wait-time-ns-total", self.bufferpool_wait_time_ns_total as f64),
            ("buffer-exhausted-total", self.buffer_exhausted_total as f64),
            ("flush-time-ns-total", self.flush_time_ns_total as f64),
        ]
    }
}

/// Count, sum and maximum of something.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    count: u64,
    sum: f64,
    max: f64,
}

impl Tally {
    fn note(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.max = self.max.max(value);
    }

    fn avg(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counters {
    sent: u64,
    failed: u64,
    retried: u64,
    split: u64,
    in_flight: u64,
    plain_bytes: u64,
    batch_size: Tally,
    request_records: Tally,
    queue_time: Tally,
    latency: Tally,
    throttle: Tally,
    memory_wait: Duration,
    exhausted: u64,
    flush_time: Duration,
}

impl Counters {
    /// A batch is on its way: its bytes, those without compression, and how long it waited.
    pub(super) fn batch(&mut self, bytes: usize, plain_bytes: usize, waited: Duration) {
        self.batch_size.note(bytes as f64);
        self.plain_bytes += plain_bytes as u64;
        self.queue_time.note(millis(waited));
    }

    /// So is the request with it and others.
    pub(super) fn request(&mut self, records: u64) {
        self.in_flight += 1;
        self.request_records.note(records as f64);
    }

    /// A request was answered after this, or was given up.
    pub(super) fn answered(&mut self, after: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.latency.note(millis(after));
    }

    /// A broker answered, and asked for a pause of this length.
    pub(super) fn throttled(&mut self, pause: Duration) {
        self.throttle.note(millis(pause));
    }

    /// Records are in the log.
    pub(super) fn sent(&mut self, records: i32) {
        self.sent += u64::from(records.unsigned_abs());
    }

    /// Records will be sent again.
    pub(super) fn retried(&mut self, records: i32) {
        self.retried += u64::from(records.unsigned_abs());
    }

    /// Records failed for good.
    pub(super) fn failed(&mut self, records: i32) {
        self.failed += u64::from(records.unsigned_abs());
    }

    /// A batch was divided.
    pub(super) fn split(&mut self) {
        self.split += 1;
    }

    /// A send waited for memory.
    pub(super) fn waited(&mut self, time: Duration, in_vain: bool) {
        self.memory_wait += time;
        self.exhausted += u64::from(in_vain);
    }

    /// A flush has ended.
    pub(super) fn flushed(&mut self, time: Duration) {
        self.flush_time += time;
    }

    /// What there is to say; memory is for the caller to fill in.
    pub(super) fn snapshot(&self) -> ProducerMetrics {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let rate = self.batch_size.sum / self.plain_bytes as f64;
        ProducerMetrics {
            record_send_total: self.sent,
            record_error_total: self.failed,
            record_retry_total: self.retried,
            byte_total: self.batch_size.sum as u64,
            request_total: self.request_records.count,
            requests_in_flight: self.in_flight,
            batch_split_total: self.split,
            batch_size_avg: self.batch_size.avg(),
            batch_size_max: self.batch_size.max as u64,
            records_per_request_avg: self.request_records.avg(),
            compression_rate_avg: if self.plain_bytes == 0 { 0.0 } else { rate },
            record_queue_time_avg: self.queue_time.avg(),
            record_queue_time_max: self.queue_time.max,
            request_latency_avg: self.latency.avg(),
            request_latency_max: self.latency.max,
            produce_throttle_time_avg: self.throttle.avg(),
            produce_throttle_time_max: self.throttle.max,
            bufferpool_wait_time_ns_total: nanos(self.memory_wait),
            buffer_exhausted_total: self.exhausted,
            flush_time_ns_total: nanos(self.flush_time),
            ..ProducerMetrics::default()
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
