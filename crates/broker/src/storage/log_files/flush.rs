//! Making a log durable: what is not known to be on the device, and the sync of it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ottla_base::WallTime;
use ottla_io::{Disk, File};
use ottla_log::SegmentFile;
use ottla_log::files::{leader_epoch_checkpoint, names};
use ottla_model::Offset;

use super::LogFiles;

/// What a flush covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// The log files alone: no power cut takes a record away. Indexes are built anew from them.
    Records,
    /// Indexes, producer snapshots and leader epochs too: the recovery point follows.
    Everything,
}

/// Work for a thread that may wait for the device; see [`LogFiles::begin_flush`].
#[derive(Debug)]
pub struct Flush {
    covers: Covers,
    disk: Disk,
    dir: PathBuf,
    files: Vec<File>,
    /// Log files of sealed segments that were preallocated, and what was written to them.
    trims: Vec<(File, u64)>,
    trimmed: Vec<Offset>,
    names: bool,
    snapshots: BTreeMap<Offset, Arc<Vec<u8>>>,
    /// Content of `leader-epoch-checkpoint`, if it changed.
    leader_epochs: Option<String>,
    changes: u64,
    cuts: u64,
    end_offset: Offset,
    /// The disk was too full for the small files beside the log.
    is_partial: AtomicBool,
}

impl LogFiles {
    /// Whether a segment was sealed and no flush has begun since.
    pub fn wants_flush_after_roll(&self) -> bool {
        self.rolled
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
        self.begin_flush_of(Covers::Everything)
    }

    /// As [`Self::begin_flush`], for all of it or for the records alone.
    ///
    /// # Errors
    /// As [`Self::begin_flush`]; or an earlier flush failed, and this one would say what is not so.
    pub fn begin_flush_of(&mut self, covers: Covers) -> io::Result<Flush> {
        self.check_sound()?;
        // Log files first: they are what somebody may wait for.
        let mut files = Vec::new();
        for &(base_offset, file) in self.unsynced.keys().filter(|(_, file)| is_log(*file)) {
            files.extend(self.files.get(base_offset, file)?);
        }
        let (mut trims, mut trimmed) = (Vec::new(), Vec::new());
        for &base_offset in self.preallocated.range(..self.log.active().base_offset) {
            let segment = self.log.segments().find(|segment| segment.base_offset == base_offset);
            let file = self.files.get(base_offset, SegmentFile::Log)?;
            trims.extend(file.zip(segment.map(|segment| segment.size)));
            trimmed.push(base_offset);
        }
        let mut snapshots = BTreeMap::new();
        let mut leader_epochs = None;
        if covers == Covers::Everything {
            for &(base_offset, file) in self.unsynced.keys().filter(|(_, file)| !is_log(*file)) {
                files.extend(self.files.get(base_offset, file)?);
            }
            // Taken: another flush may begin before this one has ended, and two cannot write one
            // file.
            snapshots = std::mem::take(&mut self.pending_snapshots);
            if std::mem::take(&mut self.epochs_unwritten) {
                leader_epochs =
                    Some(leader_epoch_checkpoint::format(self.log.leader_epochs().entries()));
            }
            self.rolled = false;
            self.log.flush_begins();
        }
        Ok(Flush {
            covers,
            disk: self.files.disk().clone(),
            dir: self.files.dir().to_owned(),
            files,
            trims,
            trimmed,
            names: self.names_unsynced.is_some(),
            snapshots,
            leader_epochs,
            changes: self.changes,
            cuts: self.cuts,
            end_offset: self.log.log_end_offset(),
            is_partial: AtomicBool::new(false),
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
        let (files, covers) = (&self.files, flush.covers);
        self.unsynced.retain(|&(base_offset, file), change| {
            let was_left_out = covers == Covers::Records && !is_log(file);
            let is_left = *change > flush.changes || was_left_out;
            if !is_left {
                files.synced(base_offset, file);
            }
            is_left
        });
        self.names_unsynced = self.names_unsynced.filter(|&change| change > flush.changes);
        let was_cut = flush.cuts != self.cuts;
        for base_offset in &flush.trimmed {
            self.preallocated.remove(base_offset);
        }
        // A segment before the recovery point is taken as it is found: it must have been trimmed.
        let active = self.log.active().base_offset;
        let is_untrimmed = self.preallocated.iter().any(|&base_offset| base_offset < active);
        let unwritten = flush.is_partial.load(Ordering::Relaxed);
        // After a cut they may tell of what was cut off.
        self.epochs_unwritten |= flush.leader_epochs.is_some() && (unwritten || was_cut);
        match covers {
            _ if was_cut => {}
            // Behind the recovery point epochs are learnt again from the batches, before it not.
            Covers::Everything if unwritten || is_untrimmed => {
                self.log.records_synced(flush.end_offset)
            }
            Covers::Records => self.log.records_synced(flush.end_offset),
            Covers::Everything => self.log.flushed(flush.end_offset),
        }
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
        if self.preallocated.remove(&base_offset)
            && let Some(file) = self.files.get(base_offset, SegmentFile::Log)?
        {
            file.set_len(self.log.active().size)?;
            self.changed(base_offset, SegmentFile::Log);
        }
        if let Some(index) = self.log.note_largest() {
            self.write_index(base_offset, &[index])?;
        }
        if let Some((offset, content)) = self.log.snapshot() {
            self.pending_snapshots.insert(offset, Arc::new(content));
            self.log.snapshot_taken(offset);
        }
        self.flush()?;
        // Nobody reads any more; the next start would have to look for them.
        for path in std::mem::take(&mut self.set_aside) {
            // What cannot be removed now goes when the log is next opened.
            let _ = self.files.disk().remove_file(path);
        }
        self.files.close();
        Ok(())
    }

    pub(in crate::storage) fn changed(&mut self, base_offset: Offset, file: SegmentFile) {
        self.changes += 1;
        self.unsynced.insert((base_offset, file), self.changes);
        self.files.written(base_offset, file);
    }

    pub(in crate::storage) fn names_changed(&mut self) {
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

fn is_log(file: SegmentFile) -> bool {
    file == SegmentFile::Log
}

impl Flush {
    /// Waits until everything is on the device.
    ///
    /// # Errors
    /// What the device said.
    pub fn run(&self) -> io::Result<()> {
        for (file, len) in &self.trims {
            file.set_len(*len)?;
            // What was written to it may have been synced before.
            file.sync_data()?;
        }
        for file in &self.files {
            file.sync_data()?;
        }
        if self.names {
            self.disk.sync_dir(&self.dir)?;
        }
        match self.write_beside() {
            // They only save time at the next start, and come with a later flush.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                tracing::warn!(%error, "not written with a flush: the disk is full");
                self.is_partial.store(true, Ordering::Relaxed);
                Ok(())
            }
            written => written,
        }
    }

    fn write_beside(&self) -> io::Result<()> {
        if let Some(epochs) = &self.leader_epochs {
            let path = self.dir.join(leader_epoch_checkpoint::FILE_NAME);
            self.disk.write_atomic(path, epochs.as_bytes())?;
        }
        for (offset, content) in &self.snapshots {
            self.disk.write_atomic(self.dir.join(names::snapshot(*offset)), content)?;
        }
        Ok(())
    }

    /// What is on the device once this has run: everything before this offset.
    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }
}
