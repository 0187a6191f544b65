//! A log as a value: what is known of it without opening a file.

use alloc::collections::BTreeMap;

use ottla_base::{Rng, WallTime, always};
use ottla_model::{LeaderEpoch, Offset};

use crate::{LeaderEpochs, LogConfig, Producers, Segment};

/// One log. The `plan_…` verbs decide, the `commit_…` verbs follow what was done; see the crate.
#[derive(Debug, Clone)]
pub struct Log {
    pub(crate) config: LogConfig,
    /// By base offset; never empty. The last is the active one, which is written.
    pub(crate) segments: BTreeMap<Offset, Segment>,
    pub(crate) log_start_offset: Offset,
    pub(crate) log_end_offset: Offset,
    pub(crate) epochs: LeaderEpochs,
    pub(crate) producers: Producers,
    pub(crate) recovery_point: Offset,
    /// Batches before this offset are on the device; what the indexes note of them need not be.
    /// Never before the recovery point.
    pub(crate) synced_offset: Offset,
    /// When the oldest record was appended that is not known to be on the device.
    pub(crate) unflushed_since: Option<WallTime>,
    pub(crate) random: Rng,
}

impl Log {
    /// An empty log that begins at `start_offset`. Its first segment's files have to be made.
    /// `seed` is what its jitter is drawn from.
    pub fn new(config: LogConfig, start_offset: Offset, now: WallTime, seed: u64) -> Self {
        let mut random = Rng::new(seed);
        let segment = Segment::new(start_offset, now, jitter_ms(&mut random, &config));
        Self {
            config,
            segments: BTreeMap::from([(start_offset, segment)]),
            log_start_offset: start_offset,
            log_end_offset: start_offset,
            epochs: LeaderEpochs::default(),
            producers: Producers::starting_at(start_offset),
            recovery_point: start_offset,
            synced_offset: start_offset,
            unflushed_since: None,
            random,
        }
    }

    /// A copy that knows the segments and nobody's records: for a search in them while the log goes
    /// on.
    pub fn segments_alone(&self) -> Self {
        Self {
            config: self.config.clone(),
            segments: self.segments.clone(),
            epochs: LeaderEpochs::default(),
            producers: Producers::starting_at(self.log_end_offset),
            random: self.random.clone(),
            ..*self
        }
    }

    /// Its settings.
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Replaces its settings; they hold from the next append on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// First offset that may be read.
    pub fn log_start_offset(&self) -> Offset {
        self.log_start_offset
    }

    /// Offset the next record gets.
    pub fn log_end_offset(&self) -> Offset {
        self.log_end_offset
    }

    /// Everything before this offset is on the device, indexes included.
    pub fn recovery_point(&self) -> Offset {
        self.recovery_point
    }

    /// No power cut takes a record before this offset away.
    pub fn synced_offset(&self) -> Offset {
        self.synced_offset
    }

    /// Up to where this replica answers for its records, before its own readers, its producers and
    /// its leader: the log end, or where records are synced before they count, the synced offset.
    pub fn vouched_offset(&self) -> Offset {
        if self.config.syncs_before_ack() { self.synced_offset } else { self.log_end_offset }
    }

    /// Whether a sync has to end before the producer of the records up to `last_offset` may hear of
    /// them: the mode asks for it, or `flush.messages` records have come together.
    pub fn syncs_first(&self, last_offset: Offset) -> bool {
        let unsynced = self.log_end_offset - self.synced_offset;
        last_offset >= self.synced_offset
            && (self.config.syncs_before_ack() || unsynced >= self.config.flush_messages)
    }

    /// One of its segments.
    pub fn segment(&self, base_offset: Offset) -> Option<&Segment> {
        self.segments.get(&base_offset)
    }

    /// Its segments, oldest first.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> + ExactSizeIterator {
        self.segments.values()
    }

    /// The segment that is written.
    pub fn active(&self) -> &Segment {
        let last = self.segments.last_key_value();
        always!(last.is_some(), "a log has a segment");
        last.map(|(_, segment)| segment).unwrap_or_else(|| unreachable!())
    }

    /// Bytes of all its segments' log files.
    pub fn size(&self) -> u64 {
        self.segments.values().map(|segment| segment.size).sum()
    }

    /// The leader epochs.
    pub fn leader_epochs(&self) -> &LeaderEpochs {
        &self.epochs
    }

    /// The producers.
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// Notes that everything below `high_watermark` is replicated.
    pub fn high_watermark_moved(&mut self, high_watermark: Offset) {
        self.producers.high_watermark_moved(high_watermark);
    }

    /// First offset that is not decided: a reader of committed records stops there.
    pub fn last_stable_offset(&self, high_watermark: Offset) -> Offset {
        match self.producers.first_unstable_offset() {
            Some(unstable) => unstable.max(self.log_start_offset).min(high_watermark),
            None => high_watermark,
        }
    }

    /// The newest epoch at or below `epoch` that has records, and where it ended; `(-1, -1)` where
    /// that is not known (OffsetForLeaderEpoch, KIP-101).
    pub fn offset_for_leader_epoch(&self, epoch: LeaderEpoch) -> (LeaderEpoch, Offset) {
        self.epochs.end_offset_for(epoch, self.log_end_offset)
    }

    /// Notes that a leader epoch begins at the log end; true if `leader-epoch-checkpoint` has to be
    /// written again.
    pub fn start_leader_epoch(&mut self, epoch: LeaderEpoch) -> bool {
        self.epochs.assign(epoch, self.log_end_offset)
    }

    /// Forgets producers that have been idle for too long; says how many.
    pub fn expire_producers(&mut self, now: WallTime) -> usize {
        self.producers.expire(now.millis, self.config.producer_id_expiration_ms)
    }

    /// Forgets the producers that a cut takes; says how many.
    pub fn forget_producers(&mut self, cut: &mut crate::producers::Cut) -> usize {
        self.producers.forget(cut)
    }

    /// The newest snapshot that is worth taking now, as `(offset, file content)`.
    pub fn snapshot(&self) -> Option<(Offset, alloc::vec::Vec<u8>)> {
        let producers = &self.producers;
        producers.wants_snapshot().then(|| {
            let content = crate::files::producer_snapshot::format(&producers.to_snapshot());
            (producers.end_offset(), content)
        })
    }

    /// Notes that the snapshot at `offset` was written.
    pub fn snapshot_taken(&mut self, offset: Offset) {
        self.producers.snapshot_taken(offset);
    }

    /// Whether the whole log is to be flushed, indexes included: `flush.ms` says so, or records are
    /// synced one group after the other and the recovery point has yet to follow.
    pub fn wants_flush(&self, now: WallTime) -> bool {
        self.flush_due().is_some_and(|due| due.millis <= now.millis)
            || (self.config.syncs_before_ack() && self.recovery_point < self.log_end_offset)
    }

    /// Since when something waits for a flush of everything; `None` if nothing does.
    pub fn unflushed_since(&self) -> Option<WallTime> {
        self.unflushed_since
    }

    /// When `flush.ms` asks for a flush of what has been appended; `None` if it does not.
    pub fn flush_due(&self) -> Option<WallTime> {
        let since = self.unflushed_since?;
        let due = since.millis.saturating_add(self.config.flush_ms);
        (due < i64::MAX).then_some(WallTime { millis: due })
    }

    /// Notes that a flush of everything begins: what `flush.ms` counts from comes later.
    pub fn flush_begins(&mut self) {
        self.unflushed_since = None;
    }

    /// Notes that everything before `offset` is on the device, indexes included.
    pub fn flushed(&mut self, offset: Offset) {
        let offset = offset.min(self.log_end_offset);
        self.recovery_point = self.recovery_point.max(offset);
        self.records_synced(offset);
    }

    /// Notes that the batches before `offset` are on the device.
    pub fn records_synced(&mut self, offset: Offset) {
        self.synced_offset = self.synced_offset.max(offset.min(self.log_end_offset));
    }

    /// The segment that `offset` lies in or would: the last that begins at or before it.
    pub(crate) fn floor_segment(&self, offset: Offset) -> Option<&Segment> {
        self.segments.range(..=offset).next_back().map(|(_, segment)| segment)
    }

    /// The segment after the one with this base offset.
    pub(crate) fn segment_after(&self, base_offset: Offset) -> Option<&Segment> {
        self.segments.range(base_offset + 1..).next().map(|(_, segment)| segment)
    }

    pub(crate) fn is_active(&self, base_offset: Offset) -> bool {
        self.segments.last_key_value().is_some_and(|(&last, _)| last == base_offset)
    }

    /// First offset behind the segment with this base offset.
    pub(crate) fn end_of(&self, base_offset: Offset) -> Offset {
        self.segment_after(base_offset).map_or(self.log_end_offset, |next| next.base_offset)
    }
}

/// What a new segment's `segment.ms` is shortened by.
pub(crate) fn jitter_ms(random: &mut Rng, config: &LogConfig) -> i64 {
    match u64::try_from(config.segment_jitter_ms.min(config.segment_ms)) {
        Ok(bound) if bound > 0 => i64::try_from(random.below(bound)).unwrap_or(0),
        _ => 0,
    }
}
