//! What users may hang into a producer: interceptors, and a place for records that failed for good.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::record::{ProducerRecord, RecordMetadata};
use crate::{Error, Result};

/// Sees every record before it is placed, and what became of it. A panic in it is noted and
/// otherwise ignored: it never fails a send.
pub trait Interceptor: Send + Sync + 'static {
    /// May change the record, before a partition is chosen.
    fn on_send(&self, record: ProducerRecord) -> ProducerRecord {
        record
    }

    /// The record is in the log, or has failed for good. Runs in the producer's task: be quick.
    fn on_acknowledgement(&self, result: &Result<RecordMetadata>) {
        let _ = result;
    }
}

/// A record that failed for good, and why. Sent again as it is, it goes to the same partition.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// The record, with the partition that was chosen.
    pub record: ProducerRecord,
    /// Why it failed.
    pub error: Error,
    /// Its offset, if it was read and could not be worked on.
    pub offset: Option<i64>,
    /// How often that was tried; 0 where nobody counts.
    pub attempts: u32,
}

impl DeadLetter {
    /// A record that could not be sent.
    pub fn new(record: ProducerRecord, error: Error) -> Self {
        Self { record, error, offset: None, attempts: 0 }
    }
}

/// Takes records that failed for good, so that they can be sent again later. Records of
/// transactions never come here: an aborted transaction is done again as a whole.
pub trait DeadLetterSink: Send + Sync + 'static {
    /// Takes one. Runs in the producer's task: be quick.
    fn take(&self, letter: DeadLetter);
}

impl<F: Fn(DeadLetter) + Send + Sync + 'static> DeadLetterSink for F {
    fn take(&self, letter: DeadLetter) {
        self(letter);
    }
}

/// What a producer was given.
#[derive(Clone, Default)]
pub(super) struct Hooks {
    pub(super) interceptors: Vec<Arc<dyn Interceptor>>,
    pub(super) dead_letters: Option<Arc<dyn DeadLetterSink>>,
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooks")
            .field("interceptors", &self.interceptors.len())
            .finish_non_exhaustive()
    }
}

impl Hooks {
    pub(super) fn on_send(&self, mut record: ProducerRecord) -> ProducerRecord {
        for interceptor in &self.interceptors {
            let before = record.clone();
            record = guarded(|| interceptor.on_send(record)).unwrap_or(before);
        }
        record
    }

    pub(super) fn on_acknowledgement(&self, result: &Result<RecordMetadata>) {
        for interceptor in &self.interceptors {
            let _panicked = guarded(|| interceptor.on_acknowledgement(result));
        }
    }

    pub(super) fn on_dead_letter(&self, letter: DeadLetter) {
        if let Some(sink) = &self.dead_letters {
            let _panicked = guarded(|| sink.take(letter));
        }
    }
}

fn guarded<T>(hook: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(hook)).ok();
    if result.is_none() {
        tracing::warn!("a hook of the producer panicked");
    }
    result
}
