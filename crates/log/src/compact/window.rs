//! The batches of a segment, whole ones, through a buffer of bounded size.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use ottla_model::Offset;
use ottla_record::{BatchHeader, BatchView};

use crate::{LogError, SegmentBytes, SegmentFile};

/// A buffer that a segment is read through. Grows to the largest batch it meets and shrinks again.
#[derive(Debug)]
pub(crate) struct Window {
    buffer: Vec<u8>,
    size: usize,
    /// Where in the segment the buffer begins.
    position: u64,
    filled: usize,
    base_offset: Offset,
}

impl Window {
    /// A window of `size` bytes (`log.cleaner.io.buffer.size`, a part of it).
    pub(crate) fn new(size: usize) -> Self {
        let size = size.max(BatchHeader::LEN);
        Self { buffer: vec![0; size], size, position: 0, filled: 0, base_offset: 0 }
    }

    /// Reads what is at `position` of a segment whose batches end at `end`: one whole batch at
    /// least. Returns the bytes read.
    pub(crate) fn fill<B: SegmentBytes>(
        &mut self,
        base_offset: Offset,
        position: u64,
        end: u64,
        bytes: &B,
    ) -> Result<u64, LogError> {
        (self.base_offset, self.position) = (base_offset, position);
        if self.buffer.len() > self.size {
            self.buffer = vec![0; self.size];
        }
        let left = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX);
        self.read(left, bytes)?;
        let header = BatchHeader::parse(&self.buffer[..self.filled]);
        let size = header.map_err(|why| self.corrupt(position, &why))?.size_in_bytes();
        if size > left {
            return Err(self.corrupt(position, &format!("{size} bytes, {left} are left")));
        }
        if size > self.filled {
            self.buffer = vec![0; size];
            self.read(left, bytes)?;
        }
        if size > self.filled {
            return Err(self.corrupt(position, &"the file ends in the batch"));
        }
        Ok(self.filled as u64)
    }

    fn read<B: SegmentBytes>(&mut self, left: usize, bytes: &B) -> Result<(), LogError> {
        let wanted = self.buffer.len().min(left);
        let (file, buffer) = (SegmentFile::Log, &mut self.buffer[..wanted]);
        self.filled = bytes.read_at(self.base_offset, file, self.position, buffer)?;
        Ok(())
    }

    /// The batch that begins `at` bytes into the window; `None` if it is not there as a whole.
    ///
    /// # Errors
    /// The bytes are no batch, or their checksum is wrong.
    pub(crate) fn batch(&self, at: usize) -> Result<Option<BatchView<'_>>, LogError> {
        let rest = self.buffer.get(at..self.filled).unwrap_or_default();
        if rest.len() < BatchHeader::LEN {
            return Ok(None);
        }
        let position = self.position + at as u64;
        let header = BatchHeader::parse(rest).map_err(|why| self.corrupt(position, &why))?;
        if header.size_in_bytes() > rest.len() {
            return Ok(None);
        }
        let view = BatchView::parse(rest).map_err(|why| self.corrupt(position, &why))?;
        // What is written anew gets a new checksum, which must not vouch for damage.
        view.check_crc().map_err(|why| self.corrupt(position, &why))?;
        Ok(Some(view))
    }

    /// What is wrong with the batch at `position` of the segment.
    pub(crate) fn corrupt(&self, position: u64, why: &dyn core::fmt::Display) -> LogError {
        let name = SegmentFile::Log.name(self.base_offset);
        LogError::Corrupt(format!("{name} is broken at position {position}: {why}"))
    }

    /// Where in the segment the window begins.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }
}
