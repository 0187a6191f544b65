//! Records as the bytes of `__cluster_metadata`: unsigned varints frame version (1), record type
//! and version, then the message. The version follows from `metadata.version`.

mod from_wire;
mod to_wire;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use ottla_base::varint::{put_uvarint, read_uvarint};
use ottla_wire::{Encoder, MetadataRecord, Reader};

use crate::metadata_version::MetadataVersion;
use crate::record::Record;

/// The only version of the frame there is.
const FRAME_VERSION: u32 = 1;

/// A record value that this program cannot read or write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError(pub String);

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for RecordError {}

/// The value of a record in the log, in the newest version that `metadata_version` allows.
///
/// # Errors
/// When a field does not fit the format (a name of more than 32,767 bytes).
pub fn encode(record: &Record, metadata_version: MetadataVersion) -> Result<Vec<u8>, RecordError> {
    let (message, version) = to_wire::to_wire(record, metadata_version);
    let mut bytes = Vec::new();
    put_uvarint(&mut bytes, FRAME_VERSION);
    put_uvarint(&mut bytes, message.key() as u32);
    put_uvarint(&mut bytes, version as u32);
    let mut encoder = Encoder::new();
    message
        .encode(&mut encoder, version)
        .map_err(|error| RecordError(format!("{} cannot be written: {error}", message.name())))?;
    for segment in encoder.finish().segments() {
        if let ottla_wire::Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    Ok(bytes)
}

/// Reads the value of a record in the log.
///
/// # Errors
/// When it is damaged, or of a type or version of the future: reading on without it would make
/// another cluster of this one.
pub fn decode(value: &[u8]) -> Result<Record, RecordError> {
    let mut rest = value;
    let mut number = |what: &str| -> Result<u32, RecordError> {
        let (number, len) = read_uvarint(rest)
            .ok_or_else(|| RecordError(format!("metadata record ends in its {what}")))?;
        rest = &rest[len..];
        Ok(number)
    };
    let frame_version = number("frame version")?;
    if frame_version != FRAME_VERSION {
        return Err(RecordError(format!(
            "metadata record has frame version {frame_version}; this program reads {FRAME_VERSION}"
        )));
    }
    let (key, version) = (number("type")?, number("version")?);
    let (Ok(key), Ok(version)) = (i16::try_from(key), i16::try_from(version)) else {
        return Err(RecordError(format!("metadata record has type {key}, version {version}")));
    };
    let Some(versions) = MetadataRecord::versions(key) else {
        return Err(RecordError(format!(
            "metadata record type {key} (version {version}) is unknown: a newer Kafka wrote it"
        )));
    };
    if !versions.contains(&version) {
        return Err(RecordError(format!(
            "metadata record type {key} has version {version}; this program reads {} to {}: a \
             newer Kafka wrote it",
            versions.start(),
            versions.end()
        )));
    }
    let mut reader = Reader::new(rest.to_vec().into());
    let message = MetadataRecord::decode(&mut reader, key, version)
        .and_then(|message| reader.finish(message.name()).map(|()| message))
        .map_err(|error| RecordError(error.to_string()))?;
    from_wire::from_wire(message)
}
