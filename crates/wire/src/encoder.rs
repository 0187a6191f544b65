//! Writes the types of the protocol, leaving gaps where a file's bytes will be sent.

use crate::reader::STRING_BYTES_MAX;
use crate::value::{Records, Str};
use alloc::vec::Vec;
use bytes::Bytes;
use core::fmt;
use ottla_base::{Uuid, varint};

/// Why a message cannot be written at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    /// The field, by its name in the notation, or the message's name.
    pub field: &'static str,
    /// What was wrong there.
    pub kind: EncodeErrorKind,
}

/// What was wrong at a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncodeErrorKind {
    /// The field is set, does not exist in this version, and may not be left out silently.
    NotInVersion(i16),
    /// Null in a version that has no null there.
    Null,
    /// A string over [`STRING_BYTES_MAX`].
    StringTooLong(usize),
    /// More bytes or elements than a length on the wire can say.
    TooLong(usize),
    /// This version of the message does not exist.
    Version(i16),
}

impl EncodeError {
    pub(crate) fn not_in_version(field: &'static str, version: i16) -> Self {
        Self { field, kind: EncodeErrorKind::NotInVersion(version) }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match self.kind {
            EncodeErrorKind::NotInVersion(version) => {
                write!(f, "{field} is set, but version {version} has no such field")
            }
            EncodeErrorKind::Null => write!(f, "{field} is null, which it must not be"),
            EncodeErrorKind::StringTooLong(len) => {
                write!(f, "{field} is {len} bytes long, over the limit of {STRING_BYTES_MAX}")
            }
            EncodeErrorKind::TooLong(len) => write!(f, "{field} has {len} bytes or elements"),
            EncodeErrorKind::Version(version) => write!(f, "{field} has no version {version}"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// A place in encoded bytes where bytes from elsewhere belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Encoded bytes before the gap.
    pub at: usize,
    /// Bytes to send there.
    pub len: u32,
    /// Names the region to whoever sends it: the index of [`Records::Region`].
    pub index: u32,
}

/// Encoded bytes and the gaps between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Encoded {
    /// All bytes but those of the gaps.
    pub bytes: Vec<u8>,
    /// In the order of their places.
    pub gaps: Vec<Gap>,
}

/// A piece of an encoded message, in the order of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Bytes at hand.
    Bytes(&'a [u8]),
    /// Bytes from elsewhere.
    Gap(Gap),
}

impl Encoded {
    /// Bytes on the wire, gaps included.
    pub fn total_len(&self) -> usize {
        self.bytes.len() + self.gaps.iter().map(|gap| gap.len as usize).sum::<usize>()
    }

    /// The pieces in the order of sending; none is empty.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let mut start = 0;
        let ends = self.gaps.iter().map(|gap| (gap.at, Some(*gap)));
        let ends = ends.chain(core::iter::once((self.bytes.len(), None)));
        let pieces = ends.flat_map(move |(end, gap)| {
            let bytes = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            let bytes = (!bytes.is_empty()).then_some(Segment::Bytes(bytes));
            let gap = gap.filter(|gap| gap.len > 0).map(Segment::Gap);
            [bytes, gap]
        });
        pieces.flatten()
    }
}

/// Collects the bytes of a message.
#[derive(Debug, Default)]
pub struct Encoder {
    encoded: Encoded,
}

/// Tagged fields being written: where their number goes, and how many there are.
pub(crate) struct Tags {
    count_at: usize,
    count: u8,
}

impl Encoder {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one that will write into this buffer, which is cleared.
    pub fn reusing(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { encoded: Encoded { bytes, gaps: Vec::new() } }
    }

    /// Bytes so far, gaps included.
    pub fn total_len(&self) -> usize {
        self.encoded.total_len()
    }

    /// What has been written.
    pub fn finish(self) -> Encoded {
        self.encoded
    }

    /// Overwrites four bytes that were written before, as `int32`.
    pub(crate) fn patch_int32(&mut self, at: usize, value: i32) {
        if let Some(place) = self.encoded.bytes.get_mut(at..at + 4) {
            place.copy_from_slice(&value.to_be_bytes());
        }
    }

    pub(crate) fn check_version(
        &self,
        name: &'static str,
        version: i16,
        low: i16,
        high: i16,
    ) -> Result<(), EncodeError> {
        if (low..=high).contains(&version) {
            return Ok(());
        }
        Err(EncodeError { field: name, kind: EncodeErrorKind::Version(version) })
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.encoded.bytes.extend_from_slice(bytes);
    }

    /// Writes one byte, 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.raw(&[u8::from(value)]);
    }

    /// Writes one byte.
    pub fn int8(&mut self, value: i8) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes two bytes.
    pub fn int16(&mut self, value: i16) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes two bytes.
    pub fn uint16(&mut self, value: u16) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes four bytes.
    pub fn int32(&mut self, value: i32) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes four bytes.
    pub fn uint32(&mut self, value: u32) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes eight bytes.
    pub fn int64(&mut self, value: i64) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes eight bytes.
    pub fn float64(&mut self, value: f64) {
        self.raw(&value.to_be_bytes());
    }

    /// Writes sixteen bytes.
    pub fn uuid(&mut self, value: Uuid) {
        self.raw(&value.0);
    }

    /// Writes an unsigned varint.
    pub fn uvarint(&mut self, value: u32) {
        varint::put_uvarint(&mut self.encoded.bytes, value);
    }

    /// Writes a string.
    pub fn string(
        &mut self,
        flex: bool,
        value: &Str,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.nullable_string(flex, Some(value), field)
    }

    /// Writes a string or null.
    pub fn nullable_string(
        &mut self,
        flex: bool,
        value: Option<&Str>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let text = value.map(Str::as_bytes);
        match text.map_or(0, <[u8]>::len) {
            len if len > STRING_BYTES_MAX => {
                return Err(EncodeError { field, kind: EncodeErrorKind::StringTooLong(len) });
            }
            len if flex => self.uvarint(if text.is_some() { len as u32 + 1 } else { 0 }),
            len => self.int16(if text.is_some() { len as i16 } else { -1 }),
        }
        self.raw(text.unwrap_or_default());
        Ok(())
    }

    /// Writes bytes.
    pub fn bytes(
        &mut self,
        flex: bool,
        value: &Bytes,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.nullable_bytes(flex, Some(value), field)
    }

    /// Writes bytes or null.
    pub fn nullable_bytes(
        &mut self,
        flex: bool,
        value: Option<&Bytes>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.len(flex, value.map(|bytes| bytes.len()), field)?;
        self.raw(value.map(|bytes| bytes.as_ref()).unwrap_or_default());
        Ok(())
    }

    /// Writes record batches, or leaves a gap for them.
    pub fn records(
        &mut self,
        flex: bool,
        nullable: bool,
        value: &Records,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        match value {
            Records::Null if nullable => self.len(flex, None, field),
            Records::Null => Err(null(field)),
            Records::Bytes(bytes) => self.bytes(flex, bytes, field),
            Records::Region { len, index } => {
                self.len(flex, Some(*len as usize), field)?;
                let at = self.encoded.bytes.len();
                self.encoded.gaps.push(Gap { at, len: *len, index: *index });
                Ok(())
            }
        }
    }

    /// Writes an array.
    pub(crate) fn array<T>(
        &mut self,
        flex: bool,
        value: &[T],
        field: &'static str,
        element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.elements(flex, Some(value), field, element)
    }

    /// Writes an array or null.
    pub(crate) fn nullable_array<T>(
        &mut self,
        flex: bool,
        value: Option<&Vec<T>>,
        field: &'static str,
        element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.elements(flex, value.map(Vec::as_slice), field, element)
    }

    fn elements<T>(
        &mut self,
        flex: bool,
        value: Option<&[T]>,
        field: &'static str,
        mut element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.len(flex, value.map(<[T]>::len), field)?;
        value.unwrap_or_default().iter().try_for_each(|x| element(self, x))
    }

    /// Writes a struct that is always there.
    pub(crate) fn nested(
        &mut self,
        content: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        content(self)
    }

    /// Writes a struct or null, announced by a byte: 1 or -1.
    pub(crate) fn nullable_struct<T>(
        &mut self,
        value: Option<&T>,
        content: impl FnOnce(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.int8(if value.is_some() { 1 } else { -1 });
        value.map_or(Ok(()), |value| content(self, value))
    }

    /// Writes a tagged struct that may be null, announced by a varint: 1 or 0.
    pub(crate) fn nullable_tagged_struct<T>(
        &mut self,
        value: Option<&T>,
        content: impl FnOnce(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.uvarint(u32::from(value.is_some()));
        value.map_or(Ok(()), |value| content(self, value))
    }

    /// Begins the tagged fields of a struct.
    pub(crate) fn tags(&mut self) -> Tags {
        let count_at = self.encoded.bytes.len();
        self.raw(&[0]);
        Tags { count_at, count: 0 }
    }

    /// Writes a tagged field: tag, size, content.
    pub(crate) fn tag(
        &mut self,
        tags: &mut Tags,
        tag: u32,
        content: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        tags.count += 1;
        self.uvarint(tag);
        let start = self.encoded.bytes.len();
        content(self)?;
        // The size stands before the content, but is known after it: append it, rotate it there.
        let end = self.encoded.bytes.len();
        self.uvarint((end - start) as u32);
        let size_len = self.encoded.bytes.len() - end;
        if let Some(field) = self.encoded.bytes.get_mut(start..) {
            field.rotate_right(size_len);
        }
        Ok(())
    }

    /// Ends the tagged fields of a struct. No struct has more than 127, so their number is a byte.
    pub(crate) fn end_tags(&mut self, tags: Tags) {
        if let Some(place) = self.encoded.bytes.get_mut(tags.count_at) {
            *place = tags.count;
        }
    }

    /// Says that there are no tagged fields.
    pub(crate) fn no_tags(&mut self) {
        self.raw(&[0]);
    }

    fn len(
        &mut self,
        flex: bool,
        len: Option<usize>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let Some(len) = len else {
            if flex {
                self.uvarint(0)
            } else {
                self.int32(-1)
            }
            return Ok(());
        };
        match i32::try_from(len) {
            Ok(_) if flex => self.uvarint(len as u32 + 1),
            Ok(len) => self.int32(len),
            Err(_) => return Err(EncodeError { field, kind: EncodeErrorKind::TooLong(len) }),
        }
        Ok(())
    }
}

/// The value of a field that may not be null in this version.
pub(crate) fn required<'a, T>(
    value: &'a Option<T>,
    field: &'static str,
) -> Result<&'a T, EncodeError> {
    value.as_ref().ok_or(null(field))
}

fn null(field: &'static str) -> EncodeError {
    EncodeError { field, kind: EncodeErrorKind::Null }
}
