//! Messages of the coordinators' topics as JSON, a line each: keys and values have a version in
//! front, and the key's says what kind of record it is. Messages of other kinds are left out.

use bytes::Bytes;
use ottla_client::ConsumerRecord;
use ottla_wire::json::{self, Value};
use ottla_wire::{Kind, Reader};

/// Which messages a formatter prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Committed offsets.
    Offsets,
    /// Classic groups.
    Groups,
    /// Transactions.
    Transactions,
    /// State of share groups.
    ShareState,
}

impl Family {
    fn kinds(self) -> (Kind, Kind) {
        match self {
            Self::Offsets | Self::Groups => (Kind::GroupKey, Kind::GroupValue),
            Self::Transactions => (Kind::TransactionKey, Kind::TransactionValue),
            Self::ShareState => (Kind::ShareKey, Kind::ShareValue),
        }
    }

    /// Whether a record of this type is printed.
    fn prints(self, record_type: i16) -> bool {
        match self {
            Self::Offsets => record_type <= 1,
            Self::Groups => record_type == 2,
            Self::Transactions | Self::ShareState => true,
        }
    }
}

/// Prints a message, if it is of the family.
///
/// # Errors
/// It cannot be read.
pub(super) fn write(
    family: Family,
    record: &ConsumerRecord,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let Some((record_type, mut reader)) = record.key.as_ref().and_then(versioned) else {
        return Ok(());
    };
    if !family.prints(record_type) {
        return Ok(());
    }
    let (key_kind, value_kind) = family.kinds();
    // The older format of offsets differs in its key alone.
    let wanted = if family == Family::Offsets && record_type == 0 { 1 } else { record_type };
    let shapes = json::find(key_kind, wanted).zip(json::find(value_kind, wanted));
    let Some((key_shape, value_shape)) = shapes else { return Ok(()) };
    let wrong =
        |why: &dyn std::fmt::Display| format!("offset {} cannot be read: {why}", record.offset);
    let key = key_shape.read(&mut reader, key_shape.versions.0).map_err(|why| wrong(&why))?;
    let value = match record.value.as_ref().map(versioned) {
        None => "null".to_owned(),
        Some(None) => return Err(wrong(&"its value has no version")),
        Some(Some((version, mut reader))) => {
            let data: Value = value_shape.read(&mut reader, version).map_err(|why| wrong(&why))?;
            format!("{{\"version\":{version},\"data\":{data}}}")
        }
    };
    let line = format!("{{\"key\":{{\"type\":{record_type},\"data\":{key}}},\"value\":{value}}}\n");
    out.extend_from_slice(line.as_bytes());
    Ok(())
}

fn versioned(bytes: &Bytes) -> Option<(i16, Reader)> {
    let (version, _) = bytes.split_first_chunk()?;
    Some((i16::from_be_bytes(*version), Reader::new(bytes.slice(2..))))
}
