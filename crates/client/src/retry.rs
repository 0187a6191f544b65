//! Trying again: whether, when, and what must be looked up before.

use std::time::Duration;

use ottla_base::MonoTime;

use crate::backoff::Backoff;
use crate::client::Client;
use crate::{Error, ErrorKind, Result};

/// The attempts of one call. See [`Client::retry`].
#[derive(Debug)]
pub struct Retry {
    client: Client,
    backoff: Backoff,
    deadline: MonoTime,
    limit: Duration,
    failures: u32,
}

impl Retry {
    pub(crate) fn new(client: Client, backoff: Backoff, limit: Duration) -> Self {
        let deadline = client.io().now().mono + limit;
        Self { client, backoff, deadline, limit, failures: 0 }
    }

    /// Waits until the next attempt may begin.
    ///
    /// # Errors
    /// `error` itself when trying again is no use; a [`ErrorKind::TimedOut`] that names it when
    /// there is no time for another attempt.
    pub async fn after(&mut self, error: Error) -> Result<()> {
        if !error.is_retriable() {
            return Err(error);
        }
        self.failures = self.failures.saturating_add(1);
        let wait = self.client.jittered(self.backoff, self.failures);
        let next = self.client.io().now().mono + wait;
        if next >= self.deadline {
            let is_late = error.kind() == ErrorKind::TimedOut && self.failures == 1;
            return Err(if is_late { error } else { error.after_timeout(self.limit) });
        }
        tracing::debug!(%error, failures = self.failures, "will try again");
        if error.wants_refresh() {
            self.client.request_refresh();
        }
        self.client.io().sleep_until(next).await;
        Ok(())
    }

    /// Time left, for the limit of one attempt.
    pub fn left(&self) -> Duration {
        self.deadline.since(self.client.io().now().mono)
    }

    /// Failures so far.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}
