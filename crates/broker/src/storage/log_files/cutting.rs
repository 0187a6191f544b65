//! Taking parts of a log away: its end, its front, all of it.

use std::io;

use ottla_base::WallTime;
use ottla_log::files::names;
use ottla_log::truncate::Cut;
use ottla_log::{DeletionReason, RetentionPlan, SegmentFile, TruncatePlan};
use ottla_model::Offset;

use super::{LogFiles, log_error, remove_if_there};

impl LogFiles {
    /// Makes the log end at `offset`, durably; nothing happens if it ends there or before. Waits
    /// for the device.
    ///
    /// # Errors
    /// What the device said; the log is broken then.
    pub fn truncate_to(&mut self, offset: Offset, now: WallTime) -> io::Result<()> {
        self.check_sound()?;
        match self.log.plan_truncate(offset, &self.files).map_err(log_error)? {
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
        self.cuts += 1;
        // Newest first: a crash in between leaves no gap.
        for &base_offset in cut.removed.iter().rev() {
            self.set_aside(base_offset, now)?;
        }
        for &(file, len) in &cut.lengths {
            if let Some(found) = self.files.get(cut.base_offset, file)? {
                found.set_len(len)?;
                self.changed(cut.base_offset, file);
            }
        }
        self.drop_snapshots(|offset| offset > cut.log_end_offset)?;
        let snapshots: Vec<Offset> = self.snapshots.iter().copied().collect();
        self.log.commit_cut(cut, &snapshots, now, &self.files).map_err(log_error)?;
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
        self.cuts += 1;
        let bases: Vec<Offset> = self.log.segments().map(|s| s.base_offset).rev().collect();
        for base_offset in bases {
            self.set_aside(base_offset, now)?;
        }
        self.drop_snapshots(|_| true)?;
        self.files.create(offset)?;
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
        let plan = self.log.plan_retention(high_watermark, now, &self.files).map_err(log_error)?;
        self.remove(&plan, now)
    }

    /// Removes the segments that the log start lets go, and no other; says how many. Waits for the
    /// device if any goes.
    ///
    /// # Errors
    /// What the device said.
    pub fn remove_before_start(
        &mut self,
        high_watermark: Offset,
        now: WallTime,
    ) -> io::Result<usize> {
        self.check_sound()?;
        let plan = self.log.plan_retention(high_watermark, now, &self.files).map_err(log_error)?;
        let segments = plan.segments.into_iter();
        let gone = segments.take_while(|(_, reason)| *reason == DeletionReason::LogStart);
        self.remove(&RetentionPlan { segments: gone.collect(), roll: false }, now)
    }

    fn remove(&mut self, plan: &RetentionPlan, now: WallTime) -> io::Result<usize> {
        let Some(&(last, _)) = plan.segments.last() else { return Ok(0) };
        if plan.roll {
            self.roll(now)?;
        }
        let kept = self.log.segments().map(|s| s.base_offset).find(|&base| base > last);
        let Some(first_kept) = kept else { return Ok(0) };
        // What is removed may be all that tells what its producers sent last.
        self.write_pending_snapshots()?;
        for &(base_offset, reason) in &plan.segments {
            tracing::info!(dir = %self.dir().display(), base_offset, ?reason, "segment removed");
            let gone = self.set_aside(base_offset, now);
            // Some of its files may be gone although the log still counts on them.
            self.broken |= gone.is_err();
            gone?;
        }
        self.epochs_unwritten |= self.log.commit_deletion(first_kept);
        self.drop_snapshots(|offset| offset < first_kept)?;
        // From here on the first segment's name may stand for the log start.
        self.files.disk().sync_dir(self.files.dir())?;
        Ok(plan.segments.len())
    }

    /// Removes files that have waited for `file.delete.delay.ms` under their `.deleted` name.
    pub fn remove_set_aside(&mut self, now: WallTime) {
        let disk = self.files.disk();
        self.set_aside.retain(|(due, path)| {
            if *due > now {
                return true;
            }
            // What cannot be removed now goes when the log is next opened.
            let _ = disk.remove_file(path);
            false
        });
    }

    fn set_aside(&mut self, base_offset: Offset, now: WallTime) -> io::Result<()> {
        let due = now.millis.saturating_add(self.log.config().file_delete_delay_ms);
        let paths = self.files.set_aside(base_offset)?;
        self.set_aside.extend(paths.into_iter().map(|path| (WallTime { millis: due }, path)));
        self.unsynced.retain(|(base, _), _| *base != base_offset);
        self.names_changed();
        Ok(())
    }

    fn drop_snapshots(&mut self, goes: impl Fn(Offset) -> bool) -> io::Result<()> {
        self.pending_snapshots.retain(|offset, _| !goes(*offset));
        let dropped: Vec<Offset> = self.snapshots.iter().copied().filter(|&o| goes(o)).collect();
        for offset in dropped {
            remove_if_there(self.files.disk(), &self.dir().join(names::snapshot(offset)))?;
            self.snapshots.remove(&offset);
        }
        Ok(())
    }
}
