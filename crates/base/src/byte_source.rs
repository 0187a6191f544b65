//! Random-access bytes, as a core sees a file: no descriptor, no async, only "these bytes from
//! there". The io crate implements it for files, tests for slices.

use alloc::string::String;
use alloc::vec::Vec;

/// A sequence of bytes that can be read at any position. Its length may grow while it is read.
pub trait ByteSource {
    /// Bytes it holds now.
    fn len(&self) -> u64;

    /// Fills as much of `buf` as there is from `position` on; returns the number of bytes read,
    /// short only at the end of the source.
    ///
    /// # Errors
    /// What the device said. The bytes of `buf` are then unspecified.
    fn read_at(&self, position: u64, buf: &mut [u8]) -> Result<usize, SourceError>;

    /// Whether there is nothing in it.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A read that the device refused, with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError(pub String);

impl core::fmt::Display for SourceError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for SourceError {}

impl ByteSource for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, position: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let Some(rest) = usize::try_from(position).ok().and_then(|start| self.get(start..)) else {
            return Ok(0);
        };
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl ByteSource for Vec<u8> {
    fn len(&self) -> u64 {
        ByteSource::len(self.as_slice())
    }

    fn read_at(&self, position: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        self.as_slice().read_at(position, buf)
    }
}
