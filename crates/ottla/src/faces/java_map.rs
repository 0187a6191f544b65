//! The order in which Java's HashMap gives its keys: tools print in it, and scripts see it.

/// `String.hashCode`.
fn string_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// Table size of `new HashMap<>()`.
pub(super) const DEFAULT_CAPACITY: usize = 16;

/// `values` in the order in which a HashMap gives them that was made with room for `capacity` and
/// filled with their `keys` in the order given.
pub(super) fn hash_order<T>(values: Vec<T>, capacity: usize, key: impl Fn(&T) -> &str) -> Vec<T> {
    let hashed = |value: T| {
        let hash = string_hash(key(&value));
        (hash, value)
    };
    order_of_hashes(values.into_iter().map(hashed).collect(), capacity)
}

/// The same for keys that are numbers (`Integer.hashCode` is the number).
pub(super) fn order_of_hashes<T>(values: Vec<(u32, T)>, capacity: usize) -> Vec<T> {
    let mut table = capacity.max(1).next_power_of_two();
    // A table is doubled when it is more than three quarters full.
    while values.len() * 4 > table * 3 {
        table *= 2;
    }
    let mask = (table - 1) as u32;
    let mut placed: Vec<(u32, T)> =
        values.into_iter().map(|(hash, value)| ((hash ^ (hash >> 16)) & mask, value)).collect();
    placed.sort_by_key(|(bucket, _)| *bucket);
    placed.into_iter().map(|(_, value)| value).collect()
}

/// Hash of a `TopicPartition`: 31 times its partition, and its topic.
pub(super) fn topic_partition_hash(topic: &str, partition: i32) -> u32 {
    let prime = 31u32;
    let hash = prime.wrapping_add(partition as u32);
    prime.wrapping_mul(hash).wrapping_add(string_hash(topic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_java() {
        assert_eq!(string_hash("hello"), 99_162_322);
        assert_eq!(string_hash("polygenelubricants"), i32::MIN as u32);
    }

    /// Seen with Java: a `new HashMap` filled with these, `keySet()`.
    #[test]
    fn the_order_is_that_of_a_hash_map() {
        let names = vec![
            "retention.ms",
            "segment.bytes",
            "cleanup.policy",
            "a",
            "b",
            "min.insync.replicas",
        ];
        let ordered = hash_order(names, DEFAULT_CAPACITY, |name| name);
        let java =
            ["a", "cleanup.policy", "b", "min.insync.replicas", "retention.ms", "segment.bytes"];
        assert_eq!(ordered, java);
    }
}
