//! Records of a batch, as slices of its plain block.
//!
//! ```text
//! length varint | attributes i8 | timestampDelta varlong | offsetDelta varint
//! | key length varint, key | value length varint, value | header count varint, headers
//! header: key length varint, key | value length varint, value
//! ```
//! Lengths are zig-zag; a negative length is a null, except for a record and a header key.

use std::borrow::Cow;

use ottla_base::varint::{read_varint, read_varlong};
use ottla_model::Offset;

use crate::codec::{CodecSpace, decompress};
use crate::error::RecordProblem;
use crate::{BatchError, BatchHeader, BatchView, Codec, TimestampType};

/// One record, borrowed from its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its offset.
    pub offset: Offset,
    /// Milliseconds since the epoch, -1 for none; the append time if the leader stamps.
    pub timestamp: i64,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// Its headers, not yet looked at.
    pub headers: Headers<'a>,
}

/// A header of a record. The key is text; nobody checks that it is UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name; names may repeat.
    pub key: &'a [u8],
    /// Its value.
    pub value: Option<&'a [u8]>,
}

/// The headers of a record: an iterator that parses as it goes. The first error ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Headers<'a> {
    count: u32,
    bytes: &'a [u8],
}

impl Headers<'_> {
    /// Headers left to come. At least two bytes stand behind each.
    pub fn count_left(&self) -> usize {
        self.count as usize
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Result<Header<'a>, RecordProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        let header = read_header(&mut self.bytes);
        if header.is_err() {
            self.count = 0;
        }
        Some(header)
    }
}

/// The records of a batch, unpacked. Borrows the batch unless it was compressed.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    header: BatchHeader,
    plain: Cow<'a, [u8]>,
}

/// Unpacks the records of a batch, of which no more than `limit` bytes may come out; a batch that
/// is not compressed is not copied and has no limit. The checksum is not looked at.
///
/// # Errors
/// [`BatchError::UnknownCodec`], [`BatchError::BadCompression`] or
/// [`BatchError::DecompressedTooLarge`].
pub fn records<'a>(batch: &BatchView<'a>, limit: usize) -> Result<Records<'a>, BatchError> {
    records_with(batch, limit, &mut CodecSpace::new())
}

/// [`records`], with the codecs' memory kept for the next batch.
///
/// # Errors
/// As [`records`].
pub fn records_with<'a>(
    batch: &BatchView<'a>,
    limit: usize,
    space: &mut CodecSpace,
) -> Result<Records<'a>, BatchError> {
    let header = *batch.header();
    let plain = match header.codec()? {
        Codec::None => Cow::Borrowed(batch.body()),
        codec => Cow::Owned(decompress(codec, batch.body(), limit, space)?),
    };
    Ok(Records { header, plain })
}

impl<'a> Records<'a> {
    /// The records of a batch whose block was unpacked elsewhere: what they borrow is `plain`.
    pub fn of_plain(header: BatchHeader, plain: &'a [u8]) -> Self {
        Self { header, plain: Cow::Borrowed(plain) }
    }
}

impl Records<'_> {
    /// The records, in order.
    pub fn iter(&self) -> RecordIter<'_> {
        RecordIter { header: self.header, rest: &self.plain, index: 0, failed: false }
    }

    /// Bytes of the plain block.
    pub fn plain_len(&self) -> usize {
        self.plain.len()
    }
}

impl<'r> IntoIterator for &'r Records<'_> {
    type Item = Result<Record<'r>, BatchError>;
    type IntoIter = RecordIter<'r>;

    fn into_iter(self) -> RecordIter<'r> {
        self.iter()
    }
}

/// Iterates records. The first error ends it; records fewer or more than the header counts are
/// such an error, given after the last record.
#[derive(Debug, Clone)]
pub struct RecordIter<'a> {
    header: BatchHeader,
    rest: &'a [u8],
    index: u32,
    failed: bool,
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = Result<Record<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let declared = self.header.record_count;
        if i64::from(self.index) >= i64::from(declared) {
            self.failed = true;
            return match (declared < 0, self.rest.is_empty()) {
                (true, _) => Some(Err(BatchError::BadRecordCount { declared })),
                (false, true) => None,
                (false, false) => Some(Err(BatchError::TrailingBytes)),
            };
        }
        let record = read_record(&mut self.rest, &self.header);
        let record = record.map_err(|problem| BatchError::BadRecord { index: self.index, problem });
        self.index += 1;
        self.failed = record.is_err();
        Some(record)
    }
}

fn read_record<'a>(rest: &mut &'a [u8], batch: &BatchHeader) -> Result<Record<'a>, RecordProblem> {
    let len = varint(rest).map_err(|_| RecordProblem::BadLengthVarint)?;
    let len = usize::try_from(len).map_err(|_| RecordProblem::BadLength)?;
    let mut body = take(rest, len).ok_or(RecordProblem::Truncated)?;
    // Attributes: no bit of them means anything yet.
    take(&mut body, 1).ok_or(RecordProblem::BadLength)?;
    let timestamp_delta = varlong(&mut body)?;
    let offset_delta = varint(&mut body)?;
    let key = field(&mut body)?;
    let value = field(&mut body)?;
    let count = u32::try_from(varint(&mut body)?).map_err(|_| RecordProblem::BadHeaderCount)?;
    // A header takes two bytes at least.
    if count as usize > body.len() / 2 {
        return Err(RecordProblem::BadHeaderCount);
    }
    if count == 0 && !body.is_empty() {
        return Err(RecordProblem::BadLength);
    }
    Ok(Record {
        offset: batch.base_offset.wrapping_add(i64::from(offset_delta)),
        timestamp: match batch.timestamp_type() {
            TimestampType::CreateTime => batch.base_timestamp.wrapping_add(timestamp_delta),
            TimestampType::LogAppendTime => batch.max_timestamp,
        },
        key,
        value,
        headers: Headers { count, bytes: body },
    })
}

fn read_header<'a>(rest: &mut &'a [u8]) -> Result<Header<'a>, RecordProblem> {
    let key = field(rest)?.ok_or(RecordProblem::BadHeaderKey)?;
    let value = field(rest)?;
    Ok(Header { key, value })
}

pub(crate) fn varint(rest: &mut &[u8]) -> Result<i32, RecordProblem> {
    let (value, len) = read_varint(rest).ok_or(RecordProblem::BadVarint)?;
    *rest = &rest[len..];
    Ok(value)
}

pub(crate) fn varlong(rest: &mut &[u8]) -> Result<i64, RecordProblem> {
    let (value, len) = read_varlong(rest).ok_or(RecordProblem::BadVarint)?;
    *rest = &rest[len..];
    Ok(value)
}

/// A field with its length in front; any negative length is a null, as Kafka reads it.
pub(crate) fn field<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, RecordProblem> {
    let Ok(len) = usize::try_from(varint(rest)?) else { return Ok(None) };
    take(rest, len).map(Some).ok_or(RecordProblem::BadFieldLength)
}

pub(crate) fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (front, back) = rest.split_at_checked(len)?;
    *rest = back;
    Some(front)
}
