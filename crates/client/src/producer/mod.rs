//! [`Producer`]: sends records, each once and in order.
//!
//! Idempotent unless told otherwise: whatever connections and leaders do, a record that was
//! acknowledged is in the log once, and the records of a partition are in the order in which they
//! were sent. A send has two ends: [`Producer::send`] returns when the record is buffered (it waits
//! for memory and metadata, at most `max.block.ms`), and the [`Delivery`] it gives is the future of
//! what becomes of the record (at most `delivery.timeout.ms`). Within a partition deliveries come in
//! order.
//!
//! ```no_run
//! use ottla_client::{Producer, ProducerRecord, settings::ProducerSettings};
//! use ottla_io::Io;
//!
//! # async fn example() -> ottla_client::Result<()> {
//! let producer = Producer::new(Io::os(), ProducerSettings::new("127.0.0.1:9092")?)?;
//! let record = ProducerRecord::new("payments", "12.50").key("customer-7");
//! let delivery = producer.send(record).await?;
//! let metadata = delivery.await?;
//! println!("{}-{} at {:?}", metadata.topic, metadata.partition, metadata.offset);
//! producer.close(std::time::Duration::from_secs(10)).await;
//! # Ok(())
//! # }
//! ```
//!
//! Transactions:
//!
//! ```no_run
//! # use ottla_client::{Producer, ProducerRecord, settings::ProducerSettings};
//! # async fn example(producer: Producer) -> ottla_client::Result<()> {
//! producer.init_transactions().await?;
//! let transaction = producer.begin_transaction()?;
//! let _both = transaction.send(ProducerRecord::new("a", "1")).await?;
//! let _or_none = transaction.send(ProducerRecord::new("b", "2")).await?;
//! transaction.commit().await?;
//! # Ok(())
//! # }
//! ```

mod accumulator;
mod batch;
mod buffers;
pub(crate) mod dead_letters;
mod delivery;
mod hooks;
mod identity;
mod metrics;
pub mod murmur2;
mod produce;
mod queue;
mod record;
mod sender;
mod sequences;
mod shared;
mod sticky;
mod transaction;
mod transactions;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_base::{MonoTime, Rng};
use ottla_io::Io;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};

pub use dead_letters::{DeadLetters, HEADER_PREFIX, replay_file, replay_topic};
pub use delivery::Delivery;
pub use hooks::{DeadLetter, DeadLetterSink, Interceptor};
pub use metrics::ProducerMetrics;
pub use record::{ProducerRecord, RecordMetadata};
pub use transactions::Transaction;

use crate::client::Client;
use crate::image::TopicInfo;
use crate::settings::{PartitionerKind, ProducerSettings};
use crate::{Error, ErrorKind, Result};
use accumulator::{Accumulator, Place, Rules};
use batch::{headers_of, new_record};
use hooks::Hooks;
use shared::Shared;

/// Bytes that a batch of one record has beside the record.
const BATCH_OVERHEAD_BYTES: usize = 70;

/// Who commits offsets: what a consumer knows of itself and its group (KIP-447).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerGroupMetadata {
    /// The group.
    pub group_id: String,
    /// Its generation, or with KIP-848 the member's epoch; -1 for a consumer without membership.
    pub generation: i32,
    /// The member; empty for a consumer without membership.
    pub member_id: String,
    /// The name that outlives its process.
    pub group_instance_id: Option<String>,
}

impl ConsumerGroupMetadata {
    /// Of a consumer that assigned its partitions itself.
    pub fn without_membership(group_id: impl Into<String>) -> Self {
        let group_id = group_id.into();
        Self { group_id, generation: -1, member_id: String::new(), group_instance_id: None }
    }
}

impl From<crate::consumer::GroupMetadata> for ConsumerGroupMetadata {
    fn from(of: crate::consumer::GroupMetadata) -> Self {
        Self {
            group_id: of.group_id.to_string(),
            generation: of.generation.generation,
            member_id: of.generation.member_id.to_string(),
            group_instance_id: of.instance_id,
        }
    }
}

/// A producer. Cheap to clone; when the last clone is dropped, what is buffered is still sent in the
/// background as long as the runtime lives. [`Producer::close`] waits for that.
#[derive(Debug, Clone)]
pub struct Producer {
    shared: Arc<Shared>,
    /// Round robin's next partition.
    turn: Arc<AtomicUsize>,
    _last: Arc<Closer>,
}

/// Tells the sender that nothing more comes.
#[derive(Debug)]
struct Closer {
    shared: Arc<Shared>,
}

impl Drop for Closer {
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::Release);
        self.shared.wake.notify_one();
    }
}

/// A producer that is being put together.
#[derive(Debug)]
pub struct ProducerBuilder {
    settings: ProducerSettings,
    hooks: Hooks,
}

impl ProducerBuilder {
    /// Has an interceptor see every record, behind those that were added before.
    #[must_use]
    pub fn interceptor(mut self, interceptor: impl Interceptor) -> Self {
        self.hooks.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Has records that fail for good go somewhere.
    #[must_use]
    pub fn dead_letters(mut self, sink: impl DeadLetterSink) -> Self {
        self.hooks.dead_letters = Some(Arc::new(sink));
        self
    }

    /// The producer, over `io`. Opens no connection.
    ///
    /// # Errors
    /// A setting that is not allowed.
    pub fn build(self, io: Io) -> Result<Producer> {
        let settings = self.settings.checked()?;
        let client = Client::new(io, settings.common.clone())?;
        client.set_creates_topics(true);
        let rng = Rng::new(client.io().random_u64());
        let rules = rules_of(&settings);
        let shared = Arc::new(Shared {
            accumulator: Mutex::new(Accumulator::new(rules, settings.buffer_memory, rng)),
            transaction: Mutex::default(),
            nodes: Mutex::default(),
            memory: Arc::new(Semaphore::new(settings.buffer_memory.min(Semaphore::MAX_PERMITS))),
            memory_waiters: AtomicUsize::new(0),
            flushing: AtomicUsize::new(0),
            is_closing: AtomicBool::new(false),
            is_aborting: AtomicBool::new(false),
            is_asking_id: AtomicBool::new(false),
            is_adding: AtomicBool::new(false),
            wake: Notify::new(),
            stopped: watch::Sender::new(false),
            hooks: self.hooks,
            counters: Mutex::default(),
            client,
            settings,
        });
        shared.spawn("producer", sender::run);
        let last = Arc::new(Closer { shared: shared.clone() });
        Ok(Producer { shared, turn: Arc::default(), _last: last })
    }
}

impl Producer {
    /// A producer over `io`. Opens no connection.
    ///
    /// # Errors
    /// A setting that is not allowed.
    pub fn new(io: Io, settings: ProducerSettings) -> Result<Self> {
        Self::builder(settings).build(io)
    }

    /// A producer with interceptors or a place for dead letters.
    pub fn builder(settings: ProducerSettings) -> ProducerBuilder {
        ProducerBuilder { settings, hooks: Hooks::default() }
    }

    /// The client below.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// Puts a record on its way. Returns when it is buffered: await the delivery to know more.
    ///
    /// # Errors
    /// The record is too large, its topic is not there, or there was no room; within `max.block.ms`.
    pub async fn send(&self, record: ProducerRecord) -> Result<Delivery> {
        let shared = &self.shared;
        if shared.is_closing.load(Ordering::Acquire) {
            return Err(Error::closed());
        }
        let record = shared.hooks.on_send(record);
        match self.place(&record).await {
            Ok(delivery) => Ok(delivery),
            Err(error) => {
                shared.hooks.on_acknowledgement(&Err(error.clone()));
                if !shared.is_transactional() {
                    shared.hooks.on_dead_letter(DeadLetter::new(record, error.clone()));
                }
                Err(error)
            }
        }
    }

    /// Puts a record into its batch.
    async fn place(&self, record: &ProducerRecord) -> Result<Delivery> {
        let shared = &self.shared;
        let began = shared.client.io().now();
        // The clock is read again only after a wait: a batch's time begins when it is made.
        let mut now = began.mono;
        let topic = match self.known_topic(&record.topic) {
            Some(known) => known,
            None => {
                let found = self.find_topic(&record.topic).await?;
                now = shared.client.io().now().mono;
                found
            }
        };
        let headers = headers_of(record);
        let new = new_record(record, &headers, began.wall.millis);
        let size = size_of(record);
        let room = match self.room_now(size)? {
            Some(room) => room,
            None => {
                let room = self.wait_for_room(size, began.mono).await;
                now = shared.client.io().now().mono;
                shared.count(|it| it.waited(now.since(began.mono), room.is_err()));
                room?
            }
        };
        let mut partition = self.partition(record, &topic)?;
        let is_transactional = shared.is_transactional();
        if is_transactional {
            // The transaction must know the partition before the record is there.
            let chosen = partition.or_else(|| shared.lock().sticky_partition(&topic));
            partition = Some(chosen.ok_or_else(|| no_partition(None, 0))?);
            let chosen = partition.unwrap_or_default() as i32;
            shared.lock_transaction().send(&topic.name, chosen)?;
        }
        let place = Place { partition, is_transactional };
        let appended = shared.lock_and(|accumulator| {
            accumulator.append(&topic, place, &new, room, &shared.memory, now)
        })?;
        if appended.wakes {
            shared.wake.notify_one();
        }
        Ok(appended.delivery)
    }

    /// Sends what is buffered now without waiting for more, and waits until all of it is decided.
    /// Deliveries tell how.
    pub async fn flush(&self) {
        let shared = &self.shared;
        shared.flushing.fetch_add(1, Ordering::AcqRel);
        let _done = Flushing { shared, began: shared.client.io().now().mono };
        let outcomes = shared.lock_and(|accumulator| accumulator.outcomes());
        shared.wake.notify_one();
        for outcome in outcomes {
            let _told_to_who_sent = delivery::ended(outcome).await;
        }
    }

    /// The same, for at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`]: something is not decided yet. It is sent on until its
    /// `delivery.timeout.ms`, without hurry; nothing is given up.
    pub async fn flush_within(&self, limit: Duration) -> Result<()> {
        let flushed = self.shared.client.io().timeout(limit, self.flush()).await;
        flushed.ok_or_else(|| {
            let text = format!("what was sent is not decided after {} ms", limit.as_millis());
            Error::new(ErrorKind::TimedOut, text).context("flush")
        })
    }

    /// What this producer and its clones have done so far.
    pub fn metrics(&self) -> ProducerMetrics {
        let shared = &self.shared;
        let counters = *shared.counters.lock().unwrap_or_else(PoisonError::into_inner);
        ProducerMetrics {
            buffer_total_bytes: shared.settings.buffer_memory as u64,
            buffer_available_bytes: self.memory_available() as u64,
            waiting_threads: shared.memory_waiters.load(Ordering::Acquire) as u64,
            ..counters.snapshot()
        }
    }

    /// Takes no more records, waits at most `limit` until everything is sent, and gives up the
    /// rest: their deliveries say so. Clones are closed too. Zero gives up at once.
    pub async fn close(self, limit: Duration) {
        let shared = &self.shared;
        let mut stopped = shared.stopped.subscribe();
        shared.is_closing.store(true, Ordering::Release);
        shared.wake.notify_one();
        let io = shared.client.io();
        if io.timeout(limit, stopped.wait_for(|stopped| *stopped)).await.is_none() {
            shared.is_aborting.store(true, Ordering::Release);
            shared.wake.notify_one();
        }
        shared.client.close();
    }

    /// Bytes of `buffer.memory` that are free.
    pub fn memory_available(&self) -> usize {
        self.shared.memory.available_permits()
    }

    fn known_topic(&self, name: &str) -> Option<Arc<TopicInfo>> {
        let image = self.shared.client.image();
        image.topic(name).filter(|topic| topic.error.is_none()).cloned()
    }

    async fn find_topic(&self, name: &str) -> Result<Arc<TopicInfo>> {
        let client = &self.shared.client;
        let topics = client.topics(&[name], self.shared.settings.max_block).await?;
        topics.into_iter().next().ok_or_else(|| Error::malformed("no topic"))
    }

    /// Room for a record, if it is there.
    fn room_now(&self, bytes: usize) -> Result<Option<SemaphorePermit<'_>>> {
        let shared = &self.shared;
        let settings = &shared.settings;
        for (limit, name) in [
            (settings.max_request_size, "max.request.size"),
            (settings.buffer_memory, "buffer.memory"),
        ] {
            if bytes > limit {
                let text = format!(
                    "the record is {bytes} bytes when serialized, which is larger than {limit} ({name})"
                );
                return Err(Error::new(ErrorKind::InvalidRecord, text));
            }
        }
        Ok(shared.memory.try_acquire_many(u32::try_from(bytes).unwrap_or(u32::MAX)).ok())
    }

    /// Room for a record, when it is there, as long as `max.block.ms` lasts.
    async fn wait_for_room(&self, bytes: usize, began: MonoTime) -> Result<SemaphorePermit<'_>> {
        let shared = &self.shared;
        let settings = &shared.settings;
        shared.memory_waiters.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting { shared };
        shared.wake.notify_one();
        let io = shared.client.io();
        let left = settings.max_block.saturating_sub(io.now().mono.since(began));
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = io.timeout(left, shared.memory.acquire_many(permits)).await;
        room.and_then(std::result::Result::ok).ok_or_else(|| {
            let text = format!(
                "no room for {bytes} bytes within {} ms (max.block.ms): buffer.memory is full",
                settings.max_block.as_millis()
            );
            Error::new(ErrorKind::Full, text)
        })
    }

    /// The partition for a record; `None`: wherever records without a key go now.
    fn partition(&self, record: &ProducerRecord, topic: &TopicInfo) -> Result<Option<usize>> {
        let count = topic.partitions.len();
        let settings = &self.shared.settings;
        let chosen = if let Some(partition) = record.partition {
            usize::try_from(partition).ok().filter(|partition| *partition < count)
        } else if settings.partitioner == PartitionerKind::RoundRobin {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            (count > 0).then(|| turn % count)
        } else if let Some(key) = record.key.as_ref().filter(|_| !settings.ignore_keys) {
            murmur2::partition_for_key(key, count)
        } else {
            return Ok(None);
        };
        chosen.map(Some).ok_or_else(|| no_partition(record.partition, count))
    }
}

fn no_partition(given: Option<i32>, count: usize) -> Error {
    let text = format!(
        "Invalid partition given with record: {} is not in the range [0...{count}).",
        given.unwrap_or(-1)
    );
    Error::new(ErrorKind::InvalidRecord, text)
}

/// Ends with the flush, however that ends.
struct Flushing<'a> {
    shared: &'a Shared,
    began: MonoTime,
}

impl Drop for Flushing<'_> {
    fn drop(&mut self) {
        self.shared.flushing.fetch_sub(1, Ordering::AcqRel);
        let took = self.shared.client.io().now().mono.since(self.began);
        self.shared.count(|it| it.flushed(took));
    }
}

/// Ends with the waiting, however that ends.
struct Waiting<'a> {
    shared: &'a Shared,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.memory_waiters.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An upper bound of a record's bytes in a batch of its own.
fn size_of(record: &ProducerRecord) -> usize {
    /// Bytes of a length, at most.
    const LENGTH: usize = 5;
    let bytes = |bytes: &Option<bytes::Bytes>| LENGTH + bytes.as_ref().map_or(0, bytes::Bytes::len);
    let header = |(name, value): &(String, _)| LENGTH + name.len() + bytes(value);
    let headers = record.headers.iter().map(header).sum::<usize>();
    BATCH_OVERHEAD_BYTES + bytes(&record.key) + bytes(&record.value) + LENGTH + headers
}

fn rules_of(settings: &ProducerSettings) -> Rules {
    Rules {
        batch_size: settings.batch_size,
        linger: settings.linger,
        compression: settings.codec(),
        delivery_timeout: settings.delivery_timeout,
        retries: u32::try_from(settings.retries).unwrap_or(0),
        retry: settings.common.retry(),
        max_request_size: settings.max_request_size,
        is_idempotent: settings.idempotence,
        one_at_a_time: settings.common.max_in_flight == 1,
        is_adaptive: settings.adaptive,
    }
}
