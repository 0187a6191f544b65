//! The producers a log knows: what makes a repeated batch a duplicate, a gap an error, and a
//! transaction an interval of offsets (KIP-98).

mod entry;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ottla_model::{Offset, ProducerId};
use ottla_record::BatchHeader;

pub use entry::{BATCHES_MAX, ProducerEntry, RememberedBatch};

use crate::AppendError;
use crate::files::producer_snapshot::SnapshotEntry;
use crate::files::txn_index::AbortedTxn;

/// Where batches come from, which decides how far they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A client's Produce: epoch and sequence are checked.
    Client,
    /// A coordinator of this node (markers, offset commits in transactions): only the epoch is.
    Coordinator,
    /// The partition's leader, which has checked; or this node's own files. Nothing is.
    Replication,
}

/// A transaction marker: the one record of a control batch that ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTxnMarker {
    /// Whether it aborts (else it commits).
    pub abort: bool,
    /// Epoch of the coordinator that wrote it.
    pub coordinator_epoch: i32,
}

/// A batch as producers see it: the header with its final offsets, and the marker of a control
/// batch that ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerBatch {
    /// The header.
    pub header: BatchHeader,
    /// The marker, if the batch is one.
    pub marker: Option<EndTxnMarker>,
}

/// What appending some batches does to the producers; made by [`Producers::prepare`], and of no
/// effect until it is committed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProducerUpdate {
    changed: BTreeMap<ProducerId, ProducerEntry>,
    started: BTreeMap<Offset, ProducerId>,
    completed: Vec<CompletedTxn>,
    /// Entries for the transaction index.
    pub aborted: Vec<AbortedTxn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CompletedTxn {
    first_offset: Offset,
    last_offset: Offset,
}

/// What [`Producers::prepare`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    /// The batches are new.
    Update(ProducerUpdate),
    /// They repeat this batch; there is nothing to append.
    Duplicate(RememberedBatch),
}

/// Bytes of memory that a producer counts for: its entry (64), its last batches (8 places of 24), its
/// place in a map that is two thirds full. A million of them with random ids took 222 bytes each while
/// they had sent up to three batches, 332 with five.
pub const PRODUCER_BYTES: u64 = 320;

/// Which producers go when there are too many of them; made by [`cut_oldest`] for those of all logs,
/// and worked off log by log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Those go that were heard of before, in milliseconds.
    before_ms: i64,
    /// And this many of those that were heard of just then.
    at: usize,
}

impl Cut {
    /// When the last of those that go was heard of, in milliseconds.
    pub fn newest_ms(&self) -> i64 {
        self.before_ms
    }
}

/// The cut that takes `count` of the producers with these timestamps (see
/// [`Producers::idle_timestamps`]), those that have been idle the longest.
pub fn cut_oldest(timestamps: &mut [i64], count: usize) -> Option<Cut> {
    let count = count.min(timestamps.len());
    let last = count.checked_sub(1)?;
    let (older, &mut before_ms, _) = timestamps.select_nth_unstable(last);
    let at = 1 + older.iter().filter(|&&timestamp| timestamp == before_ms).count();
    Some(Cut { before_ms, at })
}

/// The producers of one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Producers {
    entries: BTreeMap<ProducerId, ProducerEntry>,
    /// Open transactions by their first offset.
    ongoing: BTreeMap<Offset, ProducerId>,
    /// Decided transactions whose marker (the value) is not below the high watermark yet.
    unreplicated: BTreeMap<Offset, Offset>,
    /// The offset that the state stands at.
    end_offset: Offset,
    /// The offset of the newest snapshot.
    snapshot_offset: Offset,
}

impl Producers {
    /// No producers, at `offset`.
    pub fn starting_at(offset: Offset) -> Self {
        Self { end_offset: offset, snapshot_offset: offset, ..Self::default() }
    }

    /// The producers of a snapshot at `offset`, less those that have expired by `now_ms`.
    pub fn from_snapshot(
        entries: &[SnapshotEntry],
        offset: Offset,
        now_ms: i64,
        expiration_ms: i64,
    ) -> Self {
        let mut producers = Self::starting_at(offset);
        for entry in entries {
            let loaded = ProducerEntry::from_snapshot(entry);
            if is_expired(&loaded, now_ms, expiration_ms) {
                continue;
            }
            if let Some(first_offset) = loaded.current_txn_first_offset {
                producers.ongoing.insert(first_offset, entry.producer_id);
            }
            producers.entries.insert(entry.producer_id, loaded);
        }
        producers
    }

    /// The state as a snapshot at [`Self::end_offset`].
    pub fn to_snapshot(&self) -> Vec<SnapshotEntry> {
        self.entries.iter().map(|(&id, entry)| entry.to_snapshot(id)).collect()
    }

    /// Whether a snapshot taken now would say more than the newest one. Kafka takes none otherwise.
    pub fn wants_snapshot(&self) -> bool {
        self.end_offset > self.snapshot_offset
    }

    /// Notes that a snapshot at `offset` exists.
    pub fn snapshot_taken(&mut self, offset: Offset) {
        self.snapshot_offset = self.snapshot_offset.max(offset);
    }

    /// Judges batches whose headers carry their final offsets.
    ///
    /// # Errors
    /// The first rule that a batch breaks.
    pub fn prepare(
        &self,
        batches: impl IntoIterator<Item = ProducerBatch>,
        origin: Origin,
    ) -> Result<Prepared, AppendError> {
        let mut update = ProducerUpdate::default();
        for batch in batches {
            if !batch.header.has_producer_id() {
                continue;
            }
            if let Some(duplicate) = self.duplicate(&batch.header, origin) {
                return Ok(Prepared::Duplicate(duplicate));
            }
            self.prepare_batch(&mut update, &batch, origin)?;
        }
        Ok(Prepared::Update(update))
    }

    fn duplicate(&self, header: &BatchHeader, origin: Origin) -> Option<RememberedBatch> {
        let known = self.entries.get(&header.producer_id).filter(|_| origin == Origin::Client)?;
        known.find_duplicate(header).copied()
    }

    fn prepare_batch(
        &self,
        update: &mut ProducerUpdate,
        batch: &ProducerBatch,
        origin: Origin,
    ) -> Result<(), AppendError> {
        let header = &batch.header;
        let producer_id = header.producer_id;
        let known = update.changed.get(&producer_id).or_else(|| self.entries.get(&producer_id));
        let mut entry = known.cloned().unwrap_or_else(ProducerEntry::unknown);
        if origin != Origin::Replication {
            entry.check_epoch(header)?;
        }
        if header.is_control() {
            // A control batch without a marker is one that compaction has emptied.
            let Some(marker) = batch.marker else { return Ok(()) };
            if origin != Origin::Replication && entry.coordinator_epoch > marker.coordinator_epoch {
                return Err(AppendError::CoordinatorFenced { producer_id });
            }
            if let Some(first_offset) = entry.current_txn_first_offset {
                self.complete(update, producer_id, first_offset, header.base_offset, marker.abort);
            }
            let timestamp = header.max_timestamp;
            entry.end_txn(header.producer_epoch, marker.coordinator_epoch, timestamp);
        } else {
            if origin == Origin::Client {
                entry.check_sequence(header)?;
            }
            match (entry.current_txn_first_offset, header.is_transactional()) {
                (Some(_), false) if origin != Origin::Replication => {
                    return Err(AppendError::InvalidTxnState { producer_id });
                }
                (None, true) => {
                    entry.current_txn_first_offset = Some(header.base_offset);
                    update.started.insert(header.base_offset, producer_id);
                }
                _ => {}
            }
            entry.add_batch(header);
        }
        update.changed.insert(producer_id, entry);
        Ok(())
    }

    fn complete(
        &self,
        update: &mut ProducerUpdate,
        producer_id: ProducerId,
        first_offset: Offset,
        last_offset: Offset,
        abort: bool,
    ) {
        if abort {
            let decided =
                |offset: &Offset| update.completed.iter().any(|txn| txn.first_offset == *offset);
            let others = self.ongoing.iter().chain(&update.started);
            let next = others
                .filter(|&(offset, &id)| id != producer_id && !decided(offset))
                .map(|(&offset, _)| offset)
                .min();
            let last_stable_offset = next.unwrap_or(last_offset + 1);
            update.aborted.push(AbortedTxn {
                producer_id,
                first_offset,
                last_offset,
                last_stable_offset,
            });
        }
        update.completed.push(CompletedTxn { first_offset, last_offset });
    }

    /// Makes an update take effect; the log now ends at `end_offset`.
    pub fn commit(&mut self, update: ProducerUpdate, end_offset: Offset) {
        self.entries.extend(update.changed);
        self.ongoing.extend(update.started);
        for txn in update.completed {
            self.ongoing.remove(&txn.first_offset);
            self.unreplicated.insert(txn.first_offset, txn.last_offset);
        }
        self.end_offset = end_offset;
    }

    /// Notes that everything below `high_watermark` is replicated: transactions decided there hold
    /// the last stable offset back no longer.
    pub fn high_watermark_moved(&mut self, high_watermark: Offset) {
        self.unreplicated.retain(|_, last_offset| *last_offset >= high_watermark);
    }

    /// Where the first transaction begins that is open, or decided but not replicated.
    pub fn first_unstable_offset(&self) -> Option<Offset> {
        let ongoing = self.ongoing.first_key_value().map(|(&offset, _)| offset);
        let unreplicated = self.unreplicated.first_key_value().map(|(&offset, _)| offset);
        ongoing.into_iter().chain(unreplicated).min()
    }

    /// Forgets producers idle for `expiration_ms`, except those in a transaction; says how many.
    pub fn expire(&mut self, now_ms: i64, expiration_ms: i64) -> usize {
        let before = self.entries.len();
        self.entries.retain(|_, entry| !is_expired(entry, now_ms, expiration_ms));
        before - self.entries.len()
    }

    /// When each producer without an open transaction was last heard of, in milliseconds.
    pub fn idle_timestamps(&self) -> impl Iterator<Item = i64> {
        let is_idle = |entry: &&ProducerEntry| entry.current_txn_first_offset.is_none();
        self.entries.values().filter(is_idle).map(|entry| entry.last_timestamp)
    }

    /// Forgets the producers that a cut takes, as if they had expired; says how many. None is in a
    /// transaction.
    pub fn forget(&mut self, cut: &mut Cut) -> usize {
        let before = self.entries.len();
        self.entries.retain(|_, entry| {
            let is_at = entry.last_timestamp == cut.before_ms && cut.at > 0;
            let goes = entry.current_txn_first_offset.is_none()
                && (entry.last_timestamp < cut.before_ms || is_at);
            cut.at -= usize::from(goes && is_at);
            !goes
        });
        before - self.entries.len()
    }

    /// Notes that the log begins at `offset` now.
    pub fn log_start_moved(&mut self, offset: Offset) {
        self.unreplicated.retain(|_, last_offset| *last_offset >= offset);
        self.end_offset = self.end_offset.max(offset);
    }

    /// The offset that the state stands at.
    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }

    /// The offset of the newest snapshot.
    pub fn snapshot_offset(&self) -> Offset {
        self.snapshot_offset
    }

    /// Every producer, by id.
    pub fn iter(&self) -> impl Iterator<Item = (ProducerId, &ProducerEntry)> {
        self.entries.iter().map(|(&id, entry)| (id, entry))
    }

    /// One producer.
    pub fn get(&self, producer_id: ProducerId) -> Option<&ProducerEntry> {
        self.entries.get(&producer_id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn is_expired(entry: &ProducerEntry, now_ms: i64, expiration_ms: i64) -> bool {
    entry.current_txn_first_offset.is_none()
        && now_ms.saturating_sub(entry.last_timestamp) >= expiration_ms
}

#[cfg(test)]
mod tests;
