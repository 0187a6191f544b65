//! The files of one log's segments: opened on first use, read and written by position, closed when
//! other logs need the descriptors ([`OpenFiles`]).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_base::SourceError;
use ottla_io::{Disk, File, Open};
use ottla_log::files::names;
use ottla_log::{SegmentBytes, SegmentFile};
use ottla_model::Offset;

use super::open_files::{FilesOfLog, OpenFiles};

/// Bytes of the largest producer snapshot that is read: more than two million producers.
const SNAPSHOT_BYTES_MAX: u64 = 100 << 20;

/// The segment files in one dir.
#[derive(Debug)]
pub(super) struct SegmentFiles {
    disk: Disk,
    dir: PathBuf,
    open: Arc<FilesOfLog>,
    all: Arc<OpenFiles>,
    /// Files of a cleaned segment that have not got their final names yet.
    swapped: Mutex<BTreeSet<(Offset, SegmentFile)>>,
}

impl SegmentFiles {
    /// The files in `dir`, which count as some of `all`.
    pub(super) fn new(disk: Disk, dir: PathBuf, all: Arc<OpenFiles>) -> Self {
        Self { disk, dir, open: Arc::default(), all, swapped: Mutex::default() }
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn path(&self, base_offset: Offset, file: SegmentFile) -> PathBuf {
        let path = self.dir.join(file.name(base_offset));
        if self.swapped().contains(&(base_offset, file)) {
            return append_to_name(&path, names::SWAP_SUFFIX);
        }
        path
    }

    /// From now on the files of this segment are those with the `.swap` names. The old ones have
    /// been set aside.
    pub(super) fn begin_swap(&self, base_offset: Offset) {
        self.swapped().extend(SegmentFile::ALL.map(|file| (base_offset, file)));
    }

    /// Gives a file of a cleaned segment its final name, if it is still there.
    pub(super) fn end_swap(&self, base_offset: Offset, file: SegmentFile) -> io::Result<()> {
        let from = self.path(base_offset, file);
        if !self.swapped().remove(&(base_offset, file)) {
            return Ok(());
        }
        match self.disk.rename(&from, self.path(base_offset, file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn swapped(&self) -> MutexGuard<'_, BTreeSet<(Offset, SegmentFile)>> {
        self.swapped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An existing file; `None` if there is none. Who writes it says so with [`Self::written`].
    pub(super) fn get(&self, base_offset: Offset, file: SegmentFile) -> io::Result<Option<File>> {
        match self.get_or_open(base_offset, file, Open::Write) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file to be written, made if there is none.
    pub(super) fn get_or_create(&self, base_offset: Offset, file: SegmentFile) -> io::Result<File> {
        self.get_or_open(base_offset, file, Open::Create)
    }

    fn get_or_open(&self, base_offset: Offset, file: SegmentFile, how: Open) -> io::Result<File> {
        let open = || self.disk.open(self.path(base_offset, file), how);
        self.open.get_or_open(&self.all, (base_offset, file), how == Open::Create, open)
    }

    /// Notes that a file has content that is not known to be on the device.
    pub(super) fn written(&self, base_offset: Offset, file: SegmentFile) {
        self.open.written((base_offset, file));
    }

    /// Notes that everything in a file is on the device.
    pub(super) fn synced(&self, base_offset: Offset, file: SegmentFile) {
        self.open.synced((base_offset, file));
    }

    /// Whether all files that had to be closed since the log was opened could be synced.
    ///
    /// # Errors
    /// What the device said.
    pub(super) fn check_closed(&self) -> io::Result<()> {
        self.open.check()
    }

    /// Makes the files of an empty segment, the log file with room for `preallocated_bytes`; what was
    /// left under their names goes.
    pub(super) fn create(&self, base_offset: Offset, preallocated_bytes: u64) -> io::Result<()> {
        for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            self.get_or_create(base_offset, file)?.set_len(0)?;
        }
        if let Some(left_over) = self.get(base_offset, SegmentFile::TxnIndex)? {
            left_over.set_len(0)?;
        }
        if preallocated_bytes > 0 {
            self.get_or_create(base_offset, SegmentFile::Log)?.set_len(preallocated_bytes)?;
        }
        Ok(())
    }

    /// Removes the log file of a segment, and the indexes as far as that goes: without a log file
    /// they mean nothing.
    pub(super) fn remove(&self, base_offset: Offset) -> io::Result<()> {
        for file in SegmentFile::ALL {
            self.open.forget((base_offset, file));
            if let Err(error) = self.disk.remove_file(self.path(base_offset, file))
                && file == SegmentFile::Log
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Closes the files of a segment. Handles that readers hold stay good.
    pub(super) fn forget(&self, base_offset: Offset) {
        for file in SegmentFile::ALL {
            self.open.forget((base_offset, file));
        }
    }

    /// Renames the files of a segment so that they are not part of the log any more; returns the
    /// new names.
    pub(super) fn set_aside(&self, base_offset: Offset) -> io::Result<Vec<PathBuf>> {
        for file in SegmentFile::ALL {
            self.end_swap(base_offset, file)?;
        }
        self.forget(base_offset);
        rename_aside(&self.disk, &self.dir, base_offset)
    }

    /// Closes everything that is open.
    pub(super) fn close(&self) {
        self.open.close();
    }
}

impl SegmentBytes for SegmentFiles {
    fn len(&self, base_offset: Offset, file: SegmentFile) -> Result<u64, SourceError> {
        match self.get(base_offset, file).map_err(refused)? {
            Some(file) => file.len().map_err(refused),
            None => Ok(0),
        }
    }

    fn read_at(
        &self,
        base_offset: Offset,
        file: SegmentFile,
        position: u64,
        buf: &mut [u8],
    ) -> Result<usize, SourceError> {
        match self.get(base_offset, file).map_err(refused)? {
            Some(file) => file.read_at(position, buf).map_err(refused),
            None => Ok(0),
        }
    }

    fn snapshot(&self, offset: Offset) -> Result<Option<Vec<u8>>, SourceError> {
        match self.disk.read(self.dir.join(names::snapshot(offset)), SNAPSHOT_BYTES_MAX) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }
}

/// Renames the files of a segment so that they are not part of the log any more; returns the new
/// names.
pub(super) fn rename_aside(
    disk: &Disk,
    dir: &Path,
    base_offset: Offset,
) -> io::Result<Vec<PathBuf>> {
    let mut aside = Vec::new();
    for file in SegmentFile::ALL {
        let from = dir.join(file.name(base_offset));
        let to = append_to_name(&from, names::DELETED_SUFFIX);
        match disk.rename(&from, &to) {
            Ok(()) => aside.push(to),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(aside)
}

pub(super) fn append_to_name(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn refused(error: io::Error) -> SourceError {
    SourceError(error.to_string())
}
