//! [`File`]: an open file.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use ottla_base::{ByteSource, SourceError};

use super::{DiskError, os, outstanding};

/// An open file. Clones share one descriptor; it is closed with the last of them.
///
/// Every position is absolute. Reads and writes of several clones at once are safe; a read that
/// overlaps a write may see part of it.
#[derive(Clone)]
pub struct File {
    kind: FileKind,
}

#[derive(Clone)]
enum FileKind {
    Os(os::OsFile),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimFile),
}

/// Calls the method of the same name on whichever file it is, as an outstanding call, and puts the
/// path into the error.
macro_rules! on_file {
    ($self:ident . $name:ident ( $($arg:expr),* ) , $operation:expr) => {
        match &$self.kind {
            FileKind::Os(file) => {
                let _began = outstanding::begin($operation, file.path_shared());
                file.$name($($arg),*)
            }
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => {
                file.note_call($operation);
                file.$name($($arg),*)
            }
        }
        .map_err(DiskError::at($operation, $self.path()))
    };
}

impl File {
    pub(super) fn from_os(file: os::OsFile) -> Self {
        Self { kind: FileKind::Os(file) }
    }

    #[cfg(feature = "sim")]
    pub(super) fn from_sim(file: crate::sim::SimFile) -> Self {
        Self { kind: FileKind::Sim(file) }
    }

    /// The path it was opened by; a rename since then does not show.
    pub fn path(&self) -> &Path {
        match &self.kind {
            FileKind::Os(file) => file.path(),
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => file.path(),
        }
    }

    /// Bytes it holds now.
    ///
    /// # Errors
    /// What the system said, with operation and path; the same holds for every method here.
    pub fn len(&self) -> io::Result<u64> {
        on_file!(self.len(), "ask for the length of")
    }

    /// Whether it holds nothing.
    ///
    /// # Errors
    /// What the system said.
    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills as much of `buf` as the file has from `position` on; returns the number of bytes,
    /// short only at the end of the file.
    ///
    /// # Errors
    /// What the system said.
    pub fn read_at(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        on_file!(self.read_at(position, buf), "read")
    }

    /// [`File::read_at`] for bytes that nobody will want again soon: what had to be fetched from the
    /// device does not stay in the page cache, what others keep there does. On a file that was opened
    /// for this alone: its clones lose their read-ahead.
    ///
    /// # Errors
    /// What the system said.
    pub fn read_passing(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        match &self.kind {
            FileKind::Os(file) => {
                let _began = outstanding::begin("read", file.path_shared());
                file.read_passing(position, buf)
            }
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => file.read_at(position, buf),
        }
        .map_err(DiskError::at("read", self.path()))
    }

    /// [`File::read_at`] that does not wait for the device: short where the bytes are not in memory.
    ///
    /// # Errors
    /// What the system said.
    pub fn read_cached(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        on_file!(self.read_cached(position, buf), "read")
    }

    /// Whether the `len` bytes from `position` on are in memory, so that reading or sending them waits
    /// for no device; `true` where the system cannot tell.
    pub fn is_cached(&self, position: u64, len: u64) -> bool {
        match &self.kind {
            FileKind::Os(file) => file.is_cached(position, len),
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => file.is_cached(),
        }
    }

    /// Waits until the `len` bytes from `position` on, or what the file has of them, were read into
    /// memory: on a thread that may block, so that no other has to. They stay as long as the system
    /// has room for them.
    ///
    /// # Errors
    /// What the system said.
    pub fn load(&self, position: u64, len: u64) -> io::Result<()> {
        on_file!(self.load(position, len), "read")
    }

    /// Writes all of `bytes` at `position`; a gap before it reads as zeros.
    ///
    /// # Errors
    /// What the system said (`StorageFull`, …). Part of the bytes may have been written.
    pub fn write_at(&self, position: u64, bytes: &[u8]) -> io::Result<()> {
        on_file!(self.write_at(position, bytes), "write")
    }

    /// Writes all `parts` behind each other from `position` on, in as few system calls as possible.
    ///
    /// # Errors
    /// As [`File::write_at`].
    pub fn write_all_vectored_at(&self, position: u64, parts: &[&[u8]]) -> io::Result<()> {
        on_file!(self.write_all_vectored_at(position, parts), "write")
    }

    /// Cuts the file, or extends it with zeros.
    ///
    /// # Errors
    /// What the system said.
    pub fn set_len(&self, len: u64) -> io::Result<()> {
        on_file!(self.set_len(len), "set the length of")
    }

    /// Makes content and length durable. Waits for the device.
    ///
    /// # Errors
    /// What the system said: see the module about what is then lost.
    pub fn sync_data(&self) -> io::Result<()> {
        on_file!(self.sync_data(), "sync")
    }

    /// Whether other clones of it are held somewhere, so that dropping this one closes nothing.
    pub fn is_shared(&self) -> bool {
        match &self.kind {
            FileKind::Os(file) => file.is_shared(),
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => file.is_shared(),
        }
    }

    /// The descriptor for `sendfile`, if there is one, and its path.
    pub(crate) fn as_os(&self) -> Option<(&std::fs::File, &Arc<Path>)> {
        match &self.kind {
            FileKind::Os(file) => Some((file.descriptor(), file.path_shared())),
            #[cfg(feature = "sim")]
            FileKind::Sim(_) => None,
        }
    }
}

impl ByteSource for File {
    /// The length now. Asking an open descriptor does not fail on a local disk; should it, the
    /// answer is `u64::MAX`, so that the reads that follow meet the device's error and nobody
    /// takes the file for an empty one.
    fn len(&self) -> u64 {
        File::len(self).unwrap_or(u64::MAX)
    }

    fn read_at(&self, position: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        File::read_at(self, position, buf).map_err(|error| SourceError(error.to_string()))
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({})", self.path().display())
    }
}
