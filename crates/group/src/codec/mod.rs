//! Records as the bytes of `__consumer_offsets`. A key is an i16 that says what it is and then the
//! message; a value is an i16 version and then the message.

mod from_wire;
mod to_wire;

use alloc::format;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_coordinator::{KeyValue, RecordError};
use ottla_wire::{EncodeError, Encoder, GroupKey, GroupValue, Reader, Segment};

use crate::record::Record;

/// A record as it is stored, in the versions that Apache Kafka 4.4 writes.
///
/// # Errors
/// A name of more than 32,767 bytes.
pub(crate) fn encode(record: &Record) -> Result<KeyValue, RecordError> {
    let (key, value) = to_wire::to_wire(record);
    let refused =
        |error: EncodeError| RecordError(format!("{} cannot be written: {error}", key.name()));
    let mut encoder = Encoder::new();
    encoder.int16(key.key());
    key.encode(&mut encoder, 0).map_err(refused)?;
    let stored_key = concat(encoder);
    let value = match value {
        None => None,
        Some((value, version)) => {
            let mut encoder = Encoder::new();
            encoder.int16(version);
            value.encode(&mut encoder, version).map_err(refused)?;
            Some(concat(encoder))
        }
    };
    Ok(KeyValue { key: stored_key, value })
}

fn concat(encoder: Encoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for segment in encoder.finish().segments() {
        if let Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    bytes
}

/// A stored record; `None` for one of a group type that this program does not serve, or of the
/// future.
///
/// # Errors
/// It is damaged.
pub(crate) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Record>, RecordError> {
    let mut reader = Reader::new(Bytes::copy_from_slice(key));
    let kind = reader.int16("key type").map_err(damaged)?;
    if GroupKey::versions(kind).is_none() {
        return Ok(None);
    }
    let key = GroupKey::decode(&mut reader, kind, 0).map_err(damaged)?;
    let value = match value {
        None => None,
        Some(value) => {
            let mut reader = Reader::new(Bytes::copy_from_slice(value));
            let version = reader.int16("value version").map_err(damaged)?;
            // The two keys of an offset have the same value.
            let family = if kind == 0 { 1 } else { kind };
            match GroupValue::versions(family) {
                Some(versions) if versions.contains(&version) => {}
                _ => return Ok(None),
            }
            Some(GroupValue::decode(&mut reader, family, version).map_err(damaged)?)
        }
    };
    Ok(from_wire::from_wire(key, value))
}

fn damaged(error: ottla_wire::DecodeError) -> RecordError {
    RecordError(format!("{error}"))
}
