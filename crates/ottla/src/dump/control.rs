//! What a control record says, at the end of its line.

use bytes::Bytes;
use ottla_record::{ControlType, EndTxnMarker, Record};
use ottla_wire::{Reader, json};

use super::row::{Cell, Row};

/// Adds what the record says.
pub(super) fn describe(record: &Record<'_>, row: &mut Row) -> Result<(), String> {
    let offset = record.offset;
    let key = record.key.unwrap_or_default();
    let id = key.get(2..4).and_then(|id| id.first_chunk()).copied().map(i16::from_be_bytes);
    let Some(id) = id else {
        return Err(format!(
            "the control record at offset {offset} has a key of {} bytes",
            key.len()
        ));
    };
    let value = record.value.unwrap_or_default();
    let Some(control_type) = ControlType::of_key(key) else {
        row.add("controlType", format!("UNKNOWN({id})"));
        return Ok(());
    };
    let (name, message) = match control_type {
        ControlType::Abort | ControlType::Commit => {
            let marker = EndTxnMarker::parse(value).ok_or_else(|| {
                format!("the transaction marker at offset {offset} cannot be read")
            })?;
            let which = if control_type == ControlType::Commit { "COMMIT" } else { "ABORT" };
            row.add("endTxnMarker", which);
            row.add("coordinatorEpoch", i64::from(marker.coordinator_epoch));
            return Ok(());
        }
        ControlType::LeaderChange => ("LeaderChange", "LeaderChangeMessage"),
        ControlType::SnapshotHeader => ("SnapshotHeader", "SnapshotHeaderRecord"),
        ControlType::SnapshotFooter => ("SnapshotFooter", "SnapshotFooterRecord"),
        ControlType::KRaftVersion => ("KRaftVersion", "KRaftVersionRecord"),
        ControlType::KRaftVoters => ("KRaftVoters", "VotersRecord"),
    };
    let text = structure(message, value)
        .map_err(|why| format!("the control record at offset {offset} cannot be read: {why}"))?;
    if control_type == ControlType::LeaderChange {
        row.add(name, Cell::Json(text));
    } else {
        row.add_bare(name, Cell::Json(text));
    }
    Ok(())
}

/// These structures begin with their own version.
fn structure(name: &str, value: &[u8]) -> Result<String, String> {
    let version = value.first_chunk().copied().map(i16::from_be_bytes);
    let (Some(version), Some(shape)) = (version, json::by_name(name)) else {
        return Err("it is empty".to_owned());
    };
    let mut r = Reader::new(Bytes::copy_from_slice(value));
    shape.read(&mut r, version).map(|value| value.to_string()).map_err(|why| why.to_string())
}
