//! Reads over the records of a batch without keeping them: every field's length is checked, keys,
//! values and headers are stepped over. Works on pieces of any size, so that a compressed block is
//! checked while it unpacks, in the memory of one piece.

use ottla_base::varint::{read_varint, read_varlong};

use crate::error::RecordProblem;

/// What the rules ask of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) timestamp_delta: i64,
    pub(super) offset_delta: i32,
    /// Bytes of the key; negative for a null.
    pub(super) key_len: i32,
    /// Bytes of the value; negative for a null.
    pub(super) value_len: i32,
}

/// What comes next in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Length,
    Attributes,
    TimestampDelta,
    OffsetDelta,
    KeyLength,
    ValueLength,
    HeaderCount,
    HeaderKeyLength,
    HeaderValueLength,
}

/// The reader's place in the bytes.
#[derive(Debug)]
pub(super) struct Scan {
    field: Field,
    /// The number being read, and how many bits of it have come.
    number: u64,
    bits: u32,
    /// Bytes to step over before `field`.
    skip: u64,
    /// Bytes of the record that have not come yet, those to skip not counted.
    left: u64,
    /// Headers to come; `u32::MAX` when the record is over but has not been given out.
    headers: u32,
    seen: Seen,
    record_bytes_max: u64,
}

/// A broken record, or one above the size limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScanError {
    Broken(RecordProblem),
    TooLarge { bytes: u64 },
}

impl From<RecordProblem> for ScanError {
    fn from(problem: RecordProblem) -> Self {
        Self::Broken(problem)
    }
}

impl Scan {
    /// Before the first record, none of which may have a body larger than `record_bytes_max`.
    pub(super) fn new(record_bytes_max: u64) -> Self {
        let seen = Seen { timestamp_delta: 0, offset_delta: 0, key_len: -1, value_len: -1 };
        let (field, number, bits, skip, left, headers) = (Field::Length, 0, 0, 0, 0, 0);
        Self { field, number, bits, skip, left, headers, seen, record_bytes_max }
    }

    /// Whether the bytes so far end where a record does.
    pub(super) fn is_between_records(&self) -> bool {
        self.field == Field::Length && self.bits == 0 && self.skip == 0
    }

    /// Reads on until a record ends; `None` if the piece ends first. Takes what it read off
    /// `piece`.
    pub(super) fn next(&mut self, piece: &mut &[u8]) -> Result<Option<Seen>, ScanError> {
        let is_at_start = self.is_between_records() && self.headers == 0;
        let whole = is_at_start.then(|| whole_record(piece, self.record_bytes_max)).flatten();
        if let Some((seen, rest)) = whole {
            *piece = rest;
            return Ok(Some(seen));
        }
        loop {
            if self.skip > 0 {
                let step = piece.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
                *piece = &piece[step..];
                self.skip -= step as u64;
                if self.skip > 0 {
                    return Ok(None);
                }
            }
            if self.field == Field::Length && self.bits == 0 && self.headers == u32::MAX {
                self.headers = 0;
                return Ok(Some(self.seen));
            }
            let Some(number) = self.number(piece)? else { return Ok(None) };
            self.step(number)?;
        }
    }

    /// The next number, once all its bytes are there. Attributes are a plain byte.
    fn number(&mut self, piece: &mut &[u8]) -> Result<Option<u64>, ScanError> {
        let bits_max = if self.field == Field::TimestampDelta { 64 } else { 32 };
        while let Some((&byte, rest)) = piece.split_first() {
            *piece = rest;
            if self.field != Field::Length {
                self.left = self.left.checked_sub(1).ok_or(RecordProblem::BadLength)?;
            }
            if self.field == Field::Attributes {
                return Ok(Some(0));
            }
            let low = u64::from(byte & 0x7f);
            if self.bits + 7 > bits_max && low >> (bits_max - self.bits) != 0 {
                return Err(self.endless());
            }
            self.number |= low << self.bits;
            self.bits += 7;
            if byte & 0x80 == 0 {
                self.bits = 0;
                return Ok(Some(core::mem::take(&mut self.number)));
            }
            if self.bits >= bits_max {
                return Err(self.endless());
            }
        }
        Ok(None)
    }

    fn endless(&self) -> ScanError {
        ScanError::Broken(match self.field {
            Field::Length => RecordProblem::BadLengthVarint,
            _ => RecordProblem::BadVarint,
        })
    }

    /// Takes in a number and turns to the next field.
    fn step(&mut self, number: u64) -> Result<(), ScanError> {
        let signed = (number >> 1) as i64 ^ -((number & 1) as i64);
        self.field = match self.field {
            Field::Length => {
                self.left = u64::try_from(signed).map_err(|_| RecordProblem::BadLength)?;
                if self.left > self.record_bytes_max {
                    return Err(ScanError::TooLarge { bytes: self.left });
                }
                Field::Attributes
            }
            Field::Attributes => Field::TimestampDelta,
            Field::TimestampDelta => {
                self.seen.timestamp_delta = signed;
                Field::OffsetDelta
            }
            Field::OffsetDelta => {
                self.seen.offset_delta = signed as i32;
                Field::KeyLength
            }
            Field::KeyLength => {
                self.seen.key_len = signed as i32;
                self.step_over(signed)?;
                Field::ValueLength
            }
            Field::ValueLength => {
                self.seen.value_len = signed as i32;
                self.step_over(signed)?;
                Field::HeaderCount
            }
            Field::HeaderCount => {
                let count = u32::try_from(signed).map_err(|_| RecordProblem::BadHeaderCount)?;
                // A header takes two bytes at least.
                self.headers = match u64::from(count) > self.left / 2 {
                    true => return Err(RecordProblem::BadHeaderCount.into()),
                    false => count,
                };
                self.after_header()?
            }
            Field::HeaderKeyLength if signed < 0 => {
                return Err(RecordProblem::BadHeaderKey.into());
            }
            Field::HeaderKeyLength => {
                self.step_over(signed)?;
                Field::HeaderValueLength
            }
            Field::HeaderValueLength => {
                self.step_over(signed)?;
                self.headers -= 1;
                self.after_header()?
            }
        };
        Ok(())
    }

    /// The next header, or the end of the record, which must be where its length said.
    fn after_header(&mut self) -> Result<Field, RecordProblem> {
        if self.headers > 0 {
            return Ok(Field::HeaderKeyLength);
        }
        if self.left > 0 {
            return Err(RecordProblem::BadLength);
        }
        self.headers = u32::MAX;
        Ok(Field::Length)
    }

    /// Steps over a field of `len` bytes; a negative length is a null.
    fn step_over(&mut self, len: i64) -> Result<(), RecordProblem> {
        self.skip = u64::try_from(len).unwrap_or(0);
        self.left = self.left.checked_sub(self.skip).ok_or(RecordProblem::BadFieldLength)?;
        Ok(())
    }
}

/// A sound record that lies in the piece as a whole, and what follows it. That is nearly every
/// record, and twice as fast as field by field; all else, and every error, is left to that.
fn whole_record(piece: &[u8], record_bytes_max: u64) -> Option<(Seen, &[u8])> {
    let mut rest = piece;
    let len = number32(&mut rest)?;
    if u64::try_from(len).ok()? > record_bytes_max {
        return None;
    }
    let (body, rest) = rest.split_at_checked(len as usize)?;
    let (_attributes, mut body) = body.split_first()?;
    let timestamp_delta = number(&mut body)?;
    let offset_delta = number32(&mut body)?;
    let key_len = field(&mut body)?;
    let value_len = field(&mut body)?;
    for _ in 0..u32::try_from(number32(&mut body)?).ok()? {
        if field(&mut body)? < 0 {
            return None;
        }
        field(&mut body)?;
    }
    let seen = Seen { timestamp_delta, offset_delta, key_len, value_len };
    body.is_empty().then_some((seen, rest))
}

/// Steps over a field and returns its length.
#[inline]
fn field(bytes: &mut &[u8]) -> Option<i32> {
    let len = number32(bytes)?;
    *bytes = bytes.get(usize::try_from(len).unwrap_or(0)..)?;
    Some(len)
}

#[inline]
fn number32(bytes: &mut &[u8]) -> Option<i32> {
    if let Some(value) = short_number(bytes) {
        return Some(value);
    }
    let (value, len) = read_varint(bytes)?;
    *bytes = bytes.get(len..)?;
    Some(value)
}

#[inline]
fn number(bytes: &mut &[u8]) -> Option<i64> {
    if let Some(value) = short_number(bytes) {
        return Some(i64::from(value));
    }
    let (value, len) = read_varlong(bytes)?;
    *bytes = bytes.get(len..)?;
    Some(value)
}

/// A number of one or two bytes.
#[inline]
fn short_number(bytes: &mut &[u8]) -> Option<i32> {
    let (value, rest) = match **bytes {
        [low @ 0..=0x7f, ref rest @ ..] => (i32::from(low), rest),
        [low, high @ 0..=0x7f, ref rest @ ..] => {
            (i32::from(low & 0x7f) | i32::from(high) << 7, rest)
        }
        _ => return None,
    };
    *bytes = rest;
    Some((value >> 1) ^ -(value & 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchBuilder, BatchView, Codec, Header, NewRecord, records};

    fn plain_block() -> Vec<u8> {
        let mut builder = BatchBuilder::new(0, Codec::None);
        let headers = [Header { key: b"h", value: None }, Header { key: b"", value: Some(b"xyz") }];
        let long = vec![9u8; 300];
        for (timestamp, key, value, headers) in [
            (1_000_000, Some(&b"key"[..]), Some(&b"value"[..]), &headers[..0]),
            (999_000, None, Some(&long[..]), &headers[..]),
            (i64::MAX, Some(&b""[..]), None, &headers[1..]),
        ] {
            builder.append(&NewRecord { timestamp, key, value, headers }).unwrap();
        }
        builder.build()
    }

    #[test]
    fn pieces_of_any_size_show_the_same_records_as_the_iterator() {
        let batch = plain_block();
        let view = BatchView::parse(&batch).unwrap();
        let base = view.header().base_timestamp;
        let records = records(&view, 0).unwrap();
        let expected: Vec<_> = records
            .iter()
            .map(|record| record.unwrap())
            .map(|record| {
                (record.timestamp.wrapping_sub(base), record.offset, record.key.is_some())
            })
            .collect();
        for size in 1..view.body().len() + 1 {
            let mut scan = Scan::new(u64::MAX);
            let mut found = Vec::new();
            for mut piece in view.body().chunks(size) {
                while let Some(seen) = scan.next(&mut piece).unwrap() {
                    found.push((
                        seen.timestamp_delta,
                        i64::from(seen.offset_delta),
                        seen.key_len >= 0,
                    ));
                }
            }
            // The end of a record shows when the next is asked for.
            while let Some(seen) = scan.next(&mut &[][..]).unwrap() {
                found.push((seen.timestamp_delta, i64::from(seen.offset_delta), seen.key_len >= 0));
            }
            assert_eq!(found, expected, "pieces of {size}");
            assert!(scan.is_between_records());
        }
    }

    #[test]
    fn a_record_above_the_limit_is_told_apart() {
        let mut scan = Scan::new(10);
        assert_eq!(scan.next(&mut &[22, 0][..]), Err(ScanError::TooLarge { bytes: 11 }));
    }
}
