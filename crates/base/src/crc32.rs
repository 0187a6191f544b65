//! CRC-32 (IEEE), the checksum of messages before record batches (formats 0 and 1).

use crc_fast::{CrcAlgorithm, Digest};

/// CRC-32 of bytes that arrive in pieces.
pub struct Crc32(Digest);

impl Crc32 {
    /// The checksum of nothing yet.
    pub fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc32IsoHdlc))
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

impl Default for Crc32 {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[test]
fn check_value_of_the_ieee_polynomial() {
    let mut digest = Crc32::new();
    digest.update(b"1234");
    digest.update(b"56789");
    assert_eq!(digest.value(), 0xcbf4_3926);
}
