//! What compaction does to one batch: looks at every record without copying any, and writes the
//! batch anew with those that stay. Offsets, producer fields and the last offset delta stay what
//! they were (KIP-98); the base timestamp becomes that of the first record that stays, or the delete
//! horizon (KIP-534). Observed of Apache Kafka 4.4.0.

use ottla_base::varint::{put_varint, put_varlong, varint_len, varlong_len};
use ottla_model::Offset;
use ottla_model::ids::NO_TIMESTAMP;

use crate::codec::{CodecSpace, Compression, compress, decompress_into};
use crate::error::RecordProblem;
use crate::header::{Attributes, LOG_OVERHEAD};
use crate::record::{field, take, varint, varlong};
use crate::{BatchError, BatchHeader, BatchView, Codec, TimestampType, patch};

/// A record as compaction sees it: what decides whether it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyedRecord<'a> {
    /// Its offset.
    pub offset: Offset,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Whether it has a value; without one it is a tombstone.
    pub has_value: bool,
}

/// What a walk over the records of a batch found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filtered {
    /// Records that the batch holds.
    pub records: u32,
    /// Records that stay.
    pub retained: u32,
    /// Whether a tombstone is among those that stay.
    pub tombstones: bool,
}

/// Walks and rewrites batches, with the memory kept from one to the next.
#[derive(Debug, Default)]
pub struct BatchFilter {
    codecs: CodecSpace,
    /// The unpacked records of a compressed batch.
    unpacked: Vec<u8>,
    /// The records that stay, of the batch last walked over.
    kept: Vec<Kept>,
    plain: Vec<u8>,
}

/// Where a record that stays is in the plain block.
#[derive(Debug, Clone, Copy)]
struct Kept {
    timestamp_delta: i64,
    offset_delta: i32,
    /// Of the record with its length.
    start: usize,
    /// Of what follows the offset delta.
    content: usize,
    end: usize,
}

impl BatchFilter {
    /// Shows every record of a batch to `look`; unpacks no more than `limit` bytes.
    ///
    /// # Errors
    /// What is wrong with the block or a record. The checksum is not looked at.
    pub fn walk(
        &mut self,
        batch: &BatchView<'_>,
        limit: usize,
        mut look: impl FnMut(&KeyedRecord<'_>),
    ) -> Result<(), BatchError> {
        self.unpack(batch, limit)?;
        let header = *batch.header();
        walk(&header, plain_block(batch, &self.unpacked)?, |record, _| look(record))
    }

    /// Asks `stays` about every record of a batch, in order; [`Self::write`] then writes those that
    /// do. Unpacks no more than `limit` bytes.
    ///
    /// # Errors
    /// As [`Self::walk`].
    pub fn filter(
        &mut self,
        batch: &BatchView<'_>,
        limit: usize,
        mut stays: impl FnMut(&KeyedRecord<'_>) -> bool,
    ) -> Result<Filtered, BatchError> {
        self.unpack(batch, limit)?;
        let Self { unpacked, kept, .. } = self;
        kept.clear();
        let (header, mut found) = (*batch.header(), Filtered::default());
        walk(&header, plain_block(batch, unpacked)?, |record, place| {
            found.records += 1;
            if stays(record) {
                found.retained += 1;
                found.tombstones |= !record.has_value;
                kept.push(place);
            }
        })?;
        Ok(found)
    }

    /// Appends the batch to `out` with the records that stayed in the last [`Self::filter`], which
    /// was about this batch; returns its new header.
    ///
    /// # Errors
    /// [`BatchError::UnknownCodec`].
    pub fn write(
        &mut self,
        batch: &BatchView<'_>,
        delete_horizon_ms: Option<i64>,
        out: &mut Vec<u8>,
    ) -> Result<BatchHeader, BatchError> {
        let Self { codecs, unpacked, kept, plain } = self;
        let (old, block) = (batch.header(), plain_block(batch, unpacked)?);
        let codec = old.codec()?;
        let timestamp = |record: &Kept| match old.timestamp_type() {
            TimestampType::CreateTime => old.base_timestamp.wrapping_add(record.timestamp_delta),
            TimestampType::LogAppendTime => old.max_timestamp,
        };
        let first = kept.first().map_or(NO_TIMESTAMP, timestamp);
        let base_timestamp = delete_horizon_ms.unwrap_or(first);
        let mut max_timestamp = NO_TIMESTAMP;
        plain.clear();
        for record in kept.iter() {
            let timestamp = timestamp(record);
            max_timestamp = max_timestamp.max(timestamp);
            put(plain, block, record, timestamp.wrapping_sub(base_timestamp));
        }
        let start = out.len();
        out.extend_from_slice(&[0; BatchHeader::LEN]);
        match codec {
            Codec::None => out.extend_from_slice(plain),
            codec => compress(Compression::from(codec), plain, out, codecs),
        }
        let batch_length = i32::try_from(out.len() - start - LOG_OVERHEAD);
        ottla_base::always!(batch_length.is_ok(), "batch of {} bytes", out.len() - start);
        let header = BatchHeader {
            batch_length: batch_length.unwrap_or(i32::MAX),
            attributes: old.attributes.known().with_delete_horizon(delete_horizon_ms.is_some()),
            base_timestamp,
            max_timestamp: match old.timestamp_type() {
                TimestampType::CreateTime => max_timestamp,
                TimestampType::LogAppendTime => old.max_timestamp,
            },
            record_count: i32::try_from(kept.len()).unwrap_or(i32::MAX),
            ..*old
        };
        Ok(seal(header, &mut out[start..]))
    }

    fn unpack(&mut self, batch: &BatchView<'_>, limit: usize) -> Result<(), BatchError> {
        self.unpacked.clear();
        match batch.header().codec()? {
            Codec::None => Ok(()),
            codec => {
                decompress_into(codec, batch.body(), limit, &mut self.unpacked, &mut self.codecs)
            }
        }
    }
}

/// Appends a batch without records to `out` that says of its producer and its last offset what the
/// batch with this header says; returns its header.
pub fn write_emptied(old: &BatchHeader, out: &mut Vec<u8>) -> BatchHeader {
    let start = out.len();
    out.extend_from_slice(&[0; BatchHeader::LEN]);
    let attributes = Attributes::default()
        .with_timestamp_type(old.timestamp_type())
        .with_transactional(old.is_transactional())
        .with_control(old.is_control());
    let header = BatchHeader {
        batch_length: (BatchHeader::LEN - LOG_OVERHEAD) as i32,
        attributes,
        base_timestamp: NO_TIMESTAMP,
        record_count: 0,
        ..*old
    };
    seal(header, &mut out[start..])
}

/// Puts the header in front of a batch, with its checksum.
fn seal(header: BatchHeader, batch: &mut [u8]) -> BatchHeader {
    batch[..BatchHeader::LEN].copy_from_slice(&header.to_bytes());
    patch::renew_crc(batch);
    BatchHeader::parse(batch).unwrap_or(header)
}

fn plain_block<'a>(batch: &BatchView<'a>, unpacked: &'a [u8]) -> Result<&'a [u8], BatchError> {
    Ok(match batch.header().codec()? {
        Codec::None => batch.body(),
        _ => unpacked,
    })
}

fn put(out: &mut Vec<u8>, block: &[u8], record: &Kept, timestamp_delta: i64) {
    if timestamp_delta == record.timestamp_delta {
        out.extend_from_slice(&block[record.start..record.end]);
        return;
    }
    let content = &block[record.content..record.end];
    let len = 1 + varlong_len(timestamp_delta) + varint_len(record.offset_delta) + content.len();
    put_varint(out, i32::try_from(len).unwrap_or(i32::MAX));
    out.push(0);
    put_varlong(out, timestamp_delta);
    put_varint(out, record.offset_delta);
    out.extend_from_slice(content);
}

fn walk(
    header: &BatchHeader,
    block: &[u8],
    mut look: impl FnMut(&KeyedRecord<'_>, Kept),
) -> Result<(), BatchError> {
    let declared = header.record_count;
    let count = u32::try_from(declared).map_err(|_| BatchError::BadRecordCount { declared })?;
    let mut rest = block;
    for index in 0..count {
        let (record, place) = read(&mut rest, block.len(), header)
            .map_err(|problem| BatchError::BadRecord { index, problem })?;
        look(&record, place);
    }
    if rest.is_empty() { Ok(()) } else { Err(BatchError::TrailingBytes) }
}

fn read<'a>(
    rest: &mut &'a [u8],
    block_len: usize,
    header: &BatchHeader,
) -> Result<(KeyedRecord<'a>, Kept), RecordProblem> {
    let start = block_len - rest.len();
    let len = varint(rest).map_err(|_| RecordProblem::BadLengthVarint)?;
    let len = usize::try_from(len).map_err(|_| RecordProblem::BadLength)?;
    let mut body = take(rest, len).ok_or(RecordProblem::Truncated)?;
    let end = block_len - rest.len();
    // Attributes: no bit of them means anything yet.
    take(&mut body, 1).ok_or(RecordProblem::BadLength)?;
    let timestamp_delta = varlong(&mut body)?;
    let offset_delta = varint(&mut body)?;
    let content = end - body.len();
    let key = field(&mut body)?;
    let has_value = field(&mut body)?.is_some();
    let offset = header.base_offset.wrapping_add(i64::from(offset_delta));
    let place = Kept { timestamp_delta, offset_delta, start, content, end };
    Ok((KeyedRecord { offset, key, has_value }, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchBuilder, NewRecord, records};

    fn batch(codec: Codec) -> Vec<u8> {
        let mut builder = BatchBuilder::new(100, codec).producer(7, 1, 40).transactional(true);
        for (index, key) in [b"a", b"b", b"c"].into_iter().enumerate() {
            let value = (index != 1).then_some(&b"value"[..]);
            let headers = &[crate::Header { key: b"h", value: Some(b"1") }];
            let timestamp = 1_000 + 300 * index as i64;
            let record = NewRecord { timestamp, key: Some(key), value, headers };
            builder.append(&record).unwrap();
        }
        builder.build()
    }

    /// Keeps the records at these offsets; says what is left.
    fn check(codec: Codec, kept: &[i64], horizon: Option<i64>) -> (BatchHeader, String) {
        let bytes = batch(codec);
        let view = BatchView::parse(&bytes).unwrap();
        let mut filter = BatchFilter::default();
        let found = filter.filter(&view, 1 << 20, |r| kept.contains(&r.offset)).unwrap();
        assert_eq!((found.records, found.retained as usize), (3, kept.len()));
        let mut out = Vec::new();
        let header = filter.write(&view, horizon, &mut out).unwrap();
        let view = BatchView::parse(&out).unwrap();
        view.check_crc().unwrap();
        assert_eq!(*view.header(), header);
        let left = records(&view, 1 << 20).unwrap();
        let text = left.iter().map(|record| {
            let record = record.unwrap();
            let key = String::from_utf8_lossy(record.key.unwrap()).into_owned();
            let headers = record.headers.count();
            let value = if record.value.is_some() { "v" } else { "-" };
            format!("{}@{}={key}{value}{headers} ", record.offset, record.timestamp)
        });
        (header, text.collect())
    }

    #[test]
    fn what_stays_keeps_offset_time_and_headers() {
        for codec in Codec::ALL {
            let (header, text) = check(codec, &[101, 102], None);
            assert_eq!(text, "101@1300=b-1 102@1600=cv1 ", "{codec}");
            assert_eq!(header.base_timestamp, 1300);
            assert_eq!((header.base_offset, header.last_offset_delta), (100, 2));
            assert_eq!((header.producer_id, header.base_sequence), (7, 40));
            assert_eq!((header.max_timestamp, header.codec().unwrap()), (1600, codec));
            assert!(header.is_transactional() && !header.has_delete_horizon());
        }
    }

    #[test]
    fn a_delete_horizon_is_the_base_of_timestamps() {
        let (header, text) = check(Codec::Zstd, &[100, 101, 102], Some(99_000));
        assert_eq!(text, "100@1000=av1 101@1300=b-1 102@1600=cv1 ");
        assert_eq!(header.delete_horizon_ms(), Some(99_000));
        assert_eq!(header.max_timestamp, 1600);
        let (header, _) = check(Codec::None, &[100], None);
        assert_eq!((header.last_offset_delta, header.max_timestamp), (2, 1000));
    }

    #[test]
    fn an_emptied_batch_still_knows_producer_and_last_offset() {
        let bytes = batch(Codec::Gzip);
        let old = BatchHeader::parse(&bytes).unwrap();
        let mut out = Vec::new();
        let header = write_emptied(&old, &mut out);
        assert_eq!(out.len(), BatchHeader::LEN);
        assert_eq!((header.last_offset(), header.record_count), (102, 0));
        assert_eq!((header.base_timestamp, header.max_timestamp), (-1, 1600));
        assert_eq!(header.attributes, Attributes(0x10));
        assert_eq!(header.last_sequence(), old.last_sequence());
    }

    #[test]
    fn records_that_are_cut_off_are_an_error() {
        let mut bytes = batch(Codec::None);
        bytes[57..61].copy_from_slice(&4i32.to_be_bytes());
        let view = BatchView::parse(&bytes).unwrap();
        let mut filter = BatchFilter::default();
        assert!(filter.filter(&view, 1 << 20, |_| true).is_err());
        bytes[57..61].copy_from_slice(&2i32.to_be_bytes());
        let view = BatchView::parse(&bytes).unwrap();
        assert_eq!(filter.walk(&view, 1 << 20, |_| ()), Err(BatchError::TrailingBytes));
    }
}
