//! The bytes of a file, read in windows, and the batches in them.

use std::path::Path;

use ottla_base::crc32c::Crc32c;
use ottla_io::{Disk, File, Open};
use ottla_record::BatchHeader;

use super::Failure;

/// Bytes read at a time.
const WINDOW_BYTES: usize = 256 << 10;
/// Bytes of a batch up to and with its format (`magic`).
const TO_MAGIC_BYTES: u64 = 17;
/// Bytes of offset and length, which the length does not count.
const LOG_OVERHEAD: u64 = 12;
/// The least length that Kafka takes for one: that of a message of the oldest format.
const LENGTH_MIN: i32 = 14;
/// The least length of a batch of today's format.
const V2_LENGTH_MIN: i32 = (BatchHeader::LEN - LOG_OVERHEAD as usize) as i32;
/// Where the part under the checksum begins.
const CRC_FROM: u64 = 21;
const LENGTH_AT: usize = 8;
const MAGIC_AT: usize = 16;
const MAGIC_V2: u8 = 2;

/// A file and the stretch of it that was read last.
#[derive(Debug)]
pub(super) struct Window {
    file: File,
    len: u64,
    at: u64,
    held: Vec<u8>,
}

impl Window {
    /// Opens a file.
    pub(super) fn open(disk: &Disk, path: &Path) -> Result<Self, Failure> {
        let file = disk.open(path, Open::Read)?;
        let len = file.len()?;
        Ok(Self { file, len, at: 0, held: Vec::new() })
    }

    /// Bytes the file held when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The `len` bytes at `position`, at most a window; fewer where the file ends.
    pub(super) fn slice(&mut self, position: u64, len: usize) -> Result<&[u8], Failure> {
        let end = position + len as u64;
        if position < self.at || end > self.at + self.held.len() as u64 {
            let room = self.len.saturating_sub(position).min(WINDOW_BYTES as u64);
            self.held.resize(usize::try_from(room).unwrap_or(0), 0);
            let count = self.file.read_at(position, &mut self.held)?;
            self.held.truncate(count);
            self.at = position;
        }
        let from = usize::try_from(position - self.at).unwrap_or(usize::MAX);
        let to = self.held.len().min(from.saturating_add(len));
        Ok(self.held.get(from..to).unwrap_or_default())
    }

    /// The `N` bytes at `position`; `None` where the file ends before.
    pub(super) fn chunk<const N: usize>(
        &mut self,
        position: u64,
    ) -> Result<Option<[u8; N]>, Failure> {
        Ok(self.slice(position, N)?.first_chunk().copied())
    }

    /// The whole batch, as one of today's format: Kafka's tool reads the records of any later one
    /// like that.
    pub(super) fn batch(&mut self, found: &FoundBatch) -> Result<Vec<u8>, Failure> {
        // No more than the file has: the walk has seen that the batch ends in it.
        let mut bytes = vec![0; usize::try_from(found.size).unwrap_or(0)];
        let count = self.file.read_at(found.position, &mut bytes)?;
        bytes.truncate(count);
        if let Some(magic) = bytes.get_mut(MAGIC_AT) {
            *magic = MAGIC_V2;
        }
        Ok(bytes)
    }

    /// Whether the batch is long enough and its checksum is right.
    pub(super) fn is_valid(&mut self, found: &FoundBatch) -> Result<bool, Failure> {
        if found.size < BatchHeader::LEN as u64 {
            return Ok(false);
        }
        let mut crc = Crc32c::new();
        let (mut at, end) = (found.position + CRC_FROM, found.position + found.size);
        while at < end {
            let piece = self.slice(at, (end - at).min(WINDOW_BYTES as u64) as usize)?;
            if piece.is_empty() {
                return Ok(false);
            }
            crc.update(piece);
            at += piece.len() as u64;
        }
        Ok(crc.value() == found.header.crc)
    }
}

/// A batch in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoundBatch {
    /// Where it begins.
    pub(super) position: u64,
    /// Its bytes.
    pub(super) size: u64,
    /// Its header, as it stands.
    pub(super) header: BatchHeader,
}

/// The walk over the batches of a file from one position to another, believing no more of them than
/// Kafka's tool does: any length that ends in the file.
#[derive(Debug)]
pub(super) struct BatchWalk {
    position: u64,
    end: u64,
    name: String,
}

impl BatchWalk {
    /// A walk over a file; `name` is its path, for complaints.
    pub(super) fn new(position: u64, end: u64, name: &Path) -> Self {
        Self { position, end, name: super::absolute(name) }
    }

    /// The next batch; `None` where no whole one is left.
    pub(super) fn next(&mut self, window: &mut Window) -> Result<Option<FoundBatch>, Failure> {
        let position = self.position;
        if position + TO_MAGIC_BYTES > self.end {
            return Ok(None);
        }
        let length = window.chunk::<4>(position + LENGTH_AT as u64)?.map_or(0, i32::from_be_bytes);
        if length < LENGTH_MIN {
            return Err(Failure::File(format!(
                "Found record size {length} smaller than minimum record overhead ({LENGTH_MIN}) in \
                 file {} (position {position}).",
                self.name
            )));
        }
        let size = LOG_OVERHEAD + u64::from(length.unsigned_abs());
        if position + size > self.end {
            return Ok(None);
        }
        self.position += size;
        let header = self.header(window, position, length)?;
        Ok(Some(FoundBatch { position, size, header }))
    }

    fn header(
        &self,
        window: &mut Window,
        position: u64,
        length: i32,
    ) -> Result<BatchHeader, Failure> {
        let refuse = |why: &str| {
            Failure::File(format!(
                "Failed to load record batch at position {position} in {}: {why}",
                self.name
            ))
        };
        let Some(mut bytes) = window.chunk::<{ BatchHeader::LEN }>(position)? else {
            return Err(refuse("the file ends within its header"));
        };
        let magic = bytes[MAGIC_AT] as i8;
        if magic < MAGIC_V2 as i8 {
            return Err(refuse(&format!(
                "it is of message format {magic}, which only Kafka before 0.11 wrote and ottla does not read"
            )));
        }
        // Shown as it stands, whether or not it makes sense.
        bytes[MAGIC_AT] = MAGIC_V2;
        bytes[LENGTH_AT..LENGTH_AT + 4].copy_from_slice(&length.max(V2_LENGTH_MIN).to_be_bytes());
        let header = BatchHeader::parse(&bytes).map_err(|error| refuse(&error.to_string()))?;
        Ok(BatchHeader { batch_length: length, magic, ..header })
    }
}
