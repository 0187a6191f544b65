//! What becomes of the records of a batch: told once, to all who wait for one of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use ottla_model::Offset;

use super::record::RecordMetadata;
use crate::{Error, Result};

/// What the broker said of a batch that is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ack {
    /// Offset of its first record.
    pub(super) base_offset: Option<Offset>,
    /// The time that the broker stamped on its records.
    pub(super) append_time: Option<i64>,
}

/// The end of a batch, once it has come.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    end: Option<End>,
    waiting: Vec<Waker>,
}

#[derive(Debug, Clone)]
enum End {
    Told(Result<Ack>),
    /// The batch was divided: first record and outcome of each part.
    Parts(Arc<[(i32, Arc<Outcome>)]>),
}

impl Outcome {
    /// Tells it, unless it was told before. Whether it was news.
    pub(super) fn tell(&self, result: Result<Ack>) -> bool {
        self.end(End::Told(result))
    }

    /// From now on the parts tell.
    pub(super) fn divide(&self, parts: Vec<(i32, Arc<Self>)>) {
        self.end(End::Parts(parts.into()));
    }

    fn end(&self, end: End) -> bool {
        let mut state = self.lock();
        if state.end.is_some() {
            return false;
        }
        state.end = Some(end);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of one record: await it. Dropping it changes nothing about the record.
#[derive(Debug)]
#[must_use = "a send is known to have worked only when its delivery says so"]
pub struct Delivery {
    outcome: Arc<Outcome>,
    /// The record's place in the batch.
    index: i32,
    /// Where the waker is, and how many there were when it was left there.
    place: Option<usize>,
    metadata: RecordMetadata,
}

impl Delivery {
    pub(super) fn new(outcome: Arc<Outcome>, index: i32, metadata: RecordMetadata) -> Self {
        Self { outcome, index, place: None, metadata }
    }

    /// The partition that the record was put to.
    pub fn partition(&self) -> i32 {
        self.metadata.partition
    }

    fn told(&self, ack: Ack) -> RecordMetadata {
        let mut metadata = self.metadata.clone();
        metadata.offset = ack.base_offset.map(|base| base + i64::from(self.index));
        metadata.timestamp = ack.append_time.unwrap_or(metadata.timestamp);
        metadata
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let mut state = self.outcome.lock();
            match state.end.clone() {
                Some(End::Told(Ok(ack))) => {
                    drop(state);
                    return Poll::Ready(Ok(self.told(ack)));
                }
                Some(End::Told(Err(error))) => return Poll::Ready(Err(error)),
                Some(End::Parts(parts)) => {
                    drop(state);
                    let at = parts.partition_point(|(first, _)| *first <= self.index);
                    let Some((first, part)) = parts.get(at.saturating_sub(1)) else {
                        return Poll::Ready(Err(Error::closed()));
                    };
                    self.index -= first;
                    self.place = None;
                    self.outcome = part.clone();
                }
                None => {
                    let waker = context.waker();
                    let place = match self.place.and_then(|place| state.waiting.get_mut(place)) {
                        Some(known) => {
                            known.clone_from(waker);
                            self.place
                        }
                        None => {
                            state.waiting.push(waker.clone());
                            Some(state.waiting.len() - 1)
                        }
                    };
                    drop(state);
                    self.place = place;
                    return Poll::Pending;
                }
            }
        }
    }
}

/// Waits for the end of a batch, whatever it is.
pub(super) async fn ended(outcome: Arc<Outcome>) -> Result<()> {
    let metadata =
        RecordMetadata { topic: Arc::from(""), partition: -1, offset: None, timestamp: -1 };
    let mut pending = vec![outcome];
    let mut first_error = Ok(());
    while let Some(outcome) = pending.pop() {
        let parts = match &outcome.lock().end {
            Some(End::Parts(parts)) => Some(parts.clone()),
            _ => None,
        };
        if let Some(parts) = parts {
            pending.extend(parts.iter().map(|(_, part)| part.clone()));
            continue;
        }
        let told = Delivery::new(outcome, 0, metadata.clone()).await;
        first_error = first_error.and(told.map(drop));
    }
    first_error
}
