//! Appending: which offsets batches get, whether the segment is full, where the bytes go, and what
//! the indexes note.

use alloc::format;
use alloc::vec::Vec;

use ottla_base::{WallTime, always};
use ottla_model::ids::NO_TIMESTAMP;
use ottla_model::{LeaderEpoch, Offset};
use ottla_record::BatchHeader;

use crate::files::offset_index::OffsetEntry;
use crate::files::time_index::TimeEntry;
use crate::log::jitter_ms;
use crate::producers::{Origin, Prepared, ProducerBatch, ProducerUpdate, RememberedBatch};
use crate::{AppendError, LeaderEpochs, Log, LogConfig, Segment, SegmentFile, TimestampAndOffset};

/// In which role batches are appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendAs {
    /// As the leader: batches get offsets and this leader epoch.
    Leader {
        /// The leader's epoch.
        epoch: LeaderEpoch,
        /// Where they come from.
        origin: Origin,
    },
    /// As a follower: batches are kept as the leader placed them.
    Follower,
}

/// What an append did, or what the batch did that it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the first record.
    pub first_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// Time the leader stamped on the records; -1 where the producer stamps.
    pub append_time: i64,
    /// Whether the batch had been appended before (an idempotent producer's retry), so that
    /// nothing was written now.
    pub duplicate: bool,
}

/// Bytes that go behind an index file: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexWrites {
    /// The index.
    pub file: SegmentFile,
    /// Bytes the index holds before; `None` to append behind whatever it holds.
    pub position: Option<u64>,
    /// The new entries.
    pub entries: Vec<u8>,
}

/// The active segment is sealed and a new one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollPlan {
    /// Base offset of the segment to seal. Equal to `base_offset` if that segment is empty and
    /// only begins anew.
    pub sealed: Offset,
    /// Entries for the sealed segment's time index: its largest timestamp.
    pub index: Option<IndexWrites>,
    /// Base offset of the new segment.
    pub base_offset: Offset,
    /// The producer snapshot to write, if one is worth it: offset and content.
    pub snapshot: Option<(Offset, Vec<u8>)>,
    created: WallTime,
}

/// Everything one append does. To be done in this order: roll (and commit that), leader epochs,
/// log, indexes; then [`Log::commit_append`].
#[derive(Debug, Clone)]
pub struct AppendPlan {
    /// Seal the active segment first.
    pub roll: Option<RollPlan>,
    /// The leader epochs, if they change: content for `leader-epoch-checkpoint`.
    pub leader_epochs: Option<LeaderEpochs>,
    /// Base offset of the segment that is written.
    pub base_offset: Offset,
    /// Where in its log file the batches go.
    pub position: u64,
    /// Bytes that the batches take.
    pub size: u64,
    /// The first bytes of each batch as they are to be stored (base offset, length, leader epoch),
    /// in place of the first [`PLACEMENT_BYTES`] that were given. No checksum covers them.
    pub placements: Vec<Placement>,
    /// What goes behind the indexes.
    pub index: Vec<IndexWrites>,
    /// What to answer.
    pub appended: Appended,
    segment: Segment,
    producers: ProducerUpdate,
    log_end_offset: Offset,
    at: WallTime,
}

/// Bytes of a batch that placing it changes: base offset, length, leader epoch.
pub const PLACEMENT_BYTES: usize = 16;

/// One batch's first bytes, and how many bytes it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The bytes.
    pub front: [u8; PLACEMENT_BYTES],
    /// Bytes of the whole batch.
    pub size: usize,
}

/// What [`Log::plan_append`] decided.
#[derive(Debug, Clone)]
pub enum AppendDecision {
    /// Write.
    Write(alloc::boxed::Box<AppendPlan>),
    /// Nothing to write: this is where the batch was appended the first time.
    Duplicate(Appended),
}

impl Log {
    /// Decides about batches, given as headers in the order they come.
    ///
    /// # Errors
    /// The rule they break; nothing is changed then.
    pub fn plan_append(
        &self,
        batches: &[ProducerBatch],
        role: AppendAs,
        now: WallTime,
    ) -> Result<AppendDecision, AppendError> {
        let (Some(first), Some(last)) = (batches.first(), batches.last()) else {
            return Err(AppendError::Malformed("no batch".into()));
        };
        self.check_sizes(batches, role)?;
        let placed = match role {
            AppendAs::Leader { epoch, .. } => place(batches, self.log_end_offset, epoch)?,
            AppendAs::Follower => check_placed(batches, self.log_end_offset)?,
        };
        let origin = match role {
            AppendAs::Leader { origin, .. } => origin,
            AppendAs::Follower => Origin::Replication,
        };
        let producers = match self.producers.prepare(placed.iter().copied(), origin)? {
            Prepared::Duplicate(batch) => return Ok(AppendDecision::Duplicate(repeated(batch))),
            Prepared::Update(update) => update,
        };
        let append_time = match first.header.timestamp_type() {
            crate::TimestampType::LogAppendTime => last.header.max_timestamp,
            crate::TimestampType::CreateTime => NO_TIMESTAMP,
        };
        let plan = self.plan_write(&placed, producers, append_time, now);
        Ok(AppendDecision::Write(alloc::boxed::Box::new(plan)))
    }

    fn check_sizes(&self, batches: &[ProducerBatch], role: AppendAs) -> Result<(), AppendError> {
        let AppendAs::Leader { origin, .. } = role else { return Ok(()) };
        let bytes_max = self.config.max_message_bytes;
        for bytes in batches.iter().map(|batch| batch.header.size_in_bytes()) {
            // The coordinators' own batches are bounded by what they put in.
            if origin == Origin::Client && bytes > bytes_max as usize {
                return Err(AppendError::BatchTooLarge { bytes, bytes_max });
            }
        }
        let bytes = total_bytes(batches);
        if bytes > u64::from(self.config.segment_bytes) {
            let (bytes, bytes_max) = (bytes as usize, self.config.segment_bytes);
            return Err(AppendError::ListTooLarge { bytes, bytes_max });
        }
        Ok(())
    }

    fn plan_write(
        &self,
        placed: &[ProducerBatch],
        producers: ProducerUpdate,
        append_time: i64,
        now: WallTime,
    ) -> AppendPlan {
        let size = total_bytes(placed);
        let first_offset = placed.first().map_or(0, |batch| batch.header.base_offset);
        let last_offset = placed.last().map_or(0, |batch| batch.header.last_offset());
        let max_timestamp = placed.iter().map(|batch| batch.header.max_timestamp).max();
        let full = self.is_full(size, max_timestamp.unwrap_or(NO_TIMESTAMP), last_offset, now);
        let roll = full.then(|| self.plan_roll(Some(first_offset), now));
        let mut segment = match &roll {
            // Its jitter is drawn when the roll is committed.
            Some(roll) => Segment::new(roll.base_offset, now, 0),
            None => self.active().clone(),
        };
        let (base_offset, position) = (segment.base_offset, segment.size);
        let mut index = note_batches(&mut segment, placed, &self.config);
        if !producers.aborted.is_empty() {
            let entries = producers.aborted.iter().flat_map(|txn| txn.to_bytes()).collect();
            index.push(IndexWrites { file: SegmentFile::TxnIndex, position: None, entries });
        }
        AppendPlan {
            roll,
            leader_epochs: self.epochs_after(placed),
            base_offset,
            position,
            size,
            placements: placed.iter().map(|batch| placement(&batch.header)).collect(),
            index,
            appended: Appended { first_offset, last_offset, append_time, duplicate: false },
            segment,
            producers,
            log_end_offset: last_offset + 1,
            at: now,
        }
    }

    /// Whether the active segment cannot take these batches. The order of the reasons is Kafka's
    /// `LogSegment.shouldRoll`.
    fn is_full(&self, size: u64, max_timestamp: i64, last_offset: Offset, now: WallTime) -> bool {
        let active = self.active();
        let age_ms = match active.rolling_timestamp.filter(|&timestamp| timestamp >= 0) {
            Some(first) => max_timestamp.saturating_sub(first),
            None => now.millis.saturating_sub(active.created.millis),
        };
        let aged = age_ms > self.config.segment_ms_max().saturating_sub(active.jitter_ms);
        active.size + size > u64::from(self.config.segment_bytes)
            || (active.size > 0 && aged)
            || active.index_entries >= self.config.offset_index_entries_max()
            || active.time_entries >= self.config.time_index_entries_max()
            || !active.can_hold(last_offset)
    }

    fn epochs_after(&self, placed: &[ProducerBatch]) -> Option<LeaderEpochs> {
        let latest = self.epochs.latest().map(|entry| entry.epoch);
        if placed.iter().all(|batch| Some(batch.header.partition_leader_epoch) == latest) {
            return None;
        }
        let mut epochs = self.epochs.clone();
        let mut changed = false;
        for header in placed.iter().map(|batch| &batch.header) {
            changed |= epochs.assign(header.partition_leader_epoch, header.base_offset);
        }
        changed.then_some(epochs)
    }

    /// Seals the active segment so that a new one begins at the log end, or at `first_offset` if
    /// that lies behind it (a follower's first batch after a gap).
    pub fn plan_roll(&self, first_offset: Option<Offset>, now: WallTime) -> RollPlan {
        let active = self.active();
        let base_offset = first_offset.unwrap_or(0).max(self.log_end_offset);
        let mut sealed = active.clone();
        RollPlan {
            sealed: active.base_offset,
            index: note_largest(&mut sealed),
            base_offset,
            snapshot: self.snapshot(),
            created: now,
        }
    }

    /// Follows a roll that was done.
    pub fn commit_roll(&mut self, roll: &RollPlan) {
        if let Some(sealed) = self.segments.get_mut(&roll.sealed) {
            note_largest(sealed);
        }
        if let Some((offset, _)) = &roll.snapshot {
            self.producers.snapshot_taken(*offset);
        }
        let jitter_ms = jitter_ms(&mut self.random, &self.config);
        let segment = Segment::new(roll.base_offset, roll.created, jitter_ms);
        self.segments.insert(roll.base_offset, segment);
    }

    /// Adds the last time index entry of the active segment, as a clean stop does; the caller
    /// writes what is returned.
    pub fn note_largest(&mut self) -> Option<IndexWrites> {
        let base_offset = self.active().base_offset;
        self.segments.get_mut(&base_offset).and_then(note_largest)
    }

    /// Follows an append that was done. Its roll has been committed before.
    pub fn commit_append(&mut self, plan: AppendPlan) {
        let AppendPlan { segment, producers, leader_epochs, log_end_offset, at, .. } = plan;
        always!(
            self.is_active(segment.base_offset) && self.active().size == plan.position,
            "an append at {} of {} is committed to a log that is elsewhere",
            plan.position,
            segment.base_offset
        );
        always!(log_end_offset > self.log_end_offset, "an append moves the log end");
        let jitter_ms = self.active().jitter_ms;
        self.segments.insert(segment.base_offset, Segment { jitter_ms, ..segment });
        self.log_end_offset = log_end_offset;
        self.producers.commit(producers, log_end_offset);
        if let Some(epochs) = leader_epochs {
            self.epochs = epochs;
        }
        self.unflushed_since.get_or_insert(at);
    }
}

fn total_bytes(batches: &[ProducerBatch]) -> u64 {
    batches.iter().map(|batch| batch.header.size_in_bytes() as u64).sum()
}

/// Gives batches the offsets from `next` on, and the leader's epoch.
fn place(
    batches: &[ProducerBatch],
    mut next: Offset,
    epoch: LeaderEpoch,
) -> Result<Vec<ProducerBatch>, AppendError> {
    let mut placed = Vec::with_capacity(batches.len());
    for batch in batches {
        if batch.header.last_offset_delta < 0 {
            let delta = batch.header.last_offset_delta;
            return Err(AppendError::Malformed(format!("last offset delta {delta}")));
        }
        let mut batch = *batch;
        batch.header.base_offset = next;
        batch.header.partition_leader_epoch = epoch;
        next = batch.header.next_offset();
        placed.push(batch);
    }
    Ok(placed)
}

/// Sees that placed batches grow, and begin at or behind the log end.
fn check_placed(
    batches: &[ProducerBatch],
    log_end_offset: Offset,
) -> Result<Vec<ProducerBatch>, AppendError> {
    let mut next = log_end_offset;
    for header in batches.iter().map(|batch| &batch.header) {
        if header.base_offset < next || header.last_offset_delta < 0 {
            let offset = header.base_offset;
            return Err(AppendError::UnexpectedOffset { offset, log_end_offset: next });
        }
        next = header.next_offset();
    }
    Ok(batches.to_vec())
}

fn repeated(batch: RememberedBatch) -> Appended {
    Appended {
        first_offset: batch.first_offset(),
        last_offset: batch.last_offset,
        append_time: batch.timestamp,
        duplicate: true,
    }
}

fn placement(header: &BatchHeader) -> Placement {
    let mut front = [0; PLACEMENT_BYTES];
    front.copy_from_slice(&header.to_bytes()[..PLACEMENT_BYTES]);
    Placement { front, size: header.size_in_bytes() }
}

/// Lets a segment grow by these batches; returns what its indexes note. Kafka 4.x indexes batch by
/// batch: whenever more than `index.interval.bytes` have passed, the batch that comes next.
pub(crate) fn note_batches(
    segment: &mut Segment,
    placed: &[ProducerBatch],
    config: &LogConfig,
) -> Vec<IndexWrites> {
    let offset_position = segment.offset_index_bytes();
    let time_position = segment.time_index_bytes();
    let (mut offset_entries, mut time_entries) = (Vec::new(), Vec::new());
    for batch in placed {
        note_batch(segment, &batch.header, config, &mut offset_entries, &mut time_entries);
    }
    let mut writes = Vec::new();
    for (file, position, entries) in [
        (SegmentFile::OffsetIndex, offset_position, offset_entries),
        (SegmentFile::TimeIndex, time_position, time_entries),
    ] {
        if !entries.is_empty() {
            writes.push(IndexWrites { file, position: Some(position), entries });
        }
    }
    writes
}

/// Lets a segment grow by one batch, and appends what its indexes note to the two buffers.
pub(crate) fn note_batch(
    segment: &mut Segment,
    header: &BatchHeader,
    config: &LogConfig,
    offset_entries: &mut Vec<u8>,
    time_entries: &mut Vec<u8>,
) {
    if segment.size == 0 {
        segment.rolling_timestamp = Some(header.max_timestamp);
    }
    let before = segment.largest.map_or(NO_TIMESTAMP, |largest| largest.timestamp);
    if header.max_timestamp > before || segment.largest.is_none() {
        let (timestamp, offset) = (header.max_timestamp, header.last_offset());
        segment.largest = Some(TimestampAndOffset { timestamp, offset });
    }
    if segment.bytes_since_index > u64::from(config.index_interval_bytes) {
        let entry = OffsetEntry {
            relative_offset: (header.last_offset() - segment.base_offset) as u32,
            position: segment.size as u32,
        };
        offset_entries.extend_from_slice(&entry.to_bytes());
        segment.index_entries += 1;
        if let Some(entry) = next_time_entry(segment) {
            time_entries.extend_from_slice(&entry);
        }
        segment.bytes_since_index = 0;
    }
    segment.size += header.size_in_bytes() as u64;
    segment.bytes_since_index += header.size_in_bytes() as u64;
}

/// The last entry of a segment that is sealed: its largest timestamp, unless that is noted.
pub(crate) fn note_largest(segment: &mut Segment) -> Option<IndexWrites> {
    let position = Some(segment.time_index_bytes());
    let entries = next_time_entry(segment)?.to_vec();
    Some(IndexWrites { file: SegmentFile::TimeIndex, position, entries })
}

/// The time index entry that says how large timestamps are by now, if the index does not say it.
fn next_time_entry(segment: &mut Segment) -> Option<[u8; 12]> {
    let largest = segment.largest.filter(|found| found.timestamp > segment.last_time_entry)?;
    segment.last_time_entry = largest.timestamp;
    segment.time_entries += 1;
    let relative_offset = (largest.offset - segment.base_offset) as u32;
    Some(TimeEntry { timestamp: largest.timestamp, relative_offset }.to_bytes())
}
