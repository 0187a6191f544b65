//! Sending many records, and what became of each.

use std::collections::VecDeque;

use ottla_client::producer::Delivery;
use ottla_client::settings::ProducerSettings;
use ottla_client::{Error, Producer, ProducerRecord, RecordMetadata, Result};
use ottla_io::Io;

/// Deliveries that are awaited one by one only when there are as many: so many records may be on
/// their way.
const PENDING_MAX: usize = 50_000;

/// A producer, and what is on its way.
pub(crate) struct Sending {
    pub(crate) producer: Producer,
    pending: VecDeque<Delivery>,
    /// Records that are in the log, and records that are not and never will be.
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    /// Whether all is one transaction.
    pub(crate) is_transactional: bool,
}

/// What is told of each record.
pub(crate) type Told<'a> = dyn FnMut(&Result<RecordMetadata>) + 'a;

impl Sending {
    /// A producer; a transaction is begun if the settings have a transactional id.
    ///
    /// # Errors
    /// A setting that is not allowed, or a coordinator that does not answer.
    pub(crate) async fn new(io: &Io, settings: ProducerSettings) -> Result<Self> {
        let is_transactional = settings.transactional_id.is_some();
        let producer = Producer::new(io.clone(), settings)?;
        if is_transactional {
            producer.init_transactions().await?;
            let _open = producer.begin_transaction()?;
        }
        Ok(Self { producer, pending: VecDeque::new(), delivered: 0, failed: 0, is_transactional })
    }

    /// Puts a record on its way, and tells of those that have arrived.
    ///
    /// # Errors
    /// It cannot even be sent.
    pub(crate) async fn send(&mut self, record: ProducerRecord, told: &mut Told<'_>) -> Result<()> {
        let delivery = self.producer.send(record).await?;
        self.pending.push_back(delivery);
        if self.pending.len() >= PENDING_MAX {
            while self.pending.len() > PENDING_MAX / 2 {
                self.settle_one(told).await;
            }
        }
        Ok(())
    }

    /// How many are on their way.
    pub(crate) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Waits for the oldest that is on its way.
    pub(crate) async fn settle_one(&mut self, told: &mut Told<'_>) {
        // Kept in front while it is waited for: this may be dropped.
        let Some(oldest) = self.pending.front_mut() else { return };
        let outcome = oldest.await;
        self.pending.pop_front();
        match &outcome {
            Ok(_) => self.delivered += 1,
            Err(_) => self.failed += 1,
        }
        told(&outcome);
    }

    /// Sends everything now, and waits until it has arrived.
    pub(crate) async fn settle(&mut self, told: &mut Told<'_>) {
        self.producer.flush().await;
        while !self.pending.is_empty() {
            self.settle_one(told).await;
        }
    }

    /// Ends the transaction, if there is one: with its records, or without.
    ///
    /// # Errors
    /// The coordinator refuses, or a record of it failed.
    pub(crate) async fn end(&self, commits: bool) -> Result<()> {
        match (self.is_transactional, commits) {
            (false, _) => Ok(()),
            (true, true) => self.producer.commit_transaction().await,
            (true, false) => self.producer.abort_transaction().await,
        }
    }
}

/// Whether anything more can be sent after this error.
pub(crate) fn ends_all(error: &Error) -> bool {
    use ottla_client::ErrorKind;
    !matches!(error.kind(), ErrorKind::InvalidRecord)
}
