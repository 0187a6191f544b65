//! [`LogFiles`]: a log and its files. What a partition of a topic and the metadata log have in
//! common; knows no leaders and no high watermark.
//!
//! Calls are synchronous. Appends and reads reach the page cache; what waits for the device is a
//! [`Flush`], which may run while the log goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ottla_base::WallTime;
use ottla_io::{Disk, File};
use ottla_log::append::{AppendDecision, AppendPlan};
use ottla_log::files::{leader_epoch_checkpoint, names};
use ottla_log::scan::batches_of;
use ottla_log::truncate::Cut;
use ottla_log::{
    AppendAs, AppendError, Appended, IndexWrites, LeaderEpochs, Log, LogConfig, LogError,
    ReadRequest, RollPlan, SegmentFile, TruncatePlan,
};
use ottla_model::{LeaderEpoch, Offset};

use super::load;
use super::segment_files::SegmentFiles;

/// How a log is opened.
#[derive(Debug, Clone)]
pub struct OpenLog {
    /// Its settings.
    pub config: LogConfig,
    /// Whether it was closed cleanly, so that nothing has to be checked.
    pub clean: bool,
    /// Everything before this offset is known to be on the device; 0 if nothing is known.
    pub recovery_point: Offset,
    /// Everything before this offset has been compacted; 0 if nothing has.
    pub compacted_before: Offset,
    /// Where it starts, if that is behind its first segment's base offset; else 0.
    pub log_start_offset: Offset,
    /// The time.
    pub now: WallTime,
    /// What its jitter is drawn from.
    pub seed: u64,
}

/// What opening a log took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Segments that were read from end to end.
    pub segments_recovered: usize,
    /// Bytes that were no whole, undamaged batches, and are gone now.
    pub bytes_lost: u64,
}

/// Why an append did not happen. The log is as it was.
#[derive(Debug)]
pub enum AppendFailure {
    /// The batches break a rule.
    Refused(AppendError),
    /// The device refused. If [`LogFiles::is_broken`], what is in the files is not known any more.
    Storage(io::Error),
}

impl std::fmt::Display for AppendFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AppendFailure {}

/// A stretch of a segment's log file that stays readable whatever happens to the log.
#[derive(Debug, Clone)]
pub struct FileSlice {
    /// The file; `None` if there is nothing to read.
    pub file: Option<File>,
    /// Position of the first byte.
    pub position: u64,
    /// Number of bytes.
    pub len: u64,
}

/// A log and its files.
#[derive(Debug)]
pub struct LogFiles {
    files: SegmentFiles,
    log: Log,
    /// Offsets of the producer snapshots on disk or about to be.
    snapshots: BTreeSet<Offset>,
    /// Counts changes, so that a flush knows which of them it began after.
    changes: u64,
    /// Files with content that is not known to be on the device, and their last change.
    unsynced: BTreeMap<(Offset, SegmentFile), u64>,
    /// The last change of names (files made, renamed) that is not known to be on the device.
    names_unsynced: Option<u64>,
    /// Snapshots taken at rolls, to be written with the next flush.
    pending_snapshots: BTreeMap<Offset, Arc<Vec<u8>>>,
    /// Files under a `.deleted` name, and when they go.
    set_aside: Vec<(WallTime, PathBuf)>,
    /// Counts the cuts: a flush from before a cut says nothing about what came after it.
    cuts: u64,
    broken: bool,
}

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
}

impl LogFiles {
    /// Opens the log in `dir`, which is made if it does not exist. Reads little if the log was
    /// closed cleanly; else checks everything behind the recovery point.
    ///
    /// # Errors
    /// What the device said.
    pub fn open(
        disk: &Disk,
        dir: impl Into<PathBuf>,
        how: OpenLog,
    ) -> io::Result<(Self, OpenReport)> {
        let files = SegmentFiles::new(disk.clone(), dir.into());
        let loaded = load::load(&files, how)?;
        let mut this = Self {
            files,
            log: loaded.log,
            snapshots: loaded.snapshots,
            changes: 0,
            unsynced: loaded.changed.into_iter().map(|file| (file, 0)).collect(),
            names_unsynced: Some(0),
            pending_snapshots: BTreeMap::new(),
            set_aside: Vec::new(),
            cuts: 0,
            broken: false,
        };
        this.note_unsynced_tail();
        Ok((this, loaded.report))
    }

    /// The log itself: offsets, segments, epochs, producers.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The dir its files are in.
    pub fn dir(&self) -> &Path {
        self.files.dir()
    }

    /// Whether a write failed and could not be taken back. Everything but closing is refused then.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Replaces its settings.
    pub fn set_config(&mut self, config: LogConfig) {
        self.log.set_config(config);
    }

    /// Notes that everything before `high_watermark` is replicated.
    pub fn high_watermark_moved(&mut self, high_watermark: Offset) {
        self.log.high_watermark_moved(high_watermark);
    }

    /// Forgets idle producers; says how many.
    pub fn expire_producers(&mut self, now: WallTime) -> usize {
        self.log.expire_producers(now)
    }

    /// Appends batches that stand one behind the other in `batches` and have been validated. As
    /// leader they get their offsets and epoch on the way to the file; `batches` is not changed.
    ///
    /// # Errors
    /// See [`AppendFailure`].
    pub fn append(
        &mut self,
        batches: &[u8],
        role: AppendAs,
        now: WallTime,
    ) -> Result<Appended, AppendFailure> {
        self.check_sound().map_err(AppendFailure::Storage)?;
        let headers = batches_of(batches).map_err(AppendFailure::Refused)?;
        let decision = self.log.plan_append(&headers, role, now);
        let plan = match decision.map_err(AppendFailure::Refused)? {
            AppendDecision::Duplicate(appended) => return Ok(appended),
            AppendDecision::Write(plan) => *plan,
        };
        self.write(&plan, batches).map_err(AppendFailure::Storage)?;
        let appended = plan.appended;
        self.log.commit_append(plan);
        Ok(appended)
    }

    fn write(&mut self, plan: &AppendPlan, batches: &[u8]) -> io::Result<()> {
        if let Some(roll) = &plan.roll {
            self.do_roll(roll)?;
        }
        if let Some(epochs) = &plan.leader_epochs {
            self.write_epochs(epochs)?;
        }
        let log = self.files.get_or_create(plan.base_offset, SegmentFile::Log)?;
        let written = write_placed(&log, plan, batches)
            .and_then(|()| self.write_index(plan.base_offset, &plan.index));
        if let Err(error) = written {
            self.take_back(plan, &log);
            return Err(error);
        }
        self.changed(plan.base_offset, SegmentFile::Log);
        Ok(())
    }

    /// After a write that failed, possibly in the middle: the files end again where they did.
    fn take_back(&mut self, plan: &AppendPlan, log: &File) {
        let mut cut = log.set_len(plan.position);
        for index in &plan.index {
            let file = self.files.get_or_create(plan.base_offset, index.file);
            if let (Some(position), Ok(file)) = (index.position, file) {
                cut = cut.and(file.set_len(position));
            }
        }
        self.broken |= cut.is_err();
    }

    fn changed(&mut self, base_offset: Offset, file: SegmentFile) {
        self.changes += 1;
        self.unsynced.insert((base_offset, file), self.changes);
    }

    fn names_changed(&mut self) {
        self.changes += 1;
        self.names_unsynced = Some(self.changes);
    }

    fn write_index(&mut self, base_offset: Offset, writes: &[IndexWrites]) -> io::Result<()> {
        for IndexWrites { file, position, entries } in writes {
            let index = self.files.get_or_create(base_offset, *file)?;
            let position = position.map_or_else(|| index.len(), Ok)?;
            index.write_at(position, entries)?;
            self.changed(base_offset, *file);
            if *file == SegmentFile::TxnIndex {
                self.names_changed();
            }
        }
        Ok(())
    }

    /// Seals the active segment and begins a new one at the log end.
    ///
    /// # Errors
    /// What the device said; the log then goes on in the old segment.
    pub fn roll(&mut self, now: WallTime) -> io::Result<()> {
        self.check_sound()?;
        let roll = self.log.plan_roll(None, now);
        self.do_roll(&roll)
    }

    fn do_roll(&mut self, roll: &RollPlan) -> io::Result<()> {
        if let Some(index) = &roll.index {
            self.write_index(roll.sealed, std::slice::from_ref(index))?;
        }
        self.files.create(roll.base_offset)?;
        self.names_changed();
        for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            self.changed(roll.base_offset, file);
        }
        if let Some((offset, content)) = &roll.snapshot {
            self.pending_snapshots.insert(*offset, Arc::new(content.clone()));
        }
        self.log.commit_roll(roll);
        Ok(())
    }

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
    pub fn begin_flush(&self) -> io::Result<Flush> {
        let mut files = Vec::new();
        for &(base_offset, file) in self.unsynced.keys() {
            files.extend(self.files.get(base_offset, file)?);
        }
        Ok(Flush {
            disk: self.files.disk().clone(),
            dir: self.files.dir().to_owned(),
            files,
            names: self.names_unsynced.is_some(),
            snapshots: self.pending_snapshots.clone(),
            changes: self.changes,
            cuts: self.cuts,
            end_offset: self.log.log_end_offset(),
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
        for offset in flush.snapshots.keys() {
            if self.pending_snapshots.remove(offset).is_some() {
                self.snapshots.insert(*offset);
            }
        }
        if flush.cuts == self.cuts {
            self.log.flushed(flush.end_offset);
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

    /// Finds what a reader may have.
    ///
    /// # Errors
    /// [`LogError::OffsetOutOfRange`], or what is wrong with the files.
    pub fn read(&self, request: ReadRequest) -> Result<FileSlice, LogError> {
        let plan = self.log.plan_read(request, &self.files)?;
        let file = match plan.len {
            0 => None,
            _ => self.files.get(plan.base_offset, SegmentFile::Log).map_err(source_error)?,
        };
        Ok(FileSlice { file, position: plan.position, len: plan.len })
    }

    /// Like [`Self::read`], into memory.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_bytes(&self, request: ReadRequest) -> Result<Vec<u8>, LogError> {
        let slice = self.read(request)?;
        let mut bytes = vec![0; usize::try_from(slice.len).unwrap_or(usize::MAX)];
        if let Some(file) = slice.file {
            let count = file.read_at(slice.position, &mut bytes).map_err(source_error)?;
            bytes.truncate(count);
        }
        Ok(bytes)
    }

    /// The bytes of its segments, for the core's reading verbs.
    pub(super) fn bytes(&self) -> &SegmentFiles {
        &self.files
    }

    /// Notes that a leader epoch begins at the log end.
    ///
    /// # Errors
    /// What the device said.
    pub fn start_leader_epoch(&mut self, epoch: LeaderEpoch) -> io::Result<()> {
        self.check_sound()?;
        if self.log.start_leader_epoch(epoch) {
            let epochs = self.log.leader_epochs().clone();
            self.write_epochs(&epochs)?;
        }
        Ok(())
    }

    fn write_epochs(&self, epochs: &LeaderEpochs) -> io::Result<()> {
        let path = self.files.dir().join(leader_epoch_checkpoint::FILE_NAME);
        let content = leader_epoch_checkpoint::format(epochs.entries());
        self.files.disk().write_atomic(path, content.as_bytes())
    }

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
        self.write_epochs(&self.log.leader_epochs().clone())?;
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
        self.write_epochs(&self.log.leader_epochs().clone())?;
        self.flush()
    }

    /// Moves the log start forward; segments before it go with the next [`Self::retain`].
    ///
    /// # Errors
    /// What the device said.
    pub fn advance_log_start(&mut self, offset: Offset) -> io::Result<()> {
        self.check_sound()?;
        if self.log.advance_log_start(offset) {
            self.write_epochs(&self.log.leader_epochs().clone())?;
        }
        Ok(())
    }

    /// Removes the segments that retention or the log start let go; says how many. None goes that
    /// holds a record at or behind `high_watermark`.
    ///
    /// # Errors
    /// What the device said.
    pub fn retain(&mut self, high_watermark: Offset, now: WallTime) -> io::Result<usize> {
        self.check_sound()?;
        let plan = self.log.plan_retention(high_watermark, now, &self.files).map_err(log_error)?;
        let Some(&(last, _)) = plan.segments.last() else { return Ok(0) };
        if plan.roll {
            self.roll(now)?;
        }
        let kept = self.log.segments().map(|s| s.base_offset).find(|&base| base > last);
        let Some(first_kept) = kept else { return Ok(0) };
        for &(base_offset, reason) in &plan.segments {
            tracing::info!(dir = %self.dir().display(), base_offset, ?reason, "segment removed");
            self.set_aside(base_offset, now)?;
        }
        if self.log.commit_deletion(first_kept) {
            self.write_epochs(&self.log.leader_epochs().clone())?;
        }
        self.drop_snapshots(|offset| offset < first_kept)?;
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

    fn check_sound(&self) -> io::Result<()> {
        if self.broken {
            let dir = self.dir().display();
            return Err(io::Error::other(format!("{dir}: an earlier write failed")));
        }
        Ok(())
    }

    /// What lies behind the recovery point has yet to be synced.
    fn note_unsynced_tail(&mut self) {
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
            self.disk.write_atomic(self.dir.join(names::snapshot(*offset)), content)?;
        }
        Ok(())
    }

    /// What is on the device once this has run: everything before this offset.
    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }
}

/// Writes batches with the first bytes of each replaced by those that place it.
fn write_placed(log: &File, plan: &AppendPlan, batches: &[u8]) -> io::Result<()> {
    let mut parts: Vec<&[u8]> = Vec::with_capacity(2 * plan.placements.len());
    let mut rest = batches;
    for placement in &plan.placements {
        let (batch, behind) = rest.split_at(placement.size);
        parts.push(&placement.front);
        parts.push(&batch[placement.front.len()..]);
        rest = behind;
    }
    log.write_all_vectored_at(plan.position, &parts)
}

pub(super) fn remove_if_there(disk: &Disk, path: &Path) -> io::Result<()> {
    match disk.remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn source_error(error: io::Error) -> LogError {
    LogError::Source(ottla_base::SourceError(error.to_string()))
}

pub(super) fn log_error(error: LogError) -> io::Error {
    match error {
        LogError::Source(error) => io::Error::other(error),
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}
