//! [`FirstBatches`]: who asked lately to write the first batch of a transaction to a partition, and with
//! which sequence number.
//!
//! A producer sends many batches at once. If the first is refused for a while, because its coordinator
//! is not ready, and the second is not, then the second must not be the one that a partition which
//! does not know the producer begins with: the first could never follow. Kafka keeps the same beside
//! its producer state.

use std::collections::BTreeMap;

use ottla_model::ProducerId;

/// Producers remembered for one partition. One that is forgotten is judged as if it had not asked
/// before.
const PRODUCERS_MAX: usize = 1_000;

/// The lowest sequence number that each producer asked to begin with.
#[derive(Debug, Default)]
pub(super) struct FirstBatches {
    lowest: BTreeMap<ProducerId, (i16, i32)>,
}

impl FirstBatches {
    /// A producer asks to begin with this sequence number.
    pub(super) fn ask(&mut self, producer_id: ProducerId, epoch: i16, sequence: i32) {
        if let Some((known, lowest)) = self.lowest.get_mut(&producer_id) {
            if epoch > *known {
                (*known, *lowest) = (epoch, sequence);
            } else if epoch == *known {
                *lowest = sequence.min(*lowest);
            }
            return;
        }
        if self.lowest.len() >= PRODUCERS_MAX {
            self.lowest.pop_first();
        }
        self.lowest.insert(producer_id, (epoch, sequence));
    }

    /// Whether the producer has asked to begin with an earlier batch.
    pub(super) fn is_late(&self, producer_id: ProducerId, epoch: i16, sequence: i32) -> bool {
        let asked = self.lowest.get(&producer_id).filter(|(known, _)| *known == epoch);
        asked.is_some_and(|(_, lowest)| sequence > *lowest)
    }

    /// Something of the producer is in the log, which is judged from now on.
    pub(super) fn forget(&mut self, producer_id: ProducerId) {
        self.lowest.remove(&producer_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_behind_one_that_was_refused_is_late() {
        let mut asked = FirstBatches::default();
        asked.ask(7, 0, 0);
        asked.ask(7, 0, 3);
        assert!(asked.is_late(7, 0, 3), "0 has been asked for");
        assert!(!asked.is_late(7, 0, 0));
        asked.ask(7, 1, 2);
        assert!(!asked.is_late(7, 1, 2), "a new epoch begins anew");
        asked.forget(7);
        assert!(!asked.is_late(7, 1, 9));
    }

    #[test]
    fn those_who_only_ask_are_bounded() {
        let mut asked = FirstBatches::default();
        (0..5_000).for_each(|id| asked.ask(id, 0, 0));
        assert_eq!(asked.lowest.len(), PRODUCERS_MAX);
    }
}
