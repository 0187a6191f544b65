//! Records that failed for good: [`DeadLetter`] says which and why, a [`DeadLetterStore`] keeps them
//! until somebody has looked at them: a topic, a file, or whatever a callback does.
//!
//! In a topic and in a file the record stands as it was, with its history in headers behind its own:
//!
//! | header | value |
//! |---|---|
//! | `ottla.dead.reason` | why, as text |
//! | `ottla.dead.attempts` | how often it was tried, as text |
//! | `ottla.dead.topic`, `.partition`, `.offset` | where it was read, or was to be written; as text |
//!
//! [`original`] makes the record again that was to be sent, to replay it.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use ottla_io::{Io, Open};
use ottla_record::{BatchBuilder, Codec, Header, NewRecord};

use crate::consumer::ConsumerRecord;
use crate::producer::{Producer, ProducerRecord};
use crate::{Error, ErrorKind, Result};

const REASON: &str = "ottla.dead.reason";
const ATTEMPTS: &str = "ottla.dead.attempts";
const TOPIC: &str = "ottla.dead.topic";
const PARTITION: &str = "ottla.dead.partition";
const OFFSET: &str = "ottla.dead.offset";

/// What every name of ours begins with.
const PREFIX: &str = "ottla.dead.";

/// A record that failed for good, and why. Sent again as it is, it goes to the same partition.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// The record: as it was to be sent, or as it was read.
    pub record: ProducerRecord,
    /// Why it failed.
    pub error: Error,
    /// Its offset, if it was read.
    pub offset: Option<i64>,
    /// How often it was tried; 0 where nobody counts.
    pub attempts: u32,
}

/// What a store promises: the letter is kept, or why not.
pub type Kept<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Keeps dead letters. What was read is committed only when it is kept.
pub trait DeadLetterStore: Send + Sync + 'static {
    /// Keeps one. Asked again after a pause if that fails.
    fn keep(&self, letter: DeadLetter) -> Kept<'_>;
}

impl<F: Fn(DeadLetter) -> Result<()> + Send + Sync + 'static> DeadLetterStore for F {
    fn keep(&self, letter: DeadLetter) -> Kept<'_> {
        Box::pin(std::future::ready(self(letter)))
    }
}

impl DeadLetter {
    /// A record that could not be sent.
    pub fn new(record: ProducerRecord, error: Error) -> Self {
        Self { record, error, offset: None, attempts: 0 }
    }

    /// A record that was read and could not be worked on.
    pub fn of_read(record: ConsumerRecord, error: Error, attempts: u32) -> Self {
        let offset = Some(record.offset);
        Self { record: as_sent(record), error, offset, attempts }
    }

    /// The record with its history in headers.
    pub fn into_record(self) -> ProducerRecord {
        let mut record = self.record;
        record.headers.retain(|(name, _)| !name.starts_with(PREFIX));
        let mut note = |name: &str, text: String| {
            record.headers.push((name.to_owned(), Some(Bytes::from(text))));
        };
        note(REASON, self.error.to_string());
        note(ATTEMPTS, self.attempts.to_string());
        note(TOPIC, record.topic.to_string());
        if let Some(partition) = record.partition {
            note(PARTITION, partition.to_string());
        }
        if let Some(offset) = self.offset {
            note(OFFSET, offset.to_string());
        }
        record
    }
}

/// The record that a dead letter was made of, for the topic that it was read from or meant for; the
/// partitioner may choose anew. `None` if the record says of no topic.
pub fn original(letter: ConsumerRecord) -> Option<ProducerRecord> {
    let mut record = as_sent(letter);
    let (ours, theirs): (Vec<_>, Vec<_>) =
        record.headers.into_iter().partition(|(name, _)| name.starts_with(PREFIX));
    let topic = ours.into_iter().find(|(name, _)| name == TOPIC)?.1?;
    record.topic = Arc::from(std::str::from_utf8(&topic).ok()?);
    record.headers = theirs;
    record.partition = None;
    Some(record)
}

fn as_sent(record: ConsumerRecord) -> ProducerRecord {
    let name = |key: &Bytes| String::from_utf8_lossy(key).into_owned();
    ProducerRecord {
        topic: record.topic,
        partition: Some(record.partition),
        key: record.key,
        value: record.value,
        headers: record.headers.into_iter().map(|it| (name(&it.key), it.value)).collect(),
        timestamp: Some(record.timestamp).filter(|it| *it >= 0),
    }
}

/// Dead letters as records of a topic.
#[derive(Debug, Clone)]
pub struct DeadLetterTopic {
    producer: Producer,
    topic: Arc<str>,
}

impl DeadLetterTopic {
    /// Sends letters to `topic`, each to the partition that its key says.
    pub fn new(producer: Producer, topic: impl Into<Arc<str>>) -> Self {
        Self { producer, topic: topic.into() }
    }
}

impl DeadLetterStore for DeadLetterTopic {
    fn keep(&self, letter: DeadLetter) -> Kept<'_> {
        let topic = self.topic.clone();
        let record = ProducerRecord { topic, partition: None, ..letter.into_record() };
        Box::pin(async move { self.producer.send(record).await?.await.map(drop) })
    }
}

/// Dead letters in a file: record batches one after the other, as they stand in a segment of a log, so
/// that `ottla log dump` and Kafka's own tool read them.
#[derive(Debug, Clone)]
pub struct DeadLetterFile {
    io: Io,
    path: PathBuf,
    /// One writes at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl DeadLetterFile {
    /// Appends letters to the file at `path`, which is made with the first. Each is synced.
    pub fn new(io: Io, path: impl Into<PathBuf>) -> Self {
        Self { io, path: path.into(), turn: Arc::default() }
    }
}

impl DeadLetterStore for DeadLetterFile {
    fn keep(&self, letter: DeadLetter) -> Kept<'_> {
        let batch = batch_of(&letter.into_record(), self.io.now().wall.millis);
        let (disk, path, turn) = (self.io.disk(), self.path.clone(), self.turn.clone());
        Box::pin(async move {
            let batch = batch?;
            let turn = turn.lock_owned().await;
            let written = self.io.flushing(move || {
                let file = disk.open(&path, Open::Create)?;
                let end = file.len()?;
                file.write_at(end, &batch)?;
                file.sync_data()?;
                if let Some(dir) = path.parent().filter(|dir| end == 0 && dir.is_absolute()) {
                    disk.sync_dir(dir)?;
                }
                drop(turn);
                Ok::<(), std::io::Error>(())
            });
            written.await.map_err(|error| Error::new(ErrorKind::Full, error.to_string()))
        })
    }
}

fn batch_of(record: &ProducerRecord, now_millis: i64) -> Result<Vec<u8>> {
    let headers: Vec<Header<'_>> = record
        .headers
        .iter()
        .map(|(name, value)| Header { key: name.as_bytes(), value: value.as_deref() })
        .collect();
    let new = NewRecord {
        timestamp: record.timestamp.unwrap_or(now_millis),
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers: &headers,
    };
    let mut batch = BatchBuilder::new(0, Codec::None);
    batch.append(&new).map_err(|error| Error::new(ErrorKind::InvalidRecord, error.to_string()))?;
    Ok(batch.build())
}
