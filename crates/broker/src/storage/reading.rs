//! [`Partition`]: what readers ask, from records to the ends of the log.

use std::sync::PoisonError;

use ottla_log::{FoundTimestamp, LogError, ReadRequest, SegmentBytes, TimestampTarget};
use ottla_model::{ErrorCode, LeaderEpoch, Offset, ProducerId};
use ottla_replica::Replica;

use super::answers::{ActiveProducer, EpochEnd, ReadLimit, ReadSlice};
use super::cached::{CachedBytes, Uncached};
use super::log_files::LogFiles;
use super::partition::Partition;

/// What one batch may unpack to while a record is looked for by its time: the default of
/// `max.decompressed.message.bytes` is 2 GiB; what was appended has been within its bound.
const UNPACK_BYTES_MAX: usize = 2_147_483_639;

/// What a reader asks of a partition.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Where it begins.
    pub offset: Offset,
    /// Bytes at most.
    pub bytes_max: u64,
    /// The first batch whole even if it alone is more.
    pub one_at_least: bool,
    /// How far it may see.
    pub limit: ReadLimit,
}

impl Partition {
    /// Finds what a reader may have. May wait for the device.
    ///
    /// # Errors
    /// [`ErrorCode::OffsetOutOfRange`], [`ErrorCode::KafkaStorageError`],
    /// [`ErrorCode::CorruptMessage`].
    pub fn read(
        &self,
        offset: Offset,
        bytes_max: u64,
        one_at_least: bool,
        limit: ReadLimit,
    ) -> Result<ReadSlice, ErrorCode> {
        let asked = Asked { offset, bytes_max, one_at_least, limit };
        self.with_log(|log, replica| {
            let bytes = log.bytes();
            self.read_by(log, replica, asked, &*bytes)
        })?
        .map_err(|error| self.read_failed(&error))
    }

    /// Like [`Self::read`], without waiting for the device: if finding it takes bytes that are not in
    /// memory, says which. Whether those to be read are is not looked at.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_cached(&self, asked: Asked) -> Result<Result<ReadSlice, Uncached>, ErrorCode> {
        self.with_log(|log, replica| {
            let files = log.bytes();
            let bytes = CachedBytes::new(&files);
            let found = self.read_by(log, replica, asked, &bytes);
            match bytes.into_missed() {
                Some(uncached) => Ok(Err(uncached)),
                None => found.map(Ok),
            }
        })?
        .map_err(|error| self.read_failed(&error))
    }

    fn read_by<B: SegmentBytes>(
        &self,
        log: &mut LogFiles,
        replica: &Replica,
        asked: Asked,
        bytes: &B,
    ) -> Result<ReadSlice, LogError> {
        let Asked { offset, bytes_max, one_at_least, limit } = asked;
        let high_watermark = replica.high_watermark();
        let end_offset = end_offset(log, replica, limit);
        let request = ReadRequest { offset, bytes_max, min_one: one_at_least, end_offset };
        let slice = match log.read_by(request, bytes) {
            Err(error) if self.note_broken(log, &error) => log.read_by(request, bytes),
            read => read,
        }?;
        let aborted = match limit {
            ReadLimit::LastStable => log.log().aborted_transactions(offset, &slice.plan, bytes)?,
            ReadLimit::HighWatermark | ReadLimit::LogEnd => Vec::new(),
        };
        Ok(ReadSlice {
            aborted: aborted.iter().map(|txn| (txn.producer_id, txn.first_offset)).collect(),
            file: slice.file,
            position: slice.position,
            len: slice.len,
            high_watermark,
            last_stable_offset: log.log().last_stable_offset(high_watermark),
            log_start_offset: log.log().log_start_offset(),
        })
    }

    /// First offset that is hidden from a reader; 0 while the log cannot be used.
    pub fn end_offset(&self, limit: ReadLimit) -> Offset {
        self.ask(
            |log, replica| end_offset(log, replica, limit),
            |known, replica| match limit {
                ReadLimit::HighWatermark => replica.high_watermark(),
                ReadLimit::LastStable => known.last_stable_offset.min(replica.high_watermark()),
                ReadLimit::LogEnd => known.log_end_offset,
            },
        )
    }

    /// First offset that may be read; 0 while the log cannot be used.
    pub fn log_start_offset(&self) -> Offset {
        self.ask(|log, _| log.log().log_start_offset(), |known, _| known.log_start_offset)
    }

    /// Offset the next record gets; 0 while the log cannot be used.
    pub fn log_end_offset(&self) -> Offset {
        self.ask(|log, _| log.log().log_end_offset(), |known, _| known.log_end_offset)
    }

    /// Everything before is on all replicas in sync; 0 while the log cannot be used.
    pub fn high_watermark(&self) -> Offset {
        self.ask(|_, replica| replica.high_watermark(), |_, replica| replica.high_watermark())
    }

    /// Bytes of its segments; 0 while the log cannot be used.
    pub fn size_bytes(&self) -> u64 {
        self.ask(|log, _| log.log().size(), |known, _| known.size)
    }

    /// Number of its segments; 0 while the log cannot be used.
    pub fn segment_count(&self) -> usize {
        self.ask(|log, _| log.log().segments().len(), |known, _| known.segments as usize)
    }

    /// The epoch of the record at the log start; -1 if that is not known.
    pub fn start_leader_epoch(&self) -> LeaderEpoch {
        let of_log = |log: &LogFiles| {
            log.log().leader_epochs().epoch_for(log.log().log_start_offset()).unwrap_or(-1)
        };
        let asked = self.try_ask(|log, _| of_log(log), |known, _| known.start_leader_epoch);
        asked.unwrap_or(-1)
    }

    /// The leader epoch that the record at `offset` was appended in; -1 if that is not known.
    pub fn leader_epoch_at(&self, offset: Offset) -> LeaderEpoch {
        let epoch = self.with_log(|log, _| log.log().leader_epochs().epoch_for(offset));
        epoch.ok().flatten().unwrap_or(-1)
    }

    /// The newest epoch at or below `epoch` that is known, and where it ended.
    pub fn end_offset_for_leader_epoch(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        let (leader_epoch, end_offset) =
            self.with_log(|log, _| log.log().offset_for_leader_epoch(epoch)).ok()?;
        (end_offset >= 0).then_some(EpochEnd { leader_epoch, end_offset })
    }

    /// The first record with this timestamp or a later one. May wait for the device.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`], [`ErrorCode::CorruptMessage`].
    pub fn offset_for_timestamp(
        &self,
        timestamp: i64,
    ) -> Result<Option<FoundTimestamp>, ErrorCode> {
        self.find(TimestampTarget::AtLeast(timestamp))
    }

    /// The first record with the largest timestamp. May wait for the device.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`], [`ErrorCode::CorruptMessage`].
    pub fn offset_of_max_timestamp(&self) -> Result<Option<FoundTimestamp>, ErrorCode> {
        self.find(TimestampTarget::Largest)
    }

    fn find(&self, target: TimestampTarget) -> Result<Option<FoundTimestamp>, ErrorCode> {
        let _no_removal = self.removing.read().unwrap_or_else(PoisonError::into_inner);
        // Off the lock: indexes and batches may be cold, and appends go on.
        let find = || {
            let (log, bytes) = self.with_log(|log, _| (log.log().segments_alone(), log.bytes()))?;
            Ok(log.find_timestamp(target, UNPACK_BYTES_MAX, &*bytes))
        };
        let found = match find()? {
            Err(error) if self.with_log(|log, _| self.note_broken(log, &error))? => find()?,
            found => found,
        };
        found.map_err(|error| self.read_failed(&error))
    }

    /// The producers it knows.
    pub fn producers(&self) -> Vec<ActiveProducer> {
        self.with_log(|log, _| log.log().producers().iter().map(active_producer).collect())
            .unwrap_or_default()
    }
}

fn end_offset(log: &LogFiles, replica: &Replica, limit: ReadLimit) -> Offset {
    match limit {
        ReadLimit::HighWatermark => replica.high_watermark(),
        ReadLimit::LastStable => log.log().last_stable_offset(replica.high_watermark()),
        ReadLimit::LogEnd => log.log().log_end_offset(),
    }
}

fn active_producer(
    (producer_id, entry): (ProducerId, &ottla_log::ProducerEntry),
) -> ActiveProducer {
    ActiveProducer {
        producer_id,
        producer_epoch: entry.producer_epoch,
        last_sequence: entry.last_sequence(),
        last_timestamp: entry.last_timestamp,
        coordinator_epoch: entry.coordinator_epoch,
        current_txn_start_offset: entry.current_txn_first_offset.unwrap_or(-1),
    }
}
