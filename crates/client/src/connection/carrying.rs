//! The two tasks of a connection, which carry frames to the broker and answers from it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ottla_io::net::frame::Frames;
use ottla_io::{Io, WriteHalf};
use ottla_wire::Segment;
use tokio::sync::mpsc;

use super::{Outgoing, Shared};

/// Frames that one write takes along, at most.
const FRAMES_PER_WRITE_MAX: usize = 64;

/// Writes what was started, in order, several frames at once where they are there.
pub(super) async fn write_frames(
    shared: Arc<Shared>,
    mut write: WriteHalf,
    mut outgoing: mpsc::UnboundedReceiver<Outgoing>,
) {
    let mut ended = shared.ended.subscribe();
    while let Some(first) = outgoing.recv().await {
        let mut frames = vec![first];
        while frames.len() < FRAMES_PER_WRITE_MAX {
            match outgoing.try_recv() {
                Ok(next) => frames.push(next),
                Err(_) => break,
            }
        }
        let parts: Vec<&[u8]> = frames.iter().flat_map(parts_of).collect();
        let written = tokio::select! {
            biased;
            _ = ended.wait_for(|ended| *ended) => return,
            written = write.write_all_vectored(&parts) => written,
        };
        if let Err(error) = written {
            return shared.fail(shared.lost(error));
        }
        for (reply, _permit) in frames.into_iter().filter_map(|frame| frame.written) {
            let _gave_up = reply.send(Ok(Bytes::new()));
        }
    }
}

fn parts_of(outgoing: &Outgoing) -> impl Iterator<Item = &[u8]> {
    outgoing.frame.segments().map(|segment| match segment {
        Segment::Bytes(bytes) => bytes,
        Segment::Gap(gap) => {
            outgoing.payloads.get(gap.index as usize).map(|bytes| &bytes[..]).unwrap_or_default()
        }
    })
}

/// Hands answers out until the connection ends or has been idle for too long.
pub(super) async fn read_frames(
    io: Io,
    shared: Arc<Shared>,
    mut frames: Frames,
    idle_max: Duration,
) {
    let mut ended = shared.ended.subscribe();
    let mut idle_left = idle_max;
    let failure = loop {
        let frame = tokio::select! {
            biased;
            _ = ended.wait_for(|ended| *ended) => return,
            frame = frames.next() => frame,
            () = io.sleep(idle_left) => {
                idle_left = shared.idle_left(io.now().mono, idle_max);
                if idle_left.is_zero() {
                    break shared.lost("it was idle for too long");
                }
                continue;
            }
        };
        match frame {
            Ok(Some(answer)) => {
                if let Err(error) = shared.deliver(answer, io.now().mono) {
                    break error;
                }
            }
            Ok(None) => break shared.lost("the broker closed it"),
            Err(error) => break shared.unreadable(error),
        }
        idle_left = idle_max;
    };
    shared.fail(failure);
}
