//! What of a segment survived a crash: the longest prefix of whole, checked batches, and the
//! indexes, epochs and producers that follow from it.

use alloc::vec;
use alloc::vec::Vec;

use ottla_base::{Crc32c, WallTime};
use ottla_model::Offset;
use ottla_record::{BatchHeader, BatchView};

use crate::append::{note_batch, note_largest};
use crate::damage::{Bounds, DamagedRange, claimed_end, resume};
use crate::old_format;
use crate::producers::{Origin, Prepared, ProducerBatch};
use crate::read::{offset_entry, time_entry};
use crate::scan::{HeaderScan, SWEEP_WINDOW_BYTES, marker_of, read_log};
use crate::{
    LeaderEpochs, Log, LogConfig, LogError, Producers, Segment, SegmentBytes, SegmentFile,
    TimestampAndOffset,
};

/// Where the part of a batch begins that its checksum covers.
const CHECKED_FROM: usize = 21;
/// Bytes of the largest control batch that is looked into; a marker takes less than a hundred.
const MARKER_BATCH_BYTES_MAX: usize = 64 * 1024;

/// A segment after recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredSegment {
    /// The segment as it is now; its size is that of the valid prefix.
    pub segment: Segment,
    /// Offset behind its last batch; its base offset if there is none.
    pub next_offset: Offset,
    /// What its offset index has to hold.
    pub offset_index: Vec<u8>,
    /// What its time index has to hold.
    pub time_index: Vec<u8>,
    /// What its transaction index has to hold.
    pub txn_index: Vec<u8>,
}

/// What a walk over batches brings up to date.
pub(crate) struct Replay<'a> {
    pub(crate) epochs: &'a mut LeaderEpochs,
    pub(crate) producers: &'a mut Producers,
}

impl Replay<'_> {
    /// Takes note of a batch. Batches before the producers' state are in it already. Returns the
    /// transaction index entries it brings.
    fn batch(&mut self, batch: ProducerBatch) -> Vec<u8> {
        let header = &batch.header;
        let latest = self.epochs.latest().map_or(-1, |entry| entry.epoch);
        if header.partition_leader_epoch > latest {
            self.epochs.assign(header.partition_leader_epoch, header.base_offset);
        }
        if header.last_offset() < self.producers.end_offset() {
            return Vec::new();
        }
        match self.producers.prepare([batch], Origin::Replication) {
            Ok(Prepared::Update(update)) => {
                let entries = update.aborted.iter().flat_map(|txn| txn.to_bytes()).collect();
                self.producers.commit(update, header.next_offset());
                entries
            }
            // Neither happens to what is already in the log.
            Ok(Prepared::Duplicate(_)) | Err(_) => Vec::new(),
        }
    }
}

/// Which part of a segment is known to have been on the device.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Synced {
    /// Batches before this offset.
    pub(crate) before: Offset,
    /// The offset that the segment's last batch ends before, at most.
    pub(crate) end_max: Offset,
}

/// Checks a segment's log file of `len` bytes behind what is sound of it: format, length, checksum,
/// growing offsets. What follows the first batch that fails is not part of the log; but where
/// batches are missing that have been on the device it is damage, which stays, and so does what lies
/// behind it.
pub(crate) fn recover_segment<B: SegmentBytes>(
    from: RecoveredSegment,
    len: u64,
    synced: Synced,
    config: &LogConfig,
    replay: &mut Replay<'_>,
    bytes: &B,
) -> Result<RecoveredSegment, LogError> {
    let mut out = from;
    let base_offset = out.segment.base_offset;
    let mut buffer = vec![0; SWEEP_WINDOW_BYTES];
    loop {
        let position = out.segment.size;
        let header = next_valid(base_offset, position, len, &mut buffer, bytes)?.filter(|header| {
            let grows = header.base_offset >= out.next_offset && header.last_offset_delta >= 0;
            grows && out.segment.can_hold(header.last_offset())
        });
        let Some(header) = header else {
            if position < len {
                old_format::refuse_at(base_offset, position, len, bytes)?;
            }
            if position >= len || out.next_offset >= synced.before {
                return Ok(out);
            }
            if out.step_over(position, len, synced, bytes)? { continue } else { return Ok(out) }
        };
        let marker = marker_at(base_offset, position, &header, bytes)?;
        out.txn_index.extend(replay.batch(ProducerBatch { header, marker }));
        let (offsets, times) = (&mut out.offset_index, &mut out.time_index);
        note_batch(&mut out.segment, &header, config, offsets, times);
        out.next_offset = header.next_offset();
    }
}

impl RecoveredSegment {
    /// A segment of which nothing is known to be sound.
    pub(crate) fn nothing(base_offset: Offset, seen: WallTime) -> Self {
        Self {
            segment: Segment::new(base_offset, seen, 0),
            next_offset: base_offset,
            offset_index: Vec::new(),
            time_index: Vec::new(),
            txn_index: Vec::new(),
        }
    }

    /// Goes on behind a damaged stretch; false if nothing sound lies behind it.
    fn step_over<B: SegmentBytes>(
        &mut self,
        position: u64,
        len: u64,
        synced: Synced,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let offset = self.next_offset;
        let bounds = Bounds { len, offset, offset_max: synced.end_max };
        let resumed = resume(self.segment.base_offset, position, bounds, bytes)?;
        let (end_position, next_offset) = match &resumed {
            Some((position, header)) => (*position, header.base_offset),
            // All up to the next segment is lost; in the last one what was synced, and what the
            // broken batches say of themselves: no offset is given twice.
            None if synced.end_max < Offset::MAX => (len, synced.end_max),
            None => {
                let claimed = claimed_end(self.segment.base_offset, position, bounds, bytes)?;
                let known = if synced.before < Offset::MAX { synced.before } else { offset };
                (len, claimed.max(known))
            }
        };
        if resumed.is_none() && next_offset <= offset {
            // No record is missing: bytes that were never part of the log.
            return Ok(false);
        }
        self.segment.damaged.push(DamagedRange { position, end_position, offset, next_offset });
        self.segment.size = end_position;
        self.next_offset = next_offset;
        Ok(resumed.is_some())
    }

    /// Adds the last time index entry, which a segment gets when it is sealed or closed.
    pub(crate) fn seal(&mut self) {
        if let Some(last) = note_largest(&mut self.segment) {
            self.time_index.extend(last.entries);
        }
    }
}

/// The header of the batch at `position`, if a whole and undamaged batch is there.
pub(crate) fn next_valid<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    len: u64,
    buffer: &mut [u8],
    bytes: &B,
) -> Result<Option<BatchHeader>, LogError> {
    let file = SegmentFile::Log;
    let mut filled = bytes.read_at(base_offset, file, position, buffer)?;
    let Ok(header) = BatchHeader::parse(&buffer[..filled]) else { return Ok(None) };
    let size = header.size_in_bytes() as u64;
    if position.saturating_add(size) > len {
        return Ok(None);
    }
    let mut crc = Crc32c::new();
    let (mut from, mut done) = (CHECKED_FROM, 0);
    loop {
        let part = filled.min(usize::try_from(size - done).unwrap_or(usize::MAX));
        crc.update(&buffer[from..part]);
        done += part as u64;
        if done == size {
            return Ok((crc.value() == header.crc).then_some(header));
        }
        filled = bytes.read_at(base_offset, file, position + done, buffer)?;
        if filled == 0 {
            return Ok(None);
        }
        from = 0;
    }
}

/// The transaction marker in the batch at `position`; `None` if it has none.
pub(crate) fn marker_at<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    header: &BatchHeader,
    bytes: &B,
) -> Result<Option<crate::producers::EndTxnMarker>, LogError> {
    let size = header.size_in_bytes();
    if !header.is_control() || !header.has_producer_id() || size > MARKER_BATCH_BYTES_MAX {
        return Ok(None);
    }
    let content = read_log(bytes, base_offset, position, size)?;
    Ok(BatchView::parse(&content).ok().and_then(|view| marker_of(&view)))
}

/// Goes through the headers of a sound segment that the producers' state does not cover.
pub(crate) fn replay_segment<B: SegmentBytes>(
    segment: &Segment,
    start: u64,
    replay: &mut Replay<'_>,
    bytes: &B,
) -> Result<(), LogError> {
    let (base_offset, end) = (segment.base_offset, segment.size);
    let mut scan = HeaderScan::new(bytes, base_offset, start, end, SWEEP_WINDOW_BYTES)
        .stepping_over(&segment.damaged);
    while let Some((position, header)) = scan.next()? {
        let marker = marker_at(base_offset, position, &header, bytes)?;
        replay.batch(ProducerBatch { header, marker });
    }
    Ok(())
}

/// Completes what is known of a segment that is going to be written, from the ends of its files:
/// only the batches behind the last index entry are looked at. Also returns the offset behind its
/// last batch.
///
/// # Errors
/// [`LogError::Corrupt`] if indexes and log do not fit together; the segment has to be recovered.
pub(crate) fn measure<B: SegmentBytes>(
    mut segment: Segment,
    bytes: &B,
) -> Result<(Segment, Offset), LogError> {
    let base_offset = segment.base_offset;
    let misfit = || LogError::Corrupt(alloc::format!("the indexes of {base_offset:020} misfit"));
    let start = match segment.index_entries.checked_sub(1) {
        Some(last) => offset_entry(base_offset, last, bytes)?.map_or(0, |e| u64::from(e.position)),
        None => 0,
    };
    // Kafka makes indexes in their full length; what is not cut off is zeros.
    if segment.index_entries > 1 && start == 0 {
        return Err(misfit());
    }
    let mut largest = TimestampAndOffset { timestamp: -1, offset: base_offset };
    if let Some(last) = segment.time_entries.checked_sub(1) {
        let entry = time_entry(base_offset, last, bytes)?.ok_or_else(misfit)?;
        let offset = base_offset + i64::from(entry.relative_offset);
        if last > 0 && entry.timestamp == 0 {
            return Err(misfit());
        }
        largest = TimestampAndOffset { timestamp: entry.timestamp, offset };
    }
    if (start >= segment.size && segment.size > 0)
        || (segment.size == 0 && segment.index_entries > 0)
    {
        return Err(misfit());
    }
    segment.last_time_entry = largest.timestamp;
    let mut next_offset = base_offset;
    let mut scan = HeaderScan::new(bytes, base_offset, start, segment.size, SWEEP_WINDOW_BYTES)
        .stepping_over(&segment.damaged);
    while let Some((_, header)) = scan.next()? {
        if header.base_offset < next_offset || header.last_offset_delta < 0 {
            return Err(misfit());
        }
        if header.max_timestamp > largest.timestamp {
            let (timestamp, offset) = (header.max_timestamp, header.last_offset());
            largest = TimestampAndOffset { timestamp, offset };
        }
        next_offset = header.next_offset();
    }
    if largest.offset > next_offset {
        return Err(misfit());
    }
    let mut first = HeaderScan::new(bytes, base_offset, 0, segment.size, BatchHeader::LEN)
        .stepping_over(&segment.damaged);
    segment.rolling_timestamp = first.next()?.map(|(_, header)| header.max_timestamp);
    segment.largest = Some(largest);
    segment.bytes_since_index = segment.size - start;
    Ok((segment, next_offset))
}

/// The newest readable snapshot at or before `offset_max`: its offset and the producers in it. Also
/// returns the offsets of those that could not be read.
pub(crate) fn load_snapshot<B: SegmentBytes>(
    snapshots: &[Offset],
    offset_max: Offset,
    now: WallTime,
    config: &LogConfig,
    bytes: &B,
) -> Result<(Option<Producers>, Vec<Offset>), LogError> {
    let mut broken = Vec::new();
    for &offset in snapshots.iter().rev().filter(|&&offset| offset <= offset_max) {
        let Some(content) = bytes.snapshot(offset)? else { continue };
        match crate::files::producer_snapshot::parse(&content) {
            Ok(entries) => {
                let expiration_ms = config.producer_id_expiration_ms;
                let now_ms = now.millis;
                let loaded = Producers::from_snapshot(&entries, offset, now_ms, expiration_ms);
                return Ok((Some(loaded), broken));
            }
            Err(_) => broken.push(offset),
        }
    }
    Ok((None, broken))
}

impl Log {
    /// Builds the producers anew, from the newest snapshot and the batches behind it.
    pub(crate) fn reload_producers<B: SegmentBytes>(
        &mut self,
        snapshots: &[Offset],
        now: WallTime,
        bytes: &B,
    ) -> Result<(), LogError> {
        let end = self.log_end_offset;
        let first = self.segments.keys().next().copied().unwrap_or(self.log_start_offset);
        let (loaded, _) = load_snapshot(snapshots, end, now, &self.config, bytes)?;
        let mut producers = loaded.unwrap_or_else(|| Producers::starting_at(first));
        let mut epochs = self.epochs.clone();
        let from = producers.end_offset();
        for segment in self.segments.values().filter(|s| self.end_of(s.base_offset) > from) {
            let position = self.locate_in(segment, from, bytes)?.map(|batch| batch.position);
            let mut replay = Replay { epochs: &mut epochs, producers: &mut producers };
            replay_segment(segment, position.unwrap_or(segment.size), &mut replay, bytes)?;
        }
        self.producers = producers;
        Ok(())
    }
}
