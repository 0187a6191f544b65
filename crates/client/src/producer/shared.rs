//! What the producer's handles and its tasks share.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, watch};

use super::accumulator::Accumulator;
use super::hooks::Hooks;
use super::metrics::Counters;
use super::sender::Nodes;
use super::transaction::Transaction;
use crate::client::Client;
use crate::settings::ProducerSettings;

/// The inside of a producer. Where both locks are held, the transaction's is taken first.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) settings: ProducerSettings,
    pub(super) hooks: Hooks,
    pub(super) counters: Mutex<Counters>,
    pub(super) accumulator: Mutex<Accumulator>,
    pub(super) transaction: Mutex<Transaction>,
    pub(super) nodes: Mutex<Nodes>,
    /// Bytes that are free.
    pub(super) memory: Arc<Semaphore>,
    /// Sends that wait for memory.
    pub(super) memory_waiters: AtomicUsize,
    /// Flushes in progress.
    pub(super) flushing: AtomicUsize,
    /// Nothing more comes; what is there is still sent.
    pub(super) is_closing: AtomicBool,
    /// What is there is given up.
    pub(super) is_aborting: AtomicBool,
    pub(super) is_asking_id: AtomicBool,
    pub(super) is_adding: AtomicBool,
    /// Wakes the sender.
    pub(super) wake: Notify,
    /// Turns true when the sender has ended.
    pub(super) stopped: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Accumulator> {
        self.accumulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for one expression: nothing else is locked when it is over.
    pub(super) fn lock_and<T>(&self, work: impl FnOnce(&mut Accumulator) -> T) -> T {
        work(&mut self.lock())
    }

    /// Counts something.
    pub(super) fn count(&self, note: impl FnOnce(&mut Counters)) {
        note(&mut self.counters.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn lock_transaction(&self) -> MutexGuard<'_, Transaction> {
        self.transaction.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_transactional(&self) -> bool {
        self.settings.transactional_id.is_some()
    }

    /// Runs a task of this producer beside the caller.
    pub(super) fn spawn<F: Future<Output = ()> + Send + 'static>(
        self: &Arc<Self>,
        name: &'static str,
        task: impl FnOnce(Arc<Self>) -> F,
    ) {
        self.client.io().spawn(name, task(self.clone()));
    }
}
