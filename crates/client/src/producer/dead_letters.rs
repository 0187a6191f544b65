//! Where records that failed for good can be kept, a topic or a file, and how they are sent again.
//!
//! A letter is kept as a record: key, value, headers and timestamp as they were, and headers that say
//! where it was to go and why it did not ([`HEADER_PREFIX`]). A file of letters is a row of Kafka's own
//! batches of one record, so `ottla log dump` and `kafka-dump-log.sh` show it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ottla_io::Io;
use ottla_io::disk::{Disk, File, Open};
use ottla_record::{BatchBuilder, BatchError, BatchView, Codec, CodecSpace};
use tokio::sync::{mpsc, oneshot};

use super::batch::{each_record, headers_of, new_record};
use super::{DeadLetter, DeadLetterSink, Producer, ProducerRecord};
use crate::consumer::{Consumer, ConsumerRecord};
use crate::{Error, ErrorKind, Result};

/// How headers that a letter has beside its record's begin: `topic`, `partition`, `timestamp`,
/// `error` and `code` (Kafka's number, if it has one); of a record that was read also `offset` and
/// `attempts`.
pub const HEADER_PREFIX: &str = "ottla.dead.";

/// Letters that wait to be kept, at most. They have left the producer's memory; who fails faster than
/// a topic or a disk can take it loses letters, and is told how many.
const WAITING_MAX: usize = 10_000;

/// Letters that are kept together.
const TOGETHER_MAX: usize = 500;

/// Bytes of one letter in a file, more than any request may have.
const LETTER_BYTES_MAX: usize = 256 << 20;

/// Bytes in front of a batch that say how long it is.
const PREFIX_BYTES: usize = 12;

/// A sink that keeps letters. Cheap to clone. What waits is still kept after the last clone is gone, as
/// long as the runtime lives; [`DeadLetters::flush`] waits for that.
///
/// ```no_run
/// # use ottla_client::{Producer, producer::DeadLetters, settings::ProducerSettings};
/// # use ottla_io::Io;
/// # async fn example(io: Io, settings: ProducerSettings) -> ottla_client::Result<()> {
/// let letters = DeadLetters::to_file(&io, "unsent.log")?;
/// let producer = Producer::builder(settings).dead_letters(letters.clone()).build(io.clone())?;
/// // ... and when what was wrong is mended:
/// letters.flush().await;
/// let sent = ottla_client::producer::replay_file(&io, "unsent.log", &producer).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DeadLetters {
    queue: mpsc::Sender<Work>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Work {
    Keep(Box<DeadLetter>),
    Tell(oneshot::Sender<()>),
}

enum Place {
    Topic(Producer, Arc<str>),
    File(Io, Arc<File>, u64),
}

impl DeadLetters {
    /// Keeps letters in a topic. `producer` must be another than the one whose letters they are, so
    /// that what one cannot send does not stand in the way of letters; it must not be transactional.
    pub fn to_topic(producer: Producer, topic: impl Into<Arc<str>>) -> Self {
        let io = producer.client().io().clone();
        Self::start(&io, Place::Topic(producer, topic.into()))
    }

    /// Keeps letters in a file, behind those that are in it. Each is synced before it counts as kept.
    ///
    /// # Errors
    /// The file cannot be opened, or holds something else.
    pub fn to_file(io: &Io, path: impl AsRef<Path>) -> Result<Self> {
        let (file, end) = open_letters(&io.disk(), path.as_ref())?;
        Ok(Self::start(io, Place::File(io.clone(), Arc::new(file), end)))
    }

    fn start(io: &Io, place: Place) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        io.spawn("dead letters", keep_all(place, waiting, lost.clone()));
        Self { queue, lost }
    }

    /// Waits until every letter that was taken is kept or lost.
    pub async fn flush(&self) {
        let (told, done) = oneshot::channel();
        if self.queue.send(Work::Tell(told)).await.is_ok() {
            let _gone = done.await;
        }
    }

    /// Letters that could not be kept. Each was logged as an error.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Acquire)
    }
}

impl DeadLetterSink for DeadLetters {
    fn take(&self, letter: DeadLetter) {
        if let Err(error) = self.queue.try_send(Work::Keep(Box::new(letter))) {
            note_lost(&self.lost, 1, &error);
        }
    }
}

fn note_lost(lost: &AtomicU64, count: u64, error: &dyn std::fmt::Display) {
    lost.fetch_add(count, Ordering::AcqRel);
    tracing::error!(count, %error, "records that could not be sent could not be kept either");
}

async fn keep_all(mut place: Place, mut waiting: mpsc::Receiver<Work>, lost: Arc<AtomicU64>) {
    let mut works = Vec::new();
    while waiting.recv_many(&mut works, TOGETHER_MAX).await > 0 {
        let mut letters = Vec::new();
        let mut told = Vec::new();
        for work in works.drain(..) {
            match work {
                Work::Keep(letter) => letters.push(letter.into_record()),
                Work::Tell(who) => told.push(who),
            }
        }
        keep(&mut place, letters, &lost).await;
        for who in told {
            let _gave_up = who.send(());
        }
    }
}

async fn keep(place: &mut Place, letters: Vec<ProducerRecord>, lost: &AtomicU64) {
    match place {
        Place::Topic(producer, topic) => {
            let mut deliveries = Vec::new();
            for letter in letters {
                let letter = ProducerRecord { topic: topic.clone(), partition: None, ..letter };
                match producer.send(letter).await {
                    Ok(delivery) => deliveries.push(delivery),
                    Err(error) => note_lost(lost, 1, &error),
                }
            }
            for delivery in deliveries {
                if let Err(error) = delivery.await {
                    note_lost(lost, 1, &error);
                }
            }
        }
        Place::File(io, file, end) => {
            let count = letters.len() as u64;
            let (its, at) = (file.clone(), *end);
            let written = io.blocking(move || append(&its, at, &letters)).await;
            match written {
                Ok(behind) => *end = behind,
                Err(error) => note_lost(lost, count, &error),
            }
        }
    }
}

/// Opens a file of letters; where the next one goes.
pub(crate) fn open_letters(disk: &Disk, path: &Path) -> Result<(File, u64)> {
    let file = opened(disk, path, Open::Create)?;
    let mut end = 0;
    while let Some(letter) = letter_at(&file, end)? {
        end += letter.len() as u64;
    }
    // What a crash left of a letter goes.
    file.set_len(end).map_err(|error| unusable(path, &error))?;
    Ok((file, end))
}

/// Writes letters and syncs them; where the next one goes.
pub(crate) fn append(file: &File, at: u64, letters: &[ProducerRecord]) -> std::io::Result<u64> {
    let mut bytes = Vec::new();
    let mut space = CodecSpace::new();
    for letter in letters {
        let mut batch = BatchBuilder::new(0, Codec::None);
        let headers = headers_of(letter);
        let now = letter.timestamp.unwrap_or(-1);
        batch.append(&new_record(letter, &headers, now)).map_err(std::io::Error::other)?;
        batch.build_into(&mut bytes, &mut space);
    }
    file.write_at(at, &bytes)?;
    file.sync_data()?;
    Ok(at + bytes.len() as u64)
}

impl DeadLetter {
    /// The letter as a record, which is how it is kept.
    pub fn into_record(self) -> ProducerRecord {
        let Self { mut record, error, offset, attempts } = self;
        // A letter about a letter is one letter.
        record.headers.retain(|(name, _)| !name.starts_with(HEADER_PREFIX));
        let mut more = |name: &str, value: String| {
            record.headers.push((format!("{HEADER_PREFIX}{name}"), Some(value.into())));
        };
        more("topic", record.topic.to_string());
        if let Some(partition) = record.partition {
            more("partition", partition.to_string());
        }
        if let Some(offset) = offset {
            more("offset", offset.to_string());
        }
        if attempts > 0 {
            more("attempts", attempts.to_string());
        }
        if let Some(timestamp) = record.timestamp {
            more("timestamp", timestamp.to_string());
        }
        more("error", error.to_string());
        if let Some(code) = error.code() {
            more("code", code.code().to_string());
        }
        record
    }
}

impl ProducerRecord {
    /// The record that a letter is about, from the letter's key, value and headers; `None` if this is
    /// no letter.
    pub fn from_dead_letter(
        key: Option<Bytes>,
        value: Option<Bytes>,
        headers: Vec<(String, Option<Bytes>)>,
    ) -> Option<Self> {
        let mut record = Self { key, value, ..Self::default() };
        let mut topic = None;
        for (name, value) in headers {
            let Some(ours) = name.strip_prefix(HEADER_PREFIX) else {
                record.headers.push((name, value));
                continue;
            };
            let text = value.as_deref().and_then(|value| std::str::from_utf8(value).ok());
            match ours {
                "topic" => topic = text.map(Arc::from),
                "partition" => record.partition = text.and_then(|text| text.parse().ok()),
                "timestamp" => record.timestamp = text.and_then(|text| text.parse().ok()),
                _ => {}
            }
        }
        record.topic = topic?;
        Some(record)
    }

    fn of_letter(letter: ConsumerRecord) -> Option<Self> {
        let name = |key: &Bytes| String::from_utf8_lossy(key).into_owned();
        let headers = letter.headers.iter().map(|it| (name(&it.key), it.value.clone())).collect();
        Self::from_dead_letter(letter.key, letter.value, headers)
    }
}

/// Sends again what a file of letters holds, in order, and waits until all of it is acknowledged; how
/// many. The file stays: remove it then.
///
/// # Errors
/// A letter cannot be read or sent; those before it may be in the log.
pub async fn replay_file(io: &Io, path: impl AsRef<Path>, producer: &Producer) -> Result<u64> {
    let path: PathBuf = path.as_ref().into();
    let file = Arc::new(opened(&io.disk(), &path, Open::Read)?);
    let (mut at, mut count) = (0, 0);
    loop {
        let its = file.clone();
        let mut letters = Vec::new();
        let read = io.blocking(move || letters_from(&its, at)).await?;
        for bytes in read {
            at += bytes.len() as u64;
            each_record(&bytes, |letter, headers| {
                let copy = |bytes: &[u8]| Bytes::copy_from_slice(bytes);
                let header = |it: &ottla_record::Header<'_>| {
                    (String::from_utf8_lossy(it.key).into_owned(), it.value.map(copy))
                };
                let headers = headers.iter().map(header).collect();
                let (key, value) = (letter.key.map(copy), letter.value.map(copy));
                letters.extend(ProducerRecord::from_dead_letter(key, value, headers));
            })?;
        }
        if letters.is_empty() {
            return Ok(count);
        }
        count += letters.len() as u64;
        send_all(producer, letters).await?;
    }
}

/// Sends again the letters that `consumer` reads, in order within each partition, until none comes for
/// `quiet`; how many. Records that are no letters are passed over. After each poll, what was sent is
/// acknowledged, then positions are committed if the consumer has a group: an interrupted replay goes
/// on there, and sends at most one poll twice.
///
/// # Errors
/// A letter cannot be read or sent; those before it may be in the log.
pub async fn replay_topic(
    consumer: &mut Consumer,
    producer: &Producer,
    quiet: Duration,
) -> Result<u64> {
    let mut count = 0;
    loop {
        let records = consumer.poll(quiet).await?;
        if records.is_empty() {
            return Ok(count);
        }
        let letters: Vec<_> = records.into_iter().filter_map(ProducerRecord::of_letter).collect();
        count += letters.len() as u64;
        send_all(producer, letters).await?;
        if consumer.group_metadata().is_ok() {
            consumer.commit().await?;
        }
    }
}

async fn send_all(producer: &Producer, letters: Vec<ProducerRecord>) -> Result<()> {
    let mut deliveries = Vec::with_capacity(letters.len());
    for letter in letters {
        deliveries.push(producer.send(letter).await?);
    }
    producer.flush().await;
    for delivery in deliveries {
        delivery.await?;
    }
    Ok(())
}

/// Some letters from `at` on.
fn letters_from(file: &File, mut at: u64) -> Result<Vec<Bytes>> {
    let mut letters = Vec::new();
    while letters.len() < TOGETHER_MAX
        && let Some(letter) = letter_at(file, at)?
    {
        at += letter.len() as u64;
        letters.push(letter);
    }
    Ok(letters)
}

/// The letter that begins at `at`; `None` at the end, and where a crash cut one off.
fn letter_at(file: &File, at: u64) -> Result<Option<Bytes>> {
    let failed = |error: std::io::Error| unusable(file.path(), &error);
    let left = file.len().map_err(failed)?.saturating_sub(at);
    let mut prefix = [0; PREFIX_BYTES];
    if left < PREFIX_BYTES as u64 {
        return Ok(None);
    }
    read_whole(file, at, &mut prefix).map_err(failed)?;
    let [.., a, b, c, d] = prefix;
    let length = usize::try_from(i32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    let length = length.saturating_add(PREFIX_BYTES);
    if length > LETTER_BYTES_MAX {
        let text = format!("{}: no letter begins at byte {at}", file.path().display());
        return Err(Error::malformed(text));
    }
    if length as u64 > left {
        return Ok(None);
    }
    let mut bytes = vec![0; length];
    read_whole(file, at, &mut bytes).map_err(failed)?;
    let bad = |error: BatchError| {
        Error::malformed(format!("{}: the letter at byte {at}: {error}", file.path().display()))
    };
    let batch = BatchView::parse(&bytes).map_err(bad)?;
    batch.check_crc().map_err(bad)?;
    Ok(Some(bytes.into()))
}

fn read_whole(file: &File, at: u64, into: &mut [u8]) -> std::io::Result<()> {
    let mut done = 0;
    while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(at + done as u64, rest)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => done += read,
        }
    }
    Ok(())
}

fn opened(disk: &Disk, path: &Path, how: Open) -> Result<File> {
    disk.open(path, how).map_err(|error| unusable(path, &error))
}

pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Usage, format!("letters in {}: {error}", path.display()))
}
