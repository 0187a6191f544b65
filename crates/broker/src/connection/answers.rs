//! What a connection owes its peer: the answers to requests that were served, in their order, and
//! the socket they go out by.

use std::collections::VecDeque;
use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use ottla_base::MonoTime;
use ottla_io::WriteHalf;
use ottla_wire::ApiKey;

use super::End;
use crate::api::{Later, Outcome, Settled};
use crate::node::Node;
use crate::reply::Reply;

/// Answers that are owed at most before the next request is read. Kafka's producers have five
/// requests under way on a connection (`max.in.flight.requests.per.connection`).
const OWED_MAX: usize = 8;

/// A request, as far as its answer has to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) key: ApiKey,
    pub(super) received: MonoTime,
    /// Its size.
    pub(super) bytes_in: usize,
}

/// The answers that are owed.
pub(super) struct Answers {
    node: Arc<Node>,
    write: WriteHalf,
    /// Oldest first. All of them wait for something; one that does not is sent at once, or waits
    /// behind one that does.
    owed: VecDeque<(Asked, Later)>,
}

impl Answers {
    /// Nothing is owed yet.
    pub(super) fn new(node: Arc<Node>, write: WriteHalf) -> Self {
        Self { node, write, owed: VecDeque::new() }
    }

    /// Whether one more may be owed.
    pub(super) fn has_room(&self) -> bool {
        self.owed.len() < OWED_MAX
    }

    /// Returns when the oldest of them is there; never if none is owed. Safe to cancel until then;
    /// what it returned belongs into [`Self::send_oldest`].
    pub(super) async fn oldest(&mut self) -> Settled {
        poll_fn(|context| self.poll_oldest(context)).await
    }

    /// [`Self::oldest`], for who waits for other things beside it.
    pub(super) fn poll_oldest(&mut self, context: &mut Context<'_>) -> Poll<Settled> {
        match self.owed.front_mut() {
            Some((_, later)) => later.as_mut().poll(context),
            None => Poll::Pending,
        }
    }

    /// Sends what [`Self::oldest`] returned.
    pub(super) async fn send_oldest(&mut self, settled: Settled) -> Result<(), End> {
        let Some((asked, _)) = self.owed.pop_front() else { return Ok(()) };
        if self.owed.is_empty() {
            // Who is silent from here on shall cost no room for them.
            self.owed = VecDeque::new();
        }
        self.send(asked, settled.map_err(End::Refused)?).await
    }

    /// Sends all that are owed, as soon as they are there.
    pub(super) async fn send_all(&mut self) -> Result<(), End> {
        while !self.owed.is_empty() {
            let node = Arc::clone(&self.node);
            let idle_max = node.settings.connection_idle_max;
            let settled = node.io.timeout(idle_max, self.oldest()).await.ok_or(End::Idle)?;
            self.send_oldest(settled).await?;
        }
        Ok(())
    }

    /// The connection ends; what was asked before that is answered.
    pub(super) async fn end(&mut self, end: End) -> Result<(), End> {
        self.send_all().await.and(Err(end))
    }

    /// Takes what became of a request: sends it if it is there and nothing older is owed, else keeps
    /// it until it is its turn.
    pub(super) async fn owe(&mut self, asked: Asked, outcome: Outcome) -> Result<(), End> {
        match outcome {
            Outcome::Reply(reply) if self.owed.is_empty() => return self.send(asked, reply).await,
            Outcome::Reply(reply) => self.owed.push_back((asked, Box::pin(ready(Ok(reply))))),
            Outcome::Later(later) => self.owed.push_back((asked, later)),
            Outcome::Silence => self.count(asked, 0),
            Outcome::Close(reason) => return self.end(End::Refused(reason)).await,
        }
        Ok(())
    }

    async fn send(&mut self, asked: Asked, reply: Reply) -> Result<(), End> {
        let len = reply.len();
        let idle_max = self.node.settings.connection_idle_max;
        reply.send(&self.node.io, &mut self.write, idle_max).await.map_err(ended)?;
        self.count(asked, len);
        Ok(())
    }

    fn count(&self, asked: Asked, bytes_out: usize) {
        let took = self.node.io.now().mono.since(asked.received);
        self.node.metrics.request(asked.key, took, asked.bytes_in, bytes_out);
    }
}

/// A peer that takes nothing of its response is as idle as one that asks nothing.
fn ended(error: std::io::Error) -> End {
    if error.kind() == std::io::ErrorKind::TimedOut {
        return End::Idle;
    }
    End::Broken(error.to_string())
}
