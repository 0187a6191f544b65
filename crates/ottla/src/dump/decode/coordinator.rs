//! Records of the coordinators' topics: a key and a value, each behind its own version. The key's
//! version names the kind of record.

use bytes::Bytes;
use ottla_record::Record;
use ottla_wire::json::{self, Value};
use ottla_wire::{Kind, Reader};

use super::super::row::Cell;
use super::Decoded;

/// Whose topic it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `__consumer_offsets`.
    Group,
    /// `__transaction_state`.
    Transaction,
    /// `__share_group_state`.
    Share,
}

impl Family {
    fn kinds(self) -> (Kind, Kind) {
        match self {
            Self::Group => (Kind::GroupKey, Kind::GroupValue),
            Self::Transaction => (Kind::TransactionKey, Kind::TransactionValue),
            Self::Share => (Kind::ShareKey, Kind::ShareValue),
        }
    }
}

/// Key of a classic group's record.
const GROUP_METADATA: i16 = 2;

/// Key and value as JSON; in place of the key, why they cannot be read.
pub(super) fn decode(family: Family, record: &Record<'_>) -> Result<Decoded, String> {
    let offset = record.offset;
    let Some(key) = record.key else {
        return Err(format!(
            "Failed to decode message at offset {offset} using the specified decoder (message had a missing key)"
        ));
    };
    Ok(match read(family, key, record.value) {
        Ok((key, value)) => (Some(Cell::Json(key)), Some(value)),
        Err(Unreadable::Unknown(kind)) => {
            let text = format!("Unknown record type {kind} at offset {offset}, skipping.");
            (Some(Cell::Text(text)), None)
        }
        Err(Unreadable::Broken(why)) => {
            let text = format!("Error at offset {offset}, skipping. {why}");
            (Some(Cell::Text(text)), None)
        }
    })
}

enum Unreadable {
    Unknown(i16),
    Broken(String),
}

fn read(family: Family, key: &[u8], value: Option<&[u8]>) -> Result<(String, Cell), Unreadable> {
    let (key_kind, value_kind) = family.kinds();
    let (record_type, mut r) = versioned(key, "key")?;
    // The older format of offsets differs in its key alone.
    let wanted = if family == Family::Group && record_type == 0 { 1 } else { record_type };
    let shapes = json::find(key_kind, wanted).zip(json::find(value_kind, wanted));
    let Some((key_shape, value_shape)) = shapes else {
        return Err(Unreadable::Unknown(record_type));
    };
    let read_key = |r: &mut Reader| key_shape.read(r, key_shape.versions.0);
    let key = read_key(&mut r).map_err(|why| broken(record_type, "key", &why))?;
    let key = format!("{{\"type\":\"{record_type}\",\"data\":{key}}}");
    let Some(value) = value else { return Ok((key, Cell::Text("<DELETE>".to_owned()))) };
    let (version, mut r) = versioned(value, "value")?;
    let mut data =
        value_shape.read(&mut r, version).map_err(|why| broken(version, "value", &why))?;
    if family == Family::Group && record_type == GROUP_METADATA {
        open_consumer_protocol(&mut data);
    }
    Ok((key, Cell::Json(format!("{{\"version\":\"{version}\",\"data\":{data}}}"))))
}

fn versioned(bytes: &[u8], name: &str) -> Result<(i16, Reader), Unreadable> {
    let Some((version, rest)) = bytes.split_first_chunk() else {
        let why = format!("Could not read version from {name}'s buffer.");
        return Err(Unreadable::Broken(why));
    };
    Ok((i16::from_be_bytes(*version), Reader::new(Bytes::copy_from_slice(rest))))
}

fn broken(version: i16, name: &str, why: &dyn std::fmt::Display) -> Unreadable {
    Unreadable::Broken(format!(
        "Could not read record with version {version} from {name}'s buffer due to: {why}."
    ))
}

/// Consumers keep subscription and assignment in a format of their own, which is shown opened.
fn open_consumer_protocol(group: &mut Value) {
    let is_consumer = group.field("protocolType").and_then(Value::text) == Some("consumer");
    let Some(Value::Array(members)) = group.field_mut("members").filter(|_| is_consumer) else {
        return;
    };
    for member in members {
        open(member, "subscription", "ConsumerProtocolSubscription");
        open(member, "assignment", "ConsumerProtocolAssignment");
    }
}

/// What cannot be read stays as it is.
fn open(member: &mut Value, field: &str, message: &str) {
    let Some(place) = member.field_mut(field) else { return };
    let (Value::Bytes(bytes), Some(shape)) = (&*place, json::by_name(message)) else { return };
    let Ok((version, mut r)) = versioned(bytes, field) else { return };
    if let Ok(opened) = shape.read(&mut r, version.min(shape.versions.1)) {
        *place = opened;
    }
}
