//! What a log remembers of one producer.

use alloc::collections::VecDeque;

use ottla_model::ids::{NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP};
use ottla_model::{Offset, ProducerEpoch};
use ottla_record::BatchHeader;

use crate::AppendError;
use crate::files::producer_snapshot::SnapshotEntry;

/// Batches that a producer is remembered by; as many as an idempotent producer may have in flight
/// (KIP-98: `max.in.flight.requests.per.connection` ≤ 5).
pub const BATCHES_MAX: usize = 5;
/// No transaction coordinator has written a marker.
const NO_COORDINATOR_EPOCH: i32 = -1;

/// A batch that was appended: enough to know it when it is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RememberedBatch {
    /// Sequence number of its last record.
    pub last_sequence: i32,
    /// Offset of its last record.
    pub last_offset: Offset,
    /// Last offset less the first.
    pub offset_delta: i32,
    /// Its largest timestamp.
    pub timestamp: i64,
}

impl RememberedBatch {
    /// Offset of its first record.
    pub fn first_offset(&self) -> Offset {
        self.last_offset - i64::from(self.offset_delta)
    }

    /// Sequence number of its first record.
    pub fn first_sequence(&self) -> i32 {
        let first = i64::from(self.last_sequence) - i64::from(self.offset_delta);
        if first < 0 { (first + i64::from(i32::MAX) + 1) as i32 } else { first as i32 }
    }
}

/// One producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerEntry {
    /// Its epoch; -1 before its first batch.
    pub producer_epoch: ProducerEpoch,
    /// Epoch of the coordinator that wrote its last transaction marker, or -1.
    pub coordinator_epoch: i32,
    /// Largest timestamp of its last batch or marker, in milliseconds; -1 before the first.
    pub last_timestamp: i64,
    /// Where its open transaction begins.
    pub current_txn_first_offset: Option<Offset>,
    /// Its last batches in this epoch, oldest first; at most [`BATCHES_MAX`].
    batches: VecDeque<RememberedBatch>,
}

impl ProducerEntry {
    /// A producer never seen.
    pub(super) fn unknown() -> Self {
        Self {
            producer_epoch: NO_PRODUCER_EPOCH,
            coordinator_epoch: NO_COORDINATOR_EPOCH,
            last_timestamp: NO_TIMESTAMP,
            current_txn_first_offset: None,
            batches: VecDeque::new(),
        }
    }

    /// The producer as a snapshot knows it.
    pub(super) fn from_snapshot(entry: &SnapshotEntry) -> Self {
        let mut batches = VecDeque::new();
        if entry.last_offset >= 0 {
            batches.push_back(RememberedBatch {
                last_sequence: entry.last_sequence,
                last_offset: entry.last_offset,
                offset_delta: entry.offset_delta,
                timestamp: entry.timestamp,
            });
        }
        Self {
            producer_epoch: entry.producer_epoch,
            coordinator_epoch: entry.coordinator_epoch,
            last_timestamp: entry.timestamp,
            current_txn_first_offset: entry.current_txn_first_offset,
            batches,
        }
    }

    /// The producer as a snapshot is to know it.
    pub(super) fn to_snapshot(&self, producer_id: i64) -> SnapshotEntry {
        let last = self.batches.back();
        SnapshotEntry {
            producer_id,
            producer_epoch: self.producer_epoch,
            last_sequence: last.map_or(NO_SEQUENCE, |batch| batch.last_sequence),
            last_offset: last.map_or(-1, |batch| batch.last_offset),
            offset_delta: last.map_or(0, |batch| batch.offset_delta),
            timestamp: self.last_timestamp,
            coordinator_epoch: self.coordinator_epoch,
            current_txn_first_offset: self.current_txn_first_offset,
        }
    }

    /// Its last batches, oldest first.
    pub fn batches(&self) -> impl Iterator<Item = &RememberedBatch> {
        self.batches.iter()
    }

    /// Sequence number of its last record in this epoch, or -1.
    pub fn last_sequence(&self) -> i32 {
        self.batches.back().map_or(NO_SEQUENCE, |batch| batch.last_sequence)
    }

    /// The batch that `header` repeats: same epoch, same first and last sequence number.
    pub(super) fn find_duplicate(&self, header: &BatchHeader) -> Option<&RememberedBatch> {
        if header.producer_epoch != self.producer_epoch {
            return None;
        }
        let (first, last) = (header.base_sequence, header.last_sequence());
        self.batches.iter().find(|b| b.first_sequence() == first && b.last_sequence == last)
    }

    /// Judges the epoch of a batch, as Kafka 4.4's `ProducerAppendInfo`.
    pub(super) fn check_epoch(&self, header: &BatchHeader) -> Result<(), AppendError> {
        if header.producer_epoch >= self.producer_epoch {
            return Ok(());
        }
        Err(AppendError::InvalidProducerEpoch {
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            current_epoch: self.producer_epoch,
        })
    }

    /// Judges the sequence number of a client's batch. A new epoch begins at 0. A producer that is
    /// not known (expired, or its records deleted) may begin anywhere: Kafka has not answered
    /// UNKNOWN_PRODUCER_ID since 2.5 (KIP-360).
    pub(super) fn check_sequence(&self, header: &BatchHeader) -> Result<(), AppendError> {
        if self.producer_epoch == NO_PRODUCER_EPOCH {
            return Ok(());
        }
        let last = self.last_sequence();
        let sequence = header.base_sequence;
        let expected = if header.producer_epoch != self.producer_epoch {
            sequence == 0
        } else {
            i64::from(sequence) == i64::from(last) + 1 || (sequence == 0 && last == i32::MAX)
        };
        if expected {
            return Ok(());
        }
        Err(AppendError::OutOfOrderSequence {
            producer_id: header.producer_id,
            sequence,
            last_sequence: last,
        })
    }

    /// Remembers a batch of records, whose header has its final offsets.
    pub(super) fn add_batch(&mut self, header: &BatchHeader) {
        self.enter_epoch(header.producer_epoch);
        if self.batches.len() == BATCHES_MAX {
            self.batches.pop_front();
        }
        self.batches.push_back(RememberedBatch {
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            offset_delta: header.last_offset_delta,
            timestamp: header.max_timestamp,
        });
        self.last_timestamp = header.max_timestamp;
    }

    /// Ends the open transaction, if there is one.
    pub(super) fn end_txn(&mut self, epoch: ProducerEpoch, coordinator_epoch: i32, timestamp: i64) {
        self.enter_epoch(epoch);
        self.current_txn_first_offset = None;
        self.coordinator_epoch = coordinator_epoch;
        self.last_timestamp = timestamp;
    }

    fn enter_epoch(&mut self, epoch: ProducerEpoch) {
        if epoch != self.producer_epoch {
            self.batches.clear();
            self.producer_epoch = epoch;
        }
    }
}
