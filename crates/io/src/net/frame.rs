//! Frames of a request stream: a four-byte length, then that many bytes.
//!
//! Memory grows with the bytes that arrived, never with the length a peer claims.

use bytes::Bytes;

use super::ReadHalf;

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

/// Reads one frame after the other from a stream.
#[derive(Debug)]
pub struct Frames {
    stream: ReadHalf,
    /// Bytes that came behind the last frame.
    ahead: Vec<u8>,
    length_max: usize,
}

impl Frames {
    /// Frames of at most `length_max` bytes from `stream`.
    pub fn new(stream: ReadHalf, length_max: usize) -> Self {
        Self { stream, ahead: Vec::new(), length_max }
    }

    /// The next frame without its length, or `None` when the peer closed between two frames.
    ///
    /// Cancelling this future loses nothing.
    ///
    /// # Errors
    /// After any error the stream cannot be trusted; drop it.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        loop {
            if let Some(end) = self.frame_end()?
                && self.ahead.len() >= end
            {
                let rest = self.ahead[end..].to_vec();
                self.ahead.truncate(end);
                let frame = Bytes::from(std::mem::replace(&mut self.ahead, rest));
                return Ok(Some(frame.slice(4..)));
            }
            let want = self.bytes_wanted()?;
            let count = self.stream.read(&mut self.ahead, want).await.map_err(FrameError::Io)?;
            if count == 0 {
                return if self.ahead.is_empty() { Ok(None) } else { Err(FrameError::Truncated) };
            }
        }
    }

    /// Where the frame at the front ends, once its length is here.
    fn frame_end(&self) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = self.ahead.first_chunk::<4>() else { return Ok(None) };
        let claimed = i32::from_be_bytes(*prefix);
        match usize::try_from(claimed) {
            Ok(length) if length <= self.length_max => Ok(Some(4 + length)),
            _ => Err(FrameError::Length { claimed, limit: self.length_max }),
        }
    }

    fn bytes_wanted(&mut self) -> Result<usize, FrameError> {
        let Some(end) = self.frame_end()? else { return Ok(READ_AHEAD_BYTES) };
        let missing = end - self.ahead.len();
        let reserve = missing.min(RESERVE_BYTES_MAX.max(self.ahead.len()));
        self.ahead.reserve(reserve);
        Ok(reserve)
    }
}
