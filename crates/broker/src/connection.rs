//! One client's connection: frames in, responses out, one request at a time and in their order.
//!
//! One thing runs ahead: a Produce that is in the log and waits to be safe (on the device, on the
//! other replicas) lets the next Produce in, as far as [`answers`] goes. Nothing but Produce does: what
//! is asked behind it may ask what became of it.
//!
//! A request that cannot be read (unknown key or version, garbage, too long) says that the stream
//! cannot be trusted: the connection closes with one log line, as Apache Kafka's does. Whatever can
//! be answered is answered with an error on that request alone.

mod answers;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_io::Stream;
use ottla_io::net::frame::{FrameError, Frames};
use ottla_wire::{ApiKey, Reader, RequestHeader};
use tracing::{debug, info, trace, warn};

use self::answers::{Answers, Asked};
use crate::api::{self, Settled};
use crate::expiry::{Expired, Watch};
use crate::node::Node;
use crate::places::Place;
use crate::request::{Peer, Request};

/// Why a connection ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The peer closed it, between two requests.
    Closed,
    /// Nothing came, or nothing was taken, for `connections.max.idle.ms`.
    Idle,
    /// The node stops.
    Stopping,
    /// The stream cannot be read, or not be written, any further.
    Broken(String),
    /// What came was no request this node can answer.
    Refused(String),
}

/// Serves `stream` until it ends, and gives its place back.
///
/// Not an `async fn`: one keeps what it was given beside what it makes of it, and a connection is
/// mostly one that waits.
pub(crate) fn serve(
    node: Arc<Node>,
    stream: Stream,
    peer: Arc<Peer>,
    place: Place,
) -> impl Future<Output = ()> + Send {
    let (read, write) = stream.split();
    let mut waits = Waits {
        frames: Frames::new(read, node.settings.request_bytes_max),
        answers: Answers::new(Arc::clone(&node), write),
        watch: node.expiry.watch(),
    };
    async move {
        node.metrics.connections.inc();
        let end = loop {
            let event = poll_fn(|context| waits.poll(context, &node)).await;
            // In a box, which is gone when it is done: a connection that waits needs no room for what
            // serves the largest request.
            if let Err(end) = Box::pin(act(&node, event, &mut waits, &peer)).await {
                break end;
            }
        };
        node.metrics.connections.dec();
        note(&peer, &end);
        drop(place);
    }
}

fn note(peer: &Peer, end: &End) {
    match end {
        End::Closed | End::Stopping => debug!(peer = %peer.address, ?end, "connection ended"),
        End::Idle => {
            info!(peer = %peer.address, "connection closed: idle for connections.max.idle.ms")
        }
        End::Broken(reason) => debug!(peer = %peer.address, %reason, "connection broke"),
        End::Refused(reason) => warn!(
            peer = %peer.address, listener = %peer.listener, %reason,
            "connection closed: what came cannot be answered"
        ),
    }
}

/// What a connection waits for.
enum Event {
    /// The oldest answer that is owed.
    Answer(Settled),
    /// What came from the peer: a request, or the end of the stream.
    Frame(Result<Option<Bytes>, FrameError>),
    /// The connection ends by itself.
    End(End),
}

/// What a connection waits with.
struct Waits {
    frames: Frames,
    answers: Answers,
    watch: Watch,
}

impl Waits {
    /// Waits for what happens next. By hand, as this is all that a connection does most of the time: it
    /// keeps nothing of its own from one look to the next.
    fn poll(&mut self, context: &mut Context<'_>, node: &Node) -> Poll<Event> {
        let event = self.poll_event(context, node);
        if event.is_ready() {
            self.watch.used();
        }
        event
    }

    fn poll_event(&mut self, context: &mut Context<'_>, node: &Node) -> Poll<Event> {
        if self.watch.is_stopping() {
            return Poll::Ready(Event::End(End::Stopping));
        }
        if let Poll::Ready(settled) = self.answers.poll_oldest(context) {
            return Poll::Ready(Event::Answer(settled));
        }
        if self.answers.has_room()
            && let Poll::Ready(frame) = self.frames.poll_next(context)
        {
            return Poll::Ready(Event::Frame(frame));
        }
        // Nobody listens behind a broken connection, and a request may ask to be parked for weeks.
        self.watch.poll_expired(context, node.io.now().mono).map(|expired| {
            Event::End(match expired {
                Expired::Idle => End::Idle,
                Expired::Stopping => End::Stopping,
            })
        })
    }
}

async fn act(
    node: &Arc<Node>,
    event: Event,
    waits: &mut Waits,
    peer: &Arc<Peer>,
) -> Result<(), End> {
    let answers = &mut waits.answers;
    match event {
        Event::Answer(settled) => answers.send_oldest(settled).await?,
        Event::Frame(Ok(Some(frame))) => answer(node, frame, answers, peer).await?,
        Event::Frame(Ok(None)) => answers.end(End::Closed).await?,
        Event::Frame(Err(error)) => answers.end(unreadable(&error)).await?,
        Event::End(End::Idle) => return Err(End::Idle),
        Event::End(end) => answers.end(end).await?,
    }
    // A peer may have sent thousands of small requests at once: nothing waits then, and signals, timers
    // and all other connections would. Who sends one after the other is waited for.
    if waits.frames.is_ahead() {
        node.io.yield_now().await;
    }
    Ok(())
}

fn unreadable(error: &FrameError) -> End {
    match error {
        FrameError::Io(error) => End::Broken(error.to_string()),
        FrameError::Truncated => End::Broken(error.to_string()),
        FrameError::Length { .. } => End::Refused(error.to_string()),
    }
}

async fn answer(
    node: &Arc<Node>,
    frame: Bytes,
    answers: &mut Answers,
    peer: &Arc<Peer>,
) -> Result<(), End> {
    let (received, bytes_in) = (node.io.now().mono, frame.len());
    let mut reader = Reader::new(frame);
    let request = match read_header(&mut reader, peer, received) {
        Ok(request) => request,
        Err(end) => return answers.end(end).await,
    };
    trace!(
        key = request.key.name(), version = request.version, client = request.client_id.as_deref(),
        peer = %request.peer.address, "request"
    );
    if request.key != ApiKey::Produce {
        answers.send_all().await?;
    }
    let asked = Asked { key: request.key, received, bytes_in };
    let idle_max = node.settings.connection_idle_max;
    let dispatched = node.io.timeout(idle_max, api::dispatch(node, &request, reader));
    let mut dispatched = pin!(dispatched);
    let outcome = loop {
        let older = tokio::select! {
            biased;
            outcome = &mut dispatched => break outcome,
            older = answers.oldest() => older,
        };
        // In a box, as few requests come to it and each of them would have the room.
        Box::pin(answers.send_oldest(older)).await?;
    };
    answers.owe(asked, outcome.ok_or(End::Idle)?).await
}

fn read_header(reader: &mut Reader, peer: &Arc<Peer>, received: MonoTime) -> Result<Request, End> {
    let refuse = |reason: String| End::Refused(reason);
    let (code, version) = RequestHeader::peek(reader)
        .map_err(|error| refuse(format!("no request header: {error}")))?;
    let key = ApiKey::from_code(code)
        .ok_or_else(|| refuse(format!("api key {code} (version {version}) does not exist")))?;
    let header_version = key.request_header_version(version);
    let header = RequestHeader::decode(reader, header_version)
        .map_err(|error| refuse(format!("{} v{version}: header: {error}", key.name())))?;
    Ok(Request {
        key,
        version,
        correlation_id: header.correlation_id,
        client_id: header.client_id.map(|id| id.to_string()),
        peer: Arc::clone(peer),
        received,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the future of this function takes in memory.
    fn size<A, B, C, D, F>(_: fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_that_waits_for_a_request_is_small() {
        let bytes = size(serve);
        // With sockets of the simulated world as well; 248 without, which with the runtime's own 136 fill
        // three of the 128 bytes that it rounds a task up to.
        assert!(bytes <= 312, "{bytes} bytes");
    }
}
