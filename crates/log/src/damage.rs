//! Stretches of a segment that hold no sound batches: where they end, and what of the log they hide.
//!
//! Nothing is cut away for them. A reader is served up to a stretch and refused inside of it; the
//! walk over a segment steps over those that are known.

use alloc::vec;

use ottla_model::Offset;
use ottla_record::BatchHeader;

use crate::recover::next_valid;
use crate::scan::{HeaderScan, SWEEP_WINDOW_BYTES};
use crate::{Log, LogError, SegmentBytes, SegmentFile};

/// Position of a batch's format number.
const MAGIC_AT: usize = 16;
/// The only format there is.
const MAGIC: u8 = 2;

/// A damaged stretch of a segment's log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DamagedRange {
    /// Position of the first batch that is not sound.
    pub position: u64,
    /// Position of the next that is; the end of the file if there is none.
    pub end_position: u64,
    /// The first offset that is lost.
    pub offset: Offset,
    /// The first offset behind it that is not.
    pub next_offset: Offset,
}

/// What a stretch of damage may hide at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Where the file ends.
    pub(crate) len: u64,
    /// The offset behind the last sound batch before it.
    pub(crate) offset: Offset,
    /// No batch of the segment ends behind this offset.
    pub(crate) offset_max: Offset,
}

/// Where the next sound batch begins behind the broken one at `position`: where its length says, or
/// else the first place where the bytes are a whole batch with a matching checksum and an offset
/// that can be.
pub(crate) fn resume<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    bounds: Bounds,
    bytes: &B,
) -> Result<Option<(u64, BatchHeader)>, LogError> {
    let mut buffer = vec![0; SWEEP_WINDOW_BYTES];
    let fits = |header: &BatchHeader| {
        header.base_offset >= bounds.offset
            && header.last_offset_delta >= 0
            && header.last_offset() < bounds.offset_max
    };
    let claimed = bytes.read_at(base_offset, SegmentFile::Log, position, &mut buffer)?;
    if let Ok(header) = BatchHeader::parse(&buffer[..claimed]) {
        let behind = position.saturating_add(header.size_in_bytes() as u64);
        if behind < bounds.len {
            let next = next_valid(base_offset, behind, bounds.len, &mut buffer, bytes)?;
            if let Some(next) = next.filter(fits) {
                return Ok(Some((behind, next)));
            }
        }
    }
    let mut candidates = Candidates::new(base_offset, position + 1, bounds.len, bytes);
    while let Some(at) = candidates.next()? {
        if let Some(next) =
            next_valid(base_offset, at, bounds.len, &mut buffer, bytes)?.filter(fits)
        {
            return Ok(Some((at, next)));
        }
    }
    Ok(None)
}

/// Where the log ends if batches that are broken, and that no sound one follows, are where their
/// headers say.
pub(crate) fn claimed_end<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    bounds: Bounds,
    bytes: &B,
) -> Result<Offset, LogError> {
    let mut end = bounds.offset;
    let mut scan = HeaderScan::new(bytes, base_offset, position, bounds.len, SWEEP_WINDOW_BYTES);
    loop {
        match scan.next() {
            Ok(Some((_, header))) if header.base_offset == end && header.last_offset_delta >= 0 => {
                end = header.next_offset();
            }
            Ok(_) => return Ok(end),
            Err(error) if error.is_corrupt() => return Ok(end),
            Err(error) => return Err(error),
        }
    }
}

/// Positions where a batch header could be, found in windows.
struct Candidates<'a, B> {
    bytes: &'a B,
    base_offset: Offset,
    position: u64,
    end: u64,
    window: alloc::vec::Vec<u8>,
    window_at: u64,
    window_len: usize,
}

impl<'a, B: SegmentBytes> Candidates<'a, B> {
    fn new(base_offset: Offset, position: u64, end: u64, bytes: &'a B) -> Self {
        let window = vec![0; SWEEP_WINDOW_BYTES];
        Self { bytes, base_offset, position, end, window, window_at: position, window_len: 0 }
    }

    fn next(&mut self) -> Result<Option<u64>, LogError> {
        while self.position.saturating_add(BatchHeader::LEN as u64) <= self.end {
            let within = (self.position - self.window_at) as usize;
            if within + BatchHeader::LEN > self.window_len {
                self.window_at = self.position;
                let (file, window) = (SegmentFile::Log, &mut self.window);
                self.window_len =
                    self.bytes.read_at(self.base_offset, file, self.position, window)?;
                if self.window_len < BatchHeader::LEN {
                    return Ok(None);
                }
                continue;
            }
            let at = self.position;
            self.position += 1;
            let header = &self.window[within..within + BatchHeader::LEN];
            if header[MAGIC_AT] == MAGIC && self.may_be(at, header) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Whether a batch that begins so could end within the file.
    fn may_be(&self, at: u64, header: &[u8]) -> bool {
        BatchHeader::parse(header).is_ok_and(|header| {
            at.saturating_add(header.size_in_bytes() as u64) <= self.end
                && header.base_offset >= self.base_offset
        })
    }
}

impl Log {
    /// The damaged stretches that are known, with the base offsets of their segments.
    pub fn damaged(&self) -> impl Iterator<Item = (Offset, DamagedRange)> + '_ {
        self.segments
            .values()
            .flat_map(|segment| segment.damaged.iter().map(|range| (segment.base_offset, *range)))
    }

    /// Remembers a damaged stretch of a segment; false if there is no such segment, or it is known.
    pub fn note_damage(&mut self, base_offset: Offset, range: DamagedRange) -> bool {
        let Some(segment) = self.segments.get_mut(&base_offset) else { return false };
        let overlaps = |known: &DamagedRange| {
            known.position < range.end_position && range.position < known.end_position
        };
        if range.position >= segment.size || segment.damaged.iter().any(overlaps) {
            return false;
        }
        segment.damaged.push(range);
        segment.damaged.sort_unstable();
        true
    }

    /// Looks at the batch of a segment that `position` lies in; `None` if it is sound or not part of
    /// the log, else how far the damage goes.
    ///
    /// # Errors
    /// What the device said.
    pub fn survey_damage<B: SegmentBytes>(
        &self,
        base_offset: Offset,
        position: u64,
        bytes: &B,
    ) -> Result<Option<DamagedRange>, LogError> {
        let Some(segment) = self.segments.get(&base_offset) else { return Ok(None) };
        if position >= segment.size {
            return Ok(None);
        }
        let mut offset = base_offset;
        let end = segment.size;
        let mut scan = HeaderScan::new(bytes, base_offset, 0, end, SWEEP_WINDOW_BYTES)
            .stepping_over(&segment.damaged);
        let at = loop {
            match scan.next() {
                Ok(Some((at, header))) => {
                    if at + header.size_in_bytes() as u64 > position {
                        break at;
                    }
                    offset = header.next_offset();
                }
                Ok(None) => return Ok(None),
                Err(LogError::BrokenBatch { position, .. }) => break position,
                Err(error) => return Err(error),
            }
        };
        self.survey_batch(base_offset, at, offset, bytes)
    }

    fn survey_batch<B: SegmentBytes>(
        &self,
        base_offset: Offset,
        position: u64,
        offset: Offset,
        bytes: &B,
    ) -> Result<Option<DamagedRange>, LogError> {
        let Some(segment) = self.segments.get(&base_offset) else { return Ok(None) };
        let mut buffer = vec![0; SWEEP_WINDOW_BYTES];
        let sound = next_valid(base_offset, position, segment.size, &mut buffer, bytes)?;
        if sound.is_some_and(|header| header.base_offset >= offset) {
            return Ok(None);
        }
        let offset_max = self.end_of(base_offset);
        let bounds = Bounds { len: segment.size, offset, offset_max };
        let (end_position, next_offset) = match resume(base_offset, position, bounds, bytes)? {
            Some((position, header)) => (position, header.base_offset),
            None => (segment.size, offset_max),
        };
        Ok(Some(DamagedRange { position, end_position, offset, next_offset }))
    }

    /// The damaged stretch that hides `offset`.
    pub(crate) fn damage_at(&self, offset: Offset) -> Option<DamagedRange> {
        let segment = self.floor_segment(offset)?;
        let hides = |range: &&DamagedRange| (range.offset..range.next_offset).contains(&offset);
        segment.damaged.iter().find(hides).copied()
    }
}
