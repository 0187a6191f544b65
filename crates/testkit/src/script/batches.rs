//! Record batches from a command's words, and as lines of text.
//!
//! A record is `key=value`, or `value` alone for no key. A value `null` is a tombstone; `*1000` is
//! a thousand bytes. Behind `@` may stand a timestamp.

use ottla_record::{
    BatchBuilder, BatchHeader, BatchView, Codec, NewRecord, TimestampType, patch, records,
    split_batches,
};

use super::words::Thing;

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 24;

/// The record data a thing of `produce` describes; `None` is null.
///
/// Options: `codec=`, `pid=`, `epoch=`, `seq=`, `ts=`, `txn`, `control`; `batches=2` repeats it.
/// Mutations: `magic=`, `count=`, `last_offset_delta=`, `attributes=`, `max_ts=` (with a right
/// checksum), `base_offset=`, `batch_length=`, and after that `cut=` bytes off the end, `crc` for
/// a wrong checksum, `empty`, `null`.
pub(super) fn built(thing: &mut Thing, now_ms: i64) -> Result<Option<Vec<u8>>, String> {
    let records = thing.take_records();
    if thing.flag("null") {
        return Ok(None);
    }
    if thing.flag("empty") {
        return Ok(Some(Vec::new()));
    }
    let codec: Codec = thing.take("codec", Codec::None)?;
    let time = time_of(&thing.take("ts", "now".to_owned())?, now_ms)?;
    let pid = thing.take("pid", -1)?;
    let (epoch, seq) = if pid < 0 { (-1, -1) } else { (0, 0) };
    let mut builder = BatchBuilder::new(thing.take("base_offset", 0)?, codec)
        .producer(pid, thing.take("epoch", epoch)?, thing.take("seq", seq)?)
        .transactional(thing.flag("txn"))
        .control(thing.flag("control"));
    for record in records {
        put_record(&mut builder, &record, time, now_ms)?;
    }
    let mut bytes = builder.build();
    mutate(&mut bytes, thing)?;
    let bytes = bytes.repeat(thing.take("batches", 1)?);
    Ok(Some(bytes))
}

fn put_record(
    builder: &mut BatchBuilder,
    text: &str,
    time: i64,
    now_ms: i64,
) -> Result<(), String> {
    let (text, timestamp) = match text.rsplit_once('@') {
        Some((text, at)) => (text, time_of(at, now_ms)?),
        None => (text, time),
    };
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (Some(bytes_of(key)), value),
        None => (None, text),
    };
    let value = (value != "null").then(|| bytes_of(value));
    let record =
        NewRecord { timestamp, key: key.as_deref(), value: value.as_deref(), headers: &[] };
    builder.append(&record).map_err(|error| error.to_string())
}

fn bytes_of(text: &str) -> Vec<u8> {
    match text.strip_prefix('*').and_then(|len| len.parse().ok()) {
        Some(len) => vec![b'x'; len],
        None => text.as_bytes().to_vec(),
    }
}

fn mutate(bytes: &mut Vec<u8>, thing: &mut Thing) -> Result<(), String> {
    let mut header = *BatchView::parse(bytes).map_err(|error| error.to_string())?.header();
    header.record_count = thing.take("count", header.record_count)?;
    header.last_offset_delta = thing.take("last_offset_delta", header.last_offset_delta)?;
    header.attributes.0 = thing.take("attributes", header.attributes.0)?;
    header.max_timestamp = thing.take("max_ts", header.max_timestamp)?;
    header.magic = thing.take("magic", header.magic)?;
    header.batch_length = thing.take("batch_length", header.batch_length)?;
    bytes[..BatchHeader::LEN].copy_from_slice(&header.to_bytes());
    patch::renew_crc(bytes);
    let cut: usize = thing.take("cut", 0)?;
    bytes.truncate(bytes.len().saturating_sub(cut));
    if thing.flag("crc")
        && let Some(last) = bytes.last_mut()
    {
        *last ^= 1;
    }
    Ok(())
}

/// `now`, `now-1000`, `now+1000` or milliseconds since the epoch.
pub(super) fn time_of(text: &str, now_ms: i64) -> Result<i64, String> {
    let (base, rest) = match text.strip_prefix("now") {
        Some("") => return Ok(now_ms),
        Some(rest) => (now_ms, rest),
        None => (0, text),
    };
    let delta: i64 = rest.parse().map_err(|_| format!("{text} is no time"))?;
    Ok(base.saturating_add(delta))
}

/// A line for each batch; what is whole of the last one counts.
pub(super) fn lines_of(bytes: &[u8], timestamps: bool) -> Vec<String> {
    split_batches(bytes)
        .map(|batch| match batch {
            Ok(batch) => {
                line_of(&batch, timestamps).unwrap_or_else(|error| format!("bad: {error}"))
            }
            Err(error) => format!("bad: {error}"),
        })
        .collect()
}

fn line_of(
    batch: &ottla_record::BatchView<'_>,
    timestamps: bool,
) -> Result<String, ottla_record::BatchError> {
    batch.check_crc()?;
    let header = batch.header();
    let mut line = format!("{}..{}", header.base_offset, header.last_offset());
    if header.partition_leader_epoch != 0 {
        line += &format!(" epoch={}", header.partition_leader_epoch);
    }
    if header.codec()? != Codec::None {
        line += &format!(" {}", header.codec()?);
    }
    if header.producer_id >= 0 {
        let (epoch, seq) = (header.producer_epoch, header.base_sequence);
        line += &format!(" pid={} epoch={epoch} seq={seq}", header.producer_id);
    }
    if header.timestamp_type() == TimestampType::LogAppendTime {
        line += " LogAppendTime";
    }
    line += " :";
    for record in &records(batch, 1 << 26)? {
        let record = record?;
        line.push(' ');
        if let Some(key) = record.key {
            line += &format!("{}=", shown(key));
        }
        line += &record.value.map_or("null".to_owned(), shown);
        if timestamps {
            line += &format!("@{}", record.timestamp);
        }
    }
    Ok(line)
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.len() > VALUE_CHARS_MAX { format!("*{}", bytes.len()) } else { text.into_owned() }
}
