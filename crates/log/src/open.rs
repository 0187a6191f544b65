//! From the files of a partition dir to a [`Log`]. Files are only looked at; what has to be changed
//! about them comes back as repairs.

mod check;
mod rebuild;

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use ottla_base::WallTime;
use ottla_model::Offset;
use ottla_record::BatchHeader;

use crate::append::note_largest;
use crate::files::leader_epoch_checkpoint::EpochEntry;
use crate::files::{names, offset_index, time_index};
use crate::old_format;
use crate::read::offset_entry;
use crate::recover::{Replay, load_snapshot, measure, replay_segment};
use crate::synced::{SyncedPart, synced_part};
use crate::{
    LeaderEpochs, Log, LogConfig, LogError, Producers, Segment, SegmentBytes, SegmentFile,
};

pub use rebuild::Rebuilt;
pub(crate) use rebuild::{indexes_are_whole, true_time_entries};

/// A `.log` file found in a partition dir, and what was found beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSegment {
    /// The offset in its name.
    pub base_offset: Offset,
    /// Bytes of the `.log` file.
    pub size: u64,
    /// When it last changed.
    pub modified: WallTime,
    /// Bytes of the `.index` file; `None` if there is none.
    pub offset_index_bytes: Option<u64>,
    /// Bytes of the `.timeindex` file; `None` if there is none.
    pub time_index_bytes: Option<u64>,
    /// Bytes of the `.txnindex` file; `None` if there is none, which is no fault.
    pub txn_index_bytes: Option<u64>,
}

/// What is known of a log before its batches are looked at.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its settings.
    pub config: LogConfig,
    /// Its segments, by base offset.
    pub segments: Vec<FoundSegment>,
    /// Offsets of its producer snapshots, oldest first.
    pub snapshots: Vec<Offset>,
    /// What `leader-epoch-checkpoint` holds.
    pub epochs: Vec<EpochEntry>,
    /// Whether the log dir was stopped cleanly, so that nothing has to be checked.
    pub clean: bool,
    /// What `recovery-point-offset-checkpoint` says of it; 0 if nothing.
    pub recovery_point: Offset,
    /// That checkpoint is lost, so that 0 says nothing. Nobody can tell then whether a gap between
    /// two segments is what compaction left or an end that was not synced, and nothing behind one
    /// is given up, as in Kafka.
    pub recovery_point_lost: bool,
    /// What `cleaner-offset-checkpoint` says of it; 0 if nothing. Compacted segments may end before
    /// the next one begins.
    pub compacted_before: Offset,
    /// What `log-start-offset-checkpoint` says of it; 0 if nothing.
    pub log_start_offset: Offset,
    /// The time.
    pub now: WallTime,
    /// What its jitter is drawn from.
    pub seed: u64,
}

/// What of a log file has to be written again before it is read, see [`Opening::unvouched`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unvouched {
    /// The segment's base offset.
    pub base_offset: Offset,
    /// Where in its log file that begins. It goes on to the end of the file.
    pub position: u64,
}

impl Opening {
    /// Where log files hold what no sync is known to have covered. It may read well and not be on the
    /// device: after a sync that failed the page cache shows what was written and counts it as
    /// saved, and another sync of it does nothing and succeeds. So after an unclean stop it is
    /// written again, as it is, before it is checked and synced.
    ///
    /// # Errors
    /// What the device said.
    pub fn unvouched<B: SegmentBytes>(&self, bytes: &B) -> Result<Vec<Unvouched>, LogError> {
        let first = self.first_checked();
        let mut stretches = Vec::new();
        for found in self.segments.iter().filter(|found| found.base_offset >= first) {
            let base_offset = found.base_offset;
            let synced = match base_offset == first {
                true => synced_part(found, self.recovery_point, bytes)?,
                false => None,
            };
            let position = synced.map_or(0, |part| part.segment.size);
            if position < found.size {
                stretches.push(Unvouched { base_offset, position });
            }
        }
        Ok(stretches)
    }

    fn first_base_offset(&self) -> Offset {
        self.segments.first().map_or(0, |found| found.base_offset)
    }

    /// Base offset of the segment that the recovery point lies in.
    fn first_checked(&self) -> Offset {
        let mut bases = self.segments.iter().map(|found| found.base_offset);
        let found = bases.rfind(|&base| base <= self.recovery_point);
        found.unwrap_or_else(|| self.first_base_offset())
    }
}

/// A change to the files that opening found necessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// Remove the files of a segment.
    RemoveSegment {
        /// Its base offset.
        base_offset: Offset,
    },
    /// Cut a segment's log file.
    CutLog {
        /// Its base offset.
        base_offset: Offset,
        /// Bytes that stay.
        len: u64,
        /// Bytes that go: an end that was not synced, and that a power cut tore.
        lost: u64,
    },
    /// Replace the content of an index.
    WriteIndex {
        /// The segment's base offset.
        base_offset: Offset,
        /// Which index.
        file: SegmentFile,
        /// What it has to hold.
        content: Vec<u8>,
    },
    /// Make the files of an empty segment.
    CreateSegment(Offset),
    /// Remove a producer snapshot.
    RemoveSnapshot(Offset),
    /// Write `leader-epoch-checkpoint` from the log's leader epochs.
    WriteLeaderEpochs,
}

/// An opened log.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The log, as it is once the repairs are done.
    pub log: Log,
    /// What to change about the files, in this order, before the log is used.
    pub repairs: Vec<Repair>,
    /// Segments that were read from end to end.
    pub segments_recovered: usize,
    /// Bytes that were no whole, undamaged batches.
    pub bytes_lost: u64,
    /// Files that should have been in order and were not; all are by now, or not needed any more.
    pub rebuilt: Vec<Rebuilt>,
}

/// Whether the last to write was a Kafka that was killed: it makes the offset index of the segment it
/// writes in its full length, of zeros, and cuts it when the segment is sealed or closed. This broker's
/// has no room for more entries than there are batches.
fn was_left_open_by_kafka<B: SegmentBytes>(opening: &Opening, bytes: &B) -> Result<bool, LogError> {
    let Some(active) = opening.segments.last() else { return Ok(false) };
    let entries = active.offset_index_bytes.unwrap_or(0) / offset_index::ENTRY_BYTES;
    if entries <= active.size / BatchHeader::LEN as u64 + 1 {
        return Ok(false);
    }
    let last = offset_entry(active.base_offset, entries - 1, bytes)?;
    Ok(last.is_some_and(|entry| entry.position == 0 && entry.relative_offset == 0))
}

/// Opens a log: reads little if it was stopped cleanly; else checks every batch from the recovery
/// point on, and keeps the longest sound prefix.
///
/// # Errors
/// [`LogError::OldFormat`], and then nothing is to be changed; or what the device said.
pub fn open<B: SegmentBytes>(opening: Opening, bytes: &B) -> Result<Opened, LogError> {
    let written = opening.segments.iter().map(|found| (found.base_offset, found.size));
    old_format::refuse_if_oldest(written, bytes)?;
    let mut state = State::new(&opening, bytes)?;
    let count = opening.segments.len();
    for (index, found) in opening.segments.iter().enumerate() {
        let is_last = index + 1 == count;
        let follows = !state.misses_tail_before(found);
        if !follows || !state.take(found, is_last, bytes)? {
            let first_gone = if follows { index + 1 } else { index };
            for later in &opening.segments[first_gone..] {
                let base_offset = later.base_offset;
                state.repairs.push(Repair::RemoveSegment { base_offset });
                state.bytes_lost += later.size;
            }
            break;
        }
    }
    state.forget_lost_batches(bytes)?;
    state.learn_epochs(bytes)?;
    Ok(state.finish())
}

struct State<'a> {
    opening: &'a Opening,
    /// Segments from this base offset on are checked.
    recover_from: Offset,
    /// What of the first of them lies before the recovery point, and need not be.
    synced: Option<SyncedPart>,
    log: Log,
    epochs_before: Vec<EpochEntry>,
    repairs: Vec<Repair>,
    broken_snapshots: Vec<Offset>,
    segments_recovered: usize,
    bytes_lost: u64,
    rebuilt: Vec<Rebuilt>,
    /// A gap between segments is what compaction left, whatever the recovery point.
    compacted_by_kafka: bool,
}

impl<'a> State<'a> {
    fn new<B: SegmentBytes>(opening: &'a Opening, bytes: &B) -> Result<Self, LogError> {
        let first = opening.first_base_offset();
        let log_start_offset = opening.log_start_offset.max(first);
        let recover_from = if opening.clean { Offset::MAX } else { opening.first_checked() };
        let Opening { config, now, seed, .. } = opening;
        let mut log = Log::new(config.clone(), log_start_offset, *now, *seed);
        log.segments.clear();
        log.epochs = LeaderEpochs::from_entries(&opening.epochs);
        let snapshots = &opening.snapshots;
        let first_checked = opening.segments.iter().find(|found| found.base_offset == recover_from);
        let synced = match first_checked {
            Some(found) => synced_part(found, opening.recovery_point, bytes)?,
            None => None,
        };
        let sound_before = synced.as_ref().map_or(recover_from, |part| part.next_offset);
        let (loaded, broken_snapshots) =
            load_snapshot(snapshots, sound_before, *now, config, bytes)?;
        // What was deleted in front of a segment's end still tells what its producers sent last.
        log.producers = loaded.unwrap_or_else(|| Producers::starting_at(first));
        Ok(Self {
            opening,
            recover_from,
            synced,
            log,
            epochs_before: opening.epochs.clone(),
            repairs: Vec::new(),
            broken_snapshots,
            segments_recovered: 0,
            bytes_lost: 0,
            rebuilt: Vec::new(),
            compacted_by_kafka: config.compact && was_left_open_by_kafka(opening, bytes)?,
        })
    }

    /// Whether the end of the segment before is missing: after a power cut a later segment may be on
    /// the device while the unsynced end of an earlier one is not. Kafka goes on behind the hole;
    /// here the log ends at it, so that what is left is a prefix of what was appended. Not so where
    /// Kafka was killed in a compacted log: it compacts before the recovery point is written.
    fn misses_tail_before(&self, found: &FoundSegment) -> bool {
        let sound_before = self.opening.recovery_point.max(self.opening.compacted_before);
        !self.opening.clean
            && !self.opening.recovery_point_lost
            && !self.compacted_by_kafka
            && self.log.log_end_offset_so_far() != Offset::MIN
            && self.log.log_end_offset < found.base_offset
            && found.base_offset > sound_before
    }

    /// Takes the next segment; false if the log ends within it.
    fn take<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        is_last: bool,
        bytes: &B,
    ) -> Result<bool, LogError> {
        if found.base_offset == self.recover_from
            && found.base_offset >= self.log.log_end_offset_so_far()
            && let Some(part) = self.synced.take()
        {
            return match self.take_synced(found, part, is_last, bytes) {
                Err(error) if error.is_corrupt() => self.recover(found, is_last, bytes),
                taken => taken,
            };
        }
        let sound = found.base_offset < self.recover_from && indexes_are_whole(found);
        self.note_broken_indexes(found);
        if !sound || found.base_offset < self.log.log_end_offset_so_far() {
            return self.recover(found, is_last, bytes);
        }
        if is_last {
            return self.take_last(found, bytes);
        }
        let next = self.opening.segments.iter().map(|other| other.base_offset);
        let next_offset = next.filter(|&base| base > found.base_offset).min();
        let next_offset = next_offset.unwrap_or(found.base_offset);
        // The time index entry that sealed this one may be lost; that is repaired without a word.
        let is_sealed_last = next_offset == self.recover_from;
        let fits = (is_sealed_last || self.has_its_times(found, next_offset, bytes)?)
            && self.has_its_txns(found, next_offset, bytes)?;
        if !fits {
            return self.recover(found, is_last, bytes);
        }
        let kept = if is_sealed_last {
            self.seal_again(found, next_offset, bytes)
        } else {
            let segment = Segment::found(found.base_offset, found.size, found.modified);
            self.keep(segment, next_offset, bytes)
        };
        match kept {
            Err(error) if error.is_corrupt() => {
                self.note_misfit(found, error.to_string());
                self.recover(found, is_last, bytes)
            }
            kept => kept,
        }
    }

    /// Takes the last segment, which needs no recovery if its indexes fit.
    fn take_last<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        bytes: &B,
    ) -> Result<bool, LogError> {
        match measure(as_segment(found), bytes) {
            Ok((segment, next_offset)) => {
                let fits = self.has_its_times(found, next_offset, bytes)?
                    && self.has_its_txns(found, next_offset, bytes)?;
                if !fits {
                    return self.recover(found, true, bytes);
                }
                self.keep(segment, next_offset, bytes)
            }
            Err(error) if error.is_corrupt() => {
                self.note_misfit(found, error.to_string());
                self.recover(found, true, bytes)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the segment that the recovery point lies in, and checks what lies behind that.
    fn take_synced<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        part: SyncedPart,
        is_last: bool,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let next_offset = part.next_offset;
        if !self.has_its_txns(found, next_offset, bytes)? {
            return self.recover(found, is_last, bytes);
        }
        if part.is_all && is_last {
            return self.keep(part.segment, next_offset, bytes);
        }
        if next_offset > self.log.producers.end_offset() {
            let Log { epochs, producers, .. } = &mut self.log;
            replay_segment(&part.segment, 0, &mut Replay { epochs, producers }, bytes)?;
        }
        let from = part.into_recovered(bytes)?;
        self.recover_from(from, found, is_last, true, bytes)
    }

    /// Takes the last segment that needs no recovery. The time index entry that sealed it was
    /// written after the sync that the recovery point tells of, and may have been lost or garbled;
    /// retention would take a wrong one for the segment's age.
    fn seal_again<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        next_offset: Offset,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let base_offset = found.base_offset;
        let found = as_segment(found);
        let sound = true_time_entries(&found, bytes)?;
        let garbled = sound < found.time_entries;
        let (mut segment, _) = measure(Segment { time_entries: sound, ..found }, bytes)?;
        let position = segment.time_index_bytes();
        let last = note_largest(&mut segment);
        if garbled || last.is_some() {
            let mut content = vec![0; usize::try_from(position).unwrap_or(0)];
            bytes.read_at(base_offset, SegmentFile::TimeIndex, 0, &mut content)?;
            content.extend(last.into_iter().flat_map(|last| last.entries));
            let file = SegmentFile::TimeIndex;
            self.repairs.push(Repair::WriteIndex { base_offset, file, content });
        }
        self.keep(segment, next_offset, bytes)
    }

    fn keep<B: SegmentBytes>(
        &mut self,
        segment: Segment,
        next_offset: Offset,
        bytes: &B,
    ) -> Result<bool, LogError> {
        if next_offset > self.log.producers.end_offset() {
            let Log { epochs, producers, .. } = &mut self.log;
            replay_segment(&segment, 0, &mut Replay { epochs, producers }, bytes)?;
        }
        self.log.segments.insert(segment.base_offset, segment);
        self.log.log_end_offset = next_offset;
        Ok(true)
    }

    /// A snapshot from behind what is left knows batches that are lost; a producer that sends one
    /// again would be told that it is there.
    fn forget_lost_batches<B: SegmentBytes>(&mut self, bytes: &B) -> Result<(), LogError> {
        let Opening { snapshots, now, config, .. } = self.opening;
        let end = self.log.log_end_offset;
        if self.log.producers.end_offset() <= end || self.log.segments.is_empty() {
            return Ok(());
        }
        let (loaded, broken) = load_snapshot(snapshots, end, *now, config, bytes)?;
        self.broken_snapshots.extend(broken);
        let Log { epochs, producers, segments, .. } = &mut self.log;
        let first = segments.keys().next().copied().unwrap_or(end);
        *producers = loaded.unwrap_or_else(|| Producers::starting_at(first));
        for segment in segments.values() {
            replay_segment(segment, 0, &mut Replay { epochs, producers }, bytes)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Opened {
        let Opening { log_start_offset: checkpoint, now, .. } = *self.opening;
        let first = self.log.segments.keys().next().copied();
        let log_start_offset = checkpoint.max(first.unwrap_or(0));
        if first.is_none() || self.log.log_end_offset < log_start_offset {
            // Nothing is left that may be read: the log goes on at its start.
            let removed = |&base_offset| Repair::RemoveSegment { base_offset };
            self.repairs.extend(self.log.segments.keys().map(removed));
            self.log.commit_start_over(log_start_offset, now);
            self.repairs.push(Repair::CreateSegment(log_start_offset));
        }
        let log = &mut self.log;
        log.log_start_offset = log_start_offset;
        log.producers.log_start_moved(log_start_offset);
        let end = log.log_end_offset;
        log.recovery_point =
            if self.opening.clean { end } else { self.opening.recovery_point.min(end) };
        log.synced_offset = log.recovery_point;
        log.unflushed_since = (log.recovery_point < end).then_some(now);
        log.epochs.truncate_from_end(end.max(1));
        log.epochs.truncate_from_start(log_start_offset);
        if log.epochs.entries() != self.epochs_before.as_slice() {
            self.repairs.push(Repair::WriteLeaderEpochs);
        }
        self.drop_snapshots();
        for &offset in &self.broken_snapshots {
            let (file, why) = (names::snapshot(offset), "it cannot be read".to_string());
            self.rebuilt.push(Rebuilt { file, why });
        }
        let Self { log, repairs, segments_recovered, bytes_lost, rebuilt, .. } = self;
        Opened { log, repairs, segments_recovered, bytes_lost, rebuilt }
    }

    /// Snapshots stay that stand at the beginning of a segment, and the newest.
    fn drop_snapshots(&mut self) {
        let end = self.log.log_end_offset;
        let sound = |offset: &&Offset| **offset <= end && !self.broken_snapshots.contains(*offset);
        let newest = self.opening.snapshots.iter().filter(sound).max().copied();
        let kept: BTreeSet<Offset> = self.log.segments.keys().copied().chain(newest).collect();
        for &offset in &self.opening.snapshots {
            if !sound(&&offset) || !kept.contains(&offset) {
                self.repairs.push(Repair::RemoveSnapshot(offset));
            }
        }
    }
}

impl Log {
    /// While segments are being taken: where the last of them ends.
    fn log_end_offset_so_far(&self) -> Offset {
        if self.segments.is_empty() { Offset::MIN } else { self.log_end_offset }
    }
}

pub(crate) fn as_segment(found: &FoundSegment) -> Segment {
    Segment {
        index_entries: found.offset_index_bytes.unwrap_or(0) / offset_index::ENTRY_BYTES,
        time_entries: found.time_index_bytes.unwrap_or(0) / time_index::ENTRY_BYTES,
        ..Segment::found(found.base_offset, found.size, found.modified)
    }
}
