//! One connection to a broker: requests go out in the order in which they were started, answers
//! come back in the same order, several are on their way at once.
//!
//! A task writes and another reads; both end when the connection fails or its last user drops it.
//! A request that was given up keeps its place until its answer has come and is thrown away.

mod carrying;

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_io::net::frame::{FrameError, Frames};
use ottla_io::{Io, ReadHalf, SocketOptions, WriteHalf};
use ottla_model::ErrorCode;
use ottla_wire::messages::api_versions::ApiVersionsRequest;
use ottla_wire::{
    ApiKey, EncodeErrorKind, Encoded, Message, Reader, Request, ResponseHeader, Str, frame,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::address::Address;
use crate::security::{self, Authentication, Security};
use crate::versions::{self, PeerVersions};
use crate::{Error, ErrorKind, Result};

/// Where the correlation id stands in a frame: behind length, key and version.
const CORRELATION_AT: RangeInclusive<usize> = 8..=11;

/// What this library says that it is (KIP-511).
const SOFTWARE: (&str, &str) = ("ottla-client", env!("CARGO_PKG_VERSION"));

/// How connections are made and kept.
#[derive(Debug, Clone)]
pub(crate) struct ConnectOptions {
    pub(crate) client_id: Str,
    pub(crate) sockets: SocketOptions,
    pub(crate) request_timeout: Duration,
    pub(crate) idle_max: Duration,
    pub(crate) response_bytes_max: usize,
    pub(crate) in_flight_max: usize,
    pub(crate) security: Security,
}

/// An open connection whose versions are known.
#[derive(Debug)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
    versions: OnceLock<Arc<PeerVersions>>,
    in_flight: Arc<Semaphore>,
    in_flight_max: u32,
    client_id: Str,
    io: Io,
}

#[derive(Debug)]
struct Shared {
    address: Address,
    state: Mutex<State>,
    /// Turns true once, when the connection is worth nothing any more.
    ended: watch::Sender<bool>,
}

#[derive(Debug)]
struct State {
    /// To the writer; gone when the connection has ended.
    outgoing: Option<mpsc::UnboundedSender<Outgoing>>,
    /// In the order of the requests.
    waiting: VecDeque<Waiting>,
    next_correlation_id: i32,
    last_used: MonoTime,
    failure: Option<Error>,
}

#[derive(Debug)]
struct Waiting {
    correlation_id: i32,
    reply: oneshot::Sender<Result<Bytes>>,
    /// Given back when the answer is here.
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct Outgoing {
    frame: Encoded,
    /// What goes into the frame's gaps, by index.
    payloads: Vec<Bytes>,
    /// For a request that is not answered: told when it is written.
    written: Option<(oneshot::Sender<Result<Bytes>>, OwnedSemaphorePermit)>,
}

/// A request that was started: [`Answer::wait`] for what comes of it.
#[derive(Debug)]
pub(crate) struct Answer {
    reply: oneshot::Receiver<Result<Bytes>>,
}

impl Answer {
    pub(crate) async fn wait(self) -> Result<Bytes> {
        self.reply.await.unwrap_or_else(|_| Err(Error::closed()))
    }
}

impl Connection {
    /// Connects and asks which versions the broker speaks; all within `limit`.
    pub(crate) async fn open(
        io: &Io,
        address: &Address,
        options: &ConnectOptions,
        limit: Duration,
    ) -> Result<Arc<Self>> {
        let unreachable = |text: String| Error::new(ErrorKind::Unreachable, text);
        if let Some(authentication) = &options.security.authentication {
            authentication.prepare().await?;
        }
        let connect = io.connect_with(&address.host, address.port, options.sockets);
        let connected = io.timeout(limit, connect).await.unwrap_or_else(|| {
            let text = format!("connect to {address}: no answer in {} ms", limit.as_millis());
            Err(std::io::Error::new(std::io::ErrorKind::TimedOut, text))
        });
        let stream = connected.map_err(|error| unreachable(error.to_string()))?;
        let secured = io.timeout(options.request_timeout, options.security.secure(address, stream));
        let secured = secured.await.unwrap_or_else(|| Err(unanswered(address, "TLS handshake")));
        let (read, write) = secured?.split();
        let connection = Self::start(io, address, options, read, write);
        let limit = options.request_timeout;
        let asked = io.timeout(limit, connection.negotiate()).await;
        let asked = asked.unwrap_or_else(|| Err(Error::new(ErrorKind::TimedOut, "no answer")));
        asked.map_err(|error| error.context(format!("ask {address} for its versions")))?;
        if let Some(authentication) = &options.security.authentication {
            connection.authenticate(authentication, limit).await?;
        }
        Ok(connection)
    }

    /// Shows who this client is, and does so again as long as the connection lasts, if the broker
    /// wants it.
    async fn authenticate(
        self: &Arc<Self>,
        authentication: &Authentication,
        limit: Duration,
    ) -> Result<()> {
        let shown = self.io.timeout(limit, security::authenticate(self, authentication)).await;
        let shown = shown.unwrap_or_else(|| Err(unanswered(self.address(), "authentication")));
        if let Some(lifetime) = shown? {
            let again = security::keep_authenticated(
                Arc::downgrade(self),
                authentication.clone(),
                lifetime,
                self.io.clone(),
            );
            self.io.spawn("client authenticate", again);
        }
        Ok(())
    }

    /// The same once more, between requests: those on their way are answered first, and new ones
    /// wait. That a connection is idle is not changed by it.
    pub(crate) async fn authenticate_again(
        &self,
        authentication: &Authentication,
    ) -> Result<Option<Duration>> {
        let all = self.in_flight.acquire_many(self.in_flight_max).await;
        let _alone = all.map_err(|_| Error::closed())?;
        let last_used = self.shared.lock().last_used;
        let shown = security::authenticate(self, authentication).await;
        self.shared.lock().last_used = last_used;
        shown
    }

    fn start(
        io: &Io,
        address: &Address,
        options: &ConnectOptions,
        read: ReadHalf,
        write: WriteHalf,
    ) -> Arc<Self> {
        let (sender, outgoing) = mpsc::unbounded_channel();
        let state = State {
            outgoing: Some(sender),
            waiting: VecDeque::new(),
            next_correlation_id: 0,
            last_used: io.now().mono,
            failure: None,
        };
        let shared = Arc::new(Shared {
            address: address.clone(),
            state: Mutex::new(state),
            ended: watch::Sender::new(false),
        });
        io.spawn("client write", carrying::write_frames(shared.clone(), write, outgoing));
        let frames = Frames::new(read, options.response_bytes_max).recycling();
        io.spawn(
            "client read",
            carrying::read_frames(io.clone(), shared.clone(), frames, options.idle_max),
        );
        Arc::new(Self {
            shared,
            versions: OnceLock::new(),
            in_flight: Arc::new(Semaphore::new(options.in_flight_max)),
            in_flight_max: u32::try_from(options.in_flight_max).unwrap_or(u32::MAX),
            client_id: options.client_id.clone(),
            io: io.clone(),
        })
    }

    /// Asks for the versions, with an older question if the broker does not know this one.
    async fn negotiate(&self) -> Result<()> {
        let mut version = *versions::ours(ApiKey::ApiVersions).end();
        loop {
            let mut request = ApiVersionsRequest::default();
            if version >= 3 {
                request.client_software_name = Str::from_static(SOFTWARE.0);
                request.client_software_version = Str::from_static(SOFTWARE.1);
            }
            let permit = self.permit().await?;
            let answer = self.start_request(&request, version, Vec::new(), permit)?.wait().await?;
            // A broker that does not know the version answers in version 0, whatever was asked.
            let code = answer.get(4..6).map(|code| i16::from_be_bytes([code[0], code[1]]));
            let is_refused = code == Some(ErrorCode::UnsupportedVersion.code());
            let answer =
                decode::<ApiVersionsRequest>(answer, if is_refused { 0 } else { version })?;
            if is_refused && version > 0 {
                version = versions::next_api_versions_version(&answer, version);
                continue;
            }
            Error::check(answer.error_code, None, "ApiVersions")?;
            let _already_set = self.versions.set(Arc::new(PeerVersions::of(&answer)));
            return Ok(());
        }
    }

    /// What the broker speaks.
    pub(crate) fn versions(&self) -> Arc<PeerVersions> {
        self.versions.get().cloned().unwrap_or_default()
    }

    /// Where it leads.
    pub(crate) fn address(&self) -> &Address {
        &self.shared.address
    }

    /// The world it runs in.
    pub(crate) fn io(&self) -> &Io {
        &self.io
    }

    /// Whether it still works, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        self.shared.lock().failure.is_none()
    }

    /// Requests whose answers have not come.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }

    /// Waits until another request may be on its way.
    pub(crate) async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        self.in_flight.clone().acquire_owned().await.map_err(|_| Error::closed())
    }

    /// The same if that is now.
    pub(crate) fn try_permit(&self) -> Option<OwnedSemaphorePermit> {
        self.in_flight.clone().try_acquire_owned().ok()
    }

    /// Ends the connection: what waits for an answer gets `error`.
    pub(crate) fn fail(&self, error: Error) {
        self.shared.fail(error);
    }

    /// Sends a request and waits for its answer, at most `limit`, at the best version in `wanted`.
    pub(crate) async fn call<R: Request>(
        &self,
        limit: Duration,
        wanted: &RangeInclusive<i16>,
        build: impl FnOnce(i16) -> R,
    ) -> Result<(i16, R::Response)> {
        let version = self.versions().choose(R::API, wanted)?;
        let exchange = async {
            let permit = self.permit().await?;
            self.start_request(&build(version), version, Vec::new(), permit)?.wait().await
        };
        let answer = match self.io.timeout(limit, exchange).await {
            Some(answer) => answer,
            None => Err(self.give_up(R::API, limit)),
        };
        let answer = answer.map_err(|error| error.context(R::API))?;
        let response =
            decode::<R>(answer, version).inspect_err(|error| self.fail(error.clone()))?;
        Ok((version, response))
    }

    /// Ends the connection because no answer came in time: those behind it would not come either.
    pub(crate) fn give_up(&self, api: ApiKey, limit: Duration) -> Error {
        let (limit, address) = (limit.as_millis(), self.address());
        let text = format!("no answer from {address} in {limit} ms");
        let others = format!("the connection to {address} was closed: {api} was not answered");
        self.fail(Error::new(ErrorKind::Disconnected, others));
        Error::new(ErrorKind::TimedOut, text)
    }

    /// Puts a request on its way; its place in the order is fixed when this returns. `payloads` are
    /// what goes into the places of [`ottla_wire::Records::Region`], by index.
    pub(crate) fn start_request<R: Request>(
        &self,
        request: &R,
        version: i16,
        payloads: Vec<Bytes>,
        permit: OwnedSemaphorePermit,
    ) -> Result<Answer> {
        self.start_frame(request, version, payloads, permit, true)
    }

    /// The same for a request that the broker does not answer (Produce without acks): waiting for
    /// it ends when it is written.
    pub(crate) fn start_unanswered<R: Request>(
        &self,
        request: &R,
        version: i16,
        payloads: Vec<Bytes>,
        permit: OwnedSemaphorePermit,
    ) -> Result<Answer> {
        self.start_frame(request, version, payloads, permit, false)
    }

    fn start_frame<R: Request>(
        &self,
        request: &R,
        version: i16,
        payloads: Vec<Bytes>,
        permit: OwnedSemaphorePermit,
        is_answered: bool,
    ) -> Result<Answer> {
        let frame = frame::request(request, version, 0, Some(self.client_id.clone()));
        let mut frame = frame.map_err(|error| not_encoded(R::API, version, &error))?;
        let (sender, reply) = oneshot::channel();
        let mut state = self.shared.lock();
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        let correlation_id = state.next_correlation_id;
        state.next_correlation_id = correlation_id.wrapping_add(1) & i32::MAX;
        state.last_used = self.io.now().mono;
        if let Some(place) = frame.bytes.get_mut(CORRELATION_AT) {
            place.copy_from_slice(&correlation_id.to_be_bytes());
        }
        let written = if is_answered {
            state.waiting.push_back(Waiting { correlation_id, reply: sender, _permit: permit });
            None
        } else {
            Some((sender, permit))
        };
        // Under the lock, so that answers are awaited in the order of the requests.
        let outgoing = Outgoing { frame, payloads, written };
        let sent = state.outgoing.as_ref().is_some_and(|sender| sender.send(outgoing).is_ok());
        drop(state);
        if !sent {
            self.fail(Error::closed());
        }
        Ok(Answer { reply })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.fail(Error::closed());
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: Error) {
        let mut state = self.lock();
        if state.failure.is_some() {
            return;
        }
        state.failure = Some(error.clone());
        state.outgoing = None;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.ended.send_replace(true);
        for waiting in waiting {
            let _gave_up = waiting.reply.send(Err(error.clone()));
        }
    }

    /// Hands an answer to the request it belongs to, which is the oldest one.
    fn deliver(&self, answer: Bytes, now: MonoTime) -> Result<()> {
        let id = answer.first_chunk::<4>().map(|id| i32::from_be_bytes(*id));
        let mut state = self.lock();
        state.last_used = now;
        let Some(waiting) = state.waiting.pop_front() else {
            return Err(Error::malformed(format!(
                "{} answered a request that it was not sent",
                self.address
            )));
        };
        drop(state);
        if id != Some(waiting.correlation_id) {
            let text = format!("{} answered another request than the oldest", self.address);
            let error = Error::malformed(text);
            let _gave_up = waiting.reply.send(Err(error.clone()));
            return Err(error);
        }
        let _gave_up = waiting.reply.send(Ok(answer));
        Ok(())
    }

    /// How long it may still be idle; zero if it was for too long already.
    fn idle_left(&self, now: MonoTime, idle_max: Duration) -> Duration {
        let state = self.lock();
        if state.waiting.is_empty() {
            idle_max.saturating_sub(now.since(state.last_used))
        } else {
            idle_max
        }
    }

    fn unreadable(&self, error: FrameError) -> Error {
        match &error {
            FrameError::Length { claimed, .. } => security::of_length(&self.address, *claimed)
                .unwrap_or_else(|| Error::malformed(format!("{}: {error}", self.address))),
            FrameError::Io(io) => {
                security::of_read(&self.address, io).unwrap_or_else(|| self.lost(&error))
            }
            FrameError::Truncated => self.lost(&error),
        }
    }

    fn lost(&self, what: impl std::fmt::Display) -> Error {
        let text = format!("the connection to {} was lost: {what}", self.address);
        Error::new(ErrorKind::Disconnected, text)
    }
}

/// The answer to a request of this version.
pub(crate) fn decode<R: Request>(answer: Bytes, version: i16) -> Result<R::Response> {
    let mut reader = Reader::new(answer);
    let malformed =
        |error| Error::malformed(format!("{} v{version}: {error:?}", R::Response::NAME));
    ResponseHeader::decode(&mut reader, R::API.response_header_version(version))
        .map_err(malformed)?;
    R::Response::decode(&mut reader, version).map_err(malformed)
}

fn unanswered(address: &Address, what: &str) -> Error {
    Error::new(ErrorKind::TimedOut, format!("{what} with {address}: no answer"))
}

fn not_encoded(api: ApiKey, version: i16, error: &ottla_wire::EncodeError) -> Error {
    let kind = match error.kind {
        EncodeErrorKind::TooLong(_) => ErrorKind::Usage,
        _ => ErrorKind::Unsupported,
    };
    Error::new(
        kind,
        format!(
            "{api} v{version}, all that the broker speaks, cannot say {}: {error:?}",
            error.field
        ),
    )
}
