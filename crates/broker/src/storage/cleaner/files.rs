//! What a round reads and writes: the segments as they were, by name, and the `.cleaned` files.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ottla_base::SourceError;
use ottla_io::{Disk, File, Open};
use ottla_log::compact::CleanedBytes;
use ottla_log::files::names;
use ottla_log::{SegmentBytes, SegmentFile};
use ottla_model::Offset;

use crate::storage::log_files::remove_if_there;
use crate::storage::segment_files::append_to_name;

/// The segments of a log, read beside it. One file of each kind is open at a time.
#[derive(Debug)]
pub(super) struct Originals {
    disk: Disk,
    dir: PathBuf,
    open: Mutex<BTreeMap<SegmentFile, (Offset, Option<File>)>>,
}

impl Originals {
    pub(super) fn new(disk: Disk, dir: PathBuf) -> Self {
        Self { disk, dir, open: Mutex::default() }
    }

    /// Forgets the open files: the names may stand for others now.
    pub(super) fn close(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn get(&self, base_offset: Offset, file: SegmentFile) -> Result<Option<File>, SourceError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((base, found)) = open.get(&file)
            && *base == base_offset
        {
            return Ok(found.clone());
        }
        let found = match self.disk.open(self.dir.join(file.name(base_offset)), Open::Read) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(refused(error)),
        };
        open.insert(file, (base_offset, found.clone()));
        Ok(found)
    }
}

impl SegmentBytes for Originals {
    fn len(&self, base_offset: Offset, file: SegmentFile) -> Result<u64, SourceError> {
        self.get(base_offset, file)?.map_or(Ok(0), |file| file.len().map_err(refused))
    }

    fn read_at(
        &self,
        base_offset: Offset,
        file: SegmentFile,
        position: u64,
        buf: &mut [u8],
    ) -> Result<usize, SourceError> {
        match self.get(base_offset, file)? {
            Some(file) => file.read_at(position, buf).map_err(refused),
            None => Ok(0),
        }
    }

    fn snapshot(&self, _: Offset) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(None)
    }
}

fn refused(error: io::Error) -> SourceError {
    SourceError(error.to_string())
}

/// The `.cleaned` files of a segment, as they grow.
#[derive(Debug)]
pub(super) struct CleanedFiles {
    disk: Disk,
    dir: PathBuf,
    base_offset: Offset,
    files: BTreeMap<SegmentFile, (File, u64)>,
}

impl CleanedFiles {
    /// Makes the files, empty. There is a transaction index only if something is written to it.
    pub(super) fn create(disk: Disk, dir: &Path, base_offset: Offset) -> io::Result<Self> {
        let mut this = Self { disk, dir: dir.to_owned(), base_offset, files: BTreeMap::new() };
        this.remove()?;
        for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            this.open(file)?;
        }
        Ok(this)
    }

    /// Writes what came out of a piece of work.
    pub(super) fn write(&mut self, bytes: &CleanedBytes) -> io::Result<()> {
        for (file, bytes) in [
            (SegmentFile::Log, &bytes.log),
            (SegmentFile::OffsetIndex, &bytes.offset_index),
            (SegmentFile::TimeIndex, &bytes.time_index),
            (SegmentFile::TxnIndex, &bytes.txn_index),
        ] {
            if bytes.is_empty() {
                continue;
            }
            let (written, position) = self.open(file)?;
            written.write_at(*position, bytes)?;
            *position += bytes.len() as u64;
        }
        Ok(())
    }

    /// Makes content and names durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.files.values().try_for_each(|(file, _)| file.sync_data())?;
        self.disk.sync_dir(&self.dir)
    }

    /// Whether there is a transaction index.
    pub(super) fn has_txn_index(&self) -> bool {
        self.files.contains_key(&SegmentFile::TxnIndex)
    }

    /// Removes what is there under their names.
    pub(super) fn remove(&self) -> io::Result<()> {
        SegmentFile::ALL
            .into_iter()
            .try_for_each(|file| remove_if_there(&self.disk, &self.path(file)))
    }

    fn open(&mut self, file: SegmentFile) -> io::Result<&mut (File, u64)> {
        let path = self.path(file);
        Ok(match self.files.entry(file) {
            std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert((self.disk.open(path, Open::CreateNew)?, 0))
            }
        })
    }

    fn path(&self, file: SegmentFile) -> PathBuf {
        append_to_name(&self.dir.join(file.name(self.base_offset)), names::CLEANED_SUFFIX)
    }
}
