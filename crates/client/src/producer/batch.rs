//! A batch of records for one partition: open while records join it, closed when it is sent.

use std::sync::Arc;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_record::{
    BatchBuilder, BatchHeader, BatchView, BuildError, CodecSpace, Compression, Header, NewRecord,
    patch, records,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::buffers::Buffers;
use super::delivery::{Delivery, Outcome};
use super::record::ProducerRecord;
use super::sequences::Identity;
use crate::{Error, ErrorKind, Result};

/// Plain bytes of a batch of ours that may come out of a codec again.
const PLAIN_BYTES_MAX: usize = 1 << 30;

/// Records for one partition.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) id: u64,
    /// Where it stands among the batches of its partition; the parts of one stand where it stood.
    pub(super) order: u128,
    order_width: u128,
    pub(super) topic: Arc<str>,
    pub(super) partition: i32,
    content: Content,
    /// Where the memory of its content goes.
    buffers: Option<Arc<Buffers>>,
    pub(super) record_count: i32,
    /// Bytes if nothing could be compressed.
    pub(super) plain_bytes: usize,
    pub(super) created_at: MonoTime,
    /// How often it was sent.
    pub(super) attempts: u32,
    pub(super) retry_at: MonoTime,
    pub(super) number: Option<(Identity, i32)>,
    pub(super) is_transactional: bool,
    pub(super) outcome: Arc<Outcome>,
    /// Room in the producer's memory.
    room: Option<Room>,
}

/// Bytes of the producer's memory; free again when it is dropped.
#[derive(Debug)]
struct Room {
    memory: Arc<Semaphore>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.memory.add_permits(self.bytes);
    }
}

#[derive(Debug)]
enum Content {
    Open(BatchBuilder),
    Closed(Bytes),
}

impl Batch {
    pub(super) fn new(
        id: u64,
        topic: Arc<str>,
        partition: i32,
        compression: Compression,
        is_transactional: bool,
        now: MonoTime,
    ) -> Self {
        let builder = BatchBuilder::new(0, compression).transactional(is_transactional);
        Self {
            id,
            outcome: Outcome::of(topic.clone(), partition),
            order: u128::from(id) << 64,
            order_width: 1 << 64,
            topic,
            partition,
            record_count: 0,
            plain_bytes: builder.size_in_bytes_plain(),
            content: Content::Open(builder),
            buffers: None,
            created_at: now,
            attempts: 0,
            retry_at: MonoTime::default(),
            number: None,
            is_transactional,
            room: None,
        }
    }

    /// It will probably have this many bytes. Before the first record.
    pub(super) fn expect(&mut self, bytes: usize, buffers: &Arc<Buffers>) {
        let Content::Open(builder) = &mut self.content else { return };
        if buffers.fit(bytes) {
            builder.reuse(buffers.take());
        } else {
            builder.reserve(bytes);
        }
        self.buffers = Some(buffers.clone());
    }

    /// Whether a record fits into a batch of `batch_size` bytes; the first always does.
    pub(super) fn has_room(&self, record: &NewRecord<'_>, batch_size: usize) -> bool {
        match &self.content {
            Content::Open(builder) => {
                builder.is_empty()
                    || self.plain_bytes.saturating_add(builder.size_of(record)) <= batch_size
            }
            Content::Closed(_) => false,
        }
    }

    /// Whether nothing more will join it.
    pub(super) fn is_full(&self, batch_size: usize) -> bool {
        matches!(self.content, Content::Closed(_)) || self.plain_bytes >= batch_size
    }

    /// Adds a record.
    pub(super) fn append(
        &mut self,
        record: &NewRecord<'_>,
        room: SemaphorePermit<'_>,
        memory: &Arc<Semaphore>,
    ) -> std::result::Result<Delivery, BuildError> {
        let Content::Open(builder) = &mut self.content else { return Err(BuildError::TooLarge) };
        builder.append(record)?;
        self.plain_bytes = builder.size_in_bytes_plain();
        self.record_count = builder.record_count();
        let held = self.room.get_or_insert_with(|| Room { memory: memory.clone(), bytes: 0 });
        held.bytes += room.num_permits();
        // The batch gives them back.
        room.forget();
        Ok(Delivery::new(self.outcome.clone(), self.record_count - 1, record.timestamp))
    }

    /// Closes it, or gives a closed one the number it has now; its bytes.
    pub(super) fn close(&mut self, space: &mut CodecSpace) -> Bytes {
        let bytes = match std::mem::replace(&mut self.content, Content::Closed(Bytes::new())) {
            Content::Closed(bytes) => renumbered(&bytes, self.number),
            Content::Open(mut builder) => {
                if let Some((identity, base)) = self.number {
                    builder = builder.producer(identity.id, identity.epoch, base);
                }
                let (batch, free) = builder.finish_and_free(space);
                match (&self.buffers, free) {
                    (Some(buffers), None) => buffers.lend(batch),
                    (Some(buffers), Some(free)) => {
                        buffers.put(free);
                        Bytes::from(batch)
                    }
                    (None, _) => Bytes::from(batch),
                }
            }
        };
        self.content = Content::Closed(bytes.clone());
        bytes
    }

    /// Its records, to be shown to whoever takes what failed.
    pub(super) fn unpack(&mut self) -> Vec<ProducerRecord> {
        let bytes = self.close(&mut CodecSpace::new());
        let mut found = Vec::new();
        let _not_ours = each_record(&bytes, |record, headers| {
            let copy = |bytes: &[u8]| Bytes::copy_from_slice(bytes);
            found.push(ProducerRecord {
                topic: self.topic.clone(),
                partition: Some(self.partition),
                key: record.key.map(copy),
                value: record.value.map(copy),
                headers: headers
                    .iter()
                    .map(|header| {
                        let name = String::from_utf8_lossy(header.key).into_owned();
                        (name, header.value.map(copy))
                    })
                    .collect(),
                timestamp: Some(record.timestamp),
            });
        });
        found
    }

    /// Divides it into batches of at most `batch_size` plain bytes, which take over those who wait
    /// and the room. `None` if it cannot be divided.
    pub(super) fn divide(
        &mut self,
        batch_size: usize,
        compression: Compression,
        mut next_id: impl FnMut() -> u64,
    ) -> Option<Vec<Self>> {
        if self.record_count < 2 {
            return None;
        }
        let Content::Closed(bytes) = &self.content else { return None };
        let mut parts: Vec<Self> = Vec::new();
        let divided = each_record(bytes, |record, headers| {
            let new = NewRecord {
                timestamp: record.timestamp,
                key: record.key,
                value: record.value,
                headers,
            };
            if parts.last().is_none_or(|part| !part.has_room(&new, batch_size)) {
                let mut part = Self::new(
                    next_id(),
                    self.topic.clone(),
                    self.partition,
                    compression,
                    self.is_transactional,
                    self.created_at,
                );
                part.attempts = self.attempts;
                parts.push(part);
            }
            if let Some(part) = parts.last_mut()
                && let Content::Open(builder) = &mut part.content
                && builder.append(&new).is_ok()
            {
                part.plain_bytes = builder.size_in_bytes_plain();
                part.record_count = builder.record_count();
            }
        });
        if divided.is_err() || parts.len() < 2 {
            return None;
        }
        let mut first = 0;
        let mut outcomes = Vec::new();
        let width = self.order_width / parts.len() as u128;
        for (index, part) in parts.iter_mut().enumerate() {
            outcomes.push((first, part.outcome.clone()));
            first += part.record_count;
            part.order = self.order + width * index as u128;
            part.order_width = width;
        }
        self.outcome.divide(outcomes);
        if let (Some(last), room) = (parts.last_mut(), self.room.take()) {
            last.room = room;
        }
        Some(parts)
    }
}

impl Drop for Batch {
    /// Nobody waits for ever, however a batch comes to its end.
    fn drop(&mut self) {
        self.outcome.tell(Err(Error::closed()));
    }
}

/// The record as the builder takes it.
pub(super) fn new_record<'a>(
    record: &'a ProducerRecord,
    headers: &'a [Header<'a>],
    now_millis: i64,
) -> NewRecord<'a> {
    NewRecord {
        timestamp: record.timestamp.unwrap_or(now_millis),
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers,
    }
}

/// The headers as the builder takes them.
pub(super) fn headers_of(record: &ProducerRecord) -> Vec<Header<'_>> {
    record
        .headers
        .iter()
        .map(|(name, value)| Header { key: name.as_bytes(), value: value.as_deref() })
        .collect()
}

/// Shows every record of a batch with its headers.
pub(super) fn each_record(
    bytes: &Bytes,
    mut each: impl FnMut(&ottla_record::Record<'_>, &[Header<'_>]),
) -> Result<()> {
    let unreadable = |error: ottla_record::BatchError| {
        Error::new(ErrorKind::InvalidRecord, format!("a batch cannot be read again: {error}"))
    };
    let view = BatchView::parse(bytes).map_err(unreadable)?;
    let unpacked = records(&view, PLAIN_BYTES_MAX).map_err(unreadable)?;
    for record in unpacked.iter() {
        let record = record.map_err(unreadable)?;
        let headers: std::result::Result<Vec<_>, _> = record.headers.collect();
        let headers = headers.map_err(|_| Error::malformed("a header cannot be read again"))?;
        each(&record, &headers);
    }
    Ok(())
}

/// The same batch under another number; itself if it has that already.
fn renumbered(bytes: &Bytes, number: Option<(Identity, i32)>) -> Bytes {
    let Ok(mut header) = BatchHeader::parse(bytes) else { return bytes.clone() };
    let Some((identity, base)) = number else { return bytes.clone() };
    let known = (header.producer_id, header.producer_epoch, header.base_sequence);
    if known == (identity.id, identity.epoch, base) {
        return bytes.clone();
    }
    header.producer_id = identity.id;
    header.producer_epoch = identity.epoch;
    header.base_sequence = base;
    let mut copy = bytes.to_vec();
    if let Some(place) = copy.get_mut(..BatchHeader::LEN) {
        place.copy_from_slice(&header.to_bytes());
    }
    patch::renew_crc(&mut copy);
    Bytes::from(copy)
}
