//! Offset indexes and transaction indexes.

use std::cmp::Ordering;
use std::path::Path;

use ottla_io::Disk;
use ottla_log::files::{offset_index, txn_index};

use super::bytes::{BatchWalk, Window};
use super::row::{Output, Row};
use super::{Failure, Findings, Options};

/// Entries at the end of an index that Kafka looks at first.
const HOT_ENTRIES: u64 = 1024;

/// An offset index that is read entry by entry.
pub(super) struct OffsetIndex {
    window: Window,
    base_offset: i64,
}

impl OffsetIndex {
    /// Opens an offset index.
    pub(super) fn open(disk: &Disk, path: &Path, base_offset: i64) -> Result<Self, Failure> {
        Ok(Self { window: Window::open(disk, path)?, base_offset })
    }

    /// Entries in the file, whole ones.
    pub(super) fn count(&self) -> u64 {
        self.window.len() / offset_index::ENTRY_BYTES
    }

    /// Offset and position of an entry.
    pub(super) fn entry(&mut self, index: u64) -> Result<(i64, u64), Failure> {
        let bytes = self.window.chunk(index * offset_index::ENTRY_BYTES)?.unwrap_or_default();
        let entry = offset_index::OffsetEntry::from_bytes(bytes);
        // Signed, as Java reads it.
        let relative = entry.relative_offset as i32;
        Ok((self.base_offset + i64::from(relative), u64::from(entry.position)))
    }

    /// Where to look for an offset: the position of the last entry at or before it. Halves as
    /// Kafka does, so that the answer is the same where a damaged index does not grow.
    pub(super) fn lookup(&mut self, offset: i64) -> Result<u64, Failure> {
        let Some(last) = self.count().checked_sub(1) else { return Ok(0) };
        let hot = last.saturating_sub(HOT_ENTRIES);
        let (mut low, mut high) = if self.entry(hot)?.0 < offset {
            (hot, last)
        } else if self.entry(0)?.0 > offset {
            return Ok(0);
        } else {
            (0, hot)
        };
        while low < high {
            let middle = (low + high).div_ceil(2);
            match self.entry(middle)?.0.cmp(&offset) {
                Ordering::Greater => high = middle - 1,
                Ordering::Less => low = middle,
                Ordering::Equal => return Ok(self.entry(middle)?.1),
            }
        }
        Ok(self.entry(low)?.1)
    }

    fn sanity_check(&mut self, path: &Path) -> Result<(), Failure> {
        let path = super::absolute(path);
        let last = self
            .count()
            .checked_sub(1)
            .map_or(Ok(self.base_offset), |last| self.entry(last).map(|(offset, _)| offset))?;
        if last < self.base_offset {
            return Err(Failure::File(format!(
                "Corrupt index found, index file {path} has non-zero size but the last offset is \
                 {last} which is less than the base offset {}",
                self.base_offset
            )));
        }
        check_multiple(&path, "Index", self.window.len(), offset_index::ENTRY_BYTES)
    }
}

/// Refuses a file that does not consist of whole entries.
pub(super) fn check_multiple(
    path: &str,
    what: &str,
    len: u64,
    entry_bytes: u64,
) -> Result<(), Failure> {
    if len.is_multiple_of(entry_bytes) {
        return Ok(());
    }
    Err(Failure::File(format!(
        "{what} file {path} is corrupt, found {len} bytes which is neither positive nor a multiple of {entry_bytes}"
    )))
}

/// Prints an `.index` file, and compares it with the `.log` beside it.
pub(super) fn dump_offset_index(
    disk: &Disk,
    path: &Path,
    name: &str,
    options: &Options,
    output: &mut Output<'_>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let base_offset = super::base_offset(name)?;
    let log_path = sibling(path, name, "log");
    let mut log = Window::open(disk, &log_path)?;
    let mut index = OffsetIndex::open(disk, path, base_offset)?;
    if index.count() == 0 {
        return output.note(&format!("{} is empty.", path.display()));
    }
    if options.index_sanity_check {
        index.sanity_check(path)?;
        return output.note(&format!("{} passed sanity check.", path.display()));
    }
    for at in 0..index.count() {
        let (offset, position) = index.entry(at)?;
        // A file that was made larger beforehand ends in zeros.
        if offset == base_offset && at > 0 {
            return Ok(());
        }
        let last_offset = offset_found(&mut log, &log_path, position, options.max_message_size)?;
        if last_offset != offset {
            let mismatches = findings.index_mismatches.entry(super::absolute(path)).or_default();
            mismatches.insert(offset, last_offset);
        }
        if !options.verify_index_only {
            let mut row = Row::new("index");
            row.add("offset", offset).add("position", position as i64);
            output.row(&row)?;
        }
    }
    Ok(())
}

/// The last offset of the batch at `position`.
fn offset_found(
    log: &mut Window,
    path: &Path,
    position: u64,
    max_message_size: i32,
) -> Result<i64, Failure> {
    check_slice(log, path, position)?;
    let end = log.len().min(position + u64::try_from(max_message_size).unwrap_or(0));
    let found = BatchWalk::new(position, end, path).next(log)?;
    let missing = || Failure::File(format!("{}: no batch at position {position}", path.display()));
    found.map(|found| found.header.last_offset()).ok_or_else(missing)
}

/// Refuses a position behind the end of the log.
pub(super) fn check_slice(log: &Window, path: &Path, position: u64) -> Result<(), Failure> {
    if position <= log.len() {
        return Ok(());
    }
    let (path, len) = (path.display(), log.len());
    Err(Failure::File(format!(
        "Slice from position {position} exceeds end position of {path}, which has {len} bytes"
    )))
}

/// The file of the same segment with another ending.
pub(super) fn sibling(path: &Path, name: &str, ending: &str) -> std::path::PathBuf {
    let stem = name.split('.').next().unwrap_or_default();
    path.with_file_name(format!("{stem}.{ending}"))
}

/// Prints a `.txnindex` file; one that does not exist is an empty one.
pub(super) fn dump_txn_index(
    disk: &Disk,
    path: &Path,
    name: &str,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    super::base_offset(name)?;
    if !disk.exists(path)? {
        return Ok(());
    }
    let mut window = Window::open(disk, path)?;
    for at in 0..window.len() / txn_index::ENTRY_BYTES {
        let bytes: [u8; 34] = window.chunk(at * txn_index::ENTRY_BYTES)?.unwrap_or([0; 34]);
        let Some(txn) = txn_index::AbortedTxn::from_bytes(&bytes) else {
            let version = i16::from_be_bytes([bytes[0], bytes[1]]);
            return Err(Failure::File(format!(
                "Unexpected aborted transaction version {version} in transaction index {}, current version is 0",
                super::absolute(path)
            )));
        };
        let mut row = Row::new("abortedTxn");
        row.add("version", 0i64)
            .add("producerId", txn.producer_id)
            .add("firstOffset", txn.first_offset)
            .add("lastOffset", txn.last_offset)
            .add("lastStableOffset", txn.last_stable_offset);
        output.row(&row)?;
    }
    Ok(())
}
