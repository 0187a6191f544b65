//! What the generated tables say of a stored record.

use crate::message::Kind;

/// A stored record: its own fields, and those of the structs inside.
#[derive(Debug)]
pub struct Shape {
    /// The family of records it belongs to.
    pub kind: Kind,
    /// Its key in that family; -1 for [`Kind::Data`].
    pub key: i16,
    /// Kafka's name for it.
    pub name: &'static str,
    /// First and last version there is.
    pub versions: (i16, i16),
    /// First version with compact types and tagged fields; `i16::MAX` when there is none.
    pub flexible_from: i16,
    /// Its fields in order, those with a tag among them.
    pub fields: &'static [Field],
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its type, or that of its elements.
    pub kind: Type,
    /// Whether it is an array.
    pub is_array: bool,
    /// First and last version that has it.
    pub versions: (i16, i16),
    /// First and last version in which it may be null.
    pub nullable: Option<(i16, i16)>,
    /// Its tag, if it has one.
    pub tag: Option<u32>,
    /// What it is when it has a tag and is not there.
    pub unset: Unset,
}

/// The type of a field.
#[derive(Debug)]
pub enum Type {
    /// A byte.
    Bool,
    /// One byte, signed.
    Int8,
    /// Two bytes, signed.
    Int16,
    /// Two bytes.
    Uint16,
    /// Four bytes, signed.
    Int32,
    /// Four bytes.
    Uint32,
    /// Eight bytes, signed.
    Int64,
    /// Eight bytes, IEEE 754.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// Text.
    String,
    /// Bytes.
    Bytes,
    /// Record batches.
    Records,
    /// These fields.
    Struct(&'static [Field]),
}

/// The default of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// Zero, false, no text, no elements.
    Empty,
    /// Null.
    Null,
    /// True.
    True,
    /// This number.
    Int(i64),
}

impl Shape {
    /// Whether there is such a version.
    pub fn has_version(&self, version: i16) -> bool {
        is_in(version, self.versions)
    }
}

/// Whether a version lies between two, both included.
pub(super) fn is_in(version: i16, (low, high): (i16, i16)) -> bool {
    (low..=high).contains(&version)
}
