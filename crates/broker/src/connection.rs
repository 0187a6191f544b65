//! One client's connection: frames in, responses out, one request at a time and in their order.
//!
//! A request that cannot be read (unknown key or version, garbage, too long) says that the stream
//! cannot be trusted: the connection closes with one log line, as Apache Kafka's does. Whatever can
//! be answered is answered with an error on that request alone.

use std::sync::Arc;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_io::net::frame::{FrameError, Frames};
use ottla_io::{Stream, WriteHalf};
use ottla_wire::{ApiKey, Reader, RequestHeader};
use tracing::{debug, info, trace, warn};

use crate::api::{self, Outcome};
use crate::node::Node;
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

/// Serves `stream` until it ends.
pub(crate) async fn serve(node: Arc<Node>, stream: Stream, peer: Peer) {
    let (read, write) = stream.split();
    let frames = Frames::new(read, node.settings.request_bytes_max);
    node.metrics.connections.inc();
    let end = run(&node, frames, write, &peer).await;
    node.metrics.connections.dec();
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

async fn run(node: &Arc<Node>, mut frames: Frames, mut write: WriteHalf, peer: &Peer) -> End {
    let mut stopping = node.stopping.clone();
    loop {
        let frame = tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return End::Stopping,
            frame = frames.next() => match frame {
                Ok(Some(frame)) => frame,
                Ok(None) => return End::Closed,
                Err(FrameError::Io(error)) => return End::Broken(error.to_string()),
                Err(FrameError::Truncated) => return End::Broken(FrameError::Truncated.to_string()),
                Err(error) => return End::Refused(error.to_string()),
            },
            () = node.io.sleep(node.settings.connection_idle_max) => return End::Idle,
        };
        if let Err(end) = answer(node, frame, &mut write, peer).await {
            return end;
        }
        // A peer may have sent thousands of small requests at once: nothing above waits then, and
        // signals, timers and all other connections would. Who sends one after the other is waited for.
        if frames.is_ahead() {
            node.io.yield_now().await;
        }
    }
}

async fn answer(
    node: &Arc<Node>,
    frame: Bytes,
    write: &mut WriteHalf,
    peer: &Peer,
) -> Result<(), End> {
    let received = node.io.now().mono;
    let bytes_in = frame.len();
    let mut reader = Reader::new(frame);
    let request = read_header(&mut reader, peer, received)?;
    trace!(
        key = request.key.name(), version = request.version, client = request.client_id.as_deref(),
        peer = %request.peer.address, "request"
    );
    // Nobody listens behind a broken connection, and a request may ask to be parked for weeks.
    let idle_max = node.settings.connection_idle_max;
    let dispatched = node.io.timeout(idle_max, api::dispatch(node, &request, reader)).await;
    let Some(outcome) = dispatched else { return Err(End::Idle) };
    let bytes_out = match outcome {
        Outcome::Reply(reply) => {
            let len = reply.len();
            reply.send(&node.io, write, idle_max).await.map_err(ended)?;
            len
        }
        Outcome::Silence => 0,
        Outcome::Close(reason) => return Err(End::Refused(reason)),
    };
    let took = node.io.now().mono.since(received);
    node.metrics.request(request.key, took, bytes_in, bytes_out);
    Ok(())
}

/// A peer that takes nothing of its response is as idle as one that asks nothing.
fn ended(error: std::io::Error) -> End {
    if error.kind() == std::io::ErrorKind::TimedOut {
        return End::Idle;
    }
    End::Broken(error.to_string())
}

fn read_header(reader: &mut Reader, peer: &Peer, received: MonoTime) -> Result<Request, End> {
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
        peer: peer.clone(),
        received,
    })
}
