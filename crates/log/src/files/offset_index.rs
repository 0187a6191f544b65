//! `N.index`: where in `N.log` some batches begin. Entries of 8 bytes, growing: the last offset of
//! a batch less the segment's base offset (i32), and the position of that batch (i32).

/// Bytes of an entry.
pub const ENTRY_BYTES: u64 = 8;

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OffsetEntry {
    /// Last offset of the batch at `position`, less the segment's base offset.
    pub relative_offset: u32,
    /// Byte position of the batch in the segment.
    pub position: u32,
}

impl OffsetEntry {
    /// The entry as it is stored.
    pub fn to_bytes(self) -> [u8; 8] {
        ((u64::from(self.relative_offset) << 32) | u64::from(self.position)).to_be_bytes()
    }

    /// The entry these bytes hold.
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        let bits = u64::from_be_bytes(bytes);
        Self { relative_offset: (bits >> 32) as u32, position: bits as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_is_two_big_endian_numbers() {
        let entry = OffsetEntry { relative_offset: 0x0102_0304, position: 0x1122_3344 };
        assert_eq!(entry.to_bytes(), [1, 2, 3, 4, 0x11, 0x22, 0x33, 0x44]);
        assert_eq!(OffsetEntry::from_bytes(entry.to_bytes()), entry);
    }
}
