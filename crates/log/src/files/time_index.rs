//! `N.timeindex`: how timestamps grow along `N.log`. Entries of 12 bytes, timestamps strictly
//! growing: a timestamp (i64), and an offset less the base offset (i32) such that every record of
//! the segment with a larger timestamp lies behind it. The last entry, written when the segment is
//! rolled or closed, holds the segment's largest timestamp.

use super::field;

/// Bytes of an entry.
pub const ENTRY_BYTES: u64 = 12;

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeEntry {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// Last offset of the batch that brought the timestamp, less the segment's base offset.
    pub relative_offset: u32,
}

impl TimeEntry {
    /// The entry as it is stored.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut out = [0; 12];
        out[..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..].copy_from_slice(&self.relative_offset.to_be_bytes());
        out
    }

    /// The entry these bytes hold.
    pub fn from_bytes(bytes: [u8; 12]) -> Self {
        Self {
            timestamp: i64::from_be_bytes(field(&bytes, 0).unwrap_or_default()),
            relative_offset: u32::from_be_bytes(field(&bytes, 8).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_is_timestamp_then_relative_offset() {
        let entry = TimeEntry { timestamp: 0x0102_0304_0506_0708, relative_offset: 9 };
        assert_eq!(entry.to_bytes(), [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9]);
        assert_eq!(TimeEntry::from_bytes(entry.to_bytes()), entry);
    }
}
