//! Committed offsets: where each group is in each partition, and what open transactions are about to
//! make of it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_coordinator::{At, Producer};
use ottla_model::{Offset, ProducerId};

use crate::record::{CommittedOffset, Record};

/// A committed offset and the offset of the record that says so: of two, the later record counts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    at: Offset,
    committed: CommittedOffset,
}

type Partitions<T> = BTreeMap<i32, T>;
type Topics<T> = BTreeMap<Arc<str>, Partitions<T>>;
type Groups<T> = BTreeMap<Arc<str>, Topics<T>>;

/// The committed offsets of the groups of one coordinator.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offsets {
    committed: Groups<Stored>,
    /// Commits in transactions that are open, by producer.
    pending: BTreeMap<ProducerId, Groups<Stored>>,
    /// The producers with pending commits, by group.
    pending_producers: BTreeMap<Arc<str>, BTreeSet<ProducerId>>,
    count: usize,
    /// How many offsets are committed of each topic, by name and id.
    topics: BTreeMap<(Arc<str>, Uuid), usize>,
}

impl Offsets {
    /// Follows a commit or a tombstone.
    pub(crate) fn replay(
        &mut self,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        committed: Option<CommittedOffset>,
        at: At,
    ) {
        let Some(committed) = committed else {
            // Also what a transaction was about to commit: it was committed before it was deleted.
            self.remove(&group, &topic, partition);
            let producers = self.pending_producers.get(&group).cloned().unwrap_or_default();
            for producer in producers {
                self.remove_pending(producer, &group, &topic, partition);
            }
            return;
        };
        let stored = Stored { at: at.offset, committed };
        match at.transaction {
            Some(producer) => {
                let groups = self.pending.entry(producer.id).or_default();
                let topics = groups.entry(group.clone()).or_default();
                topics.entry(topic).or_default().insert(partition, stored);
                self.pending_producers.entry(group).or_default().insert(producer.id);
            }
            None => self.put(group, topic, partition, stored),
        }
    }

    /// Follows a transaction marker: what its producer had pending is committed or forgotten.
    pub(crate) fn end_transaction(&mut self, producer: Producer, is_committed: bool) {
        let Some(groups) = self.pending.remove(&producer.id) else { return };
        for (group, topics) in groups {
            if let Some(producers) = self.pending_producers.get_mut(&group) {
                producers.remove(&producer.id);
                if producers.is_empty() {
                    self.pending_producers.remove(&group);
                }
            }
            for (topic, partitions) in topics.into_iter().filter(|_| is_committed) {
                for (partition, stored) in partitions {
                    self.put(group.clone(), topic.clone(), partition, stored);
                }
            }
        }
    }

    fn put(&mut self, group: Arc<str>, topic: Arc<str>, partition: i32, stored: Stored) {
        let partitions = self.committed.entry(group).or_default();
        let partitions = partitions.entry(topic.clone()).or_default();
        if partitions.get(&partition).is_some_and(|known| known.at > stored.at) {
            return;
        }
        let counted = (topic, stored.committed.topic_id);
        let before = partitions.insert(partition, stored);
        self.count += usize::from(before.is_none());
        let (name, _) = &counted;
        let name = name.clone();
        *self.topics.entry(counted).or_default() += 1;
        if let Some(before) = before {
            self.count_off(name, before.committed.topic_id);
        }
    }

    fn count_off(&mut self, topic: Arc<str>, id: Uuid) {
        let counted = (topic, id);
        if let Some(count) = self.topics.get_mut(&counted) {
            *count -= 1;
            if *count == 0 {
                self.topics.remove(&counted);
            }
        }
    }

    fn remove(&mut self, group: &str, topic: &str, partition: i32) {
        if let Some(taken) = take(&mut self.committed, group, topic, partition) {
            self.count -= 1;
            self.count_off(topic.into(), taken.committed.topic_id);
        }
    }

    fn remove_pending(&mut self, producer: ProducerId, group: &str, topic: &str, partition: i32) {
        let Some(groups) = self.pending.get_mut(&producer) else { return };
        take(groups, group, topic, partition);
        if !groups.contains_key(group)
            && let Some(producers) = self.pending_producers.get_mut(group)
        {
            producers.remove(&producer);
            if producers.is_empty() {
                self.pending_producers.remove(group);
            }
        }
        if groups.is_empty() {
            self.pending.remove(&producer);
        }
    }

    /// What is committed; `None` if nothing is.
    pub(crate) fn get(&self, group: &str, topic: &str, partition: i32) -> Option<&CommittedOffset> {
        let stored = self.committed.get(group)?.get(topic)?.get(&partition)?;
        Some(&stored.committed)
    }

    /// Whether an open transaction is about to change what is committed.
    pub(crate) fn is_pending(&self, group: &str, topic: &str, partition: i32) -> bool {
        let producers = self.pending_producers.get(group).into_iter().flatten();
        let mut pending = producers.filter_map(|producer| self.pending.get(producer)?.get(group));
        pending.any(|topics| topics.get(topic).is_some_and(|it| it.contains_key(&partition)))
    }

    /// Whether any open transaction is about to commit for the group.
    pub(crate) fn is_any_pending(&self, group: &str) -> bool {
        self.pending_producers.contains_key(group)
    }

    /// Everything the group has committed, by topic.
    pub(crate) fn of_group(
        &self,
        group: &str,
    ) -> impl Iterator<Item = (&Arc<str>, i32, &CommittedOffset)> {
        let topics = self.committed.get(group).into_iter().flatten();
        topics.flat_map(|(topic, partitions)| {
            partitions.iter().map(move |(partition, it)| (topic, *partition, &it.committed))
        })
    }

    /// The partitions that open transactions are about to commit for, and that have nothing yet.
    pub(crate) fn pending_only(&self, group: &str) -> Vec<(Arc<str>, i32)> {
        let producers = self.pending_producers.get(group).into_iter().flatten();
        let pending = producers.filter_map(|producer| self.pending.get(producer)?.get(group));
        let named = pending.flatten().flat_map(|(topic, partitions)| {
            partitions.keys().map(move |partition| (topic.clone(), *partition))
        });
        let unique: BTreeSet<(Arc<str>, i32)> = named
            .filter(|(topic, partition)| self.get(group, topic, *partition).is_none())
            .collect();
        unique.into_iter().collect()
    }

    /// The topics that something is committed for, by name and id.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &(Arc<str>, Uuid)> {
        self.topics.keys()
    }

    /// How many offsets are committed.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Tombstones for everything the group has committed or is about to.
    pub(crate) fn tombstones(&self, group: &Arc<str>) -> Vec<Record> {
        let committed =
            self.of_group(group).map(|(topic, partition, _)| (topic.clone(), partition));
        let all = committed.chain(self.pending_only(group));
        all.map(|(topic, partition)| tombstone(group, topic, partition)).collect()
    }
}

/// The record that takes a committed offset away.
pub(crate) fn tombstone(group: &Arc<str>, topic: Arc<str>, partition: i32) -> Record {
    Record::OffsetCommit { group: group.clone(), topic, partition, committed: None }
}

fn take(groups: &mut Groups<Stored>, group: &str, topic: &str, partition: i32) -> Option<Stored> {
    let topics = groups.get_mut(group)?;
    let partitions = topics.get_mut(topic)?;
    let taken = partitions.remove(&partition);
    if partitions.is_empty() {
        topics.remove(topic);
    }
    if topics.is_empty() {
        groups.remove(group);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(offset: Offset) -> Option<CommittedOffset> {
        Some(CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: "".into(),
            commit_timestamp: 0,
            expire_timestamp: None,
            topic_id: Uuid::default(),
        })
    }

    const TXN: Producer = Producer { id: 7, epoch: 0 };

    fn at(offset: Offset, transaction: Option<Producer>) -> At {
        At { offset, timestamp: 0, transaction }
    }

    fn replay(offsets: &mut Offsets, value: Option<CommittedOffset>, at: At) {
        offsets.replay("g".into(), "t".into(), 0, value, at);
    }

    fn known(offsets: &Offsets) -> Option<Offset> {
        offsets.get("g", "t", 0).map(|it| it.offset)
    }

    #[test]
    fn a_commit_in_a_transaction_counts_once_that_is_committed() {
        let mut offsets = Offsets::default();
        replay(&mut offsets, committed(1), at(0, None));
        replay(&mut offsets, committed(5), at(1, Some(TXN)));
        assert_eq!(known(&offsets), Some(1));
        assert!(offsets.is_pending("g", "t", 0));
        offsets.end_transaction(TXN, true);
        assert_eq!(known(&offsets), Some(5));
        assert!(!offsets.is_any_pending("g"));
    }

    #[test]
    fn a_commit_in_an_aborted_transaction_is_forgotten() {
        let mut offsets = Offsets::default();
        replay(&mut offsets, committed(5), at(1, Some(TXN)));
        offsets.end_transaction(TXN, false);
        assert_eq!(known(&offsets), None);
        assert!(!offsets.is_any_pending("g"));
        assert_eq!(offsets.len(), 0);
    }

    #[test]
    fn a_commit_that_was_written_later_than_the_transactions_stays() {
        let mut offsets = Offsets::default();
        replay(&mut offsets, committed(5), at(1, Some(TXN)));
        replay(&mut offsets, committed(9), at(2, None));
        offsets.end_transaction(TXN, true);
        assert_eq!(known(&offsets), Some(9));
    }

    #[test]
    fn a_tombstone_takes_away_what_is_committed_and_what_is_pending() {
        let mut offsets = Offsets::default();
        replay(&mut offsets, committed(5), at(1, Some(TXN)));
        replay(&mut offsets, committed(9), at(2, None));
        replay(&mut offsets, None, at(3, None));
        offsets.end_transaction(TXN, true);
        assert_eq!(known(&offsets), None);
        assert_eq!(offsets.of_group("g").count(), 0);
        assert_eq!(offsets.topics().count(), 0);
        assert_eq!(offsets.len(), 0);
    }
}
