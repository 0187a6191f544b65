//! Where records go that were read and failed for good. They are kept as the producer's dead letters
//! are, and replayed as those ([`crate::producer::replay_file`], [`crate::producer::replay_topic`]); but
//! each is waited for, because what was not kept is not committed.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use ottla_io::{File, Io};
use tokio::sync::Mutex;

use crate::consumer::ConsumerRecord;
use crate::producer::dead_letters::{append, open_letters, unusable};
use crate::producer::{DeadLetter, Producer, ProducerRecord};
use crate::{Error, Result};

/// What a store promises: the letter is kept, or why not.
pub type Kept<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Keeps dead letters; a function can be one.
pub trait DeadLetterStore: Send + Sync + 'static {
    /// Keeps one. Asked again after a pause if that fails.
    fn keep(&self, letter: DeadLetter) -> Kept<'_>;
}

impl<F: Fn(DeadLetter) -> Result<()> + Send + Sync + 'static> DeadLetterStore for F {
    fn keep(&self, letter: DeadLetter) -> Kept<'_> {
        Box::pin(std::future::ready(self(letter)))
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

/// Dead letters in a file: record batches one after the other, as they stand in a segment of a log.
#[derive(Debug, Clone)]
pub struct DeadLetterFile {
    io: Io,
    path: PathBuf,
    /// The file and where the next letter goes, once there was one.
    open: Arc<Mutex<Option<(File, u64)>>>,
}

impl DeadLetterFile {
    /// Appends letters to the file at `path`, which is made with the first. Each is synced.
    pub fn new(io: Io, path: impl Into<PathBuf>) -> Self {
        Self { io, path: path.into(), open: Arc::default() }
    }
}

impl DeadLetterStore for DeadLetterFile {
    fn keep(&self, letter: DeadLetter) -> Kept<'_> {
        let (disk, path, open) = (self.io.disk(), self.path.clone(), self.open.clone());
        let record = letter.into_record();
        Box::pin(async move {
            let mut open = open.lock_owned().await;
            let kept = self.io.flushing(move || {
                // After a failure it is opened anew: what is left of the letter goes then.
                let (file, end) = match open.take() {
                    Some(known) => known,
                    None => open_letters(&disk, &path)?,
                };
                let end = append(&file, end, &[record]).map_err(|it| unusable(&path, &it))?;
                *open = Some((file, end));
                Ok::<(), Error>(())
            });
            kept.await
        })
    }
}

/// The letter about a record that was read.
pub(super) fn letter_of(record: ConsumerRecord, error: Error, attempts: u32) -> DeadLetter {
    let name = |key: &bytes::Bytes| String::from_utf8_lossy(key).into_owned();
    let offset = Some(record.offset);
    let record = ProducerRecord {
        topic: record.topic,
        partition: Some(record.partition),
        key: record.key,
        value: record.value,
        headers: record.headers.into_iter().map(|it| (name(&it.key), it.value)).collect(),
        timestamp: Some(record.timestamp).filter(|it| *it >= 0),
    };
    DeadLetter { record, error, offset, attempts }
}
