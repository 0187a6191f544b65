//! Taking parts of a log away: its end, its front, all of it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ottla_base::WallTime;
use ottla_io::Disk;
use ottla_log::files::{names, producer_snapshot};
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
        self.count_producers();
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
        self.count_producers();
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
        let mut plan = plan;
        let covering = self.begin_covering(&mut plan, now)?;
        let covered = covering.run();
        self.end_covering(covering, &covered, &mut plan);
        covered?;
        let removal = self.begin_removal(&plan, now)?;
        let done = removal.run();
        self.end_removal(removal, &done);
        done.map(|_| plan.segments.len())
    }

    /// Takes together what has to be written down before these segments go: they may be all that
    /// tells what their producers sent last. [`Covering::run`] does it, also while the log goes on;
    /// [`Self::end_covering`] notes it.
    ///
    /// # Errors
    /// What the device said; the log is as it was.
    pub fn begin_covering(
        &mut self,
        plan: &mut RetentionPlan,
        now: WallTime,
    ) -> io::Result<Covering> {
        self.check_sound()?;
        *plan = self.log.still_planned(plan);
        if std::mem::take(&mut plan.roll) {
            self.roll(now)?;
        }
        let first_kept = self.first_kept(plan).unwrap_or(Offset::MAX);
        // After a recovery there may be none that says what the replayed segments told.
        let is_covered = self.snapshots.range(first_kept..).next().is_some()
            || self.pending_snapshots.range(first_kept..).next().is_some();
        if !is_covered
            && first_kept < Offset::MAX
            && !self.log.producers().is_empty()
            && let Some((offset, content)) = self.log.snapshot()
        {
            self.pending_snapshots.insert(offset, Arc::new(content));
            self.log.snapshot_taken(offset);
        }
        Ok(Covering {
            disk: self.files.disk().clone(),
            dir: self.dir().to_owned(),
            snapshots: self.pending_snapshots.split_off(&first_kept),
            cuts: self.cuts,
        })
    }

    /// Notes how many of the snapshots were written. On a full disk the plan is left with those
    /// segments that a snapshot on disk covers; the others stay until there is room for theirs.
    pub fn end_covering(
        &mut self,
        covering: Covering,
        written: &io::Result<usize>,
        plan: &mut RetentionPlan,
    ) {
        if covering.cuts != self.cuts {
            // They may be of what was cut off. The next start would take such a one away too.
            for offset in covering.snapshots.into_keys() {
                let _ = self.files.disk().remove_file(self.dir().join(names::snapshot(offset)));
            }
            plan.segments.clear();
            return;
        }
        let written = written.as_ref().copied().unwrap_or(0);
        let mut first_unwritten = None;
        for (index, (offset, content)) in covering.snapshots.into_iter().enumerate() {
            if index < written {
                self.snapshots.insert(offset);
                continue;
            }
            first_unwritten.get_or_insert_with(|| Arc::clone(&content));
            self.pending_snapshots.entry(offset).or_insert(content);
        }
        // One without producers says no more than none at all.
        let says_something = |content: &Arc<Vec<u8>>| {
            producer_snapshot::parse(content).map_or(true, |entries| !entries.is_empty())
        };
        if !first_unwritten.as_ref().is_some_and(says_something) {
            return;
        }
        let covered = self.snapshots.last().copied().unwrap_or(0);
        while self.first_kept(plan).is_some_and(|first_kept| first_kept > covered) {
            plan.segments.pop();
        }
    }

    /// Base offset of the segment that is the first one when the plan is done; `None` if nothing
    /// goes.
    fn first_kept(&self, plan: &RetentionPlan) -> Option<Offset> {
        let &(last, _) = plan.segments.last()?;
        self.log.segments().map(|segment| segment.base_offset).find(|&base| base > last)
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
        let first_kept = self.first_kept(&plan);
        let mut removal = Removal {
            disk: self.files.disk().clone(),
            dir: self.dir().to_owned(),
            segments: Vec::new(),
            snapshots: Vec::new(),
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
        self.pending_snapshots = self.pending_snapshots.split_off(&first_kept);
        let kept = self.snapshots.split_off(&first_kept);
        removal.snapshots.extend(std::mem::replace(&mut self.snapshots, kept));
        Ok(removal)
    }

    /// Notes that a removal was done. After one that failed the log is broken: some of the files may
    /// be gone.
    pub fn end_removal(&mut self, removal: Removal, done: &io::Result<Vec<PathBuf>>) {
        let Some(first_kept) = removal.first_kept else { return };
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
    /// Base offset of the segment that is the first one then; `None` if nothing goes.
    first_kept: Option<Offset>,
}

impl Removal {
    /// Renames the files, durably; returns their new names. Handles that readers hold stay good.
    ///
    /// # Errors
    /// What the device said.
    pub fn run(&self) -> io::Result<Vec<PathBuf>> {
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
}

/// Producer snapshots to be written; see [`LogFiles::begin_covering`].
#[derive(Debug)]
pub struct Covering {
    disk: Disk,
    dir: PathBuf,
    snapshots: BTreeMap<Offset, Arc<Vec<u8>>>,
    cuts: u64,
}

impl Covering {
    /// Writes them, the oldest first, until the disk is full; says how many. They may be ahead of
    /// what is on the device: the next start takes one away that is.
    ///
    /// # Errors
    /// What the device said.
    pub fn run(&self) -> io::Result<usize> {
        for (count, (offset, content)) in self.snapshots.iter().enumerate() {
            match self.disk.write_atomic(self.dir.join(names::snapshot(*offset)), content) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(count),
                written => written?,
            }
        }
        Ok(self.snapshots.len())
    }
}
