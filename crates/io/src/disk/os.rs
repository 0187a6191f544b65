//! The operating system's files.

use std::fs::{self, OpenOptions};
use std::io::{self, IoSlice};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use ottla_base::WallTime;
use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::{Entry, FileIdentity, Open, memory};

/// Slices per `pwritev`; the system takes no more than 1024.
const VECTORED_MAX: usize = 1024;

pub(super) fn create_dir_all(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn list(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let metadata = match fs::metadata(entry.path()) {
            Ok(metadata) => metadata,
            // Removed since the directory was read, or a link to nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        entries.push(Entry {
            name: entry.file_name().to_string_lossy().into_owned(),
            is_dir: metadata.is_dir(),
            len: metadata.len(),
            modified: WallTime { millis: i64::try_from(modified.as_millis()).unwrap_or(i64::MAX) },
        });
    }
    Ok(entries)
}

pub(super) fn list_dirs(path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // A link may lead to a dir.
        if kind.is_dir()
            || (kind.is_symlink() && fs::metadata(entry.path()).is_ok_and(|m| m.is_dir()))
        {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

pub(super) fn identity(path: &Path) -> io::Result<FileIdentity> {
    let metadata = fs::metadata(path)?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(FileIdentity {
        inode: metadata.ino(),
        modified_ns: u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX),
        len: metadata.len(),
    })
}

pub(super) fn open(path: &Path, how: Open) -> io::Result<OsFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(how != Open::Read).mode(0o644);
    match how {
        Open::Read | Open::Write => {}
        Open::Create => drop(options.create(true)),
        Open::CreateNew => drop(options.create_new(true)),
    }
    Ok(OsFile(Arc::new((options.open(path)?, Arc::from(path)))))
}

pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

pub(super) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

pub(super) fn remove_dir_all(path: &Path) -> io::Result<()> {
    fs::remove_dir_all(path)
}

pub(super) fn exists(path: &Path) -> io::Result<bool> {
    path.try_exists()
}

pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Two locks on one file: `flock` keeps out a second handle in this process, a POSIX record lock
/// keeps out Kafka, whose `FileChannel.tryLock` is one; on Linux neither sees the other.
pub(super) fn lock(path: &Path) -> io::Result<fs::File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .open(path)?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(held)?;
    rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).map_err(held)?;
    Ok(file)
}

/// POSIX lets a refused record lock be either of two errors; callers get one kind.
fn held(error: Errno) -> io::Error {
    match error {
        Errno::ACCESS | Errno::AGAIN => {
            io::Error::new(io::ErrorKind::WouldBlock, "another process holds it")
        }
        other => other.into(),
    }
}

pub(super) fn free_bytes(path: &Path) -> io::Result<u64> {
    let volume = rustix::fs::statvfs(path)?;
    Ok(volume.f_bavail.saturating_mul(volume.f_frsize))
}

pub(super) fn total_bytes(path: &Path) -> io::Result<u64> {
    let volume = rustix::fs::statvfs(path)?;
    Ok(volume.f_blocks.saturating_mul(volume.f_frsize))
}

/// A descriptor and the path it was opened by.
#[derive(Clone)]
pub(super) struct OsFile(Arc<(fs::File, Arc<Path>)>);

impl OsFile {
    pub(super) fn descriptor(&self) -> &fs::File {
        &self.0.0
    }

    pub(super) fn path(&self) -> &Path {
        &self.0.1
    }

    pub(super) fn path_shared(&self) -> &Arc<Path> {
        &self.0.1
    }

    pub(super) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.descriptor().metadata()?.len())
    }

    pub(super) fn read_at(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.descriptor().read_at(&mut buf[filled..], position + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    pub(super) fn read_cached(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        match memory::read_cached(self.descriptor(), position, buf) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN) => Ok(0),
            // Who cannot tell, waits, and hears what is wrong if it is more than that.
            Err(_) => self.read_at(position, buf),
        }
    }

    pub(super) fn is_cached(&self, position: u64, len: u64) -> bool {
        memory::is_cached(self.descriptor(), position, len)
    }

    pub(super) fn load(&self, position: u64, len: u64) -> io::Result<()> {
        memory::load(self.descriptor(), position, len)
    }

    /// First what the page cache has, without waiting; if that is not all, everything, and then the
    /// cache is told to let it go. Without read-ahead, or the cache would have what comes next.
    pub(super) fn read_passing(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        use rustix::fs::{Advice, fadvise};
        if self.read_cached(position, buf)? == buf.len() {
            return Ok(buf.len());
        }
        // Advice that is not taken costs cache, nothing else.
        let _ = fadvise(self.descriptor(), 0, None, Advice::Random);
        let count = self.read_at(position, buf)?;
        let len = std::num::NonZeroU64::new(count as u64);
        if len.is_some() {
            let _ = fadvise(self.descriptor(), position, len, Advice::DontNeed);
        }
        Ok(count)
    }

    pub(super) fn write_at(&self, position: u64, bytes: &[u8]) -> io::Result<()> {
        self.descriptor().write_all_at(bytes, position)
    }

    pub(super) fn write_all_vectored_at(&self, position: u64, parts: &[&[u8]]) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> =
            parts.iter().filter(|part| !part.is_empty()).map(|part| IoSlice::new(part)).collect();
        let mut rest = slices.as_mut_slice();
        let mut at = position;
        while !rest.is_empty() {
            let batch = &rest[..rest.len().min(VECTORED_MAX)];
            match rustix::io::pwritev(self.descriptor(), batch, at) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    at += count as u64;
                    IoSlice::advance_slices(&mut rest, count);
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    pub(super) fn set_len(&self, len: u64) -> io::Result<()> {
        self.descriptor().set_len(len)
    }

    pub(super) fn sync_data(&self) -> io::Result<()> {
        self.descriptor().sync_data()
    }
}
