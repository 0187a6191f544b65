//! Making a log durable: what is not known to be on the device, and the sync of it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ottla_base::WallTime;
use ottla_io::{Disk, File};
use ottla_log::SegmentFile;
use ottla_log::files::names;
use ottla_model::Offset;

use super::LogFiles;

/// Work for a thread that may wait for the device; see [`LogFiles::begin_flush`].
#[derive(Debug)]
pub struct Flush {
    disk: Disk,
    dir: PathBuf,
    files: Vec<File>,
    names: bool,
    snapshots: BTreeMap<Offset, Arc<Vec<u8>>>,
    changes: u64,
    cuts: u64,
    end_offset: Offset,
    /// The disk was too full for the snapshots.
    without_snapshots: AtomicBool,
}

impl LogFiles {
    /// Whether a segment was sealed whose files are not known to be on the device.
    pub fn wants_flush_after_roll(&self) -> bool {
        let active = self.log.active().base_offset;
        self.unsynced.keys().next().is_some_and(|&(base_offset, _)| base_offset < active)
    }

    /// Whether `flush.messages` or `flush.ms` ask for a flush.
    pub fn wants_flush(&self, now: WallTime) -> bool {
        self.log.wants_flush(now)
    }

    /// Takes together what has to be synced so that everything appended up to now survives a power
    /// cut. [`Flush::run`] does it, also while the log goes on; [`Self::end_flush`] notes it.
    ///
    /// # Errors
    /// A file could not be opened.
    pub fn begin_flush(&mut self) -> io::Result<Flush> {
        let mut files = Vec::new();
        for &(base_offset, file) in self.unsynced.keys() {
            files.extend(self.files.get(base_offset, file)?);
        }
        Ok(Flush {
            disk: self.files.disk().clone(),
            dir: self.files.dir().to_owned(),
            files,
            names: self.names_unsynced.is_some(),
            // Taken: another flush may begin before this one has ended, and two cannot write one
            // file.
            snapshots: std::mem::take(&mut self.pending_snapshots),
            changes: self.changes,
            cuts: self.cuts,
            end_offset: self.log.log_end_offset(),
            without_snapshots: AtomicBool::new(false),
        })
    }

    /// Notes how a flush ended. After one that failed the log is broken: what the kernel held of it
    /// may be gone, and a second try would not tell.
    pub fn end_flush(&mut self, flush: Flush, result: &io::Result<()>) {
        if result.is_err() {
            self.broken = true;
            return;
        }
        // Another flush may be under way; until one has ended, what it syncs counts as unsynced.
        self.unsynced.retain(|_, change| *change > flush.changes);
        self.names_unsynced = self.names_unsynced.filter(|&change| change > flush.changes);
        let was_cut = flush.cuts != self.cuts;
        if !was_cut {
            self.log.flushed(flush.end_offset);
        }
        let unwritten = flush.without_snapshots.load(Ordering::Relaxed);
        for (offset, content) in flush.snapshots {
            if was_cut {
                // It may be of what was cut off. The next start would take such a one away too.
                let _ = self.files.disk().remove_file(self.dir().join(names::snapshot(offset)));
            } else if unwritten {
                self.pending_snapshots.entry(offset).or_insert(content);
            } else {
                self.snapshots.insert(offset);
            }
        }
    }

    /// Flushes on this thread: everything appended survives a power cut afterwards.
    ///
    /// # Errors
    /// What the device said; see [`Self::end_flush`].
    pub fn flush(&mut self) -> io::Result<()> {
        self.check_sound()?;
        let flush = self.begin_flush()?;
        let result = flush.run();
        self.end_flush(flush, &result);
        result
    }

    /// Makes the files complete and durable, as a clean stop leaves them, and closes them: the time
    /// index says how large timestamps are, and there is a producer snapshot at the log end.
    ///
    /// # Errors
    /// What the device said; the log has to be opened as after a crash.
    pub fn close(&mut self) -> io::Result<()> {
        self.check_sound()?;
        let base_offset = self.log.active().base_offset;
        if let Some(index) = self.log.note_largest() {
            self.write_index(base_offset, &[index])?;
        }
        if let Some((offset, content)) = self.log.snapshot() {
            self.pending_snapshots.insert(offset, Arc::new(content));
            self.log.snapshot_taken(offset);
        }
        self.flush()?;
        self.files.close();
        Ok(())
    }

    /// Writes the snapshots that wait for a flush. They may be ahead of what is on the device: the
    /// next start takes one away that is. On a full disk they go on waiting.
    pub(super) fn write_pending_snapshots(&mut self) -> io::Result<()> {
        while let Some((offset, content)) = self.pending_snapshots.pop_first() {
            let path = self.dir().join(names::snapshot(offset));
            match self.files.disk().write_atomic(path, &content) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                    self.pending_snapshots.insert(offset, content);
                    return Ok(());
                }
                written => written?,
            }
            self.snapshots.insert(offset);
        }
        Ok(())
    }

    pub(super) fn changed(&mut self, base_offset: Offset, file: SegmentFile) {
        self.changes += 1;
        self.unsynced.insert((base_offset, file), self.changes);
    }

    pub(super) fn names_changed(&mut self) {
        self.changes += 1;
        self.names_unsynced = Some(self.changes);
    }

    /// What lies behind the recovery point has yet to be synced.
    pub(super) fn note_unsynced_tail(&mut self) {
        let from = self.log.recovery_point();
        if from >= self.log.log_end_offset() {
            return;
        }
        let bases: Vec<Offset> = self.log.segments().map(|s| s.base_offset).collect();
        let first = bases.iter().rposition(|&base| base <= from).unwrap_or(0);
        for &base_offset in &bases[first..] {
            for file in SegmentFile::ALL {
                self.changed(base_offset, file);
            }
        }
    }
}

impl Flush {
    /// Waits until everything is on the device.
    ///
    /// # Errors
    /// What the device said.
    pub fn run(&self) -> io::Result<()> {
        for file in &self.files {
            file.sync_data()?;
        }
        if self.names {
            self.disk.sync_dir(&self.dir)?;
        }
        for (offset, content) in &self.snapshots {
            let path = self.dir.join(names::snapshot(*offset));
            match self.disk.write_atomic(path, content) {
                // A snapshot only saves time at the next start; it comes with a later flush.
                Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                    tracing::warn!(%error, "producer snapshot not written: the disk is full");
                    self.without_snapshots.store(true, Ordering::Relaxed);
                    return Ok(());
                }
                written => written?,
            }
        }
        Ok(())
    }

    /// What is on the device once this has run: everything before this offset.
    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }
}
