//! Fetches tokens and keeps the last: the next is asked for before its time is over, by a task that
//! ends with the client. Whoever needs a token while there is none waits for the same attempt.

use std::sync::Arc;
use std::time::Duration;

use ottla_base::{MonoTime, Rng};
use ottla_io::Io;
use ottla_io::http::asking::{self, HttpAnswer};
use tokio::sync::watch;

use super::super::secret::Secret;
use super::super::token::Token;
use super::jwt::{self, Lifetime};
use super::{Plan, Server, Source, answer, refresh};
use crate::{Error, ErrorKind, Result};

/// Bytes of the longest answer of an endpoint, and of the longest file with a token. Brokers take
/// half of it at most (`sasl.server.max.receive.size`).
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// How long a failure stands: whoever asks so soon after it gets the same, and the endpoint is left
/// alone.
const FAILURE_STANDS: Duration = Duration::from_secs(1);

/// Who fetches tokens for all connections of a client.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    io: Io,
    plan: Plan,
    standing: watch::Sender<Standing>,
}

/// What has come of it so far.
#[derive(Debug, Default)]
struct Standing {
    kept: Option<Kept>,
    failure: Option<(MonoTime, Error)>,
    is_asking: bool,
    /// Counts attempts: one that follows on an older is not made twice.
    turn: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    token: Token,
    lifetime: Lifetime,
    /// Its time was over when it came, by this machine's clock. The broker's may be another: it is
    /// shown for a while, as Java does.
    until: Option<MonoTime>,
}

impl Login {
    pub(super) fn new(io: Io, plan: Plan) -> Self {
        let standing = watch::Sender::new(Standing::default());
        Self { inner: Arc::new(Inner { io, plan, standing }) }
    }

    #[cfg(test)]
    pub(super) fn plan(&self) -> &Plan {
        &self.inner.plan
    }

    /// The token that is good now; fetched if there is none. Takes as long as the `sasl.login`
    /// settings allow. Safe to cancel: the attempt goes on.
    ///
    /// # Errors
    /// [`ErrorKind::NoToken`] if it may be had later, another if something must change first.
    pub(in super::super) async fn token(&self) -> Result<Token> {
        if let Some(known) = self.inner.known() {
            return known;
        }
        let mut told = self.inner.standing.subscribe();
        start(&self.inner, None);
        let standing = told.wait_for(|standing| !standing.is_asking).await;
        let standing = standing.map_err(|_| Error::closed())?;
        match (&standing.kept, &standing.failure) {
            (Some(kept), _) => Ok(kept.token.clone()),
            (None, Some((_, error))) => Err(error.clone()),
            (None, None) => Err(Error::closed()),
        }
    }
}

/// Begins an attempt unless one is on its way, or, with `turn`, another has been made since.
fn start(inner: &Arc<Inner>, turn: Option<u64>) {
    let is_first = inner.standing.send_if_modified(|standing| {
        let is_wanted = !standing.is_asking && turn.is_none_or(|turn| turn == standing.turn);
        standing.is_asking |= is_wanted;
        standing.turn += u64::from(is_wanted);
        is_wanted
    });
    if is_first {
        inner.io.spawn("client login", renew(Arc::clone(inner)));
    }
}

/// One attempt, and the pause until the next.
async fn renew(inner: Arc<Inner>) {
    let asked = inner.ask().await;
    let Some((pause, turn)) = inner.note(asked) else { return };
    let (io, weak) = (inner.io.clone(), Arc::downgrade(&inner));
    drop(inner);
    io.sleep(pause).await;
    if let Some(inner) = weak.upgrade() {
        start(&inner, Some(turn));
    }
}

impl Inner {
    /// What can be said without asking.
    fn known(&self) -> Option<Result<Token>> {
        let standing = self.standing.borrow();
        if let Some(kept) = standing.kept.as_ref().filter(|kept| self.is_good(kept)) {
            return Some(Ok(kept.token.clone()));
        }
        let stands = |at: &MonoTime| self.io.now().mono.since(*at) < FAILURE_STANDS;
        let failure = standing.failure.as_ref().filter(|(at, _)| stands(at));
        failure.filter(|_| !standing.is_asking).map(|(_, error)| Err(error.clone()))
    }

    fn is_good(&self, kept: &Kept) -> bool {
        let now = self.io.now();
        match kept.until {
            Some(until) => now.mono < until,
            None => now.wall.millis < kept.lifetime.expires_at,
        }
    }

    /// Keeps what came of an attempt. Gives the pause until the next, and which this one was; nothing
    /// if the next is made when somebody needs it.
    fn note(&self, asked: Result<Kept>) -> Option<(Duration, u64)> {
        let now = self.io.now();
        let chance = Rng::new(self.io.random_u64()).below(1 << 32) as f64 / (1u64 << 32) as f64;
        let mut next = None;
        self.standing.send_modify(|standing| {
            standing.is_asking = false;
            match asked {
                Ok(kept) => {
                    let pause = self.plan.window.pause(kept.lifetime, now.wall.millis, chance);
                    tracing::debug!(?pause, "a token was given; the next is asked for after this");
                    next = Some((pause, standing.turn));
                    (standing.kept, standing.failure) = (Some(kept), None);
                }
                Err(error) => {
                    standing.kept = standing.kept.take().filter(|kept| self.is_good(kept));
                    if standing.kept.is_some() {
                        tracing::warn!(%error, "no new token; the one before is still good");
                        next = Some((refresh::AGAIN_AFTER, standing.turn));
                    }
                    standing.failure = Some((now.mono, error));
                }
            }
        });
        next
    }

    async fn ask(&self) -> Result<Kept> {
        let (text, from) = match &self.plan.source {
            Source::File(path) => (read(&self.io, path), path.clone()),
            Source::Server(server) => (server.ask(&self.io).await, server.endpoint.shown()),
        };
        text.and_then(|text| self.kept(&text))
            .map_err(|error| error.context(format!("get a token for OAUTHBEARER from {from}")))
    }

    fn kept(&self, token: &str) -> Result<Kept> {
        let lifetime = jwt::lifetime(token, &self.plan.claims).map_err(|why| {
            let text = format!("the token cannot be used: {why}");
            Error::new(ErrorKind::Security, text)
        })?;
        let now = self.io.now();
        let until = (lifetime.expires_at <= now.wall.millis).then(|| {
            let since_ms = now.wall.millis - lifetime.expires_at;
            tracing::warn!(since_ms, "the token's time is over: check the clocks of both machines");
            now.mono + refresh::AGAIN_AFTER
        });
        let extensions = self.plan.extensions.clone();
        Ok(Kept { token: Token { value: Secret::new(token), extensions }, lifetime, until })
    }
}

fn read(io: &Io, path: &str) -> Result<String> {
    let read = io.disk().read(path, ANSWER_BYTES_MAX as u64);
    let bytes = read.map_err(|error| passing(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

impl Server {
    /// A token, after as many attempts as the settings allow.
    async fn ask(&self, io: &Io) -> Result<String> {
        let begun = io.now().mono;
        let mut failures = 0;
        loop {
            let error = match self.attempt(io).await {
                Ok(token) => return Ok(token),
                Err(error) if error.kind() != ErrorKind::NoToken => return Err(error),
                Err(error) => error,
            };
            failures += 1;
            match self.attempts.wait(failures, io.now().mono.since(begun)) {
                Some(pause) => {
                    tracing::debug!(%error, failures, "no token; will ask again");
                    io.sleep(pause).await;
                }
                None if failures == 1 => return Err(error),
                None => return Err(error.context(format!("{failures} attempts, the last"))),
            }
        }
    }

    async fn attempt(&self, io: &Io) -> Result<String> {
        let answer = self.exchange(io).await?;
        answer::token(&answer).map_err(|refusal| {
            let why = self.credentials.hide(&refusal.why);
            if refusal.is_passing { passing(why) } else { Error::new(ErrorKind::Security, why) }
        })
    }

    /// One request and its answer, on a connection of their own.
    async fn exchange(&self, io: &Io) -> Result<HttpAnswer> {
        let address = &self.endpoint.address;
        let late = |what: &str, limit: Duration, setting: &str| {
            let limit = limit.as_millis();
            passing(format!("{what} in {limit} ms; sasl.login.{setting}.timeout.ms allows more"))
        };
        let connecting = io.connect(&address.host, address.port);
        let connected = io.timeout(self.connect_max, connecting).await;
        let stream = connected
            .ok_or_else(|| late("no connection", self.connect_max, "connect"))?
            .map_err(|error| passing(error.to_string()))?;
        let exchange = async {
            let mut stream = match &self.tls {
                Some(tls) => tls.secure_to_endpoint(address, stream).await?,
                None => stream,
            };
            let request = self.credentials.request(&self.endpoint);
            let asked = asking::ask(&mut stream, request.reveal().as_bytes(), ANSWER_BYTES_MAX);
            asked.await.map_err(|error| passing(self.credentials.hide(&error.to_string())))
        };
        let answered = io.timeout(self.answer_max, exchange).await;
        answered.unwrap_or_else(|| Err(late("no answer", self.answer_max, "read")))
    }
}

fn passing(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::NoToken, why)
}
