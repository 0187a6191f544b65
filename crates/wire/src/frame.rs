//! Whole frames: a length, a header, a message; and the frame around metadata records.

use crate::{
    ApiKey, DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind, Encoded, Encoder, Message,
    MetadataRecord, Reader, Request, RequestHeader, ResponseHeader, Str,
};
use alloc::vec::Vec;
use bytes::Bytes;

/// Bytes of the length before a frame.
pub const LENGTH_BYTES: usize = 4;

/// Version of the frame around records in `__cluster_metadata`.
const METADATA_FRAME_VERSION: u32 = 1;

/// Writes a request with its header and the length before both.
pub fn request<R: Request>(
    body: &R,
    version: i16,
    correlation_id: i32,
    client_id: Option<Str>,
) -> Result<Encoded, EncodeError> {
    let header = RequestHeader {
        request_api_key: R::API.code(),
        request_api_version: version,
        correlation_id,
        client_id,
    };
    framed(|w| {
        header.encode(w, R::API.request_header_version(version))?;
        body.encode(w, version)
    })
}

/// Writes a response with its header and the length before both, gaps counted.
pub fn response<M: Message>(
    api: ApiKey,
    body: &M,
    version: i16,
    correlation_id: i32,
) -> Result<Encoded, EncodeError> {
    framed(|w| {
        let header = ResponseHeader { correlation_id };
        header.encode(w, api.response_header_version(version))?;
        body.encode(w, version)
    })
}

/// Writes a length and, behind it, what `content` writes.
pub fn framed(
    content: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> Result<Encoded, EncodeError> {
    let mut w = Encoder::new();
    w.int32(0);
    content(&mut w)?;
    let len = w.total_len() - LENGTH_BYTES;
    let kind = EncodeErrorKind::TooLong(len);
    w.patch_int32(0, i32::try_from(len).map_err(|_| EncodeError { field: "frame", kind })?);
    Ok(w.finish())
}

/// The length that these first bytes of a frame announce, or `None` while there are too few.
/// A negative length, or one over `len_max`, is an error: the connection cannot go on.
pub fn length(bytes: &[u8], len_max: usize) -> Result<Option<usize>, DecodeError> {
    let Some(first) = bytes.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
    let len = i32::from_be_bytes(*first);
    match usize::try_from(len) {
        Ok(len) if len <= len_max => Ok(Some(len)),
        Ok(len) => Err(DecodeError {
            field: "frame",
            kind: DecodeErrorKind::Truncated { needed: len, remaining: len_max },
        }),
        Err(_) => Err(DecodeError { field: "frame", kind: DecodeErrorKind::NegativeLength(len) }),
    }
}

/// Reads the value of a record in `__cluster_metadata`: frame version, key, version, record.
/// Returns the record and its version.
pub fn metadata_record(value: Bytes) -> Result<(MetadataRecord, i16), DecodeError> {
    let mut r = Reader::new(value);
    let frame = r.uvarint("frame version")?;
    if frame != METADATA_FRAME_VERSION {
        let kind = DecodeErrorKind::Version(i16::try_from(frame).unwrap_or(i16::MAX));
        return Err(DecodeError { field: "metadata frame", kind });
    }
    let key = small(r.uvarint("MetadataRecord key")?);
    let version = small(r.uvarint("MetadataRecord version")?);
    let record = MetadataRecord::decode(&mut r, key, version)?;
    r.finish("MetadataRecord")?;
    Ok((record, version))
}

/// Writes the value of a record in `__cluster_metadata`.
pub fn metadata_value(record: &MetadataRecord, version: i16) -> Result<Vec<u8>, EncodeError> {
    let mut w = Encoder::new();
    w.uvarint(METADATA_FRAME_VERSION);
    w.uvarint(record.key() as u32);
    w.uvarint(version as u32);
    record.encode(&mut w, version)?;
    Ok(w.finish().bytes)
}

/// Writes a record's bytes behind a number of two bytes: the version of a group, transaction or
/// share value, or the type of such a key (whose content is always of version 0).
pub fn prefixed(
    number: i16,
    content: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> Result<Vec<u8>, EncodeError> {
    let mut w = Encoder::new();
    w.int16(number);
    content(&mut w)?;
    Ok(w.finish().bytes)
}

/// Takes the number of two bytes off a group, transaction or share record: the version of a value,
/// the type of a key. The reader stands behind it.
pub fn split_prefix(bytes: Bytes) -> Result<(i16, Reader), DecodeError> {
    let mut r = Reader::new(bytes);
    Ok((r.int16("record prefix")?, r))
}

/// Out of range becomes the largest, which no key or version is.
fn small(number: u32) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}
