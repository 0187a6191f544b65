//! The leader epochs of a log: which offset each began at (KIP-101). What
//! `leader-epoch-checkpoint` holds, kept in memory.

use alloc::vec::Vec;

use ottla_model::ids::NO_LEADER_EPOCH;
use ottla_model::{LeaderEpoch, Offset};

use crate::files::leader_epoch_checkpoint::EpochEntry;

/// Answer of [`LeaderEpochs::end_offset_for`]: the epoch is not known.
pub const UNDEFINED_EPOCH_OFFSET: Offset = -1;

/// Leader epochs with their first offsets; both grow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeaderEpochs {
    entries: Vec<EpochEntry>,
}

impl LeaderEpochs {
    /// The epochs of a checkpoint. Entries that do not grow are dropped, as assigning them one
    /// after the other would.
    pub fn from_entries(entries: &[EpochEntry]) -> Self {
        let mut epochs = Self::default();
        for entry in entries {
            epochs.assign(entry.epoch, entry.start_offset);
        }
        epochs
    }

    /// All of them, oldest first: the content of the checkpoint.
    pub fn entries(&self) -> &[EpochEntry] {
        &self.entries
    }

    /// The newest epoch.
    pub fn latest(&self) -> Option<EpochEntry> {
        self.entries.last().copied()
    }

    /// Notes that `epoch` begins at `start_offset`; says whether that changed anything. A later
    /// entry that contradicts it is removed: epoch and offset only grow.
    pub fn assign(&mut self, epoch: LeaderEpoch, start_offset: Offset) -> bool {
        if epoch < 0 || start_offset < 0 {
            return false;
        }
        if self
            .latest()
            .is_some_and(|last| last.epoch == epoch && start_offset >= last.start_offset)
        {
            return false;
        }
        self.entries.retain(|entry| entry.epoch < epoch && entry.start_offset < start_offset);
        self.entries.push(EpochEntry { epoch, start_offset });
        true
    }

    /// The epoch that the record at `offset` was appended in.
    pub fn epoch_for(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|entry| entry.start_offset <= offset);
        Some(self.entries.get(after.checked_sub(1)?)?.epoch)
    }

    /// The largest epoch at or below `epoch`, and the offset where it ended: the beginning of the
    /// next one, or `log_end_offset`. `(-1, -1)` if no such epoch is known, or `epoch` is larger
    /// than all that are.
    pub fn end_offset_for(
        &self,
        epoch: LeaderEpoch,
        log_end_offset: Offset,
    ) -> (LeaderEpoch, Offset) {
        const UNDEFINED: (LeaderEpoch, Offset) = (NO_LEADER_EPOCH, UNDEFINED_EPOCH_OFFSET);
        let Some(latest) = self.latest() else { return UNDEFINED };
        if epoch == NO_LEADER_EPOCH || epoch > latest.epoch {
            return UNDEFINED;
        }
        if epoch == latest.epoch {
            return (epoch, log_end_offset);
        }
        let next = self.entries.partition_point(|entry| entry.epoch <= epoch);
        match (next.checked_sub(1).and_then(|at| self.entries.get(at)), self.entries.get(next)) {
            (Some(floor), Some(next)) => (floor.epoch, next.start_offset),
            // Older than everything known: Kafka answers the epoch itself and where the oldest
            // known one begins.
            (None, Some(next)) => (epoch, next.start_offset),
            _ => UNDEFINED,
        }
    }

    /// Forgets the epochs that begin at or behind `end_offset`; says whether there were any.
    pub fn truncate_from_end(&mut self, end_offset: Offset) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.start_offset < end_offset);
        self.entries.len() != before
    }

    /// Forgets what lies before `start_offset`; says whether anything changed. The epoch of the
    /// record there now begins there.
    pub fn truncate_from_start(&mut self, start_offset: Offset) -> bool {
        let after = self.entries.partition_point(|entry| entry.start_offset <= start_offset);
        let Some(first) = after.checked_sub(1) else { return false };
        self.entries.drain(..first);
        match self.entries.first_mut() {
            Some(entry) if entry.start_offset != start_offset => {
                entry.start_offset = start_offset;
                true
            }
            _ => first > 0,
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    fn epochs(pairs: &[(i32, i64)]) -> LeaderEpochs {
        let entries: Vec<_> =
            pairs.iter().map(|&(epoch, start_offset)| EpochEntry { epoch, start_offset }).collect();
        LeaderEpochs::from_entries(&entries)
    }

    fn text(epochs: &LeaderEpochs) -> String {
        let entries = epochs.entries().iter();
        entries.map(|entry| format!("{}@{} ", entry.epoch, entry.start_offset)).collect()
    }

    #[test]
    fn assigning_keeps_epochs_and_offsets_growing() {
        for (given, expected) in [
            (&[(0, 0), (1, 10)][..], "0@0 1@10 "),
            (&[(0, 0), (0, 10)], "0@0 "),
            (&[(0, 0), (1, 10), (2, 10)], "0@0 2@10 "),
            (&[(0, 0), (1, 10), (2, 5)], "0@0 2@5 "),
            (&[(3, 7), (1, 9)], "1@9 "),
            (&[(3, 7), (3, 5)], "3@5 "),
            (&[(-1, 0), (0, 4)], "0@4 "),
        ] {
            assert_eq!(text(&epochs(given)), expected, "{given:?}");
        }
    }

    #[test]
    fn end_of_an_epoch_is_the_beginning_of_the_next() {
        let epochs = epochs(&[(1, 5), (3, 20), (4, 30)]);
        for (epoch, expected) in [
            (0, (0, 5)),
            (1, (1, 20)),
            (2, (1, 20)),
            (3, (3, 30)),
            (4, (4, 44)),
            (5, (-1, -1)),
            (-1, (-1, -1)),
        ] {
            assert_eq!(epochs.end_offset_for(epoch, 44), expected, "epoch {epoch}");
        }
        assert_eq!(LeaderEpochs::default().end_offset_for(0, 44), (-1, -1));
    }

    #[test]
    fn epoch_of_an_offset_is_the_last_that_began_before() {
        let epochs = epochs(&[(1, 5), (3, 20)]);
        let found: Vec<_> = [4, 5, 19, 20, 99].map(|offset| epochs.epoch_for(offset)).into();
        assert_eq!(found, [None, Some(1), Some(1), Some(3), Some(3)]);
    }

    #[test]
    fn cutting_either_end_keeps_the_rest() {
        let mut log = epochs(&[(1, 5), (3, 20), (4, 30)]);
        assert!(!log.truncate_from_end(31));
        assert!(log.truncate_from_end(30));
        assert_eq!(text(&log), "1@5 3@20 ");
        assert!(!log.truncate_from_start(3));
        assert!(log.truncate_from_start(10));
        assert_eq!(text(&log), "1@10 3@20 ");
        assert!(log.truncate_from_start(20));
        assert_eq!(text(&log), "3@20 ");
        assert!(!log.truncate_from_start(20));
    }
}
