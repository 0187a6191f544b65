//! A hash over the topics that a group is subscribed to (KIP-1101): another hash, another assignment.
//!
//! Apache Kafka takes over what is stored, so the hash is its own: XXH3 over each topic, and XXH3 over
//! those in order of their names. Numbers are little-endian; text is UTF-16 followed by its length.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use twox_hash::XxHash3_64;

use super::topics::Topics;

/// The format of a topic's hash.
const MAGIC: u8 = 0;

/// The hash of topics by their name; those that do not exist have none.
pub(super) fn of_topics(hashes: &BTreeMap<Arc<str>, i64>) -> i64 {
    if hashes.is_empty() {
        return 0;
    }
    let bytes: Vec<u8> = hashes.values().flat_map(|hash| hash.to_le_bytes()).collect();
    hash(&bytes)
}

/// The hash of the topics of these names.
pub(crate) fn of_names(names: &BTreeSet<Arc<str>>, topics: &dyn Topics) -> i64 {
    let hashes = names.iter().filter_map(|name| Some((name.clone(), of_topic(name, topics)?)));
    of_topics(&hashes.collect())
}

/// The hash of one topic; `None` if it does not exist.
pub(super) fn of_topic(name: &str, topics: &dyn Topics) -> Option<i64> {
    let id = topics.id(name)?;
    let partitions = topics.partitions(id)?;
    let mut bytes = Vec::new();
    bytes.push(MAGIC);
    let id_bits = u128::from_be_bytes(id.0);
    bytes.extend(((id_bits >> 64) as u64).to_le_bytes());
    bytes.extend((id_bits as u64).to_le_bytes());
    put_text(&mut bytes, name);
    bytes.extend(partitions.to_le_bytes());
    for partition in 0..partitions {
        bytes.extend(partition.to_le_bytes());
        let mut racks = topics.racks(id, partition);
        racks.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
        for rack in racks {
            bytes.extend(units(&rack).to_le_bytes());
            put_text(&mut bytes, &rack);
        }
    }
    Some(hash(&bytes))
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.extend(units(text).to_le_bytes());
}

fn units(text: &str) -> i32 {
    i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX)
}

fn hash(bytes: &[u8]) -> i64 {
    XxHash3_64::oneshot(bytes).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consumer::tests::FakeTopics;

    /// Hashes that Apache Kafka 4.4 has computed.
    #[test]
    fn a_topic_has_the_hash_that_kafka_gives_it() {
        let mut topics = FakeTopics::default();
        topics.add("foo", 1, alloc::vec![alloc::vec![]]);
        let racks = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
        let bar = alloc::vec![racks(&["rack1", "rack0"]), racks(&["rack0"]), racks(&[])];
        topics.add("bar", 0x0102_0304_0506_0708 << 64 | u128::from(u64::MAX - 1), bar);
        let many = (0..100).map(|at| racks(&[&alloc::format!("r{}", at % 3), "ä"])).collect();
        topics.add("many", 7 << 64 | 8, many);
        assert_eq!(of_topic("foo", &topics), Some(5_805_202_519_963_845_606));
        assert_eq!(of_topic("bar", &topics), Some(-5_377_996_330_470_945_826));
        assert_eq!(of_topic("many", &topics), Some(-6_169_683_722_135_479_432));
        assert_eq!(of_topic("none", &topics), None);
    }

    #[test]
    fn a_group_has_the_hash_that_kafka_gives_it() {
        let hashes = [("foo".into(), 5_805_202_519_963_845_606), ("bar".into(), 5)];
        assert_eq!(of_topics(&hashes.into()), 8_878_097_434_648_634_836);
        assert_eq!(of_topics(&BTreeMap::new()), 0);
    }
}
