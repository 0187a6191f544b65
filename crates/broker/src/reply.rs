//! What goes back to a client: encoded bytes, and stretches of files between them.

use std::io;
use std::time::Duration;

use ottla_io::{File, Io, WriteHalf};
use ottla_wire::{Encoded, Segment};

/// A stretch of at most so many bytes is copied: one call sends it with what stands around it, and
/// a system call costs more than the copy.
const COPIED_BYTES_MAX: u64 = 16 << 10;
/// Bytes that wait for more before they are sent.
const AHEAD_BYTES_MAX: usize = 64 << 10;

/// Bytes of a file that are read from the device, if they have to be, before they are sent.
const LOADED_BYTES_MAX: u64 = 2 << 20;

/// A stretch of a log file that is sent without passing through memory of ours.
#[derive(Debug, Clone)]
pub(crate) struct FileSlice {
    pub(crate) file: File,
    pub(crate) position: u64,
    pub(crate) len: u64,
}

/// A response, ready to be sent.
#[derive(Debug)]
pub(crate) struct Reply {
    encoded: Encoded,
    slices: Vec<FileSlice>,
}

impl Reply {
    /// The response in `encoded`, whose gaps are filled from `slices` by their index.
    pub(crate) fn new(encoded: Encoded, slices: Vec<FileSlice>) -> Self {
        Self { encoded, slices }
    }

    /// Bytes that this response takes on the wire, with its length prefix.
    pub(crate) fn len(&self) -> usize {
        4 + self.encoded.total_len()
    }

    /// Sends the length and the response; the peer has `piece_max` for each piece of it.
    ///
    /// # Errors
    /// The socket's; `TimedOut` when the peer does not take what is sent. Part of the response may
    /// have gone out: the connection is of no use any more.
    pub(crate) async fn send(
        self,
        io: &Io,
        stream: &mut WriteHalf,
        piece_max: Duration,
    ) -> io::Result<()> {
        let length = i32::try_from(self.encoded.total_len())
            .map_err(|_| io::Error::other("a response of more than 2 GiB"))?
            .to_be_bytes();
        if self.encoded.gaps.is_empty() {
            let parts: [&[u8]; 2] = [&length, &self.encoded.bytes];
            return within(io, piece_max, stream.write_all_vectored(&parts)).await;
        }
        // The length goes out with the first bytes; what stands before a file waits for it.
        let mut ahead: Vec<u8> = length.to_vec();
        for segment in self.encoded.segments() {
            match segment {
                Segment::Bytes(bytes) => ahead.extend_from_slice(bytes),
                Segment::Gap(gap) => {
                    let slice = self
                        .slices
                        .get(gap.index as usize)
                        .ok_or_else(|| io::Error::other("a gap without a file"))?;
                    if slice.len <= COPIED_BYTES_MAX && ahead.len() < AHEAD_BYTES_MAX {
                        copy(io, slice, &mut ahead).await?;
                        continue;
                    }
                    within(io, piece_max, stream.write_all_with_more(&ahead)).await?;
                    ahead.clear();
                    for stretch in slice.stretches() {
                        if !stretch.file.is_cached(stretch.position, stretch.len) {
                            stretch.load(io).await;
                        }
                        let sent = stream.send_file(&slice.file, stretch.position, stretch.len);
                        within(io, piece_max, sent).await?;
                    }
                }
            }
        }
        if ahead.is_empty() {
            return Ok(());
        }
        within(io, piece_max, stream.write_all(&ahead)).await
    }
}

impl FileSlice {
    /// The same bytes, in order, as slices of at most [`LOADED_BYTES_MAX`].
    fn stretches(&self) -> impl Iterator<Item = Self> {
        let end = self.position + self.len;
        (self.position..end).step_by(LOADED_BYTES_MAX as usize).map(move |position| Self {
            file: self.file.clone(),
            position,
            len: LOADED_BYTES_MAX.min(end - position),
        })
    }

    /// Has it read from the device where that keeps nobody else waiting: there are only
    /// so many threads for the requests of all.
    async fn load(&self, io: &Io) {
        let Self { file, position, len } = self.clone();
        // In a box, as few requests come to it and each of them would have the room.
        let loaded = Box::pin(io.blocking(move || file.load(position, len))).await;
        // Sending it meets the same error, and tells.
        drop(loaded);
    }
}

/// Puts a stretch behind what is there, all of it.
async fn copy(io: &Io, slice: &FileSlice, ahead: &mut Vec<u8>) -> io::Result<()> {
    let from = ahead.len();
    ahead.resize(from + slice.len as usize, 0);
    let room = ahead.get_mut(from..).unwrap_or_default();
    let mut at = from + slice.file.read_cached(slice.position, room)?;
    if at < ahead.len() {
        slice.load(io).await;
    }
    while let Some(rest) = ahead.get_mut(at..).filter(|rest| !rest.is_empty()) {
        let count = slice.file.read_at(slice.position + (at - from) as u64, rest)?;
        if count == 0 {
            let path = slice.file.path().display();
            let why = format!("send {path}: the file ends inside the range to send");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        at += count;
    }
    Ok(())
}

async fn within(
    io: &Io,
    limit: Duration,
    sent: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    io.timeout(limit, sent).await.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
}
