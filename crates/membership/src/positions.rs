//! From where each partition is read: where to begin, where to go on, and whether what was read is
//! still what the leader has.
//!
//! A partition goes through `Unknown ─(committed offset)─▶ Reading`, or `─▶ Reset ─(offset found)─▶
//! Reading`; a new leader epoch makes it `Doubted` until OffsetForLeaderEpoch confirms (KIP-320). Every
//! change of place raises a version, so that an answer or a batch from before is recognised.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use ottla_base::{MonoTime, WallTime};
use ottla_model::TopicPartition;

use crate::place::{Divergence, Ends, Fetchable, OffsetReset, Position, PositionError, ResetTo};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unknown,
    Reset(ResetTo),
    Doubted,
    Reading,
    /// An error was told; a seek goes on.
    Stuck,
}

/// One partition that is read.
#[derive(Debug, Clone)]
struct Reading {
    phase: Phase,
    /// Raised by every change of place.
    version: u64,
    /// The version with which it became ours.
    tenure: u64,
    /// Given to the user up to here.
    position: Position,
    /// Fetched up to here.
    fetched: Position,
    paused: bool,
    leader_epoch: Option<i32>,
    high_watermark: Option<i64>,
    last_stable: Option<i64>,
    log_start: Option<i64>,
    preferred: Option<(i32, MonoTime)>,
    /// No request about it before this.
    retry_at: MonoTime,
}

/// All partitions that are read.
#[derive(Debug, Clone)]
pub struct Positions {
    reset: OffsetReset,
    partitions: BTreeMap<TopicPartition, Reading>,
    versions: u64,
}

impl Positions {
    /// None yet.
    pub fn new(reset: OffsetReset) -> Self {
        Self { reset, partitions: BTreeMap::new(), versions: 0 }
    }

    /// Exactly these are read from now on; those that were keep their place.
    pub fn assign(&mut self, partitions: &BTreeSet<TopicPartition>) {
        self.partitions.retain(|it, _| partitions.contains(it));
        for partition in partitions {
            if !self.partitions.contains_key(partition) {
                self.versions += 1;
                self.partitions.insert(partition.clone(), Reading::new(self.versions));
            }
        }
    }

    /// All that are read, in order.
    pub fn assigned(&self) -> impl Iterator<Item = &TopicPartition> {
        self.partitions.keys()
    }

    /// Whether it is read.
    pub fn contains(&self, partition: &TopicPartition) -> bool {
        self.partitions.contains_key(partition)
    }

    /// A number that stays the same as long as the partition is read without a break: who knows an
    /// offset from before a break must not commit it. `None` if it is not read.
    pub fn tenure(&self, partition: &TopicPartition) -> Option<u64> {
        self.partitions.get(partition).map(|reading| reading.tenure)
    }

    /// Those without a place, whose committed offset is wanted, and the version to report it with.
    pub fn unknown(&self, now: MonoTime) -> BTreeMap<TopicPartition, u64> {
        self.in_phase(now, |phase| phase == Phase::Unknown)
            .map(|(it, reading)| (it.clone(), reading.version))
            .collect()
    }

    /// The committed offset of a partition without a place; `None` if there is none. An answer to a
    /// question from before a break is no answer: others may have committed meanwhile.
    ///
    /// # Errors
    /// There is none, and none shall be made up.
    pub fn committed(
        &mut self,
        partition: &TopicPartition,
        version: u64,
        committed: Option<Position>,
        wall: WallTime,
    ) -> Result<(), PositionError> {
        let reset = self.reset_to(wall);
        let Some(reading) = self.partitions.get_mut(partition) else { return Ok(()) };
        if reading.phase != Phase::Unknown || reading.version != version {
            return Ok(());
        }
        match (committed, reset) {
            (Some(position), _) => self.place(partition, position),
            (None, Some(reset)) => reading.phase = Phase::Reset(reset),
            (None, None) => {
                reading.phase = Phase::Stuck;
                return Err(PositionError::NoOffset(partition.clone()));
            }
        }
        Ok(())
    }

    /// Those whose place ListOffsets shall find, and the version to report it with.
    pub fn resets(&self, now: MonoTime) -> Vec<(TopicPartition, ResetTo, u64)> {
        let reset = |(partition, reading): (&TopicPartition, &Reading)| match reading.phase {
            Phase::Reset(to) => Some((partition.clone(), to, reading.version)),
            _ => None,
        };
        self.in_phase(now, |phase| matches!(phase, Phase::Reset(_))).filter_map(reset).collect()
    }

    /// ListOffsets found the place of `partition`; a time after the last record finds none, and reading
    /// begins at the end.
    pub fn reset_found(
        &mut self,
        partition: &TopicPartition,
        version: u64,
        found: Option<Position>,
    ) {
        let Some(reading) = self.partitions.get_mut(partition) else { return };
        if reading.version != version || !matches!(reading.phase, Phase::Reset(_)) {
            return;
        }
        match found {
            Some(position) => self.place(partition, position),
            None => reading.phase = Phase::Reset(ResetTo::Latest),
        }
    }

    /// The leader of `partition` has this epoch: what was read under an older one is to be confirmed.
    pub fn leader_epoch(&mut self, partition: &TopicPartition, epoch: i32) {
        let Some(reading) = self.partitions.get_mut(partition) else { return };
        if reading.leader_epoch.is_some_and(|known| known >= epoch) {
            return;
        }
        reading.leader_epoch = Some(epoch);
        let older = reading.fetched.epoch.is_some_and(|read| read < epoch);
        if older && reading.phase == Phase::Reading {
            reading.phase = Phase::Doubted;
        }
    }

    /// The answer to a fetch of `version` says that the leader's log parts from what was read.
    pub fn doubt(&mut self, partition: &TopicPartition, version: u64) {
        if let Some(reading) = self.partitions.get_mut(partition)
            && reading.version == version
            && reading.phase == Phase::Reading
        {
            reading.phase = Phase::Doubted;
        }
    }

    /// Those that OffsetForLeaderEpoch shall confirm: the place, and the leader's epoch.
    pub fn doubted(&self, now: MonoTime) -> Vec<(TopicPartition, Position, i32, u64)> {
        self.in_phase(now, |phase| phase == Phase::Doubted)
            .map(|(partition, reading)| {
                let epoch = reading.leader_epoch.unwrap_or(-1);
                (partition.clone(), reading.fetched, epoch, reading.version)
            })
            .collect()
    }

    /// The end of the epoch of the place of `partition`, as its leader has it; -1 where it has none.
    ///
    /// # Errors
    /// The leader's log parts before the place, and `auto.offset.reset` is none.
    pub fn confirmed(
        &mut self,
        partition: &TopicPartition,
        version: u64,
        end_epoch: i32,
        end_offset: i64,
        wall: WallTime,
    ) -> Result<Option<Divergence>, PositionError> {
        let reset = self.reset_to(wall);
        let Some(reading) = self.partitions.get_mut(partition) else { return Ok(None) };
        if reading.version != version || reading.phase != Phase::Doubted {
            return Ok(None);
        }
        let unknown = end_epoch < 0 || end_offset < 0;
        let from = reading.fetched.offset;
        if !unknown && end_offset >= from {
            reading.phase = Phase::Reading;
            return Ok(None);
        }
        match (reset, unknown) {
            (None, _) => {
                reading.phase = Phase::Stuck;
                let agree = (!unknown).then_some(end_offset);
                Err(PositionError::Truncated(partition.clone(), from, agree))
            }
            (Some(reset), true) => {
                self.versions += 1;
                reading.version = self.versions;
                reading.phase = Phase::Reset(reset);
                Ok(None)
            }
            (Some(_), false) => {
                // What is buffered behind the parting was never committed, or is lost.
                self.place(partition, Position { offset: end_offset, epoch: Some(end_epoch) });
                Ok(Some(Divergence { partition: partition.clone(), from, to: end_offset }))
            }
        }
    }

    /// Whoever was asked says that the offset `from` is not in its log.
    ///
    /// # Errors
    /// `auto.offset.reset` is none.
    pub fn out_of_range(
        &mut self,
        partition: &TopicPartition,
        version: u64,
        from: i64,
        wall: WallTime,
    ) -> Result<(), PositionError> {
        let reset = self.reset_to(wall);
        let Some(reading) = self.partitions.get_mut(partition) else { return Ok(()) };
        if !reading.is_awaited(version, from) {
            return Ok(());
        }
        if reading.preferred.take().is_some() {
            // A follower may not be as far: the leader decides.
            return Ok(());
        }
        let Some(reset) = reset else {
            reading.phase = Phase::Stuck;
            return Err(PositionError::OutOfRange(partition.clone(), reading.fetched.offset));
        };
        self.versions += 1;
        reading.version = self.versions;
        reading.phase = Phase::Reset(reset);
        Ok(())
    }

    /// Reads on from `position`. False if the partition is not read.
    pub fn seek(&mut self, partition: &TopicPartition, position: Position) -> bool {
        let known = self.partitions.contains_key(partition);
        if known {
            self.place(partition, position);
        }
        known
    }

    /// Reads on from where `to` is. False if the partition is not read.
    pub fn seek_to(&mut self, partition: &TopicPartition, to: ResetTo) -> bool {
        self.versions += 1;
        let version = self.versions;
        self.partitions.get_mut(partition).is_some_and(|reading| {
            reading.version = version;
            reading.phase = Phase::Reset(to);
            true
        })
    }

    /// Nothing of it is given to the user or fetched while it is paused. False if it is not read.
    pub fn pause(&mut self, partition: &TopicPartition, paused: bool) -> bool {
        self.partitions.get_mut(partition).is_some_and(|reading| {
            reading.paused = paused;
            true
        })
    }

    /// Whether it is paused.
    pub fn is_paused(&self, partition: &TopicPartition) -> bool {
        self.partitions.get(partition).is_some_and(|reading| reading.paused)
    }

    /// Those that can be fetched: they have a place that nobody doubts, and are not paused.
    pub fn fetchable(&self, now: MonoTime) -> impl Iterator<Item = (&TopicPartition, Fetchable)> {
        self.in_phase(now, |phase| phase == Phase::Reading)
            .filter(|(_, reading)| !reading.paused)
            .map(move |(partition, reading)| {
                let replica = reading.preferred.filter(|(_, until)| now < *until);
                let replica = replica.map(|(node, _)| node);
                let (from, version) = (reading.fetched, reading.version);
                (partition, Fetchable { from, version, replica })
            })
    }

    /// A fetch of `version` brought everything from the offset `from` up to `next`. False if it came too
    /// late: the place changed, is in doubt, or another node, asked for the same when it was to be asked
    /// instead, has answered first.
    pub fn fetched(
        &mut self,
        partition: &TopicPartition,
        version: u64,
        from: i64,
        next: Position,
    ) -> bool {
        self.partitions.get_mut(partition).is_some_and(|reading| {
            let fits = reading.is_awaited(version, from) && next.offset >= from;
            if fits {
                reading.fetched = next;
            }
            fits
        })
    }

    /// Whether what a fetch of `version` brought may be given to the user now.
    pub fn is_current(&self, partition: &TopicPartition, version: u64) -> bool {
        self.partitions.get(partition).is_some_and(|reading| reading.version == version)
    }

    /// Everything before `next` was given to the user.
    pub fn consumed(&mut self, partition: &TopicPartition, version: u64, next: Position) {
        if let Some(reading) = self.partitions.get_mut(partition)
            && reading.version == version
        {
            reading.position = next;
        }
    }

    /// Ends of the log, from a fetch.
    pub fn ends(&mut self, partition: &TopicPartition, ends: Ends) {
        let Some(reading) = self.partitions.get_mut(partition) else { return };
        let known = |offset: i64| (offset >= 0).then_some(offset);
        reading.log_start = known(ends.log_start).or(reading.log_start);
        reading.last_stable = known(ends.last_stable).or(reading.last_stable);
        reading.high_watermark = known(ends.high_watermark).or(reading.high_watermark);
    }

    /// The leader wants us to read from `node`, which is nearer, until `until` (KIP-392); `None`: from
    /// the leader again.
    pub fn prefer(&mut self, partition: &TopicPartition, replica: Option<(i32, MonoTime)>) {
        if let Some(reading) = self.partitions.get_mut(partition) {
            reading.preferred = replica;
        }
    }

    /// No request about it before `until`.
    pub fn wait(&mut self, partition: &TopicPartition, until: MonoTime) {
        if let Some(reading) = self.partitions.get_mut(partition) {
            reading.retry_at = until;
        }
    }

    /// The place of the next record for the user; `None` while it is not known.
    pub fn position(&self, partition: &TopicPartition) -> Option<Position> {
        let reading = self.partitions.get(partition)?;
        let placed = matches!(reading.phase, Phase::Reading | Phase::Doubted);
        placed.then_some(reading.position)
    }

    /// All places, which is what an automatic commit commits.
    pub fn positions(&self) -> BTreeMap<TopicPartition, Position> {
        let placed = |it: &TopicPartition| Some((it.clone(), self.position(it)?));
        self.partitions.keys().filter_map(placed).collect()
    }

    /// Records between the place and the end that may be read: last stable offset under
    /// `read_committed`, high watermark otherwise. As the last fetch told it.
    pub fn lag(&self, partition: &TopicPartition, read_committed: bool) -> Option<i64> {
        let reading = self.partitions.get(partition)?;
        let end = if read_committed { reading.last_stable } else { reading.high_watermark };
        Some((end? - self.position(partition)?.offset).max(0))
    }

    /// First offset of the log, as the last fetch told it.
    pub fn log_start(&self, partition: &TopicPartition) -> Option<i64> {
        self.partitions.get(partition)?.log_start
    }

    fn place(&mut self, partition: &TopicPartition, position: Position) {
        self.versions += 1;
        let Some(reading) = self.partitions.get_mut(partition) else { return };
        reading.version = self.versions;
        reading.position = position;
        reading.fetched = position;
        let doubtful = match (position.epoch, reading.leader_epoch) {
            (Some(read), Some(leader)) => read < leader,
            _ => false,
        };
        reading.phase = if doubtful { Phase::Doubted } else { Phase::Reading };
    }

    fn reset_to(&self, wall: WallTime) -> Option<ResetTo> {
        match self.reset {
            OffsetReset::Earliest => Some(ResetTo::Earliest),
            OffsetReset::Latest => Some(ResetTo::Latest),
            OffsetReset::ByDuration(age) => {
                let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
                Some(ResetTo::Time(WallTime { millis: wall.millis.saturating_sub(age).max(0) }))
            }
            OffsetReset::None => None,
        }
    }

    fn in_phase(
        &self,
        now: MonoTime,
        wanted: impl Fn(Phase) -> bool,
    ) -> impl Iterator<Item = (&TopicPartition, &Reading)> {
        self.partitions
            .iter()
            .filter(move |(_, reading)| wanted(reading.phase) && reading.retry_at <= now)
    }
}

impl Reading {
    fn new(version: u64) -> Self {
        let nowhere = Position { offset: 0, epoch: None };
        Self {
            phase: Phase::Unknown,
            version,
            tenure: version,
            position: nowhere,
            fetched: nowhere,
            paused: false,
            leader_epoch: None,
            high_watermark: None,
            last_stable: None,
            log_start: None,
            preferred: None,
            retry_at: MonoTime::default(),
        }
    }

    /// Whether the answer to a fetch of `version` from the offset `from` is what comes next.
    fn is_awaited(&self, version: u64, from: i64) -> bool {
        self.version == version && self.phase == Phase::Reading && self.fetched.offset == from
    }
}
