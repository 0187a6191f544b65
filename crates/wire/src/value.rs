//! The values of messages that the standard library has no type for: shared strings, record data.

use alloc::borrow::Cow;
use alloc::string::String;
use bytes::Bytes;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

use crate::java_text;

/// A string that shares the buffer it was read from; a clone copies no text.
///
/// It keeps that whole buffer alive: what outlives the request takes a copy
/// ([`Str::detached`], or `to_string`).
#[derive(Clone, Default)]
pub struct Str {
    /// Valid UTF-8: every constructor checks or is given a `str`.
    bytes: Bytes,
}

impl Str {
    /// The string of these bytes. What is not UTF-8 becomes U+FFFD, as Kafka reads it.
    pub fn from_utf8_lossy(bytes: Bytes) -> Self {
        match java_text(&bytes) {
            Cow::Borrowed(_) => Self { bytes },
            Cow::Owned(text) => Self::from(text),
        }
    }

    /// A string of the program, without a copy.
    pub const fn from_static(text: &'static str) -> Self {
        Self { bytes: Bytes::from_static(text.as_bytes()) }
    }

    /// The text. Costs a UTF-8 check, since this crate may not skip it; cheap for names.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The text's UTF-8 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A copy of its own, which does not keep the buffer it came from.
    pub fn detached(&self) -> Self {
        Self { bytes: Bytes::copy_from_slice(&self.bytes) }
    }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self { bytes: Bytes::copy_from_slice(text.as_bytes()) }
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self { bytes: Bytes::from(text.into_bytes()) }
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Str> for String {
    fn from(text: Str) -> Self {
        Self::from(text.as_str())
    }
}

// Equality and order are those of the bytes, which for UTF-8 are those of `str`.

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

/// The record batches of a Produce, Fetch, ShareFetch or FetchSnapshot partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Records {
    /// No field at all, which is not the same as an empty one.
    #[default]
    Null,
    /// The batches themselves; decoding gives a slice of the buffer that was read.
    Bytes(Bytes),
    /// Left out of the encoded bytes: the connection sends `len` bytes in this place, from the
    /// file region it knows by `index`.
    Region {
        /// Bytes to come in this place.
        len: u32,
        /// Names the region to whoever sends it.
        index: u32,
    },
}

impl Records {
    /// Bytes that the field's content takes on the wire.
    pub fn len(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::Bytes(bytes) => bytes.len(),
            Self::Region { len, .. } => *len as usize,
        }
    }

    /// Whether there is no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batches held in memory, if they are.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Null | Self::Region { .. } => None,
        }
    }
}

impl From<Bytes> for Records {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::string::ToString;

    #[test]
    fn a_string_is_found_by_its_text() {
        let mut map = BTreeMap::new();
        map.insert(Str::from("topic"), 1);
        assert_eq!(map.get("topic"), Some(&1));
        assert_eq!(Str::from_static("b").cmp(&Str::from("a")), Ordering::Greater);
    }

    #[test]
    fn what_is_not_utf8_is_replaced_as_by_java() {
        let text = Str::from_utf8_lossy(Bytes::from_static(b"a\xff\xe2\x82b"));
        assert_eq!(text.to_string(), "a\u{fffd}\u{fffd}b");
    }

    #[test]
    fn a_string_shares_the_buffer_it_was_read_from() {
        let buffer = Bytes::from(b"topic".to_vec());
        let text = Str::from_utf8_lossy(buffer.slice(..));
        assert_eq!(text.as_bytes().as_ptr(), buffer.as_ptr());
        assert_ne!(text.detached().as_bytes().as_ptr(), buffer.as_ptr());
    }
}
