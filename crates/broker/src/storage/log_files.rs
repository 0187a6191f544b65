//! [`LogFiles`]: a log and its files. What a partition of a topic and the metadata log have in
//! common; knows no leaders and no high watermark.
//!
//! Calls are synchronous. Appends and reads reach the page cache; what waits for the device is a
//! [`Flush`], which may run while the log goes on.

mod cutting;
mod flush;
mod swap;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ottla_base::WallTime;
use ottla_io::{Disk, File};
use ottla_log::append::{AppendDecision, AppendPlan};
use ottla_log::producers::Cut as ProducerCut;
use ottla_log::scan::batches_of;
use ottla_log::{
    AppendAs, AppendError, Appended, DamagedRange, IndexWrites, Log, LogConfig, LogError, ReadPlan,
    ReadRequest, RetentionPlan, RetentionStep, RollPlan, SegmentBytes, SegmentFile,
    TimestampAndOffset,
};
use ottla_model::{LeaderEpoch, Offset};

pub use cutting::{Covering, Removal};
pub use flush::{Covers, Flush};

use super::load;
use super::open_files::OpenFiles;
use super::producers::{ProducerShare, ProducerTotal};
use super::segment_files::SegmentFiles;

/// How a log is opened.
#[derive(Debug, Clone)]
pub struct OpenLog {
    /// Its settings.
    pub config: LogConfig,
    /// Whether it was closed cleanly, so that nothing has to be checked.
    pub clean: bool,
    /// Whether who wrote it has synced it, and been told that it was: what reads well is then on the
    /// device, wherever the recovery point is.
    pub was_synced: bool,
    /// Everything before this offset is known to be on the device; 0 if nothing is known.
    pub recovery_point: Offset,
    /// The checkpoint that would tell is lost.
    pub recovery_point_lost: bool,
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
    /// What was found, in the words of the core.
    pub plan: ReadPlan,
}

/// A log and its files.
#[derive(Debug)]
pub struct LogFiles {
    files: Arc<SegmentFiles>,
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
    /// Segments whose log file may be longer than what was written to it.
    preallocated: BTreeSet<Offset>,
    /// A segment was sealed and no flush has begun since.
    rolled: bool,
    /// The leader epochs have changed since their checkpoint was written. Until a flush writes it,
    /// the recovery point stays before the batches that would tell of them.
    epochs_unwritten: bool,
    /// Files under a `.deleted` name.
    set_aside: Vec<PathBuf>,
    /// Base offset of the oldest segment that a power cut would leave: what was before it is durably
    /// gone.
    oldest_on_disk: Offset,
    /// Counts the cuts: a flush from before a cut says nothing about what came after it.
    cuts: u64,
    /// A cleaned segment on its way into the log.
    swap: Option<swap::Swap>,
    /// Its part of the producers of all logs, once it is in use.
    producers: Option<ProducerShare>,
    broken: bool,
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
        Self::open_among(disk, dir, how, OpenFiles::new(usize::MAX))
    }

    /// As [`Self::open`]; its files count as some of `all`.
    ///
    /// # Errors
    /// What the device said.
    pub(super) fn open_among(
        disk: &Disk,
        dir: impl Into<PathBuf>,
        how: OpenLog,
        all: Arc<OpenFiles>,
    ) -> io::Result<(Self, OpenReport)> {
        let files = SegmentFiles::new(disk.clone(), dir.into(), all);
        let loaded = load::load(&files, how)?;
        let oldest_on_disk = loaded.log.segments().next().map_or(0, |segment| segment.base_offset);
        let active = loaded.log.active();
        let is_new = active.size == 0 && loaded.log.config().preallocate;
        let preallocated = is_new.then_some(active.base_offset).into_iter().collect();
        let mut this = Self {
            files: Arc::new(files),
            log: loaded.log,
            snapshots: loaded.snapshots,
            changes: 0,
            unsynced: loaded.changed.into_iter().map(|file| (file, 0)).collect(),
            names_unsynced: Some(0),
            pending_snapshots: BTreeMap::new(),
            preallocated,
            rolled: false,
            epochs_unwritten: false,
            set_aside: Vec::new(),
            oldest_on_disk,
            cuts: 0,
            swap: None,
            producers: None,
            broken: false,
        };
        this.note_unsynced_tail();
        // A segment that was made because nothing is left: from here on its name says where the log
        // starts, and the checkpoint does not.
        let starts_over = this.log.log_start_offset() > 0 && !this.unsynced.is_empty();
        if loaded.report.segments_recovered > 0 || starts_over {
            // What was repaired lies before the next recovery point, and is not looked at again.
            this.flush()?;
        }
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

    /// Goes on in the place of `old`, whose records it has. What was begun with that one, a flush or
    /// a compaction, is no use any more.
    pub(super) fn take_place_of(&mut self, old: &Self) {
        self.set_config(old.log.config().clone());
        self.cuts = old.cuts + 1;
    }

    /// Remembers a damaged stretch of a segment, which is not given to readers from now on; false if
    /// it is known or gone.
    pub fn note_damage(&mut self, base_offset: Offset, range: DamagedRange) -> bool {
        self.log.note_damage(base_offset, range)
    }

    /// Notes that everything before `high_watermark` is replicated.
    pub fn high_watermark_moved(&mut self, high_watermark: Offset) {
        self.log.high_watermark_moved(high_watermark);
    }

    /// Has its producers count among those of all logs from now on.
    pub(super) fn count_producers_in(&mut self, total: &Arc<ProducerTotal>) {
        self.producers = Some(ProducerShare::of(total));
        self.count_producers();
    }

    fn count_producers(&mut self) {
        if let Some(share) = &mut self.producers {
            share.set(self.log.producers().len());
        }
    }

    /// Forgets idle producers; says how many.
    pub fn expire_producers(&mut self, now: WallTime) -> usize {
        let count = self.log.expire_producers(now);
        self.count_producers();
        count
    }

    /// Forgets producers because there are too many; says how many.
    pub(super) fn forget_producers(&mut self, cut: &mut ProducerCut) -> usize {
        let count = self.log.forget_producers(cut);
        self.count_producers();
        count
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
        self.epochs_unwritten |= plan.leader_epochs.is_some();
        self.log.commit_append(plan);
        self.count_producers();
        Ok(appended)
    }

    fn write(&mut self, plan: &AppendPlan, batches: &[u8]) -> io::Result<()> {
        if let Some(roll) = &plan.roll {
            self.do_roll(roll)?;
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

    /// After a write that failed, possibly in the middle: the files end again where they did. That
    /// is synced as an append is: what was taken back must not come back with a power cut, in a
    /// segment that is sealed by then and not looked at again.
    fn take_back(&mut self, plan: &AppendPlan, log: &File) {
        let mut cut = log.set_len(plan.position);
        self.changed(plan.base_offset, SegmentFile::Log);
        for index in &plan.index {
            let file = self.files.get_or_create(plan.base_offset, index.file);
            if let (Some(position), Ok(file)) = (index.position, file) {
                cut = cut.and(file.set_len(position));
                self.changed(plan.base_offset, index.file);
            }
        }
        self.broken |= cut.is_err();
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
        if let Err(error) = self.create_files(roll.base_offset) {
            // The log goes on in the old segment. An empty one left in the middle of it would hide
            // everything behind from the next start.
            if roll.base_offset != roll.sealed {
                self.broken |= self.files.remove(roll.base_offset).is_err();
            }
            return Err(error);
        }
        self.names_changed();
        for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            self.changed(roll.base_offset, file);
        }
        if let Some((offset, content)) = &roll.snapshot {
            self.pending_snapshots.insert(*offset, Arc::new(content.clone()));
        }
        self.log.commit_roll(roll);
        self.rolled = true;
        Ok(())
    }

    fn create_files(&mut self, base_offset: Offset) -> io::Result<()> {
        let bytes = self.log.config().preallocated_bytes();
        if bytes > 0 {
            self.preallocated.insert(base_offset);
        }
        self.files.create(base_offset, bytes)
    }

    /// Finds what a reader may have.
    ///
    /// # Errors
    /// [`LogError::OffsetOutOfRange`], or what is wrong with the files.
    pub fn read(&self, request: ReadRequest) -> Result<FileSlice, LogError> {
        self.read_by(request, &*self.files)
    }

    /// Like [`Self::read`], looking it up in `bytes`, which are those of its segments.
    pub(super) fn read_by<B: SegmentBytes>(
        &self,
        request: ReadRequest,
        bytes: &B,
    ) -> Result<FileSlice, LogError> {
        let plan = self.log.plan_read(request, bytes)?;
        // Part of a batch at the beginning is of no use to anybody (KIP-74).
        let len = if plan.first_batch_incomplete { 0 } else { plan.len };
        let file = match len {
            0 => None,
            _ => self.files.get(plan.base_offset, SegmentFile::Log).map_err(source_error)?,
        };
        Ok(FileSlice { file, position: plan.position, len, plan: ReadPlan { len, ..plan } })
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

    /// The bytes of its segments, for the core's reading verbs. Who uses them beside the log sees to
    /// it that no segment is removed meanwhile.
    pub(super) fn bytes(&self) -> Arc<SegmentFiles> {
        Arc::clone(&self.files)
    }

    /// Base offset of the oldest segment that a power cut would leave.
    pub(super) fn oldest_on_disk(&self) -> Offset {
        self.oldest_on_disk
    }

    /// Moves the log start forward; says which segments it lets go.
    ///
    /// # Errors
    /// An earlier write failed.
    pub(super) fn start_at(
        &mut self,
        offset: Offset,
        high_watermark: Offset,
    ) -> io::Result<RetentionPlan> {
        self.advance_log_start(offset)?;
        Ok(self.log.plan_before_start(high_watermark))
    }

    /// What goes by age, size or log start, or what has to be looked at first.
    pub(super) fn plan_retention(&self, high_watermark: Offset, now: WallTime) -> RetentionStep {
        self.log.plan_retention(high_watermark, now)
    }

    /// Notes the largest timestamp of a sealed segment.
    pub(super) fn learn_largest(&mut self, base_offset: Offset, largest: TimestampAndOffset) {
        self.log.learn_largest(base_offset, largest);
    }

    /// Notes that a leader epoch begins at the log end. It is written down with the next flush: after
    /// a crash before that, its batches tell of it, and without batches nobody has seen it.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn start_leader_epoch(&mut self, epoch: LeaderEpoch) -> io::Result<()> {
        self.check_sound()?;
        self.epochs_unwritten |= self.log.start_leader_epoch(epoch);
        Ok(())
    }

    fn check_sound(&self) -> io::Result<()> {
        if self.broken {
            let dir = self.dir().display();
            return Err(io::Error::other(format!("{dir}: an earlier write failed")));
        }
        self.files.check_closed()
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
