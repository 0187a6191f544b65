//! [`Consumer`]: records of topics, alone or with a group.
//!
//! ```text
//! mod.rs       reading                     handle.rs    everything else a user can ask
//! driver.rs    the task behind it          callbacks.rs rebalances as the user sees them
//! following.rs what the user wants         committing.rs automatic commits
//! fetching.rs  from whom                   pace.rs      how much at once
//! record.rs    what came, as owned records
//! finding.rs   places of partitions        member.rs, commits.rs, offsets.rs   on the wire
//! shared.rs    what both sides look at            stream.rs as a `Stream`
//! ```
//! The rules are values of [`ottla_membership`]; here is what reaches the world.
//!
//! ```no_run
//! use ottla_client::{Consumer, settings::ConsumerSettings};
//! use ottla_io::Io;
//!
//! # async fn example() -> ottla_client::Result<()> {
//! let settings = ConsumerSettings::from_properties([
//!     ("bootstrap.servers", "127.0.0.1:9092"),
//!     ("group.id", "readers"),
//!     ("auto.offset.reset", "earliest"),
//! ])?;
//! let mut consumer = Consumer::new(Io::os(), settings)?;
//! consumer.subscribe(["events"])?;
//! while let Some(record) = consumer.next().await {
//!     let record = record?;
//!     println!("{}-{} @ {}: {:?}", record.topic, record.partition, record.offset, record.value);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! * What [`Consumer::next`] gave out counts as processed when it is called again; that is what
//!   automatic commits commit, and no partition is given back before (for `max.poll.interval.ms`).
//! * `next` may be dropped while it waits: no record is lost.
//! * A consumer is a [`Stream`] too, of what `next` gives: for adapters, and for code that takes any
//!   stream. Tests without a broker of their own: `ottla-testkit`.
//! * Memory for what is fetched and not given out is bounded over all partitions by
//!   `ottla.client.buffer.bytes.max`.
//! * Dropping a consumer blocks nothing: it leaves its group in the background. [`Consumer::close`]
//!   waits for that, and commits first; so does [`ConsumerHandle::close`], for a consumer that an adapter
//!   or another task holds.

mod asking;
mod callbacks;
mod commits;
mod committing;
mod driver;
mod fetching;
mod finding;
mod following;
mod handle;
mod listener;
mod member;
mod offsets;
mod pace;
mod record;
mod shared;
mod stream;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_io::Io;
use ottla_record::CodecSpace;

pub use futures_core::Stream;

pub use commits::{OffsetAndMetadata, Offsets};
pub use handle::{ConsumerHandle, GroupMetadata};
pub use listener::{Callback, RebalanceListener};
pub use offsets::OffsetAndTimestamp;
pub use ottla_membership::{Generation, Leaving};
pub use record::{ConsumerRecord, RecordHeader};

use crate::settings::ConsumerSettings;
use crate::{Client, Error, ErrorKind, Result};
use driver::Driver;
use record::Chunk;
use shared::Shared;

/// Reads records. One task reads; what else there is to do, any task can with a [`ConsumerHandle`].
pub struct Consumer {
    handle: ConsumerHandle,
    /// What is being given out.
    current: Option<Chunk>,
    space: CodecSpace,
    /// How many records were given out the last time.
    usual_count: usize,
    /// What [`Stream::poll_next`] waits for, between two polls of it.
    pending: Option<stream::Pending>,
}

impl Consumer {
    /// A consumer over `io`. Connects to nothing before it is told what to read.
    ///
    /// # Errors
    /// The settings are not valid.
    pub fn new(io: Io, settings: ConsumerSettings) -> Result<Self> {
        Self::build(io, settings, None)
    }

    /// The same with a listener to rebalances.
    ///
    /// # Errors
    /// The settings are not valid.
    pub fn with_listener(
        io: Io,
        settings: ConsumerSettings,
        listener: impl RebalanceListener,
    ) -> Result<Self> {
        Self::build(io, settings, Some(Arc::new(listener)))
    }

    fn build(
        io: Io,
        settings: ConsumerSettings,
        listener: Option<Arc<dyn RebalanceListener>>,
    ) -> Result<Self> {
        let client = Client::new(io, settings.common.clone())?;
        client.set_creates_topics(settings.allow_auto_create_topics);
        let shared = Arc::new(Shared::new(client, settings, listener));
        let driver = Driver::new(shared.clone())?;
        shared.client.io().spawn("consumer", driver.run());
        let handle = ConsumerHandle { shared };
        Ok(Self { handle, current: None, space: CodecSpace::new(), usual_count: 0, pending: None })
    }

    /// A handle that other tasks can keep.
    pub fn handle(&self) -> ConsumerHandle {
        self.handle.clone()
    }

    /// The next record, of any partition, in order within each; waits for it. `None` when the consumer
    /// is closed. What was given out before counts as processed. Nothing is lost if this is dropped.
    ///
    /// An error does not end the stream: reading goes on with the next call, where that makes sense. What
    /// ended the membership for good is told again every `retry.backoff.max.ms`, until there is another
    /// subscription.
    pub async fn next(&mut self) -> Option<Result<ConsumerRecord>> {
        let mut one = self.wait_for(1).await?;
        match &mut one {
            Ok(records) => records.pop().map(Ok),
            Err(error) => Some(Err(error.clone())),
        }
    }

    /// Up to `max.poll.records` records; waits for the first at most `limit`, and gives none then.
    ///
    /// # Errors
    /// What reading ran into; [`ErrorKind::Closed`] when the consumer is closed.
    pub async fn poll(&mut self, limit: Duration) -> Result<Vec<ConsumerRecord>> {
        let io = self.handle.shared.client.io().clone();
        let max = self.handle.shared.settings.max_poll_records;
        match io.timeout(limit, self.wait_for(max)).await {
            None => Ok(Vec::new()),
            Some(Some(records)) => records,
            Some(None) => Err(Error::new(ErrorKind::Closed, "the consumer is closed")),
        }
    }

    /// Leaves the group as its settings say, after a commit if commits are automatic, and waits for
    /// that, at most `limit`.
    pub async fn close(self, limit: Duration) {
        self.close_with(Leaving::Default, limit).await;
    }

    /// The same, and says whether to leave the group.
    pub async fn close_with(self, leaving: Leaving, limit: Duration) {
        self.is_alive();
        self.handle.end(leaving, limit).await;
    }

    /// The user is alive, and done with what he was given, although he asks for no more.
    pub(crate) fn is_alive(&self) {
        let shared = &self.handle.shared;
        let now = shared.client.io().now().mono;
        shared.lock().polled(now);
        shared.driver.notify_one();
    }

    /// Records, at least one and at most `max`. `None` when the consumer has ended.
    pub(crate) async fn wait_for(&mut self, max: usize) -> Option<Result<Vec<ConsumerRecord>>> {
        let shared = self.handle.shared.clone();
        self.ask();
        let waiting = Waiting { shared: shared.clone(), set: false };
        tokio::pin!(waiting);
        loop {
            let bell = shared.user.notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            let told_next = match self.look(max) {
                Look::Told(told) => return told,
                Look::Nothing(due) => due,
            };
            waiting.as_mut().get_mut().set();
            tokio::select! {
                biased;
                () = bell => {}
                () = shared.client.io().sleep_until(told_next) => {}
            }
        }
    }

    /// The user asks for more: what he was given before is processed.
    fn ask(&mut self) {
        self.pending = None;
        let shared = &self.handle.shared;
        let now = shared.client.io().now().mono;
        let mut state = shared.lock();
        let awaited = !state.giving_back.is_empty();
        state.polled(now);
        drop(state);
        if awaited {
            shared.driver.notify_one();
        }
    }

    /// What there is now for who asked for at most `max` records.
    fn look(&mut self, max: usize) -> Look {
        {
            let mut state = self.handle.shared.lock();
            if let Some(error) = state.errors.pop_front() {
                return Look::Told(Some(Err(error)));
            }
            if state.over {
                return Look::Told(None);
            }
        }
        match self.ready(max) {
            Ok(records) if records.is_empty() => {}
            other => return Look::Told(Some(other)),
        }
        match self.failure() {
            Some(Ok(error)) => Look::Told(Some(Err(error))),
            Some(Err(due)) => Look::Nothing(due),
            None => Look::Nothing(MonoTime::NEVER),
        }
    }

    /// What ended the membership, or when that is to be told again.
    fn failure(&self) -> Option<std::result::Result<Error, MonoTime>> {
        let shared = &self.handle.shared;
        let pause = shared.client.settings().retry_backoff_max;
        let now = shared.client.io().now().mono;
        shared.lock().failed.as_mut().map(|it| it.tell(now, pause))
    }

    /// Records that are there, at most `max`.
    fn ready(&mut self, max: usize) -> Result<Vec<ConsumerRecord>> {
        let shared = self.handle.shared.clone();
        let mut records = Vec::new();
        while records.len() < max {
            let Some(mut chunk) = self.current.take().or_else(|| shared.lock().take_chunk()) else {
                break;
            };
            let mut state = shared.lock();
            if !state.positions.is_current(&chunk.partition, chunk.version) {
                state.release(&chunk);
                continue;
            }
            if !state.may_give(&chunk) {
                // In front: behind it there may be more of the same partition.
                state.chunks.push_front(chunk);
                continue;
            }
            if records.capacity() == 0 {
                records.reserve(self.usual_count.min(max));
            }
            give(&mut state, &mut chunk, &mut records, max);
            drop(state);
            if records.len() >= max {
                self.current = Some(chunk);
                break;
            }
            match chunk.unpack(&mut self.space) {
                Ok(true) => self.current = Some(chunk),
                Ok(false) => self.used_up(&chunk),
                Err(error) if records.is_empty() => {
                    self.damaged(&chunk);
                    return Err(error);
                }
                Err(_) => {
                    // What was read before it is given out first; then it is met again.
                    self.damaged(&chunk);
                    break;
                }
            }
        }
        if !records.is_empty() {
            self.usual_count = records.len();
        }
        Ok(records)
    }

    fn used_up(&self, chunk: &Chunk) {
        let mut state = self.handle.shared.lock();
        state.positions.consumed(&chunk.partition, chunk.version, chunk.end());
        state.release(chunk);
        drop(state);
        self.handle.shared.driver.notify_one();
    }

    /// Reading goes on, or fails again, where the damage begins.
    fn damaged(&self, chunk: &Chunk) {
        let mut state = self.handle.shared.lock();
        if let Some(position) = state.positions.position(&chunk.partition) {
            state.positions.seek(&chunk.partition, position);
        }
        state.release(chunk);
        drop(state);
        self.handle.shared.driver.notify_one();
    }
}

/// What whoever asked for records is told: records, an error, the end; or nothing before somebody
/// rings, or this time has come.
enum Look {
    Told(Option<Result<Vec<ConsumerRecord>>>),
    Nothing(MonoTime),
}

/// Gives out what is unpacked of `chunk`.
fn give(
    state: &mut shared::State,
    chunk: &mut Chunk,
    records: &mut Vec<ConsumerRecord>,
    max: usize,
) {
    let Some(next) = chunk.give(records, max) else { return };
    if let Some(before) = state.positions.position(&chunk.partition) {
        state.in_hand.entry(chunk.partition.clone()).or_insert(before);
    }
    state.positions.consumed(&chunk.partition, chunk.version, next);
}

/// Says that the user waits, until it is dropped.
struct Waiting {
    shared: Arc<Shared>,
    set: bool,
}

impl Waiting {
    fn set(&mut self) {
        if !self.set {
            self.set = true;
            self.shared.lock().waiting = true;
            self.shared.driver.notify_one();
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.set {
            let now = self.shared.client.io().now().mono;
            let mut state = self.shared.lock();
            state.waiting = false;
            state.polled_at = now;
        }
    }
}

impl Deref for Consumer {
    type Target = ConsumerHandle;

    fn deref(&self) -> &ConsumerHandle {
        &self.handle
    }
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.handle.fmt(f)
    }
}

impl Drop for Consumer {
    /// Leaves the group in the background; waits for nothing.
    fn drop(&mut self) {
        self.handle.shared.lock().closing.get_or_insert(Leaving::Default);
        self.handle.shared.driver.notify_one();
    }
}
