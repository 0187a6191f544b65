//! The order in which Java walks a `HashSet` or the keys of a `HashMap`.
//!
//! Kafka's sticky assignors let the first member they meet keep one partition more, and meet members in
//! this order. Whoever leads the group decides alone, but a group whose leader changes from Java to us
//! and back moves nothing only if both decide alike.

use alloc::vec;
use alloc::vec::Vec;

/// Buckets of a new table.
const TABLE_LEN_FIRST: usize = 16;
/// A bucket that is longer makes a small table grow.
const BUCKET_LEN_MAX: usize = 8;
/// From this length on Java turns such a bucket into a tree, which does not change its order.
const TABLE_LEN_TREES: usize = 64;

/// `String.hashCode`.
pub(super) fn string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit.cast_signed()) & 0xffff)
    })
}

/// `TopicPartition.hashCode`, from the hash of the topic.
pub(super) fn partition_hash(topic_hash: i32, partition: i32) -> i32 {
    partition.wrapping_add(31).wrapping_mul(31).wrapping_add(topic_hash)
}

/// Values in the order of their hashes, as a table of Java's that was made empty keeps them.
#[derive(Debug, Clone)]
pub(super) struct JavaSet<T> {
    table: Vec<Vec<(u32, T)>>,
    len: usize,
}

impl<T: Copy + Eq> JavaSet<T> {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { table: vec![Vec::new(); TABLE_LEN_FIRST], len: 0 }
    }

    /// Adds `value`, which hashes to `hash`, unless it is there.
    pub(super) fn insert(&mut self, hash: i32, value: T) {
        let hash = spread(hash);
        let slot = self.slot(hash);
        let bucket = &mut self.table[slot];
        if bucket.iter().any(|(_, it)| *it == value) {
            return;
        }
        let crowded = bucket.len() >= BUCKET_LEN_MAX;
        bucket.push((hash, value));
        self.len += 1;
        if crowded && self.table.len() < TABLE_LEN_TREES {
            self.grow();
        }
        if self.len > self.table.len() / 4 * 3 {
            self.grow();
        }
    }

    /// Takes `value` out.
    pub(super) fn remove(&mut self, hash: i32, value: T) {
        let slot = self.slot(spread(hash));
        let before = self.table[slot].len();
        self.table[slot].retain(|(_, it)| *it != value);
        self.len -= before - self.table[slot].len();
    }

    /// All, in Java's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.table.iter().flatten().map(|(_, value)| *value)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn slot(&self, hash: u32) -> usize {
        hash as usize & (self.table.len() - 1)
    }

    /// Doubles the table; those that stay together keep their order.
    fn grow(&mut self) {
        let doubled = vec![Vec::new(); self.table.len() * 2];
        for (hash, value) in core::mem::replace(&mut self.table, doubled).into_iter().flatten() {
            let slot = self.slot(hash);
            self.table[slot].push((hash, value));
        }
    }
}

fn spread(hash: i32) -> u32 {
    let hash = hash.cast_unsigned();
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_java() {
        // As Java printed them.
        assert_eq!(string_hash(""), 0);
        assert_eq!(string_hash("kafka"), 101_807_910);
        assert_eq!(string_hash("größe"), 98_762_257);
        assert_eq!(partition_hash(string_hash("a"), 7), 31 * 38 + 97);
    }

    #[test]
    fn order_follows_hashes_and_arrival_within_a_bucket() {
        let mut set = JavaSet::new();
        for value in [33, 17, 1, 2, 0] {
            set.insert(value, value);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 33, 17, 1, 2]);
        set.remove(33, 33);
        (3..20).for_each(|value| set.insert(value, value));
        assert_eq!(set.iter().collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
    }
}
