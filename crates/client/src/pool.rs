//! Connections by node: one per node and lane, made when it is first needed, and made again, not
//! too often, when it was lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::{MonoTime, Rng};
use ottla_io::Io;
use ottla_model::BrokerId;

use crate::address::Address;
use crate::backoff::Backoff;
use crate::connection::{ConnectOptions, Connection};
use crate::{Error, Result};

/// Requests of one lane share a connection per node, and a broker answers them one after the other:
/// what may wait long stands in no other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Lane {
    /// Whatever is answered at once.
    #[default]
    General,
    /// Membership of groups, offsets, transactions.
    Coordinator,
    /// Produce.
    Bulk,
    /// Fetch, which waits for records.
    Fetch,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// A broker by its number.
    Node(BrokerId),
    /// A bootstrap server by its place in the list.
    Seed(usize),
}

/// All connections of a client.
#[derive(Debug)]
pub(crate) struct Pool {
    io: Io,
    options: ConnectOptions,
    reconnect: Backoff,
    setup: Backoff,
    lines: Mutex<Lines>,
}

#[derive(Debug)]
struct Lines {
    by_peer: BTreeMap<(Peer, Lane), Arc<Line>>,
    rng: Rng,
    is_closed: bool,
}

/// The way to one peer in one lane.
#[derive(Debug, Default)]
struct Line {
    live: Mutex<Option<Arc<Connection>>>,
    /// Held by whoever connects; the others wait for what comes of it.
    connecting: tokio::sync::Mutex<Attempts>,
}

#[derive(Debug, Default)]
struct Attempts {
    /// In a row, without success.
    failures: u32,
    not_before: MonoTime,
    failed_at: MonoTime,
    error: Option<Error>,
}

impl Pool {
    pub(crate) fn new(io: Io, options: ConnectOptions, reconnect: Backoff, setup: Backoff) -> Self {
        let rng = Rng::new(io.random_u64());
        let lines = Lines { by_peer: BTreeMap::new(), rng, is_closed: false };
        Self { io, options, reconnect, setup, lines: Mutex::new(lines) }
    }

    /// The connection to a peer in a lane, made if there is none. Waits the back-off after earlier
    /// failures.
    pub(crate) async fn connection(
        &self,
        peer: Peer,
        lane: Lane,
        address: &Address,
    ) -> Result<Arc<Connection>> {
        let line = self.line(peer, lane)?;
        if let Some(live) = line.live() {
            return Ok(live);
        }
        let came_at = self.io.now().mono;
        let mut attempts = line.connecting.lock().await;
        if let Some(live) = line.live() {
            return Ok(live);
        }
        if let Some(error) = attempts.error.as_ref().filter(|_| attempts.failed_at > came_at) {
            return Err(error.clone());
        }
        self.io.sleep_until(attempts.not_before).await;
        let limit = self.wait_after(self.setup, attempts.failures + 1);
        let opened = Connection::open(&self.io, address, &self.options, limit).await;
        self.note(&mut attempts, &opened);
        let connection = opened?;
        tracing::debug!(peer = ?peer, ?lane, %address, "connected");
        // Closed meanwhile: the pool is empty, and stays so.
        self.line(peer, lane)?;
        *line.lock() = Some(connection.clone());
        Ok(connection)
    }

    /// Remembers what came of an attempt: when the next may begin.
    fn note(&self, attempts: &mut Attempts, opened: &Result<Arc<Connection>>) {
        let now = self.io.now().mono;
        match opened {
            Ok(_) => {
                // One that is lost at once is not made again at once.
                attempts.not_before = now + self.wait_after(self.reconnect, 1);
                attempts.failures = 0;
                attempts.error = None;
            }
            Err(error) => {
                attempts.failures = attempts.failures.saturating_add(1);
                attempts.not_before = now + self.wait_after(self.reconnect, attempts.failures);
                attempts.failed_at = now;
                attempts.error = Some(error.clone());
            }
        }
    }

    /// The open connection of a peer in any lane with the fewest requests on their way.
    pub(crate) fn open_to(&self, peer: Peer) -> Option<Arc<Connection>> {
        let lines = self.lock();
        let open = lines.by_peer.iter().filter(|((of, _), _)| *of == peer);
        open.filter_map(|(_, line)| line.live()).min_by_key(|connection| connection.waiting())
    }

    /// Ends the connections to a peer, whose address is another now or who is not to be trusted.
    pub(crate) fn forget(&self, peer: Peer) {
        self.lock().by_peer.retain(|(of, _), _| *of != peer);
    }

    /// Ends all connections, and makes no more.
    pub(crate) fn close(&self) {
        let mut lines = self.lock();
        lines.is_closed = true;
        let gone = std::mem::take(&mut lines.by_peer);
        drop(lines);
        for line in gone.into_values() {
            if let Some(connection) = line.lock().take() {
                connection.fail(Error::closed());
            }
        }
    }

    /// A back-off with this pool's jitter.
    pub(crate) fn wait_after(&self, backoff: Backoff, failures: u32) -> Duration {
        backoff.after(failures, &mut self.lock().rng)
    }

    /// A number in `0..bound`, where that is not zero.
    pub(crate) fn random_below(&self, bound: usize) -> usize {
        if bound == 0 { 0 } else { self.lock().rng.below(bound as u64) as usize }
    }

    fn line(&self, peer: Peer, lane: Lane) -> Result<Arc<Line>> {
        let mut lines = self.lock();
        if lines.is_closed {
            return Err(Error::closed());
        }
        Ok(lines.by_peer.entry((peer, lane)).or_default().clone())
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Connection>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection, if it still works.
    fn live(&self) -> Option<Arc<Connection>> {
        let mut live = self.lock();
        if live.as_ref().is_some_and(|connection| !connection.is_open()) {
            *live = None;
        }
        live.clone()
    }
}
