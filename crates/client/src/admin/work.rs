//! The keys of one call and what has become of each: some are done, the others are asked about again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::client::Client;
use crate::retry::Retry;
use crate::{Error, Result};

/// What became of each key of a call.
pub type Results<K, V> = BTreeMap<K, Result<V>>;

/// Which errors of single keys are worth another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// All that are retriable: partitions without a leader, coordinators that load.
    Retriable,
    /// Only those that say nothing of the key: another controller, a quota, no answer. That a topic
    /// is not there is an answer.
    Passing,
}

impl Patience {
    fn holds(self, error: &Error) -> bool {
        use ottla_model::ErrorCode as E;
        match error.code() {
            Some(code) if self == Self::Passing => {
                matches!(code, E::NotController | E::ThrottlingQuotaExceeded)
            }
            _ => error.is_retriable(),
        }
    }
}

/// A call in progress.
#[derive(Debug)]
pub(super) struct Work<K, V> {
    todo: BTreeSet<K>,
    done: Results<K, V>,
    retry: Retry,
    patience: Patience,
}

impl<K: Ord + Clone, V> Work<K, V> {
    pub(super) fn new(
        client: &Client,
        keys: impl IntoIterator<Item = K>,
        limit: Duration,
        patience: Patience,
    ) -> Self {
        let todo = keys.into_iter().collect();
        Self { todo, done: BTreeMap::new(), retry: client.retry(limit), patience }
    }

    /// The keys to ask about now; `None` when all are done.
    pub(super) fn next(&self) -> Option<Vec<K>> {
        (!self.todo.is_empty()).then(|| self.todo.iter().cloned().collect())
    }

    /// Time left for one attempt.
    pub(super) fn left(&self) -> Duration {
        self.retry.left()
    }

    /// Takes what one attempt brought, and waits if there must be another.
    pub(super) async fn take(&mut self, brought: Result<impl IntoIterator<Item = (K, Result<V>)>>) {
        let mut again = None;
        match brought {
            Err(error) => again = Some(error),
            Ok(results) => {
                for (key, result) in results {
                    match result {
                        Err(error) if self.patience.holds(&error) => again = Some(error),
                        result => {
                            self.todo.remove(&key);
                            self.done.insert(key, result);
                        }
                    }
                }
            }
        }
        if self.todo.is_empty() {
            return;
        }
        let error = again.unwrap_or_else(|| Error::malformed("the answer leaves something out"));
        if let Err(error) = self.retry.after(error).await {
            for key in std::mem::take(&mut self.todo) {
                self.done.insert(key, Err(error.clone()));
            }
        }
    }

    pub(super) fn results(self) -> Results<K, V> {
        self.done
    }
}
