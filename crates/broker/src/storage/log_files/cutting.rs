//! Taking parts of a log away: its end, its front, all of it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ottla_base::WallTime;
use ottla_io::Disk;
use ottla_log::files::names;
use ottla_log::segment::last_time_entry;
use ottla_log::truncate::Cut;
use ottla_log::{RetentionPlan, RetentionStep, SegmentFile, TruncatePlan};
use ottla_model::Offset;

use super::{LogFiles, log_error, remove_if_there};
use crate::storage::segment_files::rename_aside;

impl LogFiles {
    /// Makes the log end at `offset`, durably; nothing happens if it ends there or before. Waits
    /// for the device.
    ///
    /// # Errors
    /// What the device said; the log is broken then.
    pub fn truncate_to(&mut self, offset: Offset, now: WallTime) -> io::Result<()> {
        self.check_sound()?;
        match self.log.plan_truncate(offset, &*self.files).map_err(log_error)? {
            TruncatePlan::Nothing => Ok(()),
            TruncatePlan::StartOver(offset) => self.start_over(offset, now),
            TruncatePlan::Cut(cut) => {
                let result = self.cut(&cut, now);
                self.broken |= result.is_err();
                result
            }
        }
    }

    fn cut(&mut self, cut: &Cut, now: WallTime) -> io::Result<()> {
        self.cancel_swap()?;
        self.cuts += 1;
        // Newest first: a crash in between leaves no gap.
        for &base_offset in cut.removed.iter().rev() {
            self.set_aside(base_offset)?;
        }
        for &(file, len) in &cut.lengths {
            if let Some(found) = self.files.get(cut.base_offset, file)? {
                found.set_len(len)?;
                self.changed(cut.base_offset, file);
            }
        }
        self.drop_snapshots(|offset| offset > cut.log_end_offset)?;
        let snapshots: Vec<Offset> = self.snapshots.iter().copied().collect();
        self.log.commit_cut(cut, &snapshots, now, &*self.files).map_err(log_error)?;
        self.epochs_unwritten = true;
        self.flush()
    }

    /// Removes everything: the log is empty afterwards and begins at `offset`. Waits for the
    /// device.
    ///
    /// # Errors
    /// What the device said; the log is broken then.
    pub fn start_over(&mut self, offset: Offset, now: WallTime) -> io::Result<()> {
        self.check_sound()?;
        let result = self.do_start_over(offset, now);
        self.broken |= result.is_err();
        result
    }

    fn do_start_over(&mut self, offset: Offset, now: WallTime) -> io::Result<()> {
        self.cancel_swap()?;
        self.cuts += 1;
        let bases: Vec<Offset> = self.log.segments().map(|s| s.base_offset).rev().collect();
        for base_offset in bases {
            self.set_aside(base_offset)?;
        }
        self.drop_snapshots(|_| true)?;
        self.create_files(offset)?;
        for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            self.changed(offset, file);
        }
        self.log.commit_start_over(offset, now);
        self.epochs_unwritten = true;
        self.flush()
    }

    /// Moves the log start forward; segments before it go with the next [`Self::retain`].
    ///
    /// # Errors
    /// What the device said.
    pub fn advance_log_start(&mut self, offset: Offset) -> io::Result<()> {
        self.check_sound()?;
        self.epochs_unwritten |= self.log.advance_log_start(offset);
        Ok(())
    }

    /// Removes the segments that retention or the log start let go; says how many. None goes that
    /// holds a record at or behind `high_watermark`. Waits for the device if any goes.
    ///
    /// # Errors
    /// What the device said.
    pub fn retain(&mut self, high_watermark: Offset, now: WallTime) -> io::Result<usize> {
        self.check_sound()?;
        let plan = loop {
            match self.log.plan_retention(high_watermark, now) {
                RetentionStep::Look(base_offset) => {
                    let largest = last_time_entry(base_offset, &*self.files).map_err(log_error)?;
                    self.log.learn_largest(base_offset, largest);
                }
                RetentionStep::Remove(plan) => break plan,
            }
        };
        let removal = self.begin_removal(&plan, now)?;
        let done = removal.run();
        self.end_removal(removal, &done);
        done.map(|_| plan.segments.len())
    }

    /// Takes segments out of the log, and together what has to be done to their files.
    /// [`Removal::run`] does it, also while the log goes on; [`Self::end_removal`] notes it. After a
    /// crash in between the segments are there again; what must not come back has been written down
    /// as the log start before. Records that were appended since the plan was made stay.
    ///
    /// # Errors
    /// What the device said; the log is as it was.
    pub fn begin_removal(&mut self, plan: &RetentionPlan, now: WallTime) -> io::Result<Removal> {
        self.check_sound()?;
        let plan = self.log.still_planned(plan);
        if plan.roll {
            self.roll(now)?;
        }
        let last = plan.segments.last().map(|(base_offset, _)| *base_offset);
        let kept = self.log.segments().map(|s| s.base_offset).find(|&base| Some(base) > last);
        let first_kept = kept.filter(|_| last.is_some());
        let mut removal = Removal {
            disk: self.files.disk().clone(),
            dir: self.dir().to_owned(),
            segments: Vec::new(),
            snapshots: Vec::new(),
            // What is removed may be all that tells what its producers sent last.
            pending: self.pending_snapshots.split_off(&first_kept.unwrap_or(Offset::MAX)),
            pending_written: AtomicBool::new(false),
            first_kept,
        };
        let Some(first_kept) = first_kept else { return Ok(removal) };
        for &(base_offset, reason) in &plan.segments {
            tracing::info!(dir = %self.dir().display(), base_offset, ?reason, "segment removed");
            self.files.forget(base_offset);
            self.unsynced.retain(|(base, _), _| *base != base_offset);
            self.preallocated.remove(&base_offset);
            removal.segments.push(base_offset);
        }
        self.epochs_unwritten |= self.log.commit_deletion(first_kept);
        self.pending_snapshots.clear();
        let kept = self.snapshots.split_off(&first_kept);
        removal.snapshots.extend(std::mem::replace(&mut self.snapshots, kept));
        Ok(removal)
    }

    /// Notes that a removal was done. After one that failed the log is broken: some of the files may
    /// be gone.
    pub fn end_removal(&mut self, removal: Removal, done: &io::Result<Vec<PathBuf>>) {
        let Some(first_kept) = removal.first_kept else { return };
        let is_written = removal.pending_written.load(Ordering::Relaxed);
        for (offset, content) in removal.pending {
            if is_written {
                self.snapshots.insert(offset);
            } else {
                self.pending_snapshots.entry(offset).or_insert(content);
            }
        }
        let Ok(aside) = done else {
            self.broken = true;
            return;
        };
        self.oldest_on_disk = first_kept;
        self.set_aside.extend(aside.iter().cloned());
    }

    /// The files under a `.deleted` name: they are to be removed once `file.delete.delay.ms` has
    /// passed. Those that are left go when the log is closed, or opened after a crash.
    pub fn files_set_aside(&self) -> &[PathBuf] {
        &self.set_aside
    }

    /// Notes that files that were set aside have been removed.
    pub fn files_deleted(&mut self, deleted: &[PathBuf]) {
        self.set_aside.retain(|path| !deleted.contains(path));
    }

    pub(super) fn set_aside(&mut self, base_offset: Offset) -> io::Result<()> {
        self.set_aside.extend(self.files.set_aside(base_offset)?);
        self.unsynced.retain(|(base, _), _| *base != base_offset);
        self.preallocated.remove(&base_offset);
        self.names_changed();
        Ok(())
    }

    pub(super) fn drop_snapshots(&mut self, goes: impl Fn(Offset) -> bool) -> io::Result<()> {
        self.pending_snapshots.retain(|offset, _| !goes(*offset));
        let dropped: Vec<Offset> = self.snapshots.iter().copied().filter(|&o| goes(o)).collect();
        for offset in dropped {
            remove_if_there(self.files.disk(), &self.dir().join(names::snapshot(offset)))?;
            self.snapshots.remove(&offset);
        }
        Ok(())
    }
}

/// Work for a thread that may wait for the device; see [`LogFiles::begin_removal`].
#[derive(Debug)]
pub struct Removal {
    disk: Disk,
    dir: PathBuf,
    segments: Vec<Offset>,
    /// Offsets of the producer snapshots that go.
    snapshots: Vec<Offset>,
    /// Producer snapshots to be written before anything goes, unless the disk is full.
    pending: BTreeMap<Offset, Arc<Vec<u8>>>,
    pending_written: AtomicBool,
    /// Base offset of the segment that is the first one then; `None` if nothing goes.
    first_kept: Option<Offset>,
}

impl Removal {
    /// Renames the files, durably; returns their new names. Handles that readers hold stay good.
    ///
    /// # Errors
    /// What the device said.
    pub fn run(&self) -> io::Result<Vec<PathBuf>> {
        self.write_pending()?;
        let mut aside = Vec::new();
        // Oldest first: a crash in between leaves no gap.
        for &base_offset in &self.segments {
            aside.extend(rename_aside(&self.disk, &self.dir, base_offset)?);
        }
        for &offset in &self.snapshots {
            remove_if_there(&self.disk, &self.dir.join(names::snapshot(offset)))?;
        }
        if self.first_kept.is_some() {
            // From here on the first segment's name may stand for the log start.
            self.disk.sync_dir(&self.dir)?;
        }
        Ok(aside)
    }

    /// They may be ahead of what is on the device: the next start takes one away that is.
    fn write_pending(&self) -> io::Result<()> {
        for (offset, content) in &self.pending {
            match self.disk.write_atomic(self.dir.join(names::snapshot(*offset)), content) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(()),
                written => written?,
            }
        }
        self.pending_written.store(true, Ordering::Relaxed);
        Ok(())
    }
}
