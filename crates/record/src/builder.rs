//! Writes batches, as Kafka's producer and coordinators do.

use core::fmt;

use ottla_base::varint::{put_varint, put_varlong, varint_len, varlong_len};
use ottla_model::ids::{
    NO_LEADER_EPOCH, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE, NO_TIMESTAMP,
};
use ottla_model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use crate::codec::{Codec, CodecSpace, compress};
use crate::header::{Attributes, LOG_OVERHEAD, MAGIC_V2};
use crate::record::Header;
use crate::{BatchHeader, Compression, TimestampType, patch};

/// Plain bytes that a batch may hold. The length field could say 2 GiB; the rest is room for a
/// codec that meets noise and adds to it.
pub const PLAIN_BYTES_MAX: usize = 2_000_000_000;

/// A record to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRecord<'a> {
    /// Milliseconds since the epoch; -1 for none.
    pub timestamp: i64,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// Its headers, in order.
    pub headers: &'a [Header<'a>],
}

/// Why a record cannot join the batch. The batch stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildError {
    /// Its offset is not after the last one, or further than `i32::MAX` from the first.
    OffsetOutOfRange,
    /// The batch would outgrow its length field.
    TooLarge,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OffsetOutOfRange => "offset outside of what the batch can hold",
            Self::TooLarge => "batch would be larger than its length field can say",
        })
    }
}

impl core::error::Error for BuildError {}

/// Collects records and writes them as one batch. Plain bytes are kept until [`Self::build`],
/// which compresses them in one go.
///
/// The setters return the builder; leave them out for a plain batch of create-time records
/// without producer id.
#[derive(Debug, Clone)]
pub struct BatchBuilder {
    header: BatchHeader,
    compression: Compression,
    log_append_time: Option<i64>,
    /// Room for the header, then the records as they are without a codec. Empty before the first one.
    plain: Vec<u8>,
}

impl BatchBuilder {
    /// A batch whose first record has `base_offset`.
    pub fn new(base_offset: Offset, compression: impl Into<Compression>) -> Self {
        let compression = compression.into();
        let header = BatchHeader {
            base_offset,
            batch_length: 0,
            partition_leader_epoch: NO_LEADER_EPOCH,
            magic: MAGIC_V2,
            crc: 0,
            attributes: Attributes::default().with_codec(compression.codec),
            last_offset_delta: -1,
            base_timestamp: NO_TIMESTAMP,
            max_timestamp: NO_TIMESTAMP,
            producer_id: NO_PRODUCER_ID,
            producer_epoch: NO_PRODUCER_EPOCH,
            base_sequence: NO_SEQUENCE,
            record_count: 0,
        };
        Self { header, compression, log_append_time: None, plain: Vec::new() }
    }

    /// Notes the epoch of the leader that appends it.
    #[must_use]
    pub fn partition_leader_epoch(mut self, leader_epoch: LeaderEpoch) -> Self {
        self.header.partition_leader_epoch = leader_epoch;
        self
    }

    /// Makes it a batch of an idempotent producer; control batches have sequence -1.
    #[must_use]
    pub fn producer(mut self, id: ProducerId, epoch: ProducerEpoch, base_sequence: i32) -> Self {
        self.header.producer_id = id;
        self.header.producer_epoch = epoch;
        self.header.base_sequence = base_sequence;
        self
    }

    /// Makes it part of a transaction, or not.
    #[must_use]
    pub fn transactional(mut self, on: bool) -> Self {
        self.header.attributes = self.header.attributes.with_transactional(on);
        self
    }

    /// Makes it a batch of control records, or not.
    #[must_use]
    pub fn control(mut self, on: bool) -> Self {
        self.header.attributes = self.header.attributes.with_control(on);
        self
    }

    /// Stamps all records with the time of appending, in milliseconds.
    #[must_use]
    pub fn log_append_time(mut self, millis: i64) -> Self {
        let attributes = self.header.attributes;
        self.header.attributes = attributes.with_timestamp_type(TimestampType::LogAppendTime);
        self.log_append_time = Some(millis);
        self
    }

    /// Sets the time from which the batch's tombstones and markers may go (KIP-534). Only before
    /// the first record.
    #[must_use]
    pub fn delete_horizon(mut self, millis: i64) -> Self {
        ottla_base::always!(self.is_empty(), "the delete horizon is the base of all timestamps");
        self.header.attributes = self.header.attributes.with_delete_horizon(true);
        self.header.base_timestamp = millis;
        self
    }

    /// Makes room for a batch of this many plain bytes at once, rather than as it grows.
    pub fn reserve(&mut self, batch_bytes: usize) {
        self.plain.reserve_exact(batch_bytes.saturating_sub(self.plain.len()));
    }

    /// Has the batch written into `buffer`, whose content is forgotten, rather than into one of its
    /// own. Only before the first record.
    pub fn reuse(&mut self, mut buffer: Vec<u8>) {
        ottla_base::always!(self.is_empty(), "records are in the batch's buffer");
        buffer.clear();
        self.plain = buffer;
    }

    /// Adds a record at the next offset.
    ///
    /// # Errors
    /// [`BuildError`]; the batch stays as it was.
    pub fn append(&mut self, record: &NewRecord<'_>) -> Result<(), BuildError> {
        self.append_at(self.next_offset(), record)
    }

    /// Adds a record at `offset`, which may leave a gap behind the last one.
    ///
    /// # Errors
    /// [`BuildError`]; the batch stays as it was.
    pub fn append_at(&mut self, offset: Offset, record: &NewRecord<'_>) -> Result<(), BuildError> {
        let delta = offset.checked_sub(self.header.base_offset);
        let delta = delta.and_then(|delta| i32::try_from(delta).ok());
        let delta = delta.filter(|&delta| delta > self.header.last_offset_delta);
        let offset_delta = delta.ok_or(BuildError::OffsetOutOfRange)?;
        if self.is_empty() && !self.header.has_delete_horizon() {
            self.header.base_timestamp = record.timestamp;
        }
        let timestamp_delta = record.timestamp.wrapping_sub(self.header.base_timestamp);
        let body_len = body_len(offset_delta, timestamp_delta, record);
        let len_max = PLAIN_BYTES_MAX;
        if self.records().len().saturating_add(body_len) > len_max {
            return Err(BuildError::TooLarge);
        }
        if self.plain.is_empty() {
            self.plain.resize(BatchHeader::LEN, 0);
        }
        put_record(&mut self.plain, body_len, offset_delta, timestamp_delta, record);
        self.header.last_offset_delta = offset_delta;
        self.header.max_timestamp = self.header.max_timestamp.max(record.timestamp);
        self.header.record_count += 1;
        Ok(())
    }

    /// Whether no record has been added.
    pub fn is_empty(&self) -> bool {
        self.header.record_count == 0
    }

    /// Records added.
    pub fn record_count(&self) -> i32 {
        self.header.record_count
    }

    /// The offset that [`Self::append`] gives next.
    pub fn next_offset(&self) -> Offset {
        self.header.next_offset()
    }

    /// Bytes of the batch if nothing could be compressed.
    pub fn size_in_bytes_plain(&self) -> usize {
        BatchHeader::LEN + self.records().len()
    }

    /// The records as they are without a codec.
    fn records(&self) -> &[u8] {
        self.plain.get(BatchHeader::LEN..).unwrap_or_default()
    }

    /// Bytes by which [`Self::size_in_bytes_plain`] will grow with this record.
    pub fn size_of(&self, record: &NewRecord<'_>) -> usize {
        let offset_delta = self.header.last_offset_delta.saturating_add(1);
        let base = if self.is_empty() { record.timestamp } else { self.header.base_timestamp };
        let len = body_len(offset_delta, record.timestamp.wrapping_sub(base), record);
        len + varint_len(i32::try_from(len).unwrap_or(i32::MAX))
    }

    /// Sets the offset delta of the last record, for a batch that ends with removed records.
    #[must_use]
    pub fn last_offset_delta(mut self, delta: i32) -> Self {
        self.header.last_offset_delta = self.header.last_offset_delta.max(delta);
        self
    }

    /// The batch.
    pub fn build(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.build_into(&mut out, &mut CodecSpace::new());
        out
    }

    /// Appends the batch to `out`, with the codecs' memory kept for the next one.
    pub fn build_into(&self, out: &mut Vec<u8>, space: &mut CodecSpace) {
        let start = out.len();
        out.extend_from_slice(&[0; BatchHeader::LEN]);
        compress(self.compression, self.records(), out, space);
        self.put_header(&mut out[start..]);
    }

    /// The batch, in the memory that its records are in already where there is no codec.
    pub fn finish(self, space: &mut CodecSpace) -> Vec<u8> {
        self.finish_and_free(space).0
    }

    /// The same, and the memory that the records are in if the batch is not.
    pub fn finish_and_free(mut self, space: &mut CodecSpace) -> (Vec<u8>, Option<Vec<u8>>) {
        if self.compression.codec != Codec::None || self.plain.is_empty() {
            let mut batch = Vec::new();
            self.build_into(&mut batch, space);
            return (batch, Some(self.plain));
        }
        let mut batch = core::mem::take(&mut self.plain);
        self.put_header(&mut batch);
        (batch, None)
    }

    /// Writes the header in front of a batch that is complete but for it.
    fn put_header(&self, batch: &mut [u8]) {
        let mut header = self.header;
        // Fits: plain bytes are bounded well below, and no codec adds a hundredth to them.
        let batch_length = i32::try_from(batch.len() - LOG_OVERHEAD);
        ottla_base::always!(batch_length.is_ok(), "batch of {} bytes", batch.len());
        header.batch_length = batch_length.unwrap_or(i32::MAX);
        header.max_timestamp = self.log_append_time.unwrap_or(header.max_timestamp);
        batch[..BatchHeader::LEN].copy_from_slice(&header.to_bytes());
        patch::renew_crc(batch);
    }
}

fn put_record(
    out: &mut Vec<u8>,
    body_len: usize,
    offset_delta: i32,
    timestamp_delta: i64,
    record: &NewRecord<'_>,
) {
    out.reserve(varint_len(body_len as i32) + body_len);
    put_varint(out, body_len as i32);
    out.push(0);
    put_varlong(out, timestamp_delta);
    put_varint(out, offset_delta);
    put_field(out, record.key);
    put_field(out, record.value);
    put_varint(out, record.headers.len() as i32);
    for header in record.headers {
        put_field(out, Some(header.key));
        put_field(out, header.value);
    }
}

fn put_field(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => {
            put_varint(out, bytes.len() as i32);
            out.extend_from_slice(bytes);
        }
        None => put_varint(out, -1),
    }
}

/// Bytes of a record without its length; saturates where no batch could hold it.
fn body_len(offset_delta: i32, timestamp_delta: i64, record: &NewRecord<'_>) -> usize {
    let fixed = 1 + varlong_len(timestamp_delta) + varint_len(offset_delta);
    let count = i32::try_from(record.headers.len()).unwrap_or(i32::MAX);
    let headers = record
        .headers
        .iter()
        .map(|header| field_len(Some(header.key)).saturating_add(field_len(header.value)));
    let fields = [field_len(record.key), field_len(record.value), varint_len(count)];
    headers.chain(fields).fold(fixed, usize::saturating_add)
}

fn field_len(bytes: Option<&[u8]>) -> usize {
    let Some(bytes) = bytes else { return varint_len(-1) };
    match i32::try_from(bytes.len()) {
        Ok(len) => varint_len(len) + bytes.len(),
        Err(_) => usize::MAX,
    }
}
