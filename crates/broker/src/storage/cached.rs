//! Segment files as far as they are in memory: for a reader who holds a partition's lock on a thread that
//! serves others as well, and rather comes again than has all of them wait for the device.

use std::cell::RefCell;
use std::io;

use ottla_base::SourceError;
use ottla_io::File;
use ottla_log::{SegmentBytes, SegmentFile};
use ottla_model::Offset;

use super::segment_files::{SegmentFiles, refused};

/// Bytes of a segment file that a reader asked for and that are not in memory.
#[derive(Debug, Clone)]
pub struct Uncached {
    file: File,
    position: u64,
    len: u64,
}

impl Uncached {
    /// Waits until they are in memory.
    ///
    /// # Errors
    /// What the device said.
    pub fn load(&self) -> io::Result<()> {
        self.file.load(self.position, self.len)
    }
}

/// A log's files, of which nothing is read that is not in memory: such a read fails, and is remembered.
pub(super) struct CachedBytes<'a> {
    files: &'a SegmentFiles,
    missed: RefCell<Option<Uncached>>,
}

impl<'a> CachedBytes<'a> {
    pub(super) fn new(files: &'a SegmentFiles) -> Self {
        Self { files, missed: RefCell::default() }
    }

    /// What a read failed for, if one did.
    pub(super) fn into_missed(self) -> Option<Uncached> {
        self.missed.into_inner()
    }
}

impl SegmentBytes for CachedBytes<'_> {
    fn len(&self, base_offset: Offset, file: SegmentFile) -> Result<u64, SourceError> {
        self.files.len(base_offset, file)
    }

    fn read_at(
        &self,
        base_offset: Offset,
        file: SegmentFile,
        position: u64,
        buf: &mut [u8],
    ) -> Result<usize, SourceError> {
        let Some(file) = self.files.get(base_offset, file).map_err(refused)? else { return Ok(0) };
        let count = file.read_cached(position, buf).map_err(refused)?;
        let rest = (buf.len() - count) as u64;
        if rest == 0 || position + count as u64 >= file.len().map_err(refused)? {
            return Ok(count);
        }
        *self.missed.borrow_mut() =
            Some(Uncached { file, position: position + count as u64, len: rest });
        Err(SourceError("not in memory".to_owned()))
    }

    fn snapshot(&self, offset: Offset) -> Result<Option<Vec<u8>>, SourceError> {
        self.files.snapshot(offset)
    }
}
