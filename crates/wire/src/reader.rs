//! Reads the types of the protocol from a buffer, and believes none of its lengths.

use crate::value::{Records, Str};
use alloc::vec::Vec;
use bytes::Bytes;
use core::fmt;
use ottla_base::{Uuid, varint};

/// Most elements of one array; Kafka 4.4 refuses more as well.
pub const ARRAY_LEN_MAX: usize = 1_000_000;
/// Most tagged fields of one struct; Kafka 4.4 refuses more as well.
pub const TAGGED_FIELDS_MAX: u32 = 10_000;
/// Most memory that an element of an array takes for each byte it takes on the wire at least.
/// Held at compile time, for every array there is.
pub const MEMORY_PER_WIRE_BYTE_MAX: usize = 64;
/// Longest string, in bytes, in every encoding of strings.
pub const STRING_BYTES_MAX: usize = i16::MAX as usize;

/// Why bytes are not the message they should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The field at which reading stopped, by its name in the notation; a message's name when
    /// the message as a whole cannot be read.
    pub field: &'static str,
    /// What was wrong there.
    pub kind: DecodeErrorKind,
}

/// What was wrong at a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// The field reaches beyond the end.
    Truncated {
        /// Bytes that the field would take.
        needed: usize,
        /// Bytes that there are.
        remaining: usize,
    },
    /// A varint that does not end, or does not fit 32 bits.
    Varint,
    /// A frame of less than nothing.
    NegativeLength(i32),
    /// Null where this version has no null.
    Null,
    /// A string over [`STRING_BYTES_MAX`].
    StringTooLong(usize),
    /// An array over [`ARRAY_LEN_MAX`].
    ArrayTooLong(usize),
    /// More than [`TAGGED_FIELDS_MAX`] tagged fields.
    TooManyTags(u32),
    /// A tagged field whose content is not as long as announced.
    TagSize {
        /// The field's tag.
        tag: u32,
    },
    /// This version of the message does not exist.
    Version(i16),
    /// No message has this key.
    Key(i16),
    /// Bytes are left behind the end of the message.
    Trailing(usize),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match &self.kind {
            DecodeErrorKind::Truncated { needed, remaining } => {
                write!(f, "{field} takes {needed} bytes, but only {remaining} remain")
            }
            DecodeErrorKind::Varint => write!(f, "{field} has a malformed varint"),
            DecodeErrorKind::NegativeLength(len) => write!(f, "{field} has invalid length {len}"),
            DecodeErrorKind::Null => write!(f, "{field} is null, which it must not be"),
            DecodeErrorKind::StringTooLong(len) => write!(f, "{field} has invalid length {len}"),
            DecodeErrorKind::ArrayTooLong(len) => {
                write!(f, "{field} has {len} elements, over the limit of {ARRAY_LEN_MAX}")
            }
            DecodeErrorKind::TooManyTags(count) => {
                write!(f, "{count} tagged fields, over the limit of {TAGGED_FIELDS_MAX}")
            }
            DecodeErrorKind::TagSize { tag } => {
                write!(f, "the field of tag {tag} is not as long as announced")
            }
            DecodeErrorKind::Version(version) => write!(f, "{field} has no version {version}"),
            DecodeErrorKind::Key(key) => write!(f, "{field} {key} is unknown"),
            DecodeErrorKind::Trailing(len) => write!(f, "{len} bytes behind the end of {field}"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// A position in a buffer. What it returns shares the buffer.
#[derive(Debug, Clone)]
pub struct Reader {
    bytes: Bytes,
    at: usize,
    reserved: usize,
}

impl Reader {
    /// A reader at the start of these bytes.
    pub fn new(bytes: Bytes) -> Self {
        Self { bytes, at: 0, reserved: 0 }
    }

    /// Bytes that have not been read.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Bytes of memory reserved for the arrays read so far, including those of messages that turned
    /// out to be malformed. Decoding reserves nothing else, but for strings that are not UTF-8.
    pub fn reserved(&self) -> usize {
        self.reserved
    }

    /// Everything that has not been read, as a slice of the buffer.
    pub fn rest(&self) -> Bytes {
        self.bytes.slice(self.at..)
    }

    /// Fails when bytes are left; `what` names the message in the error.
    pub fn finish(&self, what: &'static str) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(DecodeError { field: what, kind: DecodeErrorKind::Trailing(left) }),
        }
    }

    pub(crate) fn check_version(
        &self,
        name: &'static str,
        version: i16,
        low: i16,
        high: i16,
    ) -> Result<(), DecodeError> {
        if (low..=high).contains(&version) {
            return Ok(());
        }
        Err(DecodeError { field: name, kind: DecodeErrorKind::Version(version) })
    }

    fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>()) {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => Err(self.truncated(field, N)),
        }
    }

    fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        let kind = DecodeErrorKind::Truncated { needed, remaining: self.remaining() };
        DecodeError { field, kind }
    }

    /// Reads a byte; whatever is not zero is true.
    pub fn bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.int8(field)? != 0)
    }

    /// Reads one byte.
    pub fn int8(&mut self, field: &'static str) -> Result<i8, DecodeError> {
        Ok(i8::from_be_bytes(self.take(field)?))
    }

    /// Reads two bytes.
    pub fn int16(&mut self, field: &'static str) -> Result<i16, DecodeError> {
        Ok(i16::from_be_bytes(self.take(field)?))
    }

    /// Reads two bytes.
    pub fn uint16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.take(field)?))
    }

    /// Reads four bytes.
    pub fn int32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        Ok(i32::from_be_bytes(self.take(field)?))
    }

    /// Reads four bytes.
    pub fn uint32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.take(field)?))
    }

    /// Reads eight bytes.
    pub fn int64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.take(field)?))
    }

    /// Reads eight bytes.
    pub fn float64(&mut self, field: &'static str) -> Result<f64, DecodeError> {
        Ok(f64::from_be_bytes(self.take(field)?))
    }

    /// Reads sixteen bytes.
    pub fn uuid(&mut self, field: &'static str) -> Result<Uuid, DecodeError> {
        Ok(Uuid(self.take(field)?))
    }

    /// Reads an unsigned varint.
    pub fn uvarint(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match varint::read_uvarint(rest) {
            Some((value, len)) => {
                self.at += len;
                Ok(value)
            }
            None if rest.len() < varint::VARINT_BYTES_MAX && rest.iter().all(|b| *b >= 0x80) => {
                Err(self.truncated(field, rest.len() + 1))
            }
            None => Err(DecodeError { field, kind: DecodeErrorKind::Varint }),
        }
    }

    /// Reads a string.
    pub fn string(&mut self, flex: bool, field: &'static str) -> Result<Str, DecodeError> {
        self.nullable_string(flex, field)?.ok_or(null(field))
    }

    /// Reads a string or null.
    pub fn nullable_string(
        &mut self,
        flex: bool,
        field: &'static str,
    ) -> Result<Option<Str>, DecodeError> {
        let len = if flex { self.compact_len(field)? } else { i32::from(self.int16(field)?) };
        let Some(len) = known_len(len) else { return Ok(None) };
        if len > STRING_BYTES_MAX {
            return Err(DecodeError { field, kind: DecodeErrorKind::StringTooLong(len) });
        }
        Ok(Some(Str::from_utf8_lossy(self.slice(len, field)?)))
    }

    /// Reads bytes.
    pub fn bytes(&mut self, flex: bool, field: &'static str) -> Result<Bytes, DecodeError> {
        self.nullable_bytes(flex, field)?.ok_or(null(field))
    }

    /// Reads bytes or null.
    pub fn nullable_bytes(
        &mut self,
        flex: bool,
        field: &'static str,
    ) -> Result<Option<Bytes>, DecodeError> {
        let len = if flex { self.compact_len(field)? } else { self.int32(field)? };
        let Some(len) = known_len(len) else { return Ok(None) };
        Ok(Some(self.slice(len, field)?))
    }

    /// Reads record batches, without looking at them.
    pub fn records(
        &mut self,
        flex: bool,
        nullable: bool,
        field: &'static str,
    ) -> Result<Records, DecodeError> {
        match self.nullable_bytes(flex, field)? {
            Some(bytes) => Ok(Records::Bytes(bytes)),
            None if nullable => Ok(Records::Null),
            None => Err(null(field)),
        }
    }

    /// Reads an array whose elements take at least `MIN` bytes each.
    pub(crate) fn array<T, const MIN: usize>(
        &mut self,
        flex: bool,
        field: &'static str,
        element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.nullable_array::<T, MIN>(flex, field, element)?.ok_or(null(field))
    }

    /// Reads an array or null.
    pub(crate) fn nullable_array<T, const MIN: usize>(
        &mut self,
        flex: bool,
        field: &'static str,
        mut element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        const { assert!(size_of::<T>() <= MEMORY_PER_WIRE_BYTE_MAX * MIN) };
        let Some(len) = self.array_len(flex, MIN, field)? else { return Ok(None) };
        let mut elements = Vec::with_capacity(len);
        self.reserved += len * size_of::<T>();
        for _ in 0..len {
            elements.push(element(self)?);
        }
        Ok(Some(elements))
    }

    /// The length of an array, once it is certain that as many elements can follow.
    pub(crate) fn array_len(
        &mut self,
        flex: bool,
        bytes_min: usize,
        field: &'static str,
    ) -> Result<Option<usize>, DecodeError> {
        let len = if flex { self.compact_len(field)? } else { self.int32(field)? };
        let Some(len) = known_len(len) else { return Ok(None) };
        if len > ARRAY_LEN_MAX {
            return Err(DecodeError { field, kind: DecodeErrorKind::ArrayTooLong(len) });
        }
        let needed = len.saturating_mul(bytes_min);
        if needed > self.remaining() {
            return Err(self.truncated(field, needed));
        }
        Ok(Some(len))
    }

    /// Reads a struct that a byte announces: negative for null.
    pub(crate) fn nullable_struct<T>(
        &mut self,
        field: &'static str,
        content: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if self.int8(field)? < 0 { Ok(None) } else { content(self).map(Some) }
    }

    /// Reads a tagged struct that may be null: a varint announces it, zero for null.
    pub(crate) fn nullable_tagged_struct<T>(
        &mut self,
        field: &'static str,
        content: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if self.uvarint(field)? == 0 { Ok(None) } else { content(self).map(Some) }
    }

    /// Reads tagged fields; `known` reads the content of a tag, or says that it does not know it.
    pub(crate) fn tags(
        &mut self,
        mut known: impl FnMut(&mut Self, u32) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        let field = "tagged fields";
        let count = self.uvarint(field)?;
        if count > TAGGED_FIELDS_MAX {
            return Err(DecodeError { field, kind: DecodeErrorKind::TooManyTags(count) });
        }
        for _ in 0..count {
            let tag = self.uvarint(field)?;
            let size = self.uvarint(field)? as usize;
            if size > self.remaining() {
                return Err(self.truncated(field, size));
            }
            let end = self.at + size;
            if !known(self, tag)? {
                self.at = end;
            }
            if self.at != end {
                return Err(DecodeError { field, kind: DecodeErrorKind::TagSize { tag } });
            }
        }
        Ok(())
    }

    /// Reads tagged fields of a struct that has none of its own.
    pub(crate) fn skip_tags(&mut self) -> Result<(), DecodeError> {
        self.tags(|_, _| Ok(false))
    }

    /// A compact length: one more than the value, zero for null.
    fn compact_len(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        let len = i64::from(self.uvarint(field)?) - 1;
        i32::try_from(len).map_err(|_| self.truncated(field, usize::try_from(len).unwrap_or(0)))
    }

    fn slice(&mut self, len: usize, field: &'static str) -> Result<Bytes, DecodeError> {
        if len > self.remaining() {
            return Err(self.truncated(field, len));
        }
        let start = self.at;
        self.at += len;
        Ok(self.bytes.slice(start..self.at))
    }
}

fn null(field: &'static str) -> DecodeError {
    DecodeError { field, kind: DecodeErrorKind::Null }
}

/// `None` for a length that says null: -1, and to Apache Kafka 4.4 any other below zero as well.
fn known_len(len: i32) -> Option<usize> {
    usize::try_from(len).ok()
}

#[cfg(test)]
mod tests;
