//! Frames of a request stream: a four-byte length, then that many bytes.
//!
//! Memory grows with the bytes that arrived, never with the length a peer claims.

mod spares;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use self::spares::Spares;
use super::ReadHalf;

/// Bytes of the length before a frame.
const LENGTH_BYTES: usize = 4;
/// Bytes asked of the socket when nothing is known of the next frame.
const READ_AHEAD_BYTES: usize = 16 * 1024;
/// Bytes reserved at once for a frame that says it is large; beyond, the buffer doubles as bytes
/// arrive.
const RESERVE_BYTES_MAX: usize = 1024 * 1024;

/// Why a stream cannot be read any further.
#[derive(Debug)]
pub enum FrameError {
    /// The peer claims a frame longer than the limit, or of negative length.
    Length {
        /// What it claims.
        claimed: i32,
        /// The limit (`socket.request.max.bytes`).
        limit: usize,
    },
    /// The stream ended inside a frame.
    Truncated,
    /// The socket failed.
    Io(std::io::Error),
}

impl std::fmt::Display for FrameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Length { claimed, limit } => write!(
                f,
                "a frame of {claimed} bytes is announced, the limit (socket.request.max.bytes) is \
                 {limit}; is the peer speaking another protocol?"
            ),
            Self::Truncated => f.write_str("the stream ended in the middle of a frame"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for FrameError {}

/// The bytes of a stream that have arrived, as frames. Pure: it is given bytes, it gives frames.
///
/// Frames that arrived together are slices of one buffer; only the beginning of one that is not
/// complete is ever copied.
#[derive(Debug)]
pub struct FrameBuffer {
    /// Begins with a frame that is complete, or is empty.
    ready: Bytes,
    /// What arrived behind that.
    arriving: Vec<u8>,
    length_max: usize,
    /// Where large frames leave their buffers for those that come; none: they are freed.
    spares: Option<Arc<Spares>>,
}

impl FrameBuffer {
    /// An empty one, for frames of at most `length_max` bytes.
    pub fn new(length_max: usize) -> Self {
        Self { ready: Bytes::new(), arriving: Vec::new(), length_max, spares: None }
    }

    /// The same for who reads one large frame after the other: the buffers of a few are kept and
    /// used again when nobody holds the frame any more. They were filled before, so memory still
    /// follows what arrived.
    #[must_use]
    pub fn recycling(self) -> Self {
        Self { spares: Some(Arc::default()), ..self }
    }

    /// The next frame without its length, if all of it has arrived.
    ///
    /// # Errors
    /// [`FrameError::Length`]: the stream cannot be trusted any more.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        if self.ready.is_empty() {
            match self.frame_end(&self.arriving)? {
                Some(end) if end <= self.arriving.len() => {
                    let arrived = std::mem::take(&mut self.arriving);
                    self.ready = match &self.spares {
                        Some(spares) => spares::lend(spares, arrived),
                        None => Bytes::from(arrived),
                    };
                }
                _ => return Ok(None),
            }
        }
        match self.frame_end(&self.ready)? {
            Some(end) if end <= self.ready.len() => {
                let frame = self.ready.split_to(end).slice(LENGTH_BYTES..);
                if self.ready.is_empty() {
                    // Even an empty slice would keep the buffer for as long as the peer is silent.
                    self.ready = Bytes::new();
                }
                Ok(Some(frame))
            }
            _ => {
                self.arriving = std::mem::take(&mut self.ready).to_vec();
                Ok(None)
            }
        }
    }

    /// Where the next bytes go, and how many to ask for, once [`Self::next_frame`] has no more frames.
    /// Room for them grows with what has arrived.
    ///
    /// # Errors
    /// As [`Self::next_frame`].
    pub fn room(&mut self) -> Result<(&mut Vec<u8>, usize), FrameError> {
        let Some(end) = self.frame_end(&self.arriving)? else {
            return Ok((&mut self.arriving, READ_AHEAD_BYTES));
        };
        if self.arriving.capacity() < end
            && let Some(mut spare) = self.spares.as_ref().and_then(|spares| spares.take(end))
        {
            spare.extend_from_slice(&self.arriving);
            self.arriving = spare;
        }
        let missing = end.saturating_sub(self.arriving.len());
        let wanted = missing.min(RESERVE_BYTES_MAX.max(self.arriving.len()));
        if wanted == missing {
            self.arriving.reserve_exact(wanted);
        } else {
            self.arriving.reserve(wanted);
        }
        Ok((&mut self.arriving, wanted))
    }

    /// Whether nothing of a frame is waiting for the rest of it.
    pub fn is_between_frames(&self) -> bool {
        self.ready.is_empty() && self.arriving.is_empty()
    }

    /// Where the frame at the front of `bytes` ends, once its length is there.
    fn frame_end(&self, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = bytes.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let claimed = i32::from_be_bytes(*prefix);
        match usize::try_from(claimed) {
            Ok(length) if length <= self.length_max => Ok(Some(LENGTH_BYTES + length)),
            _ => Err(FrameError::Length { claimed, limit: self.length_max }),
        }
    }
}

/// Reads one frame after the other from a stream.
#[derive(Debug)]
pub struct Frames {
    stream: ReadHalf,
    buffer: FrameBuffer,
}

impl Frames {
    /// Frames of at most `length_max` bytes from `stream`.
    pub fn new(stream: ReadHalf, length_max: usize) -> Self {
        Self { stream, buffer: FrameBuffer::new(length_max) }
    }

    /// See [`FrameBuffer::recycling`].
    #[must_use]
    pub fn recycling(self) -> Self {
        Self { buffer: self.buffer.recycling(), ..self }
    }

    /// Whether something of the next frame is here already, so that [`Self::next`] may not wait.
    pub fn is_ahead(&self) -> bool {
        !self.buffer.is_between_frames()
    }

    /// The next frame without its length, or `None` when the peer closed between two frames.
    ///
    /// Cancelling this future loses nothing.
    ///
    /// # Errors
    /// After any error the stream cannot be trusted; drop it.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// [`Self::next`] for who waits for other things beside it: see [`ReadHalf::poll_read`].
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, FrameError>> {
        loop {
            if let Some(frame) = self.buffer.next_frame()? {
                return Poll::Ready(Ok(Some(frame)));
            }
            let (into, wanted) = self.buffer.room()?;
            let read = ready!(self.stream.poll_read(context, into, wanted));
            if read.map_err(FrameError::Io)? == 0 {
                let between = self.buffer.is_between_frames();
                return Poll::Ready(if between { Ok(None) } else { Err(FrameError::Truncated) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `stream` in pieces of `size` bytes; the frames that come out.
    fn frames(stream: &[u8], size: usize, length_max: usize) -> Result<Vec<Bytes>, FrameError> {
        frames_of(FrameBuffer::new(length_max), stream, size)
    }

    fn frames_of(
        mut buffer: FrameBuffer,
        stream: &[u8],
        size: usize,
    ) -> Result<Vec<Bytes>, FrameError> {
        let mut found = Vec::new();
        for piece in stream.chunks(size) {
            buffer.room()?.0.extend_from_slice(piece);
            while let Some(frame) = buffer.next_frame()? {
                found.push(frame);
            }
        }
        Ok(found)
    }

    #[test]
    fn frames_do_not_depend_on_how_the_bytes_arrive() {
        let mut stream = Vec::new();
        for len in [0usize, 1, 300, 3, 70_000] {
            stream.extend_from_slice(&(len as i32).to_be_bytes());
            stream.extend(std::iter::repeat_n(len as u8, len));
        }
        for size in [1, 2, 3, 5, 64, 4096, stream.len()] {
            let found = frames(&stream, size, 1 << 20).unwrap();
            let lens: Vec<_> = found.iter().map(Bytes::len).collect();
            assert_eq!(lens, [0, 1, 300, 3, 70_000], "pieces of {size}");
            let recycling = FrameBuffer::new(1 << 20).recycling();
            assert_eq!(frames_of(recycling, &stream, size).unwrap(), found, "pieces of {size}");
        }
    }

    /// Has `buffer` receive a frame of `len` bytes in pieces, as a socket would give them.
    fn receive(buffer: &mut FrameBuffer, len: usize, fill: u8) -> Bytes {
        let mut stream = (len as i32).to_be_bytes().to_vec();
        stream.resize(4 + len, fill);
        let mut rest = &stream[..];
        loop {
            let (into, wanted) = buffer.room().unwrap();
            let (piece, behind) = rest.split_at(rest.len().min(wanted).min(100_000));
            into.extend_from_slice(piece);
            rest = behind;
            if let Some(frame) = buffer.next_frame().unwrap() {
                return frame;
            }
        }
    }

    #[test]
    fn a_large_frame_arrives_where_one_was_that_nobody_holds_any_more() {
        let mut buffer = FrameBuffer::new(1 << 24).recycling();
        let first = receive(&mut buffer, 900_000, 1);
        let place = first.as_ptr();
        let held = first.slice(5..6);
        drop(first);
        let second = receive(&mut buffer, 900_000, 2);
        assert!(second.as_ptr() != place && held == [1][..], "the first is still held");
        drop(held);
        let third = receive(&mut buffer, 800_000, 3);
        assert_eq!(third.as_ptr(), place);
        assert!(third.iter().all(|byte| *byte == 3) && second.iter().all(|byte| *byte == 2));
    }

    #[test]
    fn a_spare_buffer_is_not_spent_on_a_frame_that_would_leave_most_of_it_empty() {
        let mut buffer = FrameBuffer::new(1 << 24).recycling();
        let place = receive(&mut buffer, 900_000, 1).as_ptr();
        let small = receive(&mut buffer, 70_000, 2);
        assert!(small.as_ptr() != place);
        assert_eq!(receive(&mut buffer, 900_000, 3).as_ptr(), place);
    }

    #[test]
    fn a_length_that_is_negative_or_over_the_limit_ends_the_stream() {
        for claimed in [-1, i32::MIN, 101, i32::MAX] {
            let error = frames(&claimed.to_be_bytes(), 4, 100).unwrap_err();
            assert!(matches!(error, FrameError::Length { limit: 100, .. }), "{error}");
        }
    }

    #[test]
    fn a_claimed_length_reserves_no_more_than_the_named_bound() {
        let mut buffer = FrameBuffer::new(i32::MAX as usize);
        buffer.room().unwrap().0.extend_from_slice(&i32::MAX.to_be_bytes());
        let (into, wanted) = buffer.room().unwrap();
        assert_eq!(wanted, RESERVE_BYTES_MAX);
        assert!(into.capacity() <= 2 * RESERVE_BYTES_MAX);
    }
}
