//! [`Compaction`]: one round over a log. First the dirty part is read, and the newest offset of each
//! key noted until the map is full; then every group of segments is copied without what is obsolete.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use ottla_base::WallTime;
use ottla_model::{Offset, ProducerId};
use ottla_record::{BatchFilter, BatchView};

use super::Cleanable;
use super::group::{SourceSegment, group};
use super::offset_map::OffsetMap;
use super::retain::{LastRecord, Rules, UNPACK_BYTES_MAX, control_type};
use super::txns::{WalkedTxns, aborted_between};
use super::window::Window;
use crate::append::{note_batch, note_largest};
use crate::read::{offset_entries_below, offset_entry};
use crate::{Log, LogConfig, LogError, Segment, SegmentBytes};

/// What a compaction may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompactionLimits {
    /// Bytes for the offset map: `log.cleaner.dedupe.buffer.size` over the threads.
    pub map_bytes: u64,
    /// `log.cleaner.io.buffer.load.factor`.
    pub load_factor: f64,
    /// Bytes for reading: `log.cleaner.io.buffer.size` over the threads, halved.
    pub read_bytes: usize,
}

/// What a compaction has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompactionStats {
    /// Bytes read for the offset map.
    pub mapped_bytes: u64,
    /// Bytes of the segments that were copied.
    pub read_bytes: u64,
    /// Bytes of the cleaned segments.
    pub written_bytes: u64,
    /// Records that were looked at while copying.
    pub read_records: u64,
    /// Records that stay.
    pub written_records: u64,
    /// Records without a key, which compaction removes.
    pub records_without_key: u64,
}

/// Where a round stands; see [`Compaction::next_round`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Round {
    /// These segments are to be copied next, with [`Compaction::begin_group`].
    Group(Vec<SourceSegment>),
    /// Everything was copied; the log is clean before this offset.
    Done(Offset),
}

/// Bytes for the files of the cleaned segment, each to be appended to its file.
#[derive(Debug, Default)]
pub struct CleanedBytes {
    /// For the log.
    pub log: Vec<u8>,
    /// For the offset index.
    pub offset_index: Vec<u8>,
    /// For the time index.
    pub time_index: Vec<u8>,
    /// For the transaction index.
    pub txn_index: Vec<u8>,
}

impl CleanedBytes {
    /// Forgets the bytes and keeps the memory.
    pub fn clear(&mut self) {
        for part in
            [&mut self.log, &mut self.offset_index, &mut self.time_index, &mut self.txn_index]
        {
            part.clear();
        }
    }
}

/// A cleaned segment whose files are complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanedSegment {
    pub(super) segment: Segment,
}

impl CleanedSegment {
    /// Bytes of its log file.
    pub fn size(&self) -> u64 {
        self.segment.size
    }
}

/// One round of compaction over one log.
#[derive(Debug)]
pub struct Compaction {
    config: LogConfig,
    now: WallTime,
    log_start_offset: Offset,
    first_dirty_offset: Offset,
    first_uncleanable_offset: Offset,
    sources: Vec<SourceSegment>,
    /// Segments with a transaction index.
    indexed: Vec<(Offset, u64)>,
    map: OffsetMap,
    /// What the map was built with, and is done with once the copying begins.
    mapping: Option<Mapping>,
    groups: Vec<Range<usize>>,
    txns: WalkedTxns,
    copying: Option<Copying>,
    window: Window,
    filter: BatchFilter,
    stats: CompactionStats,
}

/// Where the reading of the dirty part stands.
#[derive(Debug)]
struct Mapping {
    at: usize,
    position: Option<u64>,
    txns: WalkedTxns,
}

/// Where the copying of a group stands.
#[derive(Debug)]
struct Copying {
    group: Range<usize>,
    at: usize,
    position: u64,
    /// Its aborted transactions have been looked up for the segment `at`.
    is_looked_up: bool,
    rules: Rules,
    segment: Segment,
}

impl Log {
    /// Begins a compaction of what `cleanable` says. `seed` is what the secret of the map is drawn
    /// from.
    ///
    /// # Errors
    /// What the device said.
    pub fn begin_compaction<B: SegmentBytes>(
        &self,
        cleanable: &Cleanable,
        limits: CompactionLimits,
        now: WallTime,
        seed: u64,
        bytes: &B,
    ) -> Result<Compaction, LogError> {
        let Cleanable { first_dirty_offset, first_uncleanable_offset, .. } = *cleanable;
        let (sources, indexed) = self.sources(first_uncleanable_offset, bytes)?;
        let records_max = first_uncleanable_offset.saturating_sub(first_dirty_offset).max(0);
        let CompactionLimits { map_bytes, load_factor, read_bytes } = limits;
        let mut txns = WalkedTxns::default();
        let (from, to) = (first_dirty_offset, first_uncleanable_offset);
        txns.add(aborted_between(from, to, &indexed, bytes)?);
        let first = sources.partition_point(|source| source.end_offset <= from);
        Ok(Compaction {
            config: self.config.clone(),
            now,
            log_start_offset: self.log_start_offset,
            first_dirty_offset,
            first_uncleanable_offset,
            sources,
            indexed,
            map: OffsetMap::new(map_bytes, load_factor, records_max as u64, seed),
            mapping: Some(Mapping { at: first, position: None, txns }),
            groups: Vec::new(),
            txns: WalkedTxns::default(),
            copying: None,
            window: Window::new(read_bytes),
            filter: BatchFilter::default(),
            stats: CompactionStats::default(),
        })
    }
}

impl Compaction {
    /// Reads on for the offset map: returns the bytes read, or `None` when there is nothing left to
    /// read or the map is full.
    ///
    /// # Errors
    /// What the device said, or what is wrong with the log.
    pub fn map_step<B: SegmentBytes>(&mut self, bytes: &B) -> Result<Option<u64>, LogError> {
        let Some(mut mapping) = self.mapping.take() else { return Ok(None) };
        while let Some(&source) = self.sources.get(mapping.at) {
            let position = match mapping.position {
                Some(position) => position,
                None => floor(&source, self.first_dirty_offset, bytes)?,
            };
            if position >= source.size {
                // Offsets may be missing at its end.
                self.map.reached(source.end_offset.min(self.first_uncleanable_offset) - 1);
                (mapping.at, mapping.position) = (mapping.at + 1, None);
                continue;
            }
            let read = self.window.fill(source.base_offset, position, source.size, bytes)?;
            self.stats.mapped_bytes += read;
            match self.map_window(&mut mapping)? {
                Some(taken) => mapping.position = Some(position + taken),
                // Full: what comes behind is for the next round.
                None => mapping.at = self.sources.len(),
            }
            self.mapping = Some(mapping);
            return Ok(Some(read));
        }
        let end = self.map.latest_offset() + 1;
        self.groups = group(&self.sources, end, self.first_uncleanable_offset, &self.config);
        self.groups.reverse();
        Ok(None)
    }

    /// Notes the keys of the batches in the window; returns their bytes, or `None` if the map
    /// became full.
    fn map_window(&mut self, mapping: &mut Mapping) -> Result<Option<u64>, LogError> {
        let Self { window, filter, map, first_dirty_offset: start, .. } = self;
        let mut at = 0;
        while let Some(batch) = window.batch(at)? {
            let corrupt = |why| window.corrupt(window.position() + at as u64, &why);
            let header = batch.header();
            let mut is_full = false;
            if header.is_control() {
                let marker = control_type(&batch, filter).map_err(corrupt)?;
                mapping.txns.marker(header, marker);
            } else if !mapping.txns.batch(header) {
                let note = |record: &ottla_record::KeyedRecord<'_>| {
                    let Some(key) = record.key.filter(|_| record.offset >= *start) else { return };
                    is_full |= map.is_full();
                    if !is_full {
                        map.put(key, record.offset);
                    }
                };
                filter.walk(&batch, UNPACK_BYTES_MAX, note).map_err(corrupt)?;
            }
            if is_full {
                return Ok(None);
            }
            if header.last_offset() >= *start {
                map.reached(header.last_offset());
            }
            at += batch.bytes().len();
        }
        Ok(Some(at as u64))
    }

    /// What comes next, once the map is complete and no group is under way.
    pub fn next_round(&self) -> Round {
        match self.groups.last() {
            Some(group) => Round::Group(self.sources[group.clone()].to_vec()),
            None => Round::Done(self.map.latest_offset() + 1),
        }
    }

    /// Begins to copy the next group. `last_records` and `high_watermark` are those of the log now.
    pub fn begin_group(
        &mut self,
        last_records: BTreeMap<ProducerId, LastRecord>,
        high_watermark: Offset,
    ) {
        let Some(group) = self.groups.pop() else { return };
        let (first, last) = (self.sources[group.start], self.sources[group.end - 1]);
        let rules = Rules {
            now_ms: self.now.millis,
            delete_retention_ms: self.config.delete_retention_ms,
            high_watermark,
            last_records,
        };
        // As old as the newest of what it was made from.
        let segment = Segment::new(first.base_offset, last.created, 0);
        let at = group.start;
        self.copying =
            Some(Copying { group, at, position: 0, is_looked_up: false, rules, segment });
    }

    /// Copies on: appends to `out` what stays, and returns the bytes read; `None` when the group has
    /// been copied.
    ///
    /// # Errors
    /// What the device said, or what is wrong with the log.
    pub fn copy_step<B: SegmentBytes>(
        &mut self,
        out: &mut CleanedBytes,
        bytes: &B,
    ) -> Result<Option<u64>, LogError> {
        let Some(mut copying) = self.copying.take() else { return Ok(None) };
        while copying.at < copying.group.end {
            let source = self.sources[copying.at];
            if !copying.is_looked_up {
                // What was decided before the log start does not count, as in Kafka.
                let from = source.base_offset.max(self.log_start_offset);
                self.txns.add(aborted_between(from, source.end_offset, &self.indexed, bytes)?);
                copying.is_looked_up = true;
            }
            if copying.position >= source.size {
                copying.at += 1;
                (copying.position, copying.is_looked_up) = (0, false);
                continue;
            }
            let position = copying.position;
            self.window.fill(source.base_offset, position, source.size, bytes)?;
            let taken = self.copy_window(&mut copying, out)?;
            self.stats.read_bytes += taken;
            copying.position += taken;
            self.copying = Some(copying);
            return Ok(Some(taken));
        }
        self.copying = Some(copying);
        Ok(None)
    }

    fn copy_window(
        &mut self,
        copying: &mut Copying,
        out: &mut CleanedBytes,
    ) -> Result<u64, LogError> {
        let Self { window, filter, map, txns, config, stats, .. } = self;
        let mut at = 0;
        while let Some(batch) = window.batch(at)? {
            let corrupt = |why| window.corrupt(window.position() + at as u64, &why);
            let before = out.log.len();
            let outcome = copying.rules.apply(&batch, map, txns, filter, &mut out.log);
            let outcome = outcome.map_err(corrupt)?;
            if let Some(header) = &outcome.header {
                check_room(&copying.segment, &batch, window)?;
                let CleanedBytes { offset_index, time_index, .. } = out;
                note_batch(&mut copying.segment, header, config, offset_index, time_index);
            }
            out.txn_index.extend(outcome.aborted.iter().flat_map(|txn| txn.to_bytes()));
            stats.written_bytes += (out.log.len() - before) as u64;
            stats.read_records += outcome.records;
            stats.written_records += outcome.retained;
            stats.records_without_key += outcome.without_key;
            at += batch.bytes().len();
        }
        Ok(at as u64)
    }

    /// Ends the group: appends the last index entry to `out`. `None` if no group was under way.
    pub fn end_group(&mut self, out: &mut CleanedBytes) -> Option<CleanedSegment> {
        let mut segment = self.copying.take()?.segment;
        if let Some(last) = note_largest(&mut segment) {
            out.time_index.extend(last.entries);
        }
        Some(CleanedSegment { segment })
    }

    /// What has been done so far.
    pub fn stats(&self) -> CompactionStats {
        self.stats
    }

    /// The map of keys.
    pub fn map(&self) -> &OffsetMap {
        &self.map
    }
}

/// Position of the last indexed batch of a segment that ends at or before `offset`; 0 if none does.
fn floor<B: SegmentBytes>(
    source: &SourceSegment,
    offset: Offset,
    bytes: &B,
) -> Result<u64, LogError> {
    let entries = source.offset_index_bytes / crate::files::offset_index::ENTRY_BYTES;
    let (base_offset, wanted) = (source.base_offset, offset - source.base_offset);
    if wanted <= 0 {
        return Ok(0);
    }
    let below = offset_entries_below(base_offset, entries, wanted + 1, bytes)?;
    let Some(floor) = below.checked_sub(1) else { return Ok(0) };
    let found =
        offset_entry(base_offset, floor, bytes)?.map_or(0, |entry| u64::from(entry.position));
    Ok(if found < source.size { found } else { 0 })
}

/// A segment holds offsets that fit 32 bits, and positions that do.
fn check_room(segment: &Segment, batch: &BatchView<'_>, window: &Window) -> Result<(), LogError> {
    let fits = segment.can_hold(batch.header().last_offset());
    if fits && segment.size <= i32::MAX as u64 {
        return Ok(());
    }
    Err(window.corrupt(window.position(), &"it does not fit the cleaned segment"))
}
