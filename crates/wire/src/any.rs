//! Messages by kind, key and version: for dump tools, fuzzers and tests that go over all of them.

use crate::message::{Kind, Message};
use crate::{DecodeError, DecodeErrorKind, EncodeError, Encoder, Reader};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use bytes::Bytes;
use core::fmt;
use core::ops::RangeInclusive;

pub use crate::generated::MESSAGES;

/// A message type, with what can be done without naming it.
#[derive(Debug)]
pub struct AnyMessage {
    /// What it is for.
    pub kind: Kind,
    /// Its key among those of its kind; -1 for [`Kind::Data`].
    pub key: i16,
    /// Kafka's name for it.
    pub name: &'static str,
    /// The versions there are.
    pub versions: RangeInclusive<i16>,
    /// First version with compact types and tagged fields; `i16::MAX` when there is none.
    pub flexible_from: i16,
    transcode: fn(Bytes, i16, i16) -> Result<Vec<u8>, AnyError>,
    decode: fn(&mut Reader, i16) -> Result<(), DecodeError>,
    describe: fn(Bytes, i16) -> Result<String, DecodeError>,
    default_bytes: fn(i16) -> Result<Vec<u8>, EncodeError>,
}

/// Why bytes did not survive reading and writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyError {
    /// They cannot be read.
    Decode(DecodeError),
    /// What was read cannot be written.
    Encode(EncodeError),
}

impl fmt::Display for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AnyError {}

/// Calls `f` with every message type.
pub fn for_each_message(mut f: impl FnMut(&AnyMessage)) {
    for message in MESSAGES {
        f(message);
    }
}

/// The message type of this kind and key. [`Kind::Data`] is found [by name](by_name) instead.
pub fn find(kind: Kind, key: i16) -> Option<&'static AnyMessage> {
    MESSAGES.iter().find(|message| message.kind == kind && message.key == key)
}

/// The message type of this name, which is unique but for family keys of one name.
pub fn by_name(name: &str) -> Option<&'static AnyMessage> {
    MESSAGES.iter().find(|message| message.name == name)
}

/// Reads bytes as a message and writes that again.
pub fn roundtrip(kind: Kind, key: i16, version: i16, bytes: Bytes) -> Result<Vec<u8>, AnyError> {
    match find(kind, key) {
        Some(message) => message.roundtrip(version, bytes),
        None => {
            let kind = DecodeErrorKind::Key(key);
            Err(AnyError::Decode(DecodeError { field: "message key", kind }))
        }
    }
}

impl AnyMessage {
    /// The entry of a message type.
    pub(crate) const fn of<M: Message>() -> Self {
        Self {
            kind: M::KIND,
            key: M::KEY,
            name: M::NAME,
            versions: M::VERSIONS,
            flexible_from: M::FLEXIBLE_FROM,
            transcode: transcode_as::<M>,
            decode: |r, version| M::decode(r, version).map(|_| ()),
            describe: |bytes, version| {
                Ok(format!("{:#?}", M::decode(&mut Reader::new(bytes), version)?))
            },
            default_bytes: |version| {
                let mut w = Encoder::new();
                M::default().encode(&mut w, version)?;
                Ok(w.finish().bytes)
            },
        }
    }

    /// Reads bytes as this message and writes that again. All bytes must belong to it.
    pub fn roundtrip(&self, version: i16, bytes: Bytes) -> Result<Vec<u8>, AnyError> {
        self.transcode(version, version, bytes)
    }

    /// Reads bytes as version `from` of this message and writes version `to`.
    pub fn transcode(&self, from: i16, to: i16, bytes: Bytes) -> Result<Vec<u8>, AnyError> {
        (self.transcode)(bytes, from, to)
    }

    /// Reads this message, and drops it. Bytes behind its end stay in the reader.
    pub fn decode(&self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        (self.decode)(r, version)
    }

    /// Reads bytes as this message and spells it out, for people.
    pub fn describe(&self, version: i16, bytes: Bytes) -> Result<String, DecodeError> {
        (self.describe)(bytes, version)
    }

    /// The bytes of a message in which every field has its default.
    pub fn default_bytes(&self, version: i16) -> Result<Vec<u8>, EncodeError> {
        (self.default_bytes)(version)
    }
}

fn transcode_as<M: Message>(bytes: Bytes, from: i16, to: i16) -> Result<Vec<u8>, AnyError> {
    let mut r = Reader::new(bytes);
    let message = M::decode(&mut r, from).map_err(AnyError::Decode)?;
    r.finish(M::NAME).map_err(AnyError::Decode)?;
    let mut w = Encoder::new();
    message.encode(&mut w, to).map_err(AnyError::Encode)?;
    Ok(w.finish().bytes)
}
