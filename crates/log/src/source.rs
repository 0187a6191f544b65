//! How the log sees its files: "these bytes of that file of that segment".

use alloc::vec::Vec;

use ottla_base::SourceError;
use ottla_model::Offset;

use crate::SegmentFile;

/// The files of a log's segments. A file that does not exist is an empty one.
pub trait SegmentBytes {
    /// Bytes the file holds.
    ///
    /// # Errors
    /// What the device said.
    fn len(&self, base_offset: Offset, file: SegmentFile) -> Result<u64, SourceError>;

    /// Fills as much of `buf` as there is from `position` on and says how much that was.
    ///
    /// # Errors
    /// What the device said.
    fn read_at(
        &self,
        base_offset: Offset,
        file: SegmentFile,
        position: u64,
        buf: &mut [u8],
    ) -> Result<usize, SourceError>;

    /// The content of the producer snapshot at `offset`; `None` if there is none.
    ///
    /// # Errors
    /// What the device said.
    fn snapshot(&self, offset: Offset) -> Result<Option<Vec<u8>>, SourceError>;

    /// Reads the `N` bytes at `position`; `None` if the file ends before.
    ///
    /// # Errors
    /// What the device said.
    fn read_exact_at<const N: usize>(
        &self,
        base_offset: Offset,
        file: SegmentFile,
        position: u64,
    ) -> Result<Option<[u8; N]>, SourceError>
    where
        Self: Sized,
    {
        let mut buf = [0; N];
        let count = self.read_at(base_offset, file, position, &mut buf)?;
        Ok((count == N).then_some(buf))
    }
}
