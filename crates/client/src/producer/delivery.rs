//! What becomes of the records of a batch: told once, to all who wait for one of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
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
#[derive(Debug)]
pub(super) struct Outcome {
    topic: Arc<str>,
    partition: i32,
    end: OnceLock<End>,
    waiting: Mutex<Vec<Waker>>,
}

#[derive(Debug)]
enum End {
    Told(Result<Ack>),
    /// The batch was divided: first record and outcome of each part.
    Parts(Arc<[(i32, Arc<Outcome>)]>),
}

impl Outcome {
    /// Of a batch for this partition.
    pub(super) fn of(topic: Arc<str>, partition: i32) -> Arc<Self> {
        Arc::new(Self { topic, partition, end: OnceLock::new(), waiting: Mutex::default() })
    }

    /// Tells it, unless it was told before. Whether it was news.
    pub(super) fn tell(&self, result: Result<Ack>) -> bool {
        self.end(End::Told(result))
    }

    /// From now on the parts tell.
    pub(super) fn divide(&self, parts: Vec<(i32, Arc<Self>)>) {
        self.end(End::Parts(parts.into()));
    }

    fn end(&self, end: End) -> bool {
        if self.end.set(end).is_err() {
            return false;
        }
        // Whoever comes to wait from now on finds the end: wakers are left under this lock only
        // while there is none.
        let waiting = std::mem::take(&mut *self.lock());
        waiting.into_iter().for_each(Waker::wake);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of one record: await it. Dropping it changes nothing about the record.
#[derive(Debug)]
#[must_use = "a send is known to have worked only when its delivery says so"]
pub struct Delivery {
    outcome: Arc<Outcome>,
    /// The record's place in the batch.
    index: i32,
    timestamp: i64,
    /// Where the waker is; [`NOWHERE`] before it was left. Small, because programs keep many of these.
    place: u32,
}

/// No waker was left.
const NOWHERE: u32 = u32::MAX;

impl Delivery {
    pub(super) fn new(outcome: Arc<Outcome>, index: i32, timestamp: i64) -> Self {
        Self { outcome, index, timestamp, place: NOWHERE }
    }

    /// The partition that the record was put to.
    pub fn partition(&self) -> i32 {
        self.outcome.partition
    }

    fn told(&self, ack: Ack) -> RecordMetadata {
        RecordMetadata {
            topic: self.outcome.topic.clone(),
            partition: self.outcome.partition,
            offset: ack.base_offset.map(|base| base + i64::from(self.index)),
            timestamp: ack.append_time.unwrap_or(self.timestamp),
        }
    }

    /// Leaves the waker, unless the end has come.
    fn leave(&mut self, waker: &Waker) {
        let mut waiting = self.outcome.lock();
        if self.outcome.end.get().is_some() {
            drop(waiting);
            // It came between two looks: to be polled again finds it.
            return waker.wake_by_ref();
        }
        match waiting.get_mut(self.place as usize) {
            Some(known) => known.clone_from(waker),
            None => {
                // No more wait than the batch has records, which an i32 counts.
                self.place = u32::try_from(waiting.len()).unwrap_or(NOWHERE);
                waiting.push(waker.clone());
            }
        }
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let part = match self.outcome.end.get() {
                Some(End::Told(Ok(ack))) => return Poll::Ready(Ok(self.told(*ack))),
                Some(End::Told(Err(error))) => return Poll::Ready(Err(error.clone())),
                Some(End::Parts(parts)) => {
                    let at = parts.partition_point(|(first, _)| *first <= self.index);
                    let Some((first, part)) = parts.get(at.saturating_sub(1)) else {
                        return Poll::Ready(Err(Error::closed()));
                    };
                    (*first, part.clone())
                }
                None => {
                    self.leave(context.waker());
                    return Poll::Pending;
                }
            };
            self.index -= part.0;
            self.place = NOWHERE;
            self.outcome = part.1;
        }
    }
}

/// Waits for the end of a batch, whatever it is.
pub(super) async fn ended(outcome: Arc<Outcome>) -> Result<()> {
    let mut pending = vec![outcome];
    let mut first_error = Ok(());
    while let Some(outcome) = pending.pop() {
        if let Some(End::Parts(parts)) = outcome.end.get() {
            pending.extend(parts.iter().map(|(_, part)| part.clone()));
            continue;
        }
        let told = Delivery::new(outcome, 0, -1).await;
        first_error = first_error.and(told.map(drop));
    }
    first_error
}
