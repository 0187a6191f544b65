//! What moved from whom to whom within one assignment: if a partition of a topic shall go the other
//! way, one that came that way goes back instead.

use alloc::collections::BTreeMap;

use super::super::java_order::{JavaSet, partition_hash};
use super::{Field, Partition};

/// Movements so far, each from the first owner to the last.
#[derive(Default)]
pub(super) struct Movements {
    moved: BTreeMap<Partition, (usize, usize)>,
    /// By topic and direction, the partitions, as Java would meet them.
    by_way: BTreeMap<(usize, usize, usize), JavaSet<Partition>>,
}

impl Movements {
    /// `partition` goes from `from` to `to`.
    pub(super) fn note(&mut self, field: &Field<'_>, partition: Partition, from: usize, to: usize) {
        let hash = hash(field, partition);
        let Some((first, last)) = self.moved.remove(&partition) else {
            return self.add(hash, partition, from, to);
        };
        let way = (partition.0, first, last);
        if let Some(set) = self.by_way.get_mut(&way) {
            set.remove(hash, partition);
            if set.is_empty() {
                self.by_way.remove(&way);
            }
        }
        if first != to {
            self.add(hash, partition, first, to);
        }
    }

    fn add(&mut self, hash: i32, partition: Partition, from: usize, to: usize) {
        self.moved.insert(partition, (from, to));
        let way = self.by_way.entry((partition.0, from, to)).or_insert_with(JavaSet::new);
        way.insert(hash, partition);
    }

    /// What shall go if `partition` were to go from `from` to `to`.
    pub(super) fn instead_of(&self, partition: Partition, from: usize, to: usize) -> Partition {
        let from = self.moved.get(&partition).map_or(from, |(first, _)| *first);
        let back = self.by_way.get(&(partition.0, to, from));
        back.and_then(|set| set.iter().next()).unwrap_or(partition)
    }
}

fn hash(field: &Field<'_>, (topic, number): Partition) -> i32 {
    partition_hash(field.topics[topic].1, i32::try_from(number).unwrap_or(i32::MAX))
}
