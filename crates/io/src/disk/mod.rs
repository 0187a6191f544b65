//! Files and directories, synchronous: a write reaches the page cache on the calling thread, and
//! what waits for the device is called inside [`crate::Io::blocking`] or [`crate::Io::flushing`].
//!
//! What survives a power cut, here as in the simulated world:
//! - bytes and lengths of a file: only what was there when [`File::sync_data`] returned `Ok`;
//! - names (create, rename, remove, also of directories): only when [`Disk::sync_dir`] of the
//!   directory that holds the name returned `Ok`;
//! - anything else may be there, be missing or be there in part.
//!
//! After `sync_data` failed the bytes it should have saved may be gone although later syncs succeed
//! (the kernel drops the dirty mark): do not retry, treat the file as damaged.

mod error;
pub(crate) mod os;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ottla_base::{ByteSource, SourceError, WallTime};

pub use error::DiskError;

/// How [`Disk::open`] opens a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Read only; it must exist.
    Read,
    /// Read and write; it must exist.
    Write,
    /// Read and write; made empty if it does not exist, kept as it is if it does.
    Create,
    /// Read and write; it must not exist.
    CreateNew,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without the directory.
    pub name: String,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// Bytes of a file; meaningless for a directory.
    pub len: u64,
    /// When its content last changed.
    pub modified: WallTime,
}

/// Which file a name stands for: another file of the same name and content is another, and so is
/// the same file once it was written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    /// Its number in the file system.
    pub inode: u64,
    /// When its content last changed, in nanoseconds since 1970.
    pub modified_ns: u64,
    /// Its bytes.
    pub len: u64,
}

/// A file system. Cheap to clone.
///
/// Errors are `io::Error`s of the system's kind (`NotFound`, `StorageFull`, …) that wrap a
/// [`DiskError`], so their text names operation and path.
#[derive(Clone)]
pub struct Disk {
    kind: DiskKind,
}

#[derive(Clone)]
enum DiskKind {
    Os,
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimIo),
}

/// Calls the operating system's function or the simulated node's method of the same name.
macro_rules! on_either {
    ($self:ident . $name:ident ( $($arg:expr),* )) => {
        match &$self.kind {
            DiskKind::Os => os::$name($($arg),*),
            #[cfg(feature = "sim")]
            DiskKind::Sim(sim) => sim.$name($($arg),*),
        }
    };
}

impl Disk {
    /// The operating system's file system. Everything that runs on [`crate::Io`] asks that for its
    /// disk; this is for what the binary reads before there is a runtime.
    pub fn os() -> Self {
        Self { kind: DiskKind::Os }
    }

    #[cfg(feature = "sim")]
    pub(crate) fn sim(node: crate::sim::SimIo) -> Self {
        Self { kind: DiskKind::Sim(node) }
    }

    /// Makes the directory and those above it; fine if it exists.
    ///
    /// # Errors
    /// What the system said, with operation and path; the same holds for every method here.
    pub fn create_dir_all(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.create_dir_all(path)).map_err(DiskError::at("create directory", path))
    }

    /// What the directory holds, sorted by name.
    ///
    /// # Errors
    /// `NotFound`, `NotADirectory`, or what the system said.
    pub fn list(&self, path: impl AsRef<Path>) -> io::Result<Vec<Entry>> {
        let path = path.as_ref();
        let mut entries = on_either!(self.list(path)).map_err(DiskError::at("list", path))?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// The names of the directories in a directory, sorted. The entries themselves are not looked at,
    /// which makes it the cheapest way to see what is there.
    ///
    /// # Errors
    /// As [`Disk::list`].
    pub fn list_dirs(&self, path: impl AsRef<Path>) -> io::Result<Vec<String>> {
        let path = path.as_ref();
        let mut names = on_either!(self.list_dirs(path)).map_err(DiskError::at("list", path))?;
        names.sort();
        Ok(names)
    }

    /// Which file `path` stands for.
    ///
    /// # Errors
    /// `NotFound`, or what the system said.
    pub fn identity(&self, path: impl AsRef<Path>) -> io::Result<FileIdentity> {
        let path = path.as_ref();
        on_either!(self.identity(path)).map_err(DiskError::at("look at", path))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// `NotFound`, `AlreadyExists` (for [`Open::CreateNew`]), or what the system said.
    pub fn open(&self, path: impl AsRef<Path>, how: Open) -> io::Result<File> {
        let path = path.as_ref();
        match &self.kind {
            DiskKind::Os => os::open(path, how).map(|file| File { kind: FileKind::Os(file) }),
            #[cfg(feature = "sim")]
            DiskKind::Sim(sim) => {
                sim.open(path, how).map(|file| File { kind: FileKind::Sim(file) })
            }
        }
        .map_err(DiskError::at("open", path))
    }

    /// The whole content of a small file.
    ///
    /// # Errors
    /// `FileTooLarge` if it holds more than `len_max` bytes, or what the system said.
    pub fn read(&self, path: impl AsRef<Path>, len_max: u64) -> io::Result<Vec<u8>> {
        let path = path.as_ref();
        let file = self.open(path, Open::Read)?;
        let len = file.len()?;
        if len > len_max {
            let error = io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has {len} bytes, at most {len_max} make sense"),
            );
            return Err(DiskError::at("read", path)(error));
        }
        let mut content = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
        let count = file.read_at(0, &mut content)?;
        content.truncate(count);
        Ok(content)
    }

    /// Makes `path` hold `bytes`, durably, so that whoever looks, also after a power cut, finds
    /// either the old content or the new: writes `<path>.tmp`, syncs it, renames it over `path`
    /// and syncs the directory.
    ///
    /// # Errors
    /// What the system said; `path` then holds the old content or, if only the last step failed,
    /// the new one.
    pub fn write_atomic(&self, path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
        let path = path.as_ref();
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".tmp");
        let temporary = PathBuf::from(temporary);
        let file = self.open(&temporary, Open::Create)?;
        file.set_len(0)?;
        file.write_at(0, bytes)?;
        file.sync_data()?;
        self.rename(&temporary, path)?;
        self.sync_dir(parent_of(path))
    }

    /// Renames a file or directory; an existing file of that name is replaced.
    ///
    /// # Errors
    /// What the system said.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
        let (from, to) = (from.as_ref(), to.as_ref());
        on_either!(self.rename(from, to))
            .map_err(DiskError::at(format!("rename to {}", to.display()), from))
    }

    /// Removes a file. Open handles keep its content.
    ///
    /// # Errors
    /// `NotFound`, or what the system said.
    pub fn remove_file(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.remove_file(path)).map_err(DiskError::at("remove", path))
    }

    /// Removes a directory and everything in it.
    ///
    /// # Errors
    /// `NotFound`, or what the system said; part of it may then be gone.
    pub fn remove_dir_all(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.remove_dir_all(path)).map_err(DiskError::at("remove directory", path))
    }

    /// Whether something has this name.
    ///
    /// # Errors
    /// It cannot be told (permissions, a broken device).
    pub fn exists(&self, path: impl AsRef<Path>) -> io::Result<bool> {
        let path = path.as_ref();
        on_either!(self.exists(path)).map_err(DiskError::at("look for", path))
    }

    /// Makes the names in this directory durable.
    ///
    /// # Errors
    /// What the system said.
    pub fn sync_dir(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.sync_dir(path)).map_err(DiskError::at("sync directory", path))
    }

    /// Takes the lock file at `path` (Kafka's `<log dir>/.lock`), making it if needed. It is held
    /// until the returned value is dropped, against other processes (also a Kafka broker, which
    /// uses POSIX record locks) and against this one.
    ///
    /// # Errors
    /// `WouldBlock` if somebody holds it, or what the system said.
    pub fn lock(&self, path: impl AsRef<Path>) -> io::Result<DirLock> {
        let path = path.as_ref();
        match &self.kind {
            DiskKind::Os => os::lock(path).map(|lock| DirLock { _kind: LockKind::Os(lock) }),
            #[cfg(feature = "sim")]
            DiskKind::Sim(sim) => sim.lock(path).map(|lock| DirLock { _kind: LockKind::Sim(lock) }),
        }
        .map_err(DiskError::at("lock", path))
    }

    /// `path` as it is called from the root: put behind the working directory if it is relative,
    /// nothing else about it changed.
    pub fn absolute(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        match &self.kind {
            DiskKind::Os => match std::env::current_dir() {
                Ok(here) => here.join(path),
                Err(_) => path.to_owned(),
            },
            #[cfg(feature = "sim")]
            DiskKind::Sim(_) => Path::new("/").join(path),
        }
    }

    /// Bytes that an ordinary user can still write on the volume of `path`.
    ///
    /// # Errors
    /// What the system said.
    pub fn free_bytes(&self, path: impl AsRef<Path>) -> io::Result<u64> {
        let path = path.as_ref();
        on_either!(self.free_bytes(path)).map_err(DiskError::at("ask for free space at", path))
    }

    /// Size of the volume of `path`, in bytes.
    ///
    /// # Errors
    /// What the system said.
    pub fn total_bytes(&self, path: impl AsRef<Path>) -> io::Result<u64> {
        let path = path.as_ref();
        on_either!(self.total_bytes(path)).map_err(DiskError::at("ask for the size of", path))
    }
}

/// The directory that holds the name `path`.
pub(crate) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

/// Whether a disk call failed because this process, or the system, has no descriptor left: a state
/// that passes, and says nothing about the device.
pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<DiskError>());
    let code = inner.map_or(error, |inner| &inner.source).raw_os_error();
    let full = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE];
    code.is_some_and(|code| full.iter().any(|errno| errno.raw_os_error() == code))
}

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

/// Calls the method of the same name on whichever file it is, and puts the path into the error.
macro_rules! on_file {
    ($self:ident . $name:ident ( $($arg:expr),* ) , $operation:expr) => {
        match &$self.kind {
            FileKind::Os(file) => file.$name($($arg),*),
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => file.$name($($arg),*),
        }
        .map_err(DiskError::at($operation, $self.path()))
    };
}

impl File {
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
            FileKind::Os(file) => file.read_passing(position, buf),
            #[cfg(feature = "sim")]
            FileKind::Sim(file) => file.read_at(position, buf),
        }
        .map_err(DiskError::at("read", self.path()))
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

    /// The descriptor for `sendfile`, if there is one.
    pub(crate) fn as_os(&self) -> Option<&std::fs::File> {
        match &self.kind {
            FileKind::Os(file) => Some(file.descriptor()),
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

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

/// A held lock file; dropping it gives the lock back.
pub struct DirLock {
    _kind: LockKind,
}

#[allow(dead_code, reason = "held for its Drop")]
enum LockKind {
    Os(std::fs::File),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimLock),
}

impl fmt::Debug for DirLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirLock").finish_non_exhaustive()
    }
}
