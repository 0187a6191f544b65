//! A key in 16 bytes: SipHash-1-3 with 128 bits of output (Aumasson and Bernstein), under a secret
//! that is drawn anew for every compaction.
//!
//! Two keys with one hash would be one key to compaction, and the older one's newest record lost.
//! Apache Kafka uses MD5, for which anybody can make such pairs; under a secret nobody can, and by
//! accident it takes 2^64 keys.

/// What keys are hashed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) u64, pub(crate) u64);

/// The hash of `key`.
pub(crate) fn hash(secret: Secret, key: &[u8]) -> (u64, u64) {
    let mut state = State {
        v0: secret.0 ^ 0x736f_6d65_7073_6575,
        v1: secret.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee,
        v2: secret.0 ^ 0x6c79_6765_6e65_7261,
        v3: secret.1 ^ 0x7465_6462_7974_6573,
    };
    let (words, rest) = key.as_chunks::<8>();
    for word in words {
        state.absorb(u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = key.len() as u8;
    state.absorb(u64::from_le_bytes(last));
    state.v2 ^= 0xee;
    let first = state.finish();
    state.v1 ^= 0xdd;
    (first, state.finish())
}

struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl State {
    fn absorb(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    fn finish(&mut self) -> u64 {
        for _ in 0..3 {
            self.round();
        }
        self.v0 ^ self.v1 ^ self.v2 ^ self.v3
    }

    #[inline]
    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v2 = self.v2.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn keys_secrets_and_lengths_tell_hashes_apart() {
        let mut seen = BTreeSet::new();
        for secret in [Secret(0, 0), Secret(1, 0), Secret(0, 1)] {
            for len in 0..40usize {
                let zeros: Vec<u8> = (0..len).map(|_| 0).collect();
                assert!(seen.insert(hash(secret, &zeros)), "{secret:?} {len}");
                let counted: Vec<u8> = (1..=len as u8).collect();
                assert!(seen.insert(hash(secret, &counted)) || len == 0);
            }
        }
        assert_eq!(hash(Secret(3, 4), b"key"), hash(Secret(3, 4), b"key"));
    }

    #[test]
    fn a_bit_of_the_key_changes_half_of_the_hash() {
        let mut key = *b"an ordinary key of some bytes";
        let before = hash(Secret(11, 12), &key);
        let mut changed = 0;
        for bit in 0..8 * key.len() {
            key[bit / 8] ^= 1 << (bit % 8);
            let after = hash(Secret(11, 12), &key);
            changed += (before.0 ^ after.0).count_ones() + (before.1 ^ after.1).count_ones();
            key[bit / 8] ^= 1 << (bit % 8);
        }
        let mean = changed as usize / (8 * key.len());
        assert!((60..=68).contains(&mean), "{mean} bits of 128 change");
    }
}
