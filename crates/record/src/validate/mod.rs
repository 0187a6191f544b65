//! What a leader checks, and may rewrite, before produced records go into its log.
//!
//! The answers are those of Kafka 4.4 (codes, messages, what passes), recorded from the real broker
//! in `testdata/produce.txt`. Stricter than Kafka in one point: a compressed record whose fields do
//! not fill its length is refused ([`ErrorCode::InvalidRecord`], as Kafka does when it is not
//! compressed), because no Java consumer gets past it. Cheaper in one: nothing is unpacked into
//! memory unless it must be written anew.
//!
//! Order: how many batches, format, codec against request version; base offset, size, checksum;
//! count and flags; every record; size as rewritten.

mod rewrite;
mod rules;
mod scan;

use std::borrow::Cow;

use ottla_base::Crc32c;
use ottla_model::{ErrorCode, LeaderEpoch, Offset};

pub use rules::{ProduceRules, RECORD_ERRORS_MAX, RecordError, Rejection, TopicCompression};

use crate::codec::{BlockReader, CodecSpace, lz4};
use crate::header::{ATTRIBUTES_AT, Attributes, LENGTH_AT, LOG_OVERHEAD, MAGIC_AT, MAGIC_V2};
use crate::{BatchError, BatchHeader, BatchView, Codec, Compression, TimestampType};
use scan::{Scan, ScanError, Seen};

/// `batchLength` below this is told apart from a short batch (the header of formats 0 and 1).
const BATCH_LENGTH_MIN: i32 = 14;
/// First version of Produce that may carry zstd (KIP-110).
const ZSTD_VERSION_MIN: i16 = 7;

/// One batch that may be appended. Its offsets start at 0 until [`Self::placed_header`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validated<'a> {
    /// The header to append; checksum, maximal timestamp and timestamp type are right.
    pub header: BatchHeader,
    /// The record block to append: the producer's own bytes unless they had to be rewritten.
    pub body: Cow<'a, [u8]>,
    /// Offset of the first record with the largest timestamp, less the base offset; the last
    /// record's if the leader stamps.
    pub offset_delta_of_max_timestamp: i32,
    /// Whether codec or offsets made us write the batch anew.
    pub rewritten: bool,
    /// Bytes of the record block unpacked.
    pub plain_bytes: u64,
}

impl Validated<'_> {
    /// Bytes of the batch.
    pub fn size_in_bytes(&self) -> usize {
        BatchHeader::LEN + self.body.len()
    }

    /// The header as it goes into the log, before [`Self::body`].
    pub fn placed_header(
        &self,
        base_offset: Offset,
        leader_epoch: LeaderEpoch,
    ) -> [u8; BatchHeader::LEN] {
        let placed =
            BatchHeader { base_offset, partition_leader_epoch: leader_epoch, ..self.header };
        placed.to_bytes()
    }

    /// Appends the placed batch to `out`.
    pub fn write_to(&self, base_offset: Offset, leader_epoch: LeaderEpoch, out: &mut Vec<u8>) {
        out.reserve(self.size_in_bytes());
        out.extend_from_slice(&self.placed_header(base_offset, leader_epoch));
        out.extend_from_slice(&self.body);
    }
}

/// Checks one partition's records of a Produce. `now_ms` is the leader's clock.
///
/// Whether the producer's epoch and sequence fit its earlier batches is the log's question.
///
/// # Errors
/// The answer for this partition.
pub fn validate<'a>(
    records: &'a [u8],
    rules: &ProduceRules<'_>,
    now_ms: i64,
    space: &mut CodecSpace,
) -> Result<Validated<'a>, Rejection> {
    let bytes = sole_batch(records, rules)?;
    let batch = check_frame(bytes, rules)?;
    let codec = batch.header().codec().map_err(|error| Rejection::unreadable(&error))?;
    check_header(batch.header(), rules)?;
    let target = match rules.compression {
        TopicCompression::Producer => Compression::from(codec),
        TopicCompression::To(compression) => compression,
    };
    let is_skimmed = codec != Codec::None && codec == target.codec;
    let found = Found { is_skimmed, is_dense: true, max_timestamp: -1, ..Found::default() };
    let found = check_records(&batch, codec, found, rules, now_ms, space)?;
    let validated = if target.codec != codec {
        rewrite::rewrite(&batch, target, &found, rules, now_ms, space)?
    } else if codec != Codec::None && !found.is_dense {
        // Kafka sets out to renumber such a batch, from records whose keys it has skipped.
        let why = "compressed batch whose offsets are not consecutive";
        return Err(Rejection::new(ErrorCode::UnknownServerError, why));
    } else {
        keep(batch, &found, rules, now_ms)
    };
    if validated.size_in_bytes() as u64 > rules.segment_bytes {
        let why = format!("batch of {} bytes above segment.bytes", validated.size_in_bytes());
        return Err(Rejection::new(ErrorCode::RecordListTooLarge, why));
    }
    Ok(validated)
}

/// The bytes of the one batch there may be. Bytes behind it that are the beginning of another are
/// dropped, as Kafka does.
fn sole_batch<'a>(records: &'a [u8], rules: &ProduceRules<'_>) -> Result<&'a [u8], Rejection> {
    let invalid = |why: &str| Rejection::new(ErrorCode::InvalidRecord, why);
    let batch = next_batch(records)?.ok_or_else(|| invalid("no whole batch"))?;
    let rest = &records[batch.len()..];
    if batch.get(MAGIC_AT).copied() != Some(MAGIC_V2 as u8) {
        return Err(invalid("record format is not 2"));
    }
    let attributes = batch.get(ATTRIBUTES_AT..).and_then(|rest| rest.first_chunk()).copied();
    let attributes = Attributes(attributes.map_or(0, i16::from_be_bytes));
    if rules.version < ZSTD_VERSION_MIN && attributes.codec_id() == Codec::Zstd.id() {
        let why = format!("zstd in Produce v{}", rules.version);
        return Err(Rejection::new(ErrorCode::UnsupportedCompressionType, why));
    }
    match next_batch(rest) {
        Ok(None) => Ok(batch),
        Ok(Some(_)) => Err(invalid("more than one batch")),
        // Kafka tells what is wrong with the first batch only.
        Err(refused) => Err(Rejection { message: None, ..refused }),
    }
}

/// The bytes of the batch at the front; `None` if it is not all there.
fn next_batch(bytes: &[u8]) -> Result<Option<&[u8]>, Rejection> {
    let corrupt = |message: String| {
        let why = message.clone();
        Rejection { message: Some(message), ..Rejection::new(ErrorCode::CorruptMessage, why) }
    };
    let length = bytes.get(LENGTH_AT..LOG_OVERHEAD).and_then(|field| field.first_chunk());
    let Some(length) = length.copied().map(i32::from_be_bytes) else { return Ok(None) };
    if length < BATCH_LENGTH_MIN {
        return Err(corrupt(format!(
            "Record size {length} is less than the minimum record overhead ({BATCH_LENGTH_MIN})"
        )));
    }
    let Some(&magic) = bytes.get(MAGIC_AT) else { return Ok(None) };
    let magic = magic as i8;
    if !(0..=MAGIC_V2).contains(&magic) {
        return Err(corrupt(format!("Invalid magic found in record: {magic}")));
    }
    if length > i32::MAX - LOG_OVERHEAD as i32 {
        let why = format!("batch length {length} overflows with what stands before it");
        return Err(Rejection::new(ErrorCode::UnknownServerError, why));
    }
    Ok(bytes.get(..LOG_OVERHEAD + length as usize))
}

/// Base offset, size and checksum.
fn check_frame<'a>(bytes: &'a [u8], rules: &ProduceRules<'_>) -> Result<BatchView<'a>, Rejection> {
    let base_offset = bytes.first_chunk().copied().map_or(0, i64::from_be_bytes);
    if base_offset != 0 {
        let why = format!("base offset {base_offset}, expected 0");
        return Err(Rejection::new(ErrorCode::InvalidRecord, why));
    }
    check_size(bytes.len(), rules)?;
    let batch = BatchView::parse(bytes).and_then(|batch| batch.check_crc().map(|()| batch));
    batch.map_err(|error| Rejection::unreadable(&error))
}

fn check_size(len: usize, rules: &ProduceRules<'_>) -> Result<(), Rejection> {
    if len as u64 <= rules.message_bytes_max {
        return Ok(());
    }
    let why = format!("batch of {len} bytes, max.message.bytes is {}", rules.message_bytes_max);
    Err(Rejection::new(ErrorCode::MessageTooLarge, why))
}

/// What only a client's batch must fulfil: offsets counted from 0, no control records, a sequence
/// where there is a producer id.
fn check_header(header: &BatchHeader, rules: &ProduceRules<'_>) -> Result<(), Rejection> {
    let count_from_offsets = i64::from(header.last_offset_delta) + 1;
    let why = if count_from_offsets <= 0 {
        format!("last offset delta {}", header.last_offset_delta)
    } else if header.record_count <= 0 {
        format!("record count {}", header.record_count)
    } else if count_from_offsets != i64::from(header.record_count) {
        format!(
            "last offset delta {} with {} records",
            header.last_offset_delta, header.record_count
        )
    } else if header.is_control() {
        "control records from a client".to_owned()
    } else if header.has_producer_id() && header.base_sequence < 0 {
        format!("sequence {} of producer {}", header.base_sequence, header.producer_id)
    } else {
        return Ok(());
    };
    let why = format!("{why} in {}", rules.partition);
    Err(Rejection::new(ErrorCode::InvalidRecord, why))
}

/// What came to light on the way through the records.
#[derive(Debug, Default)]
struct Found {
    count: u32,
    plain_bytes: u64,
    is_dense: bool,
    max_timestamp: i64,
    offset_delta_of_max_timestamp: i32,
    has_negative_timestamp: bool,
    /// Whether Kafka would skip keys and values here: compressed, and kept so.
    is_skimmed: bool,
    errors: Vec<RecordError>,
    error_count: u64,
    has_timestamp_error: bool,
}

fn check_records(
    batch: &BatchView<'_>,
    codec: Codec,
    mut found: Found,
    rules: &ProduceRules<'_>,
    now_ms: i64,
    space: &mut CodecSpace,
) -> Result<Found, Rejection> {
    let header = batch.header();
    // Kafka's snappy has no empty stream, and its LZ4 no linked blocks.
    let is_empty_snappy = codec == Codec::Snappy && batch.body().is_empty();
    if is_empty_snappy || codec == Codec::Lz4 && lz4::has_linked_blocks(batch.body()) {
        return Err(Rejection::unreadable(&BatchError::BadCompression { codec }));
    }
    // Kafka limits records only where it has to unpack them.
    let (record_bytes_max, plain_bytes_max) = match codec {
        Codec::None => (u64::MAX, u64::MAX),
        _ => (rules.record_bytes_max, rules.plain_bytes_max),
    };
    let unreadable = |error: BatchError| match (codec, &error) {
        (Codec::None, _) => Rejection::unreadable(&error),
        (_, BatchError::BadRecord { .. }) => {
            Rejection::new(ErrorCode::InvalidRecord, error.to_string())
        }
        _ => Rejection::unreadable(&error),
    };
    let declared = header.record_count;
    let mut reader =
        BlockReader::open(codec, batch.body(), plain_bytes_max, space).map_err(unreadable)?;
    let mut scan = Scan::new(record_bytes_max);
    while let Some(piece) = reader.next_chunk().map_err(unreadable)? {
        found.plain_bytes += piece.len() as u64;
        match found.add_piece(piece, &mut scan, header, rules, now_ms) {
            Ok(()) => {}
            Err(Fault::Unreadable(error)) => {
                // Java's inflater fails before it hands out what came before the damage.
                if codec == Codec::Gzip && matches!(error, BatchError::BadRecord { .. }) {
                    reader.next_chunk().map_err(unreadable)?;
                }
                return Err(unreadable(error));
            }
            Err(Fault::RecordTooLarge { bytes }) => {
                let why = format!("record of {bytes} bytes above max.decompressed.message.bytes");
                return Err(Rejection::new(ErrorCode::InvalidRecord, why));
            }
        }
    }
    if i64::from(found.count) != i64::from(declared) || !scan.is_between_records() {
        return Err(unreadable(BatchError::BadRecordCount { declared }));
    }
    found.judge()?;
    Ok(found)
}

/// What ends the way through the records.
enum Fault {
    Unreadable(BatchError),
    RecordTooLarge { bytes: u64 },
}

impl Found {
    /// Goes on through the records, as far as `piece` reaches.
    fn add_piece(
        &mut self,
        mut piece: &[u8],
        scan: &mut Scan,
        header: &BatchHeader,
        rules: &ProduceRules<'_>,
        now_ms: i64,
    ) -> Result<(), Fault> {
        while i64::from(self.count) < i64::from(header.record_count) {
            match scan.next(&mut piece) {
                Ok(Some(seen)) => self.add(seen, header, rules, now_ms),
                Ok(None) => return Ok(()),
                Err(ScanError::Broken(problem)) => {
                    let error = BatchError::BadRecord { index: self.count, problem };
                    return Err(Fault::Unreadable(error));
                }
                Err(ScanError::TooLarge { bytes }) => return Err(Fault::RecordTooLarge { bytes }),
            }
        }
        match piece.is_empty() {
            true => Ok(()),
            false => Err(Fault::Unreadable(BatchError::TrailingBytes)),
        }
    }

    fn add(&mut self, seen: Seen, header: &BatchHeader, rules: &ProduceRules<'_>, now_ms: i64) {
        let timestamp = match header.timestamp_type() {
            TimestampType::CreateTime => header.base_timestamp.wrapping_add(seen.timestamp_delta),
            TimestampType::LogAppendTime => header.max_timestamp,
        };
        self.is_dense &= i64::from(seen.offset_delta) == i64::from(self.count);
        self.has_negative_timestamp |= timestamp < -1;
        if rules.compacted && seen.key_len < 0 {
            self.error(|| {
                let partition = rules.partition;
                format!("Compacted topic cannot accept message without key in topic partition {partition}")
            });
        } else {
            self.check_timestamp(timestamp, seen, header, rules, now_ms);
        }
        if timestamp > self.max_timestamp {
            self.max_timestamp = timestamp;
            self.offset_delta_of_max_timestamp = i32::try_from(self.count).unwrap_or(i32::MAX);
        }
        self.count += 1;
    }

    fn check_timestamp(
        &mut self,
        timestamp: i64,
        seen: Seen,
        header: &BatchHeader,
        rules: &ProduceRules<'_>,
        now_ms: i64,
    ) {
        if rules.timestamp_type == TimestampType::CreateTime && timestamp != -1 {
            let age = now_ms.wrapping_sub(timestamp);
            let (before, after) = (rules.timestamp_before_max_ms, rules.timestamp_after_max_ms);
            if age > before || age.wrapping_neg() > after {
                self.has_timestamp_error = true;
                let (low, high) = (now_ms.wrapping_sub(before), now_ms.wrapping_add(after));
                let offset = header.base_offset.wrapping_add(i64::from(seen.offset_delta));
                self.error(|| {
                    format!(
                        "Timestamp {timestamp} of message with offset {offset} is out of range. \
                         The timestamp should be within [{low}, {high}]"
                    )
                });
            }
        } else if header.timestamp_type() == TimestampType::LogAppendTime {
            self.has_timestamp_error = true;
            let record = self.describe(timestamp, seen, header);
            self.error(|| {
                format!(
                    "Invalid timestamp type in message {record}. Producer should not set \
                     timestamp type to LogAppendTime."
                )
            });
        }
    }

    /// The record as Kafka's messages show it, which tells how its code came to see it.
    fn describe(&self, timestamp: i64, seen: Seen, header: &BatchHeader) -> String {
        let offset = header.base_offset.wrapping_add(i64::from(seen.offset_delta));
        let Seen { key_len, value_len, .. } = seen;
        let (kind, key_len, value_len) = match self.is_skimmed {
            true => ("PartialDefaultRecord", key_len, value_len),
            false => ("DefaultRecord", key_len.max(0), value_len.max(0)),
        };
        format!(
            "{kind}(offset={offset}, timestamp={timestamp}, key={key_len} bytes, \
             value={value_len} bytes)"
        )
    }

    fn error(&mut self, message: impl FnOnce() -> String) {
        self.error_count += 1;
        if self.errors.len() < RECORD_ERRORS_MAX {
            let batch_index = i32::try_from(self.count).unwrap_or(i32::MAX);
            self.errors.push(RecordError { batch_index, message: message() });
        }
    }

    /// Turns record errors into the batch's refusal.
    fn judge(&mut self) -> Result<(), Rejection> {
        if self.errors.is_empty() {
            return Ok(());
        }
        let count = self.error_count;
        let (code, message) = if self.has_timestamp_error {
            let text = "One or more records have been rejected due to invalid timestamp";
            (ErrorCode::InvalidTimestamp, text.to_owned())
        } else {
            let first = self.errors.iter().take(3).map(|error| {
                let RecordError { batch_index, message } = error;
                format!("RecordError(batchIndex={batch_index}, message='{message}')")
            });
            let first: Vec<_> = first.collect();
            let text = format!(
                "One or more records have been rejected due to {count} record errors in total, and \
                 only showing the first three errors at most: [{}]",
                first.join(", ")
            );
            (ErrorCode::InvalidRecord, text)
        };
        let why = format!("{count} records refused, first: {}", self.errors[0].message);
        let record_errors = core::mem::take(&mut self.errors);
        Err(Rejection { code, message: Some(message), record_errors, why })
    }
}

/// The batch as sent, with the maximal timestamp set right.
fn keep<'a>(
    batch: BatchView<'a>,
    found: &Found,
    rules: &ProduceRules<'_>,
    now_ms: i64,
) -> Validated<'a> {
    let mut header = *batch.header();
    let max_timestamp = match rules.timestamp_type {
        TimestampType::CreateTime => found.max_timestamp,
        TimestampType::LogAppendTime => now_ms,
    };
    if header.max_timestamp != max_timestamp || header.timestamp_type() != rules.timestamp_type {
        header.max_timestamp = max_timestamp;
        header.attributes = header.attributes.known().with_timestamp_type(rules.timestamp_type);
        header.crc = crc_of(&header, batch.body());
    }
    Validated {
        offset_delta_of_max_timestamp: match rules.timestamp_type {
            TimestampType::CreateTime => found.offset_delta_of_max_timestamp,
            TimestampType::LogAppendTime => header.last_offset_delta,
        },
        header,
        body: Cow::Borrowed(batch.body()),
        rewritten: false,
        plain_bytes: found.plain_bytes,
    }
}

fn crc_of(header: &BatchHeader, body: &[u8]) -> u32 {
    let bytes = header.to_bytes();
    let mut crc = Crc32c::new();
    crc.update(&bytes[ATTRIBUTES_AT..]);
    crc.update(body);
    crc.value()
}

#[cfg(test)]
mod tests;
