//! CRC-32C (Castagnoli), the checksum of record batches and producer snapshots.
//! Not CRC-32 (IEEE): that one compiles just as well and is wrong.

use crc_fast::{CrcAlgorithm, Digest};

/// CRC-32C of `bytes` in one pass, with the widest instructions the processor has.
pub fn crc32c(bytes: &[u8]) -> u32 {
    crc_fast::checksum(CrcAlgorithm::Crc32Iscsi, bytes) as u32
}

/// CRC-32C of bytes that arrive in pieces.
pub struct Crc32c(Digest);

impl Crc32c {
    /// The checksum of nothing yet.
    pub fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc32Iscsi))
    }

    /// Adds the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of everything added so far.
    pub fn value(&self) -> u32 {
        self.0.finalize() as u32
    }
}

impl Default for Crc32c {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_value_of_the_castagnoli_polynomial() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn pieces_give_the_same_as_the_whole() {
        let mut digest = Crc32c::new();
        digest.update(b"1234");
        digest.update(b"56789");
        assert_eq!(digest.value(), crc32c(b"123456789"));
    }
}
