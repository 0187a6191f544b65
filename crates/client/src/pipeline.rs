//! [`Pipeline`]: read, transform, write, exactly once. A consumer and a transactional producer as one:
//! what comes out of records and the offsets behind them are one transaction, so that after a crash, a
//! rebalance or an abort every record is reflected in the output once, for whoever reads that with
//! `isolation.level=read_committed`.
//!
//! ```no_run
//! use ottla_client::settings::{ConsumerSettings, ProducerSettings};
//! use ottla_client::{Pipeline, ProducerRecord};
//! use ottla_io::Io;
//!
//! # async fn example() -> ottla_client::Result<()> {
//! let consumer = ConsumerSettings::from_properties([
//!     ("bootstrap.servers", "127.0.0.1:9092"),
//!     ("group.id", "upper-case"),
//!     ("auto.offset.reset", "earliest"),
//! ])?;
//! let producer = ProducerSettings::from_properties([
//!     ("bootstrap.servers", "127.0.0.1:9092"),
//!     ("transactional.id", "upper-case-1"),
//! ])?;
//! let mut pipeline = Pipeline::new(Io::os(), consumer, producer)?;
//! pipeline.subscribe(["words"])?;
//! pipeline
//!     .run(|record| async move {
//!         let upper = record.value.unwrap_or_default().to_ascii_uppercase();
//!         Ok(vec![ProducerRecord::new("upper", upper)])
//!     })
//!     .await
//! # }
//! ```
//!
//! * Each running pipeline has a `transactional.id` of its own, which a restart keeps.
//! * A step that fails is aborted and its records are given out again: the transformation may see a
//!   record more than once, the output has it once.
//! * When [`Pipeline::step`] fails fatally (the producer was fenced: another life of its id has begun,
//!   or a transaction took longer than `transaction.timeout.ms`), make a new pipeline: it begins where
//!   the last committed transaction ended.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::ops::Deref;
use std::time::Duration;

use ottla_io::Io;
use ottla_model::{ErrorCode, TopicPartition};

use crate::admin::NewOffset;
use crate::consumer::{Consumer, ConsumerHandle, ConsumerRecord, Leaving, RebalanceListener};
use crate::producer::{Producer, ProducerRecord, Transaction};
use crate::settings::{ConsumerSettings, IsolationLevel, ProducerSettings};
use crate::{Error, ErrorKind, Result};

/// How long a step of [`Pipeline::run`] waits for records.
const STEP_WAIT: Duration = Duration::from_secs(1);

/// Reads, transforms and writes in transactions. What to read is said as to a [`ConsumerHandle`], which
/// it derefs to.
#[derive(Debug)]
pub struct Pipeline {
    consumer: Consumer,
    producer: Producer,
    /// Whether the producer has its id.
    is_ready: bool,
    /// Whether a step was dropped in its middle.
    is_open: bool,
}

/// What became of one step.
#[derive(Debug, Clone)]
#[must_use]
pub enum Step {
    /// There were no records.
    Nothing,
    /// So many records are reflected in the output.
    Committed(usize),
    /// The transaction was aborted for a reason that passes, and its records come again.
    Aborted(Error),
}

impl Pipeline {
    /// A pipeline over `io`. Reads committed records alone and commits offsets with transactions alone,
    /// whatever `consumer` says of that.
    ///
    /// # Errors
    /// There is no `group.id` or no `transactional.id`, or the settings are not valid.
    pub fn new(io: Io, consumer: ConsumerSettings, producer: ProducerSettings) -> Result<Self> {
        let consumer = Consumer::new(io.clone(), checked(consumer, &producer)?)?;
        Self::of(consumer, Producer::new(io, producer)?)
    }

    /// The same with a listener to rebalances.
    ///
    /// # Errors
    /// As [`Pipeline::new`].
    pub fn with_listener(
        io: Io,
        consumer: ConsumerSettings,
        producer: ProducerSettings,
        listener: impl RebalanceListener,
    ) -> Result<Self> {
        let settings = checked(consumer, &producer)?;
        let consumer = Consumer::with_listener(io.clone(), settings, listener)?;
        Self::of(consumer, Producer::new(io, producer)?)
    }

    #[allow(clippy::unnecessary_wraps, reason = "the end of constructors that fail")]
    fn of(consumer: Consumer, producer: Producer) -> Result<Self> {
        Ok(Self { consumer, producer, is_ready: false, is_open: false })
    }

    /// One transaction: takes up to `max.poll.records` records, waiting for the first at most `limit`,
    /// and commits what `transform` makes of them together with their offsets.
    ///
    /// # Errors
    /// `transform`'s own error, or one of reading or writing that trying again does not cure. Nothing
    /// of the step is visible then, and its records come again; unless the error is fatal to the
    /// producer, which every step after it tells too: make a new pipeline.
    pub async fn step<F: Future<Output = Result<Vec<ProducerRecord>>>>(
        &mut self,
        limit: Duration,
        transform: impl FnMut(ConsumerRecord) -> F,
    ) -> Result<Step> {
        if self.is_open {
            let dropped = Error::new(ErrorKind::Disconnected, "a step was not waited for");
            return self.give_up(dropped).await;
        }
        if !self.is_ready {
            match self.producer.init_transactions().await {
                Ok(()) => self.is_ready = true,
                Err(error) if error.is_retriable() => return Ok(Step::Aborted(error)),
                Err(error) => return Err(error),
            }
        }
        let records = match self.consumer.poll(limit).await {
            Ok(records) => records,
            Err(error) if error.is_retriable() => return Ok(Step::Aborted(error)),
            Err(error) => return Err(error),
        };
        if records.is_empty() {
            return Ok(Step::Nothing);
        }
        let count = records.len();
        let transaction = self.producer.begin_transaction()?;
        self.is_open = true;
        match write(&self.consumer, &transaction, records, transform).await {
            Ok(()) => {}
            Err(error) => return self.give_up(error).await,
        }
        match self.commit().await {
            Ok(()) => {
                self.is_open = false;
                Ok(Step::Committed(count))
            }
            Err(error) => self.give_up(error).await,
        }
    }

    /// Steps until the consumer is closed or something does not pass.
    ///
    /// # Errors
    /// As [`Pipeline::step`].
    pub async fn run<F: Future<Output = Result<Vec<ProducerRecord>>>>(
        &mut self,
        mut transform: impl FnMut(ConsumerRecord) -> F,
    ) -> Result<()> {
        loop {
            if let Step::Aborted(error) = self.step(STEP_WAIT, &mut transform).await? {
                tracing::info!(%error, "the transaction was aborted; its records come again");
                let pause = self.producer.client().settings().retry_backoff;
                self.producer.client().io().sleep(pause).await;
            }
        }
    }

    /// Leaves the group, and closes both sides; each has at most `limit` for it.
    pub async fn close(self, limit: Duration) {
        self.consumer.close_with(Leaving::Default, limit).await;
        self.producer.close(limit).await;
    }

    /// The producer, for what has nothing to do with transactions, such as partitions of a topic.
    pub fn producer(&self) -> &Producer {
        &self.producer
    }

    /// As long as nobody knows whether the transaction was committed, nothing else can be done. The
    /// coordinator ends it at `transaction.timeout.ms` at the latest, and then says so.
    async fn commit(&self) -> Result<()> {
        loop {
            match self.producer.commit_transaction().await {
                Err(error) if error.is_retriable() => {
                    tracing::warn!(%error, "the transaction is not known to be committed yet");
                }
                told => return told,
            }
        }
    }

    /// Aborts, and has the records come again. Whatever prevents that is fatal.
    async fn give_up(&mut self, cause: Error) -> Result<Step> {
        loop {
            match self.producer.abort_transaction().await {
                Ok(()) => break,
                Err(error) if error.is_retriable() => {
                    tracing::warn!(%error, "the transaction is not known to be aborted yet");
                }
                Err(error) => return Err(error),
            }
        }
        self.is_open = false;
        self.consumer.take_back();
        if passes(&cause) { Ok(Step::Aborted(cause)) } else { Err(cause) }
    }
}

impl Deref for Pipeline {
    type Target = ConsumerHandle;

    fn deref(&self) -> &ConsumerHandle {
        &self.consumer
    }
}

fn checked(consumer: ConsumerSettings, producer: &ProducerSettings) -> Result<ConsumerSettings> {
    if producer.transactional_id.is_none() || consumer.group_id.is_none() {
        let text = "a pipeline needs a transactional.id and a group.id";
        return Err(Error::new(ErrorKind::Settings, text));
    }
    Ok(consumer.auto_commit(false).isolation_level(IsolationLevel::ReadCommitted))
}

/// Everything that belongs into the transaction.
async fn write<F: Future<Output = Result<Vec<ProducerRecord>>>>(
    consumer: &ConsumerHandle,
    transaction: &Transaction<'_>,
    records: Vec<ConsumerRecord>,
    mut transform: impl FnMut(ConsumerRecord) -> F,
) -> Result<()> {
    let place = |it: &ConsumerRecord| TopicPartition::new(it.topic.clone(), it.partition);
    let partitions: BTreeSet<TopicPartition> = records.iter().map(place).collect();
    for record in records {
        for made in transform(record).await? {
            // A delivery that fails makes the commit fail.
            drop(transaction.send(made).await?);
        }
    }
    let (offsets, group) = consumer.given_out(&partitions)?;
    let offsets: BTreeMap<TopicPartition, NewOffset> =
        offsets.into_iter().map(|(it, offset)| (it, offset.into())).collect();
    transaction.send_offsets(&offsets, &group.into()).await
}

/// Whether an aborted transaction may work when it is done again: the network, a leader or the group
/// was not what it had been.
fn passes(cause: &Error) -> bool {
    let of_the_group = matches!(
        cause.code(),
        Some(
            ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::RebalanceInProgress
                | ErrorCode::StaleMemberEpoch
                | ErrorCode::TransactionAbortable
                | ErrorCode::OutOfOrderSequenceNumber
                | ErrorCode::UnknownProducerId
        )
    );
    cause.is_retriable() || of_the_group
}
