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
mod file;
pub(crate) mod memory;
pub(crate) mod os;
pub(crate) mod outstanding;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ottla_base::WallTime;

pub use error::DiskError;
pub use file::File;
pub use outstanding::{CallId, OutstandingCall};

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

/// Calls the operating system's function or the simulated node's method of the same name, as an
/// outstanding call of this operation on this path.
macro_rules! on_either {
    ($self:ident . $name:ident ( $($arg:expr),* ) , $operation:literal , $path:expr) => {
        match &$self.kind {
            DiskKind::Os => {
                let _began = outstanding::begin_at($operation, $path);
                os::$name($($arg),*)
            }
            #[cfg(feature = "sim")]
            DiskKind::Sim(sim) => {
                sim.note_call($operation, $path);
                sim.$name($($arg),*)
            }
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
        on_either!(self.create_dir_all(path), "create directory", path)
            .map_err(DiskError::at("create directory", path))
    }

    /// What the directory holds, sorted by name.
    ///
    /// # Errors
    /// `NotFound`, `NotADirectory`, or what the system said.
    pub fn list(&self, path: impl AsRef<Path>) -> io::Result<Vec<Entry>> {
        let path = path.as_ref();
        let mut entries =
            on_either!(self.list(path), "list", path).map_err(DiskError::at("list", path))?;
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
        let mut names =
            on_either!(self.list_dirs(path), "list", path).map_err(DiskError::at("list", path))?;
        names.sort();
        Ok(names)
    }

    /// Which file `path` stands for.
    ///
    /// # Errors
    /// `NotFound`, or what the system said.
    pub fn identity(&self, path: impl AsRef<Path>) -> io::Result<FileIdentity> {
        let path = path.as_ref();
        on_either!(self.identity(path), "look at", path).map_err(DiskError::at("look at", path))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// `NotFound`, `AlreadyExists` (for [`Open::CreateNew`]), or what the system said.
    pub fn open(&self, path: impl AsRef<Path>, how: Open) -> io::Result<File> {
        let path = path.as_ref();
        match &self.kind {
            DiskKind::Os => {
                let _began = outstanding::begin_at("open", path);
                os::open(path, how).map(File::from_os)
            }
            #[cfg(feature = "sim")]
            DiskKind::Sim(sim) => {
                sim.note_call("open", path);
                sim.open(path, how).map(File::from_sim)
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
        self.write_synced(&temporary, bytes)?;
        self.rename(&temporary, path)?;
        self.sync_dir(parent_of(path))
    }

    /// Makes `path` hold `bytes`, and waits until the device has them. What it held before is lost, also if
    /// that fails half-way, and its name may be gone after a power cut: see [`Self::write_atomic`].
    ///
    /// # Errors
    /// What the system said.
    pub fn write_synced(&self, path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
        let file = self.open(path, Open::Create)?;
        file.set_len(0)?;
        file.write_at(0, bytes)?;
        file.sync_data()
    }

    /// Renames a file or directory; an existing file of that name is replaced.
    ///
    /// # Errors
    /// What the system said.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
        let (from, to) = (from.as_ref(), to.as_ref());
        on_either!(self.rename(from, to), "rename", from)
            .map_err(DiskError::at(format!("rename to {}", to.display()), from))
    }

    /// Makes `link` a symbolic link to `target`. Nothing that has this name is replaced. The simulated
    /// world has no links.
    ///
    /// # Errors
    /// `AlreadyExists`, `Unsupported`, or what the system said.
    pub fn symlink(&self, target: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
        let (target, link) = (target.as_ref(), link.as_ref());
        on_either!(self.symlink(target, link), "link", link).map_err(DiskError::at("link", link))
    }

    /// Removes a file. Open handles keep its content.
    ///
    /// # Errors
    /// `NotFound`, or what the system said.
    pub fn remove_file(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.remove_file(path), "remove", path).map_err(DiskError::at("remove", path))
    }

    /// Removes a directory and everything in it.
    ///
    /// # Errors
    /// `NotFound`, or what the system said; part of it may then be gone.
    pub fn remove_dir_all(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.remove_dir_all(path), "remove directory", path)
            .map_err(DiskError::at("remove directory", path))
    }

    /// Whether something has this name.
    ///
    /// # Errors
    /// It cannot be told (permissions, a broken device).
    pub fn exists(&self, path: impl AsRef<Path>) -> io::Result<bool> {
        let path = path.as_ref();
        on_either!(self.exists(path), "look for", path).map_err(DiskError::at("look for", path))
    }

    /// Makes the names in this directory durable.
    ///
    /// # Errors
    /// What the system said.
    pub fn sync_dir(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        on_either!(self.sync_dir(path), "sync directory", path)
            .map_err(DiskError::at("sync directory", path))
    }

    /// The calls that have begun and not ended: of all threads of this process, or of the simulated
    /// node. Waits for no device.
    pub fn outstanding_calls(&self) -> Vec<OutstandingCall> {
        match &self.kind {
            DiskKind::Os => outstanding::all(),
            #[cfg(feature = "sim")]
            DiskKind::Sim(sim) => sim.outstanding_calls(),
        }
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
            DiskKind::Os => {
                let _began = outstanding::begin_at("lock", path);
                os::lock(path).map(|lock| DirLock { _kind: LockKind::Os(lock) })
            }
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
        on_either!(self.free_bytes(path), "ask for free space at", path)
            .map_err(DiskError::at("ask for free space at", path))
    }

    /// Size of the volume of `path`, in bytes.
    ///
    /// # Errors
    /// What the system said.
    pub fn total_bytes(&self, path: impl AsRef<Path>) -> io::Result<u64> {
        let path = path.as_ref();
        on_either!(self.total_bytes(path), "ask for the size of", path)
            .map_err(DiskError::at("ask for the size of", path))
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
