//! Batches as text, and text as batches: for comparing with other implementations and for golden
//! files.
//!
//! A batch is a line `batch CODEC LEVEL BASE_OFFSET LEADER_EPOCH PRODUCER EPOCH SEQUENCE FLAGS
//! APPEND_TIME` (level 0 is the codec's default; flags are `.`, then `T` and `C`), then lines
//! `record OFFSET TIMESTAMP KEY VALUE [NAME=VALUE]...` with bytes in hex behind a colon and `-` for
//! null, then `end LAST_OFFSET_DELTA MAX_TIMESTAMP`. Panics on anything else.

use std::fmt::Write as _;

use ottla_record::{
    BatchBuilder, BatchView, Codec, Compression, Header, NewRecord, TimestampType, records,
};

/// The text of one batch, which must be intact.
pub fn text_of(bytes: &[u8]) -> String {
    let batch = BatchView::parse(bytes).expect("a batch");
    batch.check_crc().expect("an intact batch");
    assert_eq!(batch.bytes().len(), bytes.len(), "one batch a line");
    let header = batch.header();
    let codec = header.codec().expect("a codec");
    let append_time = match header.timestamp_type() {
        TimestampType::CreateTime => -1,
        TimestampType::LogAppendTime => header.max_timestamp,
    };
    let flags = [(header.is_transactional(), 'T'), (header.is_control(), 'C')];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, flag)| flag).collect();
    let mut text = format!(
        "batch {codec} 0 {} {} {} {} {} .{flags} {append_time}\n",
        header.base_offset,
        header.partition_leader_epoch,
        header.producer_id,
        header.producer_epoch,
        header.base_sequence,
    );
    for record in &records(&batch, 1 << 28).expect("readable records") {
        let record = record.expect("a record");
        let (key, value) = (hex(record.key), hex(record.value));
        let _ = write!(text, "record {} {} {key} {value}", record.offset, record.timestamp);
        for header in record.headers {
            let header = header.expect("a header");
            let _ = write!(text, " {}={}", hex(Some(header.key)), hex(header.value));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "end {} {}", header.last_offset_delta, header.max_timestamp);
    text
}

type OwnedHeader = (Vec<u8>, Option<Vec<u8>>);

/// The batches of a text.
pub fn batches_of(text: &str) -> Vec<Vec<u8>> {
    let mut batches = Vec::new();
    let mut builder = None;
    for line in text.lines() {
        let words: Vec<_> = line.split(' ').collect();
        match words[0] {
            "batch" => builder = Some(builder_of(&words)),
            "record" => {
                let builder: &mut BatchBuilder = builder.as_mut().expect("a batch before records");
                let (key, value) = (bytes_of(words[3]), bytes_of(words[4]));
                let headers = words[5..].iter().filter_map(|word| word.split_once('='));
                let headers = headers
                    .map(|(key, value)| (bytes_of(key).expect("a header key"), bytes_of(value)));
                let headers: Vec<OwnedHeader> = headers.collect();
                let headers: Vec<_> = headers
                    .iter()
                    .map(|(key, value)| Header { key, value: value.as_deref() })
                    .collect();
                let record = NewRecord {
                    timestamp: number(words[2]),
                    key: key.as_deref(),
                    value: value.as_deref(),
                    headers: &headers,
                };
                builder.append_at(number(words[1]), &record).expect("room for a record");
            }
            _ => {
                batches.push(builder.take().expect("a batch to end").build());
            }
        }
    }
    batches
}

fn builder_of(words: &[&str]) -> BatchBuilder {
    let codec: Codec = words[1].parse().expect("a codec");
    let level = Some(number(words[2]) as i32).filter(|&level| level != 0);
    let builder = BatchBuilder::new(number(words[3]), Compression { codec, level })
        .partition_leader_epoch(number(words[4]) as i32)
        .producer(number(words[5]), number(words[6]) as i16, number(words[7]) as i32)
        .transactional(words[8].contains('T'))
        .control(words[8].contains('C'));
    match number(words[9]) {
        -1 => builder,
        append_time => builder.log_append_time(append_time),
    }
}

fn number(word: &str) -> i64 {
    word.parse().expect("a number")
}

fn hex(bytes: Option<&[u8]>) -> String {
    let Some(bytes) = bytes else { return "-".to_owned() };
    bytes.iter().fold(":".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn bytes_of(word: &str) -> Option<Vec<u8>> {
    word.strip_prefix(':').map(unhex)
}

/// The bytes that hex digits stand for.
pub fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks_exact(2);
    let pairs = pairs.map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair.unwrap_or(""), 16).expect("hex")).collect()
}
