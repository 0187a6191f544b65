//! The newest offset of each key, in a fixed amount of memory: the hash of a key (16 bytes) and an
//! offset (8 bytes) per slot, as many slots as Apache Kafka's map has in the same memory, so that
//! one round of cleaning gets as far.

use alloc::vec;
use alloc::vec::Vec;

use ottla_base::Rng;
use ottla_model::Offset;

use super::keyhash::{Secret, hash};

/// Bytes of a slot.
const SLOT_BYTES: u64 = 24;

/// A map from keys to offsets.
#[derive(Debug)]
pub struct OffsetMap {
    secret: Secret,
    slots: Vec<Slot>,
    len: usize,
    len_max: usize,
    latest_offset: Offset,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: (u64, u64),
    /// The offset and one; 0 for a free slot.
    offset_and_one: u64,
}

impl OffsetMap {
    /// A map of at most `memory_bytes` that is full when the part `load_factor` of its slots is
    /// taken. `keys_max` is how many keys may come at all: no more memory than they need is taken.
    pub fn new(memory_bytes: u64, load_factor: f64, keys_max: u64, seed: u64) -> Self {
        let slots = memory_bytes.min(i32::MAX as u64) / SLOT_BYTES;
        let len_max = (slots as f64 * load_factor.clamp(0.0, 1.0)) as u64;
        // At least a quarter of what is allocated stays free, unless the memory is up.
        let wanted = keys_max.min(len_max).saturating_mul(4) / 3 + 8;
        let mut random = Rng::new(seed);
        Self {
            secret: Secret(random.next_u64(), random.next_u64()),
            slots: vec![Slot::default(); wanted.min(slots.max(2)) as usize],
            len: 0,
            // One key at least, or no round would ever get anywhere; one slot stays free.
            len_max: len_max.clamp(1, slots.max(2) - 1) as usize,
            latest_offset: -1,
        }
    }

    /// Whether no further key is taken.
    pub fn is_full(&self) -> bool {
        self.len >= self.len_max.min(self.slots.len() - 1)
    }

    /// Notes that a record of `key` is at `offset`, behind all that came before.
    pub fn put(&mut self, key: &[u8], offset: Offset) {
        let hash = hash(self.secret, key);
        let at = self.find(hash);
        let slot = &mut self.slots[at];
        self.len += usize::from(slot.offset_and_one == 0);
        *slot = Slot { hash, offset_and_one: (offset + 1) as u64 };
        self.latest_offset = offset;
    }

    /// The newest offset of `key`; -1 for one that never came.
    pub fn get(&self, key: &[u8]) -> Offset {
        self.slots[self.find(hash(self.secret, key))].offset_and_one as i64 - 1
    }

    /// Everything up to this offset is in the map; -1 for nothing.
    pub fn latest_offset(&self) -> Offset {
        self.latest_offset
    }

    /// Notes that everything up to `offset` is in the map.
    pub fn reached(&mut self, offset: Offset) {
        self.latest_offset = offset;
    }

    /// Keys in the map.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no key is in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The part of the keys it may hold that it holds.
    pub fn utilization(&self) -> f64 {
        self.len as f64 / self.len_max as f64
    }

    /// Bytes it takes.
    pub fn memory_bytes(&self) -> u64 {
        self.slots.len() as u64 * SLOT_BYTES
    }

    /// The slot of a hash, or the free one where it would be.
    fn find(&self, hash: (u64, u64)) -> usize {
        let slots = self.slots.len();
        // The high bits of a product spread over any number of slots.
        let mut at = ((u128::from(hash.0) * slots as u128) >> 64) as usize;
        loop {
            let slot = &self.slots[at];
            if slot.offset_and_one == 0 || slot.hash == hash {
                return at;
            }
            at = if at + 1 == slots { 0 } else { at + 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_offset_of_a_key_is_kept() {
        let mut map = OffsetMap::new(1 << 20, 0.9, u64::MAX, 1);
        for offset in 0..30_000i64 {
            map.put(&(offset % 10_000).to_be_bytes(), offset);
        }
        assert_eq!((map.len(), map.latest_offset()), (10_000, 29_999));
        for key in 0..10_000i64 {
            assert_eq!(map.get(&key.to_be_bytes()), 20_000 + key);
        }
        assert_eq!(map.get(b"never seen"), -1);
    }

    #[test]
    fn it_is_full_where_kafkas_is() {
        for (memory, load_factor, expected) in
            [(24 * 100, 0.9, 90), (24 * 100, 1.0, 99), (24 * 3, 0.5, 1), (0, 0.9, 1)]
        {
            let mut map = OffsetMap::new(memory, load_factor, u64::MAX, 1);
            let mut count = 0;
            while !map.is_full() {
                map.put(&[count as u8], count);
                count += 1;
            }
            assert_eq!(count, expected, "{memory} bytes at {load_factor}");
        }
    }

    #[test]
    fn few_keys_take_little_memory() {
        let mut map = OffsetMap::new(128 << 20, 0.9, 30, 1);
        assert!(map.memory_bytes() < 1500, "{} bytes", map.memory_bytes());
        for key in 0..30 {
            assert!(!map.is_full());
            map.put(&[key], i64::from(key));
        }
    }
}
