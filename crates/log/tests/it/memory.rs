//! A log whose files are vectors: does what plans say, like the shell does with real files.

use std::collections::BTreeMap;

use ottla_base::{SourceError, WallTime};
use ottla_log::append::{AppendDecision, AppendPlan};
use ottla_log::files::{names, producer_snapshot};
use ottla_log::open::{Opened, Opening, Repair, open};
use ottla_log::scan::batches_of;
use ottla_log::{
    AppendAs, AppendError, Appended, FoundSegment, IndexWrites, Log, LogConfig, RollPlan,
    SegmentBytes, SegmentFile, TruncatePlan,
};
use ottla_model::Offset;

/// The files of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) segments: BTreeMap<(Offset, SegmentFile), Vec<u8>>,
    pub(crate) snapshots: BTreeMap<Offset, Vec<u8>>,
    pub(crate) epochs: Vec<ottla_log::files::leader_epoch_checkpoint::EpochEntry>,
}

impl SegmentBytes for Files {
    fn len(&self, base_offset: Offset, file: SegmentFile) -> Result<u64, SourceError> {
        Ok(self.segments.get(&(base_offset, file)).map_or(0, |bytes| bytes.len() as u64))
    }

    fn read_at(
        &self,
        base_offset: Offset,
        file: SegmentFile,
        position: u64,
        buf: &mut [u8],
    ) -> Result<usize, SourceError> {
        match self.segments.get(&(base_offset, file)) {
            Some(bytes) => ottla_base::ByteSource::read_at(bytes, position, buf),
            None => Ok(0),
        }
    }

    fn snapshot(&self, offset: Offset) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.snapshots.get(&offset).cloned())
    }
}

impl Files {
    fn write(&mut self, base_offset: Offset, file: SegmentFile, at: Option<u64>, bytes: &[u8]) {
        let content = self.segments.entry((base_offset, file)).or_default();
        if let Some(at) = at {
            assert!(at as usize <= content.len(), "no hole in {}", file.name(base_offset));
            content.truncate(at as usize);
        }
        content.extend_from_slice(bytes);
    }

    fn create(&mut self, base_offset: Offset) {
        for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            self.segments.insert((base_offset, file), Vec::new());
        }
    }

    fn remove(&mut self, base_offset: Offset) {
        self.segments.retain(|(base, _), _| *base != base_offset);
    }

    fn write_index(&mut self, base_offset: Offset, index: &IndexWrites) {
        self.write(base_offset, index.file, index.position, &index.entries);
    }
}

/// A log and its files.
#[derive(Debug, Clone)]
pub(crate) struct MemoryLog {
    pub(crate) log: Log,
    pub(crate) files: Files,
    pub(crate) now: WallTime,
}

impl MemoryLog {
    pub(crate) fn new(config: LogConfig) -> Self {
        let mut files = Files::default();
        files.create(0);
        let now = WallTime { millis: 1_000 };
        Self { log: Log::new(config, 0, now, 1), files, now }
    }

    pub(crate) fn append(&mut self, bytes: &[u8], role: AppendAs) -> Result<Appended, AppendError> {
        let batches = batches_of(bytes)?;
        match self.log.plan_append(&batches, role, self.now)? {
            AppendDecision::Duplicate(appended) => Ok(appended),
            AppendDecision::Write(plan) => {
                self.write(&plan, bytes);
                let appended = plan.appended;
                self.log.commit_append(*plan);
                Ok(appended)
            }
        }
    }

    fn write(&mut self, plan: &AppendPlan, bytes: &[u8]) {
        if let Some(roll) = &plan.roll {
            self.roll(roll);
        }
        if let Some(epochs) = &plan.leader_epochs {
            self.files.epochs = epochs.entries().to_vec();
        }
        let mut content = bytes.to_vec();
        let mut at = 0;
        for placement in &plan.placements {
            content[at..at + placement.front.len()].copy_from_slice(&placement.front);
            at += placement.size;
        }
        self.files.write(plan.base_offset, SegmentFile::Log, Some(plan.position), &content);
        for index in &plan.index {
            self.files.write_index(plan.base_offset, index);
        }
    }

    pub(crate) fn roll(&mut self, roll: &RollPlan) {
        if let Some(index) = &roll.index {
            self.files.write_index(roll.sealed, index);
        }
        self.files.create(roll.base_offset);
        if let Some((offset, content)) = &roll.snapshot {
            self.files.snapshots.insert(*offset, content.clone());
        }
        self.log.commit_roll(roll);
    }

    pub(crate) fn truncate(&mut self, offset: Offset) {
        match self.log.plan_truncate(offset, &self.files).unwrap() {
            TruncatePlan::Nothing => {}
            TruncatePlan::StartOver(offset) => {
                self.files = Files::default();
                self.files.create(offset);
                self.log.commit_start_over(offset, self.now);
            }
            TruncatePlan::Cut(cut) => {
                for &base_offset in &cut.removed {
                    self.files.remove(base_offset);
                }
                for &(file, len) in &cut.lengths {
                    if let Some(bytes) = self.files.segments.get_mut(&(cut.base_offset, file)) {
                        bytes.truncate(len as usize);
                    }
                }
                self.files.snapshots.retain(|&offset, _| offset <= cut.log_end_offset);
                let snapshots: Vec<_> = self.files.snapshots.keys().copied().collect();
                self.log.commit_cut(&cut, &snapshots, self.now, &self.files).unwrap();
                self.files.epochs = self.log.leader_epochs().entries().to_vec();
            }
        }
    }

    /// What a clean stop adds to the files.
    pub(crate) fn close(&mut self) {
        let base_offset = self.log.active().base_offset;
        if let Some(index) = self.log.note_largest() {
            self.files.write_index(base_offset, &index);
        }
        if let Some((offset, content)) = self.log.snapshot() {
            self.files.snapshots.insert(offset, content);
        }
    }
}

/// Opens a log from its files, doing the repairs.
pub(crate) fn reopen(mut files: Files, config: LogConfig, how: Reopen) -> (MemoryLog, Opened) {
    let len = |base, file| files.segments.get(&(base, file)).map(|bytes| bytes.len() as u64);
    let bases: Vec<Offset> = files
        .segments
        .keys()
        .filter(|(_, file)| *file == SegmentFile::Log)
        .map(|(base, _)| *base)
        .collect();
    let segments = bases.iter().map(|&base_offset| FoundSegment {
        base_offset,
        size: len(base_offset, SegmentFile::Log).unwrap_or(0),
        modified: WallTime { millis: 1_000 },
        offset_index_bytes: len(base_offset, SegmentFile::OffsetIndex),
        time_index_bytes: len(base_offset, SegmentFile::TimeIndex),
        txn_index_bytes: len(base_offset, SegmentFile::TxnIndex),
    });
    let now = WallTime { millis: 2_000 };
    let opening = Opening {
        config,
        segments: segments.collect(),
        snapshots: files.snapshots.keys().copied().collect(),
        epochs: files.epochs.clone(),
        clean: how.clean,
        recovery_point: how.recovery_point,
        recovery_point_lost: false,
        compacted_before: 0,
        log_start_offset: how.log_start_offset,
        now,
        seed: 1,
    };
    let opened = open(opening, &files).unwrap();
    for repair in &opened.repairs {
        match repair {
            Repair::RemoveSegment { base_offset, .. } => files.remove(*base_offset),
            Repair::CutLog { base_offset, len, .. } => {
                let key = (*base_offset, SegmentFile::Log);
                files.segments.get_mut(&key).unwrap().truncate(*len as usize);
            }
            Repair::WriteIndex { base_offset, file, content } => {
                files.segments.insert((*base_offset, *file), content.clone());
            }
            Repair::CreateSegment(base_offset) => files.create(*base_offset),
            Repair::RemoveSnapshot(offset) => {
                files.snapshots.remove(offset);
            }
            Repair::WriteLeaderEpochs => {
                files.epochs = opened.log.leader_epochs().entries().to_vec();
            }
        }
    }
    (MemoryLog { log: opened.log.clone(), files, now }, opened)
}

/// How a log is reopened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reopen {
    pub(crate) clean: bool,
    pub(crate) recovery_point: Offset,
    pub(crate) log_start_offset: Offset,
}

/// The files as text: a line each.
pub(crate) fn list(files: &Files) -> String {
    let mut out = String::new();
    for ((base_offset, file), bytes) in &files.segments {
        out += &format!("{} {}\n", file.name(*base_offset), bytes.len());
    }
    for (offset, content) in &files.snapshots {
        let producers = producer_snapshot::parse(content).map_or(0, |entries| entries.len());
        out += &format!("{} {producers} producers\n", names::snapshot(*offset));
    }
    out
}
