//! [`ParallelConsumer`]: works on many records at a time, those of a key one after the other; commits
//! only up to the first record that is not done; tries again with a delay; and has what fails for good
//! go to a [`DeadLetterStore`].
//!
//! ```text
//! running.rs   the loop around ottla_membership::Lanes     rebalances.rs   what is given back, when
//! letters.rs   where records go that failed for good
//! ```
//!
//! ```no_run
//! use ottla_client::parallel::DeadLetterFile;
//! use ottla_client::{ParallelConsumer, ParallelSettings, settings::ConsumerSettings};
//! use ottla_io::Io;
//!
//! # async fn deliver(_: ottla_client::ConsumerRecord) -> Result<(), std::io::Error> { Ok(()) }
//! # async fn example() -> ottla_client::Result<()> {
//! let consumer = ConsumerSettings::from_properties([
//!     ("bootstrap.servers", "127.0.0.1:9092"),
//!     ("group.id", "mailers"),
//! ])?;
//! let letters = DeadLetterFile::new(Io::os(), "/var/lib/mailer/dead.log");
//! let settings = ParallelSettings::default().concurrency(64).dead_letters(letters);
//! let workers = ParallelConsumer::new(Io::os(), consumer, settings)?;
//! workers.subscribe(["mails"])?;
//! workers.run(|record| async move { Ok(deliver(record).await?) }).await
//! # }
//! ```
//!
//! * A record that fails is tried again after a pause that doubles; its key waits with it, others go on.
//! * Without a dead-letter store a record that fails for good ends [`ParallelConsumer::run`] with its
//!   error, and it is the first to be read again.
//! * A partition that is given back is given back when what is being worked on of it is done, for at
//!   most [`ParallelSettings::give_back`]; the rest is another's to begin. So a record may be worked on
//!   twice after a rebalance or a crash, and is never skipped.
//! * Memory: at most [`ParallelSettings::records_max`] records, or
//!   [`ParallelSettings::bytes_max`] bytes and one read more, beside what the consumer has fetched.

mod letters;
mod rebalances;
mod running;

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

pub use letters::{DeadLetterFile, DeadLetterStore, DeadLetterTopic, Kept};
use ottla_io::Io;
pub use ottla_membership::Order;
use tokio::sync::{mpsc, watch};

use crate::consumer::{Consumer, ConsumerHandle, ConsumerRecord};
use crate::settings::ConsumerSettings;
use crate::{Error, ErrorKind, Result};
use rebalances::Rebalances;
use running::Running;

/// How records are worked on.
#[derive(Clone)]
#[non_exhaustive]
pub struct ParallelSettings {
    /// What is done one after the other: records of a key, of a partition, or nothing.
    pub order: Order,
    /// Records that are worked on at a time. Default 16.
    pub concurrency: usize,
    /// Records that were read and cannot be committed yet. Default 10 000.
    pub records_max: usize,
    /// Bytes of records that were read and are not done. Default 64 MiB.
    pub bytes_max: usize,
    /// How often a record is tried before it has failed for good. Default 5.
    pub attempts: u32,
    /// The pause before the second attempt, doubled with each. Default 1 s.
    pub retry_first: Duration,
    /// The longest pause. Default 5 min.
    pub retry_max: Duration,
    /// How long giving partitions back may wait for what is being worked on. Default 30 s.
    pub give_back: Duration,
    /// Where records go that failed for good.
    pub dead_letters: Option<Arc<dyn DeadLetterStore>>,
}

impl Default for ParallelSettings {
    fn default() -> Self {
        Self {
            order: Order::Key,
            concurrency: 16,
            records_max: 10_000,
            bytes_max: 64 << 20,
            attempts: 5,
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_secs(300),
            give_back: Duration::from_secs(30),
            dead_letters: None,
        }
    }
}

impl ParallelSettings {
    /// With this [`ParallelSettings::order`].
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// With this [`ParallelSettings::concurrency`].
    #[must_use]
    pub fn concurrency(mut self, records: usize) -> Self {
        self.concurrency = records;
        self
    }

    /// With these limits of records and bytes.
    #[must_use]
    pub fn memory(mut self, records_max: usize, bytes_max: usize) -> Self {
        (self.records_max, self.bytes_max) = (records_max, bytes_max);
        self
    }

    /// With so many attempts, and pauses from `first` to `max`.
    #[must_use]
    pub fn retries(mut self, attempts: u32, first: Duration, max: Duration) -> Self {
        (self.attempts, self.retry_first, self.retry_max) = (attempts, first, max);
        self
    }

    /// With a place for records that failed for good.
    #[must_use]
    pub fn dead_letters(mut self, store: impl DeadLetterStore) -> Self {
        self.dead_letters = Some(Arc::new(store));
        self
    }
}

impl fmt::Debug for ParallelSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParallelSettings")
            .field("order", &self.order)
            .field("concurrency", &self.concurrency)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Why a record could not be worked on. Every error turns into one that may pass: `?` does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    reason: String,
    is_for_good: bool,
}

impl Failed {
    /// Trying again is no use.
    pub fn for_good(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_for_good: true }
    }

    /// It may work later.
    pub fn for_now(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_for_good: false }
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::for_now(error.to_string())
    }
}

/// A consumer whose records are worked on beside each other. What to read is said as to a
/// [`ConsumerHandle`], which it derefs to.
pub struct ParallelConsumer {
    consumer: Consumer,
    settings: ParallelSettings,
    rebalances: mpsc::UnboundedReceiver<rebalances::Rebalance>,
    stop: watch::Sender<bool>,
}

/// Ends [`ParallelConsumer::run`].
#[derive(Debug, Clone)]
pub struct Stopper {
    stop: watch::Sender<bool>,
}

impl Stopper {
    /// Nothing more is begun; what is being worked on is waited for, as long as giving back may wait;
    /// what is done is committed, and the group is left.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

impl ParallelConsumer {
    /// A consumer over `io`. Offsets are committed here alone, whatever `consumer` says of that, as
    /// often as its `auto.commit.interval.ms`.
    ///
    /// # Errors
    /// There is no `group.id`, a limit is 0, or the settings are not valid.
    pub fn new(io: Io, consumer: ConsumerSettings, settings: ParallelSettings) -> Result<Self> {
        if consumer.group_id.is_none() {
            let text = "a parallel consumer needs a group.id to commit to";
            return Err(Error::new(ErrorKind::Settings, text));
        }
        let limits = [settings.concurrency, settings.records_max, settings.bytes_max];
        if limits.contains(&0) || settings.attempts == 0 {
            return Err(Error::new(ErrorKind::Settings, "a limit of 0 lets nothing be done"));
        }
        let (tell, rebalances) = mpsc::unbounded_channel();
        let listener = Rebalances { tell };
        let consumer = Consumer::with_listener(io, consumer.auto_commit(false), listener)?;
        Ok(Self { consumer, settings, rebalances, stop: watch::Sender::new(false) })
    }

    /// What ends [`ParallelConsumer::run`] from elsewhere.
    pub fn stopper(&self) -> Stopper {
        Stopper { stop: self.stop.clone() }
    }

    /// Works on records with `handler`, each in a task of its own, until it is stopped.
    ///
    /// # Errors
    /// Reading ran into something that does not pass, or a record failed for good and there is no
    /// dead-letter store. What was done before is committed.
    pub async fn run<F, H>(self, handler: H) -> Result<()>
    where
        F: Future<Output = std::result::Result<(), Failed>> + Send + 'static,
        H: Fn(ConsumerRecord) -> F + Send + Sync + 'static,
    {
        let work = move |record| -> running::Work { Box::pin(handler(record)) };
        let Self { consumer, settings, rebalances, stop } = self;
        Running::new(consumer, settings, Arc::new(work)).run(rebalances, stop.subscribe()).await
    }
}

impl Deref for ParallelConsumer {
    type Target = ConsumerHandle;

    fn deref(&self) -> &ConsumerHandle {
        &self.consumer
    }
}

impl fmt::Debug for ParallelConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parallel{:?}", self.consumer)
    }
}
