//! Finding records by their time (ListOffsets).

use ottla_model::ids::NO_TIMESTAMP;
use ottla_model::{LeaderEpoch, Offset};
use ottla_record::BatchView;

use crate::read::{Located, time_entries_while, time_entry};
use crate::scan::{HeaderScan, LOOKUP_WINDOW_BYTES, read_log};
use crate::{Log, LogError, Segment, SegmentBytes};

/// A record found by its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundTimestamp {
    /// Its timestamp, in milliseconds.
    pub timestamp: i64,
    /// Its offset.
    pub offset: Offset,
    /// Epoch of the leader that appended it, or -1.
    pub leader_epoch: LeaderEpoch,
}

/// Which record is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampTarget {
    /// The first with this timestamp or a later one.
    AtLeast(i64),
    /// The first with the largest timestamp of the log (KIP-734).
    Largest,
}

impl Log {
    /// Finds a record by its time; `None` if there is no such record. `unpack_bytes_max` bounds
    /// what one compressed batch may unpack to.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn find_timestamp<B: SegmentBytes>(
        &self,
        target: TimestampTarget,
        unpack_bytes_max: usize,
        bytes: &B,
    ) -> Result<Option<FoundTimestamp>, LogError> {
        match target {
            TimestampTarget::AtLeast(timestamp) => {
                self.first_at_least(timestamp, unpack_bytes_max, bytes)
            }
            TimestampTarget::Largest => self.first_of_largest(unpack_bytes_max, bytes),
        }
    }

    fn first_at_least<B: SegmentBytes>(
        &self,
        timestamp: i64,
        unpack_bytes_max: usize,
        bytes: &B,
    ) -> Result<Option<FoundTimestamp>, LogError> {
        for segment in self.segments.values() {
            if segment.largest_timestamp(bytes)?.timestamp < timestamp {
                continue;
            }
            let start = self.time_floor(segment, timestamp, bytes)?;
            let (base_offset, end) = (segment.base_offset, segment.size);
            let mut scan = HeaderScan::new(bytes, base_offset, start, end, LOOKUP_WINDOW_BYTES)
                .stepping_over(&segment.damaged);
            while let Some((position, header)) = scan.next()? {
                if header.max_timestamp < timestamp || header.last_offset() < self.log_start_offset
                {
                    continue;
                }
                let batch = Located { base_offset, position, header };
                let found = self.record_in(&batch, timestamp, unpack_bytes_max, bytes)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// A position at or before the first batch that reaches `timestamp`, by both indexes.
    fn time_floor<B: SegmentBytes>(
        &self,
        segment: &Segment,
        timestamp: i64,
        bytes: &B,
    ) -> Result<u64, LogError> {
        let base_offset = segment.base_offset;
        let entries = self.time_entries(segment, bytes)?;
        let reached =
            time_entries_while(base_offset, entries, bytes, |entry| entry.timestamp < timestamp)?;
        let floor = match reached.checked_sub(1) {
            Some(at) => time_entry(base_offset, at, bytes)?,
            None => None,
        };
        let offset = floor.map_or(base_offset, |e| base_offset + i64::from(e.relative_offset));
        self.index_floor(segment, offset.max(self.log_start_offset), bytes)
    }

    fn first_of_largest<B: SegmentBytes>(
        &self,
        unpack_bytes_max: usize,
        bytes: &B,
    ) -> Result<Option<FoundTimestamp>, LogError> {
        let mut largest: Option<(i64, &Segment, Offset)> = None;
        for segment in self.segments.values() {
            let found = segment.largest_timestamp(bytes)?;
            if found.timestamp > largest.map_or(NO_TIMESTAMP, |(timestamp, ..)| timestamp) {
                largest = Some((found.timestamp, segment, found.offset));
            }
        }
        let Some((timestamp, segment, offset)) = largest else { return Ok(None) };
        match self.locate_in(segment, offset, bytes)? {
            Some(batch) => self.record_in(&batch, timestamp, unpack_bytes_max, bytes),
            None => Ok(None),
        }
    }

    /// The first record of a batch that has reached `timestamp` and is not before the log start.
    fn record_in<B: SegmentBytes>(
        &self,
        batch: &Located,
        timestamp: i64,
        unpack_bytes_max: usize,
        bytes: &B,
    ) -> Result<Option<FoundTimestamp>, LogError> {
        let size = batch.header.size_in_bytes();
        let content = read_log(bytes, batch.base_offset, batch.position, size)?;
        let corrupt = |why: ottla_record::BatchError| LogError::Corrupt(alloc::format!("{why}"));
        let view = BatchView::parse(&content).map_err(corrupt)?;
        let records = ottla_record::records(&view, unpack_bytes_max).map_err(corrupt)?;
        for record in &records {
            let record = record.map_err(corrupt)?;
            if record.timestamp >= timestamp && record.offset >= self.log_start_offset {
                return Ok(Some(FoundTimestamp {
                    timestamp: record.timestamp,
                    offset: record.offset,
                    leader_epoch: batch.header.partition_leader_epoch,
                }));
            }
        }
        Ok(None)
    }
}
