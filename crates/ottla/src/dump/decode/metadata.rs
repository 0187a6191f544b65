//! Records of `__cluster_metadata`: a frame version, a key, a version, the message.

use bytes::Bytes;
use ottla_record::Record;
use ottla_wire::{Kind, Reader, json};

use super::super::row::Cell;

const FRAME_VERSION: u32 = 1;

/// The record as JSON, or why it cannot be read.
pub(super) fn decode(record: &Record<'_>) -> Cell {
    let offset = record.offset;
    match read(record.value.unwrap_or_default()) {
        Ok(text) => Cell::Json(text),
        Err(why) => Cell::Text(format!("Error at {offset}, skipping. {why}")),
    }
}

fn read(value: &[u8]) -> Result<String, String> {
    let mut r = Reader::new(Bytes::copy_from_slice(value));
    let frame = number(&mut r, "frame version")?;
    if frame == 0 {
        // As the preview of KRaft in Kafka 2.8 wrote them.
        return Err("Could not deserialize metadata record with frame version 0. Note that \
                    upgrades from the preview release of KRaft in 2.8 to newer versions are not \
                    supported."
            .to_owned());
    }
    if frame != FRAME_VERSION {
        return Err(format!(
            "Could not deserialize metadata record due to unknown frame version {frame}(only frame version {FRAME_VERSION} is supported)"
        ));
    }
    let key = number(&mut r, "type")?;
    let version = number(&mut r, "version")?;
    let unknown = || {
        format!(
            "org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id {key}"
        )
    };
    let shape = i16::try_from(key).ok().and_then(|key| json::find(Kind::MetadataRecord, key));
    let shape = shape.ok_or_else(unknown)?;
    let version = i16::try_from(version).unwrap_or(i16::MAX);
    let data = shape.read(&mut r, version);
    let data = data.map_err(|_| format!("Failed to deserialize record with type {key}"))?;
    if r.remaining() > 0 {
        return Err(format!("Found {} byte(s) of garbage after {key}", r.remaining()));
    }
    let name = type_name(shape.name);
    Ok(format!("{{\"type\":\"{name}\",\"version\":{version},\"data\":{data}}}"))
}

fn number(r: &mut Reader, what: &'static str) -> Result<u32, String> {
    let value = r.uvarint(what).map_err(|_| format!("Error while reading {what}"))?;
    if value > i16::MAX as u32 {
        return Err(format!("Value for {what} was too large."));
    }
    Ok(value)
}

/// `REGISTER_BROKER_RECORD` for `RegisterBrokerRecord`.
fn type_name(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}
