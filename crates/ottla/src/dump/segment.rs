//! Log segments and metadata snapshots: batches, and the records in them.

use std::path::Path;

use ottla_io::Disk;
use ottla_record::header::sequence_after;
use ottla_record::{BatchView, Codec, CodecSpace, Record, Records, TimestampType, records_with};
use ottla_wire::java_text;

use super::bytes::{BatchWalk, FoundBatch, Window};
use super::decode::Decoder;
use super::row::{Output, Row};
use super::{Failure, Findings, Manner, Options, control};

/// Bytes that the records of one batch may unpack to.
const UNPACKED_BYTES_MAX: usize = 1 << 30;

/// Prints a `.log` or `.checkpoint` file.
pub(super) fn dump(
    disk: &Disk,
    path: &Path,
    name: &str,
    options: &Options,
    output: &mut Output<'_>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let decoder = Decoder::new(&options.decoder, path)?;
    title(name, output)?;
    let mut window = Window::open(disk, path)?;
    let end = window.len().min(u64::try_from(options.max_bytes).unwrap_or(0));
    let mut walk = BatchWalk::new(0, end, path);
    let mut dump = Dump { path, options, decoder, last_offset: -1, space: CodecSpace::new() };
    let mut valid_bytes = 0;
    while let Some(found) = walk.next(&mut window)? {
        batch_row(&found, &mut window, output)?;
        if options.deep {
            let bytes = window.batch(&found)?;
            dump.records(&found, &bytes, output, findings)?;
        }
        valid_bytes += found.size;
    }
    if end > valid_bytes && options.max_bytes == i32::MAX {
        let trailing = end - valid_bytes;
        output.note(&format!("Found {trailing} invalid bytes at the end of {name}"))?;
    }
    Ok(())
}

fn title(name: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    if name == "bootstrap.checkpoint" {
        return output.text("KRaft bootstrap snapshot");
    }
    let Some(stem) = name.strip_suffix(".checkpoint") else {
        return output.text(&format!("Log starting offset: {}", super::base_offset(name)?));
    };
    let parts = stem.split_once('-').and_then(|(offset, epoch)| {
        Some((offset.parse::<i64>().ok()?, epoch.parse::<i32>().ok()?))
    });
    let Some((offset, epoch)) = parts else {
        return Err(Failure::File(format!("{name} is not the name of a metadata snapshot")));
    };
    output.text(&format!("Snapshot end offset: {offset}, epoch: {epoch}"))
}

fn timestamp_type(found: &FoundBatch) -> &'static str {
    match found.header.timestamp_type() {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    }
}

fn batch_row(
    found: &FoundBatch,
    window: &mut Window,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let header = &found.header;
    let mut row = Row::new("batch");
    row.add("baseOffset", header.base_offset)
        .add("lastOffset", header.last_offset())
        .add("count", i64::from(header.record_count))
        .add("baseSequence", i64::from(header.base_sequence))
        .add("lastSequence", i64::from(header.last_sequence()))
        .add("producerId", header.producer_id)
        .add("producerEpoch", i64::from(header.producer_epoch))
        .add("partitionLeaderEpoch", i64::from(header.partition_leader_epoch))
        .add("isTransactional", header.is_transactional())
        .add("isControl", header.is_control())
        .add("deleteHorizonMs", header.delete_horizon_ms());
    let codec = match header.codec() {
        Ok(codec) => codec,
        Err(_) => {
            output.broken_row(&row)?;
            let (id, at) = (header.attributes.codec_id(), found.position);
            let why = format!("Unknown compression type id: {id} (batch at position {at})");
            return Err(Failure::File(why));
        }
    };
    row.add("position", found.position as i64)
        .add(timestamp_type(found), header.max_timestamp)
        .add("size", found.size as i64)
        .add("magic", i64::from(header.magic))
        .add("compresscodec", codec.name())
        .add("crc", i64::from(header.crc))
        .add("isvalid", window.is_valid(found)?);
    output.row(&row)
}

struct Dump<'a> {
    path: &'a Path,
    options: &'a Options,
    decoder: Decoder,
    last_offset: i64,
    space: CodecSpace,
}

impl Dump<'_> {
    fn records(
        &mut self,
        found: &FoundBatch,
        bytes: &[u8],
        output: &mut Output<'_>,
        findings: &mut Findings,
    ) -> Result<(), Failure> {
        let damaged = |why: &dyn std::fmt::Display| {
            let (at, path) = (found.position, self.path.display());
            Failure::File(format!(
                "{path}: the records of the batch at position {at} cannot be read: {why}"
            ))
        };
        let view = BatchView::parse(bytes).map_err(|why| damaged(&why))?;
        if found.header.record_count == 0 {
            return Ok(());
        }
        let records = records_with(&view, UNPACKED_BYTES_MAX, &mut self.space);
        let records = records.map_err(|why| damaged(&why))?;
        let is_plain = found.header.codec() == Ok(Codec::None);
        let printable = count_printable(&records, is_plain);
        for (index, record) in records.iter().enumerate() {
            let record = record.map_err(|why| damaged(&why))?;
            if index < printable {
                self.record(found, &record, output, findings)?;
            }
        }
        Ok(())
    }

    fn record(
        &mut self,
        found: &FoundBatch,
        record: &Record<'_>,
        output: &mut Output<'_>,
        findings: &mut Findings,
    ) -> Result<(), Failure> {
        // Kafka's tool tells it of every segment but the first that it does not begin at 0.
        let is_first = self.last_offset == -1 && self.options.manner == Manner::Ottla;
        if record.offset != self.last_offset + 1 && !is_first {
            let gaps = findings.gaps.entry(super::absolute(self.path)).or_default();
            gaps.insert(self.last_offset, record.offset);
        }
        self.last_offset = record.offset;
        let is_control = found.header.is_control();
        let mut row = if self.options.skip_record_metadata {
            Row::new("record")
        } else {
            let mut row = metadata_row(found, record);
            if is_control && let Err(why) = control::describe(record, &mut row) {
                output.broken_row(&row)?;
                return Err(Failure::File(why));
            }
            row
        };
        if self.options.contents && !is_control {
            let (key, value) = match self.decoder.decode(record) {
                Ok(decoded) => decoded,
                Err(why) => {
                    output.broken_row(&row)?;
                    return Err(Failure::File(why));
                }
            };
            if self.options.skip_record_metadata && (key.is_some() || value.is_some()) {
                row = Row::indented("record");
            }
            row.add_some("key", key).add_some("payload", value);
        }
        output.row(&row)
    }
}

/// How many records Kafka's tool prints before it meets an error: those of a packed batch are all
/// read before the first is shown, and what follows the last is looked for before that is shown.
fn count_printable(records: &Records<'_>, is_plain: bool) -> usize {
    let good = records.iter().take_while(Result::is_ok).count();
    match records.iter().nth(good) {
        None => good,
        Some(_) if !is_plain => 0,
        Some(Err(ottla_record::BatchError::TrailingBytes)) => good.saturating_sub(1),
        Some(_) => good,
    }
}

fn metadata_row(found: &FoundBatch, record: &Record<'_>) -> Row {
    let len = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| bytes.len() as i64);
    let header = &found.header;
    let delta = record.offset.wrapping_sub(header.base_offset) as i32;
    let sequence = match header.base_sequence {
        none if none < 0 => -1,
        base => sequence_after(base, delta),
    };
    let keys = record.headers.flatten();
    let keys = keys.map(|header| java_text(header.key).into_owned()).collect();
    let mut row = Row::indented("record");
    row.add("offset", record.offset)
        .add(timestamp_type(found), record.timestamp)
        .add("keySize", len(record.key))
        .add("valueSize", len(record.value))
        .add("sequence", i64::from(sequence))
        .add("headerKeys", super::row::Cell::List(keys));
    row
}
