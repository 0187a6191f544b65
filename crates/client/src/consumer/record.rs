//! Records as a consumer gives them out: owned, sharing the buffer they came in. Pure.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use ottla_membership::Position;
use ottla_model::TopicPartition;
use ottla_record::{
    BatchError, BatchView, Codec, CodecSpace, ControlType, Records, TimestampType, decompress,
    split_batches,
};

use crate::{Error, ErrorKind, Result};

/// Bytes that one batch may unpack to.
const BATCH_PLAIN_BYTES_MAX: usize = 200 << 20;
/// Records that room is made for at once; for more it grows with them.
const READY_MAX: usize = 1024;

/// One record. Its bytes are shared with the answer, or the batch, that it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerRecord {
    /// The topic it was read from.
    pub topic: Arc<str>,
    /// The partition it was read from.
    pub partition: i32,
    /// Its offset there.
    pub offset: i64,
    /// Epoch of the leader that wrote it; -1 if unknown.
    pub leader_epoch: i32,
    /// Milliseconds since 1970; -1 if it has none.
    pub timestamp: i64,
    /// Whose clock that is.
    pub timestamp_type: TimestampType,
    /// Its key.
    pub key: Option<Bytes>,
    /// Its value; none marks the key as deleted in a compacted topic.
    pub value: Option<Bytes>,
    /// Its headers, in order; names may repeat.
    pub headers: Vec<RecordHeader>,
}

/// A header of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader {
    /// Its name; UTF-8 by convention.
    pub key: Bytes,
    /// Its value.
    pub value: Option<Bytes>,
}

/// What one fetch brought of one partition, and has not been given out.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) partition: TopicPartition,
    /// Of the place it was fetched from.
    pub(crate) version: u64,
    /// Batches that are still packed.
    bytes: Bytes,
    /// Records of the batch that is being given out.
    ready: VecDeque<ConsumerRecord>,
    /// Behind the records of `ready`.
    after: Position,
    /// Records before it are not wanted.
    from: i64,
    /// Aborted transactions by where they begin; only under `read_committed`.
    aborted: Option<VecDeque<(i64, i64)>>,
    /// Producers whose open transaction is an aborted one.
    aborting: BTreeSet<i64>,
    check_crcs: bool,
    /// Bytes that it counts for in the budget.
    pub(crate) weight: usize,
}

/// How to read what a fetch brought.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) from: i64,
    pub(crate) version: u64,
    /// Producer and first offset of each; `None` under `read_uncommitted`.
    pub(crate) aborted: Option<Vec<(i64, i64)>>,
    pub(crate) check_crcs: bool,
}

impl Chunk {
    /// What `bytes` hold from `reading.from` on, and the place behind it; `None` if that is nothing.
    ///
    /// # Errors
    /// The bytes do not begin with a whole batch of the one format there is (v2).
    pub(crate) fn new(
        partition: TopicPartition,
        bytes: Bytes,
        reading: Reading,
    ) -> std::result::Result<Option<(Self, Position)>, BatchError> {
        let mut end = None;
        let mut whole = 0;
        for batch in split_batches(&bytes) {
            match batch {
                Ok(batch) => {
                    let header = batch.header();
                    let epoch = Some(header.partition_leader_epoch).filter(|it| *it >= 0);
                    end = Some(Position { offset: header.next_offset(), epoch });
                    whole += batch.bytes().len();
                }
                Err(BatchError::Truncated { .. }) if end.is_some() => break,
                Err(error) => return Err(error),
            }
        }
        let Some(end) = end else { return Ok(None) };
        let aborted = reading.aborted.map(|mut all| {
            all.sort_unstable_by_key(|(_, first)| *first);
            all.into_iter().map(|(producer, first)| (first, producer)).collect()
        });
        let weight = bytes.len();
        let chunk = Self {
            partition,
            version: reading.version,
            bytes: bytes.slice(..whole),
            ready: VecDeque::new(),
            after: Position { offset: reading.from, epoch: None },
            from: reading.from,
            aborted,
            aborting: BTreeSet::new(),
            check_crcs: reading.check_crcs,
            weight,
        };
        Ok(Some((chunk, Position { offset: end.offset.max(reading.from), ..end })))
    }

    /// Gives out what is unpacked as long as `records` are fewer than `max`; the place behind the
    /// last one, if there is one.
    pub(crate) fn give(
        &mut self,
        records: &mut Vec<ConsumerRecord>,
        max: usize,
    ) -> Option<Position> {
        let count = self.ready.len().min(max.saturating_sub(records.len()));
        if count == 0 {
            return None;
        }
        records.extend(self.ready.drain(..count));
        // Behind the last record of a batch comes the next batch: compaction may have left a gap there.
        if self.ready.is_empty() {
            return Some(self.after);
        }
        let last = records.last()?;
        Some(Position { offset: last.offset + 1, epoch: self.after.epoch })
    }

    /// The place behind what was unpacked so far.
    pub(crate) fn end(&self) -> Position {
        self.after
    }

    /// Unpacks the next batch, which may hold nothing for users; false at the end.
    ///
    /// # Errors
    /// The batch is damaged. Its records are not given out.
    pub(crate) fn unpack(&mut self, space: &mut CodecSpace) -> Result<bool> {
        let bytes = self.bytes.clone();
        let Some(batch) = split_batches(&bytes).next() else { return Ok(false) };
        let batch = batch.map_err(|error| self.damaged(&error))?;
        let header = *batch.header();
        self.bytes = bytes.slice(batch.bytes().len()..);
        if self.check_crcs {
            batch.check_crc().map_err(|error| self.damaged(&error))?;
        }
        let epoch = Some(header.partition_leader_epoch).filter(|it| *it >= 0);
        self.after = Position { offset: header.next_offset().max(self.from), epoch };
        if header.next_offset() <= self.from || self.is_hidden(&batch) {
            return Ok(true);
        }
        let plain = match header.codec().map_err(|error| self.damaged(&error))? {
            Codec::None => bytes.slice_ref(batch.body()),
            codec => decompress(codec, batch.body(), BATCH_PLAIN_BYTES_MAX, space)
                .map(Bytes::from)
                .map_err(|error| self.damaged(&error))?,
        };
        // A record takes several bytes.
        let count = usize::try_from(header.record_count).unwrap_or(0).min(plain.len() / 6);
        self.ready.reserve(count.min(READY_MAX));
        for record in &Records::of_plain(header, &plain) {
            let record = record.map_err(|error| self.damaged(&error))?;
            if record.offset >= self.from {
                let record = owned(&self.partition, &header, &record, &plain);
                self.ready.push_back(record.map_err(|error| self.damaged(&error))?);
            }
        }
        Ok(true)
    }

    /// Whether a batch is not for users: it is a marker, or its transaction was aborted.
    fn is_hidden(&mut self, batch: &BatchView<'_>) -> bool {
        let header = batch.header();
        if let Some(aborted) = &mut self.aborted {
            while let Some((_, producer)) =
                aborted.pop_front_if(|(first, _)| *first <= header.last_offset())
            {
                self.aborting.insert(producer);
            }
            if header.is_control() {
                let ends =
                    ottla_record::records(batch, BATCH_PLAIN_BYTES_MAX).is_ok_and(|records| {
                        let first = records.iter().next();
                        first.is_some_and(|it| {
                            it.is_ok_and(|it| ControlType::of(&it) == Some(ControlType::Abort))
                        })
                    });
                if ends {
                    self.aborting.remove(&header.producer_id);
                }
            } else if header.is_transactional() && self.aborting.contains(&header.producer_id) {
                return true;
            }
        }
        header.is_control()
    }

    fn damaged(&self, error: &BatchError) -> Error {
        let text =
            format!("{} cannot be read at offset {}: {error}", self.partition, self.after.offset);
        Error::new(ErrorKind::Malformed, text)
    }
}

fn owned(
    partition: &TopicPartition,
    header: &ottla_record::BatchHeader,
    record: &ottla_record::Record<'_>,
    plain: &Bytes,
) -> std::result::Result<ConsumerRecord, BatchError> {
    let share = |bytes: &[u8]| plain.slice_ref(bytes);
    let mut headers = Vec::with_capacity(record.headers.count_left().min(64));
    for header in record.headers {
        let header = header.map_err(|problem| BatchError::BadRecord { index: 0, problem })?;
        headers.push(RecordHeader { key: share(header.key), value: header.value.map(share) });
    }
    Ok(ConsumerRecord {
        topic: partition.topic.clone(),
        partition: partition.partition,
        offset: record.offset,
        leader_epoch: header.partition_leader_epoch,
        timestamp: record.timestamp,
        timestamp_type: header.timestamp_type(),
        key: record.key.map(share),
        value: record.value.map(share),
        headers,
    })
}
