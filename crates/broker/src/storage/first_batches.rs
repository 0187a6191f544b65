//! [`FirstBatches`]: who asked lately to write the first batch of a transaction to a partition, and with
//! which sequence number.
//!
//! A producer sends many batches at once. If the first is refused for a while, because its coordinator
//! is not ready, and the second is not, then the second must not be the one that a partition which
//! does not know the producer begins with: the first could never follow. Kafka keeps the same beside
//! its producer state.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use ottla_model::{ErrorCode, ProducerId};
use ottla_record::BatchHeader;

use super::partition::Partition;

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

impl Partition {
    /// Notes that a producer asks to write this batch of a transaction, if it has none open here.
    pub(crate) fn ask_to_begin(&self, header: &BatchHeader) {
        let (id, epoch) = (header.producer_id, header.producer_epoch);
        if !self.open_transaction(id, epoch).0 {
            self.first_batches().ask(id, epoch, header.base_sequence);
        }
    }

    /// Whether a transaction may begin here with this batch: the producer has not asked with an earlier
    /// one, and one that the partition adds to its transaction itself (`adds`) begins at 0 where nothing
    /// is known of it.
    ///
    /// # Errors
    /// [`ErrorCode::OutOfOrderSequenceNumber`].
    pub(crate) fn check_beginning(
        &self,
        header: &BatchHeader,
        adds: bool,
    ) -> Result<(), ErrorCode> {
        let (id, epoch) = (header.producer_id, header.producer_epoch);
        let sequence = header.base_sequence;
        let is_known = self.with_log(|log, _| {
            log.log().producers().get(id).is_some_and(|known| known.batches().next().is_some())
        })?;
        let is_late = self.first_batches().is_late(id, epoch, sequence);
        if is_late || (adds && !is_known && sequence != 0) {
            return Err(ErrorCode::OutOfOrderSequenceNumber);
        }
        Ok(())
    }

    /// Something of this producer was appended, and is what its next batch is judged by.
    pub(crate) fn has_begun(&self, producer_id: ProducerId) {
        self.first_batches().forget(producer_id);
    }

    fn first_batches(&self) -> MutexGuard<'_, FirstBatches> {
        self.first_batches.lock().unwrap_or_else(PoisonError::into_inner)
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
