//! The check of a segment's log file piece by piece: headers in order, every checksum. What the
//! scrubber of a node reads in the background goes through here; nothing is kept but the place.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use core::ops::Range;

use ottla_base::crc32c::Crc32c;
use ottla_base::{ByteSource, SourceError};
use ottla_model::Offset;
use ottla_record::BatchHeader;

/// Where the part of a batch under its checksum begins.
const CRC_FROM: u64 = 21;

/// Something in a segment that is no sound batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    /// Where the batch begins.
    pub position: u64,
    /// The first offset that may be lost.
    pub offset: Offset,
    /// What is wrong.
    pub reason: String,
}

/// The check of one segment's log file.
pub struct SegmentCheck {
    /// Where the batch begins that is being looked at.
    position: u64,
    /// Where the file ends.
    end: u64,
    /// No sound batch begins before this offset from here on.
    next_offset: Offset,
    /// No sound batch ends at or behind this offset, or if it does it may still change.
    stable_before: Offset,
    /// Whether the whole file is to be sound, rather than what ends before `stable_before`.
    is_sealed: bool,
    /// The batch whose content is being read, and how much of it was.
    within: Option<Within>,
    has_markers: bool,
}

struct Within {
    header: BatchHeader,
    crc: Crc32c,
    /// The next byte to be read.
    at: u64,
    /// Where the batch ends.
    end: u64,
}

impl SegmentCheck {
    /// The check of a sealed segment's file of `len` bytes, behind which the one at `next_base`
    /// follows.
    pub fn sealed(base_offset: Offset, len: u64, next_base: Offset) -> Self {
        Self::new(base_offset, len, next_base, true)
    }

    /// The check of a file of `len` bytes that is written to, as far as its batches end before
    /// `stable_before`.
    pub fn active(base_offset: Offset, len: u64, stable_before: Offset) -> Self {
        Self::new(base_offset, len, stable_before, false)
    }

    fn new(next_offset: Offset, end: u64, stable_before: Offset, is_sealed: bool) -> Self {
        Self {
            position: 0,
            end,
            next_offset,
            stable_before,
            is_sealed,
            within: None,
            has_markers: false,
        }
    }

    /// Where to read next, of which every byte up to the end of the file is wanted; `None` when
    /// everything has been looked at.
    pub fn wants(&self) -> Option<u64> {
        let at = self.within.as_ref().map_or(self.position, |within| within.at);
        (at < self.end).then_some(at)
    }

    /// Looks at the bytes from [`SegmentCheck::wants`] on, at least a header of them unless the file
    /// ends before.
    ///
    /// # Errors
    /// What is not sound. The check ends there, or goes on with [`SegmentCheck::resume`].
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Suspicion> {
        while !bytes.is_empty() && self.position < self.end {
            match &mut self.within {
                None => {
                    if bytes.len() < BatchHeader::LEN {
                        return self.begin_short(bytes.len());
                    }
                    if !self.begin(bytes)? {
                        self.position = self.end;
                        return Ok(());
                    }
                    bytes = bytes.get(CRC_FROM as usize..).unwrap_or_default();
                }
                Some(within) => {
                    let left = usize::try_from(within.end - within.at).unwrap_or(usize::MAX);
                    let (content, rest) = bytes.split_at(left.min(bytes.len()));
                    within.crc.update(content);
                    within.at += content.len() as u64;
                    bytes = rest;
                    self.finish()?;
                }
            }
        }
        Ok(())
    }

    /// Whether a batch so far was one of control records.
    pub fn has_markers(&self) -> bool {
        self.has_markers
    }

    /// Goes on behind something that is not sound.
    pub fn resume(&mut self, position: u64, next_offset: Offset) {
        self.within = None;
        self.position = position;
        self.next_offset = next_offset;
    }

    /// Fewer bytes than a header: more are to come, or the file ends within one.
    fn begin_short(&mut self, len: usize) -> Result<(), Suspicion> {
        if self.position + (len as u64) < self.end || self.may_change(self.next_offset) {
            return Ok(());
        }
        Err(self.suspicion("the file ends within a batch header".to_string()))
    }

    /// Takes the header; false where the part begins that may still change.
    fn begin(&mut self, bytes: &[u8]) -> Result<bool, Suspicion> {
        if self.may_change(self.next_offset) {
            return Ok(false);
        }
        let header = BatchHeader::parse(bytes).map_err(|why| self.suspicion(why.to_string()))?;
        let end = self.position.saturating_add(header.size_in_bytes() as u64);
        let last_offset = header.last_offset();
        let is_behind = self.is_sealed && last_offset >= self.stable_before;
        if header.base_offset < self.next_offset || header.last_offset_delta < 0 || is_behind {
            let (first, last) = (header.base_offset, last_offset);
            let expected = self.next_offset;
            return Err(
                self.suspicion(format!("offsets {first} to {last} where {expected} is next"))
            );
        }
        if self.may_change(last_offset) {
            return Ok(false);
        }
        if end > self.end {
            let size = header.size_in_bytes();
            return Err(
                self.suspicion(format!("a batch of {size} bytes reaches beyond the file's end"))
            );
        }
        let at = self.position + CRC_FROM;
        self.within = Some(Within { header, crc: Crc32c::new(), at, end });
        Ok(true)
    }

    fn may_change(&self, offset: Offset) -> bool {
        !self.is_sealed && offset >= self.stable_before
    }

    /// Compares the checksum if the batch has been read to its end.
    fn finish(&mut self) -> Result<(), Suspicion> {
        let Some(within) = self.within.take_if(|within| within.at == within.end) else {
            return Ok(());
        };
        let (stored, computed) = (within.header.crc, within.crc.value());
        if stored != computed {
            let why = format!("its checksum is {stored:#010x}, its content's {computed:#010x}");
            return Err(self.suspicion(why));
        }
        self.has_markers |= within.header.is_control();
        self.position = within.end;
        self.next_offset = within.header.next_offset();
        Ok(())
    }

    fn suspicion(&self, reason: String) -> Suspicion {
        Suspicion { position: self.position, offset: self.next_offset, reason }
    }
}

/// How far damage goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Where the next sound batch begins; the end of the file if there is none.
    pub end_position: u64,
    /// Its offset, or the first one behind the file's.
    pub next_offset: Offset,
}

/// Looks at a suspicious place of a file of `len` bytes once more: `None` if a sound batch is there
/// after all, else where the next one is: where the broken one's length says, or the first place
/// behind where bytes are a whole batch with a checksum that matches and an offset that can be.
///
/// # Errors
/// What the device said.
pub fn survey<S: ByteSource + ?Sized>(
    source: &S,
    suspicion: &Suspicion,
    len: u64,
    offset_end: Offset,
) -> Result<Option<Extent>, SourceError> {
    let mut look = Look { source, len, offsets: suspicion.offset..offset_end };
    let at = suspicion.position;
    if look.sound_at(at)?.is_some() {
        return Ok(None);
    }
    if let Some(header) = look.header_at(at)? {
        let behind = at.saturating_add(header.size_in_bytes() as u64);
        if behind == len {
            return Ok(Some(Extent { end_position: len, next_offset: offset_end }));
        }
        if let Some(next) = look.sound_at(behind)? {
            let next_offset = next.base_offset;
            return Ok(Some(Extent { end_position: behind, next_offset }));
        }
    }
    look.first_sound_behind(at)
}

/// Bytes read at a time while looking.
const LOOK_BYTES: usize = 64 << 10;
/// Where a batch says its format, of which there is one.
const MAGIC_AT: usize = 16;
const MAGIC: u8 = 2;

struct Look<'a, S: ?Sized> {
    source: &'a S,
    len: u64,
    /// Offsets that a batch can have here.
    offsets: Range<Offset>,
}

impl<S: ByteSource + ?Sized> Look<'_, S> {
    /// A header at `position` whose batch ends in the file and has offsets that can be.
    fn header_at(&self, position: u64) -> Result<Option<BatchHeader>, SourceError> {
        let mut bytes = [0; BatchHeader::LEN];
        let count = self.source.read_at(position, &mut bytes)?;
        Ok(bytes.get(..count).and_then(|bytes| self.may_begin(position, bytes)))
    }

    fn may_begin(&self, position: u64, bytes: &[u8]) -> Option<BatchHeader> {
        let header = BatchHeader::parse(bytes).ok()?;
        let ends = position.saturating_add(header.size_in_bytes() as u64) <= self.len;
        let fits = self.offsets.contains(&header.base_offset)
            && header.last_offset_delta >= 0
            && self.offsets.contains(&header.last_offset());
        (ends && fits).then_some(header)
    }

    /// The header of a batch at `position` whose checksum matches.
    fn sound_at(&mut self, position: u64) -> Result<Option<BatchHeader>, SourceError> {
        let Some(header) = self.header_at(position)? else { return Ok(None) };
        let end = position + header.size_in_bytes() as u64;
        let (mut at, mut crc, mut buffer) =
            (position + CRC_FROM, Crc32c::new(), vec![0; LOOK_BYTES]);
        while at < end {
            let wanted = usize::try_from(end - at).map_or(LOOK_BYTES, |left| left.min(LOOK_BYTES));
            let count = self.source.read_at(at, &mut buffer[..wanted])?;
            if count == 0 {
                return Ok(None);
            }
            crc.update(&buffer[..count]);
            at += count as u64;
        }
        Ok((crc.value() == header.crc).then_some(header))
    }

    fn first_sound_behind(&mut self, position: u64) -> Result<Option<Extent>, SourceError> {
        let mut window = vec![0; LOOK_BYTES];
        let mut from = position + 1;
        while from + BatchHeader::LEN as u64 <= self.len {
            let count = self.source.read_at(from, &mut window)?;
            let Some(last) = count.checked_sub(BatchHeader::LEN) else { break };
            for at in 0..=last {
                if window[at + MAGIC_AT] != MAGIC {
                    continue;
                }
                let here = from + at as u64;
                if self.may_begin(here, &window[at..at + BatchHeader::LEN]).is_none() {
                    continue;
                }
                if let Some(next) = self.sound_at(here)? {
                    let next_offset = next.base_offset;
                    return Ok(Some(Extent { end_position: here, next_offset }));
                }
            }
            from += last as u64 + 1;
        }
        Ok(Some(Extent { end_position: self.len, next_offset: self.offsets.end }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use ottla_record::{BatchBuilder, Codec, NewRecord};

    /// Three batches of one record each, from offset 10 on.
    fn segment() -> Vec<u8> {
        let mut bytes = Vec::new();
        for offset in 10..13 {
            let mut builder = BatchBuilder::new(offset, Codec::None);
            let value = [b'x'; 100];
            let record = NewRecord { timestamp: 1, key: None, value: Some(&value), headers: &[] };
            builder.append(&record).unwrap();
            bytes.extend(builder.build());
        }
        bytes
    }

    /// Feeds a file in pieces; the first thing that is not sound.
    fn run(mut check: SegmentCheck, bytes: &[u8], piece: usize) -> Option<(u64, Offset, String)> {
        while let Some(at) = check.wants() {
            let from = at as usize;
            if let Err(found) = check.feed(&bytes[from..bytes.len().min(from + piece)]) {
                return Some((found.position, found.offset, found.reason));
            }
            if check.wants() == Some(at) {
                return None;
            }
        }
        None
    }

    #[test]
    fn sound_segments_are_sound_in_pieces_of_any_size() {
        let bytes = segment();
        for piece in [61, 62, 100, 1000] {
            assert_eq!(run(SegmentCheck::sealed(10, bytes.len() as u64, 13), &bytes, piece), None);
        }
    }

    #[test]
    fn every_flipped_byte_is_found_but_what_the_checksum_leaves_out() {
        let bytes = segment();
        let size = bytes.len() / 3;
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0x81;
            let found = run(SegmentCheck::sealed(10, bytes.len() as u64, 13), &broken, 64);
            let within = at % size;
            // The leader epoch is not under the checksum.
            if (12..16).contains(&within) {
                continue;
            }
            assert!(found.is_some(), "byte {at}");
        }
    }

    #[test]
    fn what_may_still_change_is_not_looked_at() {
        let mut bytes = segment();
        let len = bytes.len();
        bytes[len - 1] ^= 1;
        let check = |bytes: &[u8], before| {
            run(SegmentCheck::active(10, bytes.len() as u64, before), bytes, 64)
        };
        assert!(check(&bytes, 13).is_some());
        assert_eq!(check(&bytes, 12), None);
        assert_eq!(check(&bytes[..len - 50], 12), None);
        let (position, offset, reason) = check(&bytes[..len - 50], 13).unwrap();
        assert_eq!((position, offset), (len as u64 / 3 * 2, 12));
        assert!(reason.contains("beyond"), "{reason}");
    }

    #[test]
    fn the_check_goes_on_behind_what_is_broken() {
        let mut bytes = segment();
        let size = bytes.len() / 3;
        bytes[size + 70] ^= 1;
        let mut check = SegmentCheck::sealed(10, bytes.len() as u64, 13);
        let found = check.feed(&bytes).unwrap_err();
        assert_eq!((found.position, found.offset), (size as u64, 11));
        check.resume(2 * size as u64, 12);
        let from = check.wants().unwrap() as usize;
        check.feed(&bytes[from..]).unwrap();
        assert_eq!(check.wants(), None);
    }

    /// What the survey says of a broken file.
    fn surveyed(bytes: &[u8], position: u64, offset: Offset) -> Option<(u64, Offset)> {
        let suspicion = Suspicion { position, offset, reason: String::new() };
        let extent = survey(bytes, &suspicion, bytes.len() as u64, 13).unwrap()?;
        Some((extent.end_position, extent.next_offset))
    }

    #[test]
    fn a_survey_finds_the_next_sound_batch() {
        let whole = segment();
        let size = whole.len() / 3;
        let (second, third, end) = (size as u64, 2 * size as u64, 3 * size as u64);
        assert_eq!(surveyed(&whole, second, 11), None);
        let broken = |at: usize, byte: u8| {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            bytes
        };
        // In the content, and in the length, which then leads nowhere.
        assert_eq!(surveyed(&broken(size + 80, b'!'), second, 11), Some((third, 12)));
        assert_eq!(surveyed(&broken(size + 8, 0x11), second, 11), Some((third, 12)));
        assert_eq!(surveyed(&broken(size + 16, 9), second, 11), Some((third, 12)));
        // The last one.
        assert_eq!(surveyed(&broken(2 * size + 80, b'!'), third, 12), Some((end, 13)));
    }
}
