//! Time indexes.

use std::path::{Path, PathBuf};

use ottla_io::Disk;
use ottla_log::files::time_index::{ENTRY_BYTES, TimeEntry};
use ottla_record::{BatchView, CodecSpace, records_with};

use super::bytes::{BatchWalk, FoundBatch, Window};
use super::indexes::{OffsetIndex, check_multiple, check_slice, sibling};
use super::row::{Output, Row};
use super::{Failure, Findings, Options};

/// Bytes that the records of one batch may unpack to.
const UNPACKED_BYTES_MAX: usize = 1 << 30;

/// Prints a `.timeindex` file, and compares it with the `.log` beside it.
pub(super) fn dump(
    disk: &Disk,
    path: &Path,
    name: &str,
    options: &Options,
    output: &mut Output<'_>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let base_offset = super::base_offset(name)?;
    let log_path = sibling(path, name, "log");
    let log = Window::open(disk, &log_path)?;
    let index = OffsetIndex::open(disk, &sibling(path, name, "index"), base_offset)?;
    let mut entries = Entries { window: Window::open(disk, path)?, base_offset };
    if options.index_sanity_check {
        entries.sanity_check(path)?;
        return output.note(&format!("{} passed sanity check.", path.display()));
    }
    let mut check = Check { log, log_path, index, space: CodecSpace::new(), is_walked: false };
    let mut before = -1;
    for at in 0..entries.count() {
        let (timestamp, offset) = entries.entry(at)?;
        // A file that was made larger beforehand ends in zeros.
        if offset == base_offset && at > 0 {
            return Ok(());
        }
        check.entry(path, (timestamp, offset), before, findings)?;
        if !options.verify_index_only {
            let mut row = Row::new("timeIndex");
            row.add("timestamp", timestamp).add("offset", offset);
            output.row(&row)?;
        }
        before = timestamp;
    }
    Ok(())
}

struct Entries {
    window: Window,
    base_offset: i64,
}

impl Entries {
    fn count(&self) -> u64 {
        self.window.len() / ENTRY_BYTES
    }

    fn entry(&mut self, index: u64) -> Result<(i64, i64), Failure> {
        let entry = self.window.chunk(index * ENTRY_BYTES)?.map(TimeEntry::from_bytes);
        let entry = entry.unwrap_or_default();
        // Signed, as Java reads it.
        Ok((entry.timestamp, self.base_offset + i64::from(entry.relative_offset as i32)))
    }

    fn sanity_check(&mut self, path: &Path) -> Result<(), Failure> {
        let path = super::absolute(path);
        if let Some(last) = self.count().checked_sub(1) {
            let (first_timestamp, _) = self.entry(0)?;
            let (timestamp, offset) = self.entry(last)?;
            let base_offset = self.base_offset;
            let wrong = if timestamp < first_timestamp {
                format!(
                    "timestamp is {timestamp} which is less than the first timestamp {first_timestamp}"
                )
            } else if offset < base_offset {
                format!("offset is {offset} which is less than the first offset {base_offset}")
            } else {
                return check_multiple(&path, "Time index", self.window.len(), ENTRY_BYTES);
            };
            return Err(Failure::File(format!(
                "Corrupt time index found, time index file ({path}) has non-zero size but the last {wrong}"
            )));
        }
        check_multiple(&path, "Time index", self.window.len(), ENTRY_BYTES)
    }
}

/// The comparison of entries with the log.
struct Check {
    log: Window,
    log_path: PathBuf,
    index: OffsetIndex,
    space: CodecSpace,
    /// Whether the log has been gone through to its end once, as Kafka's tool does for each entry.
    is_walked: bool,
}

impl Check {
    fn entry(
        &mut self,
        path: &Path,
        (timestamp, offset): (i64, i64),
        before: i64,
        findings: &mut Findings,
    ) -> Result<(), Failure> {
        let position = self.index.lookup(offset)?;
        check_slice(&self.log, &self.log_path, position)?;
        let found = self.batch_with(position, offset)?;
        let file = super::absolute(path);
        let Some(found) = found.filter(|found| found.header.last_offset() == offset) else {
            let next = found.map_or(-1, |found| found.header.last_offset());
            findings.offsets_not_found.entry(file).or_default().push((offset, next));
            return Ok(());
        };
        let largest = self.largest_timestamp(&found)?;
        if largest != timestamp {
            let mismatches = findings.time_mismatches.entry(file.clone()).or_default();
            mismatches.push((timestamp, largest));
        }
        if before >= timestamp {
            findings.times_out_of_order.entry(file).or_default().push((timestamp, before));
        }
        Ok(())
    }

    /// The first batch from `position` on that ends at `offset` or behind it.
    fn batch_with(&mut self, position: u64, offset: i64) -> Result<Option<FoundBatch>, Failure> {
        let mut walk = BatchWalk::new(position, self.log.len(), &self.log_path);
        let mut found = None;
        while let Some(batch) = walk.next(&mut self.log)? {
            if found.is_none() && batch.header.last_offset() >= offset {
                found = Some(batch);
            }
            if found.is_some() && self.is_walked {
                return Ok(found);
            }
        }
        self.is_walked = true;
        Ok(found)
    }

    fn largest_timestamp(&mut self, found: &FoundBatch) -> Result<i64, Failure> {
        if found.header.record_count == 0 {
            return Ok(-1);
        }
        let bytes = self.log.batch(found)?;
        let damaged = |why: &dyn std::fmt::Display| {
            let (at, path) = (found.position, self.log_path.display());
            Failure::File(format!("{path}: the batch at position {at} cannot be read: {why}"))
        };
        let view = BatchView::parse(&bytes).map_err(|why| damaged(&why))?;
        let records = records_with(&view, UNPACKED_BYTES_MAX, &mut self.space);
        let records = records.map_err(|why| damaged(&why))?;
        let mut largest = -1;
        for record in &records {
            largest = largest.max(record.map_err(|why| damaged(&why))?.timestamp);
        }
        Ok(largest)
    }
}
