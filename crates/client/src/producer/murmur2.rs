//! The hash that places records by their key: 32-bit MurmurHash2 with Kafka's seed.

/// Kafka's seed.
const SEED: u32 = 0x9747_b28c;
const MULTIPLIER: u32 = 0x5bd1_e995;

/// The hash of `key`, as `org.apache.kafka.common.utils.Utils.murmur2` has it.
pub fn murmur2(key: &[u8]) -> i32 {
    let mut hash = SEED ^ key.len() as u32;
    let (words, rest) = key.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        k ^= k >> 24;
        hash = hash.wrapping_mul(MULTIPLIER) ^ k.wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        for (at, &byte) in rest.iter().enumerate() {
            hash ^= u32::from(byte) << (8 * at);
        }
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    (hash ^ (hash >> 15)) as i32
}

/// The partition of a key among `count`; `None` when there is none.
pub fn partition_for_key(key: &[u8], count: usize) -> Option<usize> {
    let positive = (murmur2(key) & i32::MAX) as usize;
    (count > 0).then(|| positive % count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_java() {
        for (key, hash) in [
            ("", 275_646_681),
            ("a", -1_563_381_124),
            ("ab", 316_155_434),
            ("abc", 479_470_107),
            ("abcd", -1_323_649_548),
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
        assert_eq!(partition_for_key(b"a", 0), None);
    }

    /// `java.util.Random`, from whose seed 42 the keys of the checksum come.
    struct JavaRandom(u64);

    impl JavaRandom {
        fn new(seed: u64) -> Self {
            Self((seed ^ 0x5_deec_e66d) & ((1 << 48) - 1))
        }

        fn next(&mut self, bits: u32) -> i32 {
            self.0 = self.0.wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) & ((1 << 48) - 1);
            (self.0 >> (48 - bits)) as i32
        }

        /// `nextInt(64)`: a power of two takes the upper bits.
        fn below_64(&mut self) -> usize {
            ((64 * i64::from(self.next(31))) >> 31) as usize
        }

        fn bytes(&mut self, len: usize) -> Vec<u8> {
            let mut bytes = Vec::with_capacity(len + 3);
            while bytes.len() < len {
                bytes.extend_from_slice(&self.next(32).to_le_bytes());
            }
            bytes.truncate(len);
            bytes
        }
    }

    /// The checksum was computed by kafka-clients 4.4.0 (`BuiltInPartitioner.partitionForKey`), as
    /// FNV-1a over the partitions' bytes, the lowest first.
    #[test]
    fn a_million_random_keys_go_where_java_puts_them() {
        const COUNTS: [usize; 8] = [1, 2, 3, 7, 12, 100, 1000, 4096];
        let mut random = JavaRandom::new(42);
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        for index in 0..1_000_000 {
            let len = random.below_64();
            let key = random.bytes(len);
            let partition = partition_for_key(&key, COUNTS[index % COUNTS.len()]).unwrap();
            for byte in (partition as u32).to_le_bytes() {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        }
        assert_eq!(sum, 0xe28a_0039_c702_8e17);
    }
}
