//! Reading partitions, by hand or with a group: where each begins, that its end was reached, and
//! where it stops.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_client::settings::ConsumerSettings;
use ottla_client::{Consumer, ConsumerRecord, Error, ErrorKind, Result, TopicPartition};
use ottla_io::Io;

use super::places::{Begin, Stop};

/// How often ends are looked for while one is not reached.
const LOOK: Duration = Duration::from_millis(10);
/// How long leaving a group may take.
const LEAVE: Duration = Duration::from_secs(5);
/// How long a topic that no broker knows is looked for: one that was just made needs a moment.
const UNKNOWN: Duration = Duration::from_secs(1);

/// What reading came to.
#[derive(Debug)]
pub(crate) enum Event {
    Record(ConsumerRecord),
    /// There is nothing more for now; the offset is that of the next record to come.
    End(TopicPartition, i64),
    /// Reading of the partition is over, before this offset.
    Stopped(TopicPartition, i64),
}

/// A consumer, and how far it is.
pub(crate) struct Reading {
    pub(crate) consumer: Consumer,
    io: Io,
    progress: BTreeMap<TopicPartition, Progress>,
    stop: Option<Stop>,
    was_interrupted: bool,
}

#[derive(Debug, Default)]
struct Progress {
    stop: Option<Stop>,
    /// The offset at which the end was told.
    end: Option<i64>,
    is_stopped: bool,
}

impl Reading {
    /// A consumer that reads nothing yet. Everything it reads stops at `stop`.
    ///
    /// # Errors
    /// A setting that is not allowed.
    pub(crate) fn new(io: &Io, settings: ConsumerSettings, stop: Option<Stop>) -> Result<Self> {
        Ok(Self::of(io, Consumer::new(io.clone(), settings)?, stop))
    }

    /// The same of a consumer that is there.
    pub(crate) fn of(io: &Io, consumer: Consumer, stop: Option<Stop>) -> Self {
        let progress = BTreeMap::new();
        Self { consumer, io: io.clone(), progress, stop, was_interrupted: false }
    }

    /// Whether a signal said to stop.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.was_interrupted
    }

    /// Reads no more of a partition.
    ///
    /// # Errors
    /// It is not read.
    pub(crate) fn stop(&mut self, partition: &TopicPartition) -> Result<()> {
        if let Some(progress) = self.progress.get_mut(partition) {
            progress.is_stopped = true;
        }
        self.consumer.pause(std::slice::from_ref(partition))
    }

    /// The partitions of a topic, without waiting long for one that is not there.
    ///
    /// # Errors
    /// It is not there, or no broker answers within `limit`.
    pub(crate) async fn partitions(
        &self,
        topic: &str,
        limit: Duration,
    ) -> Result<Vec<TopicPartition>> {
        let client = self.consumer.client();
        client.want(&[topic]);
        client.refresh(limit).await?;
        let found = client.topics(&[topic], UNKNOWN.min(limit)).await?;
        let indexes = found.iter().flat_map(|topic| topic.partitions.iter().map(|it| it.index));
        Ok(indexes.map(|index| TopicPartition::new(topic, index)).collect())
    }

    /// Reads these partitions from there on.
    ///
    /// # Errors
    /// Where that is cannot be found out.
    pub(crate) async fn assign(
        &mut self,
        partitions: &[TopicPartition],
        begin: Begin,
    ) -> Result<()> {
        let stops = self.stops(partitions).await?;
        let consumer = &self.consumer;
        let begins: BTreeMap<TopicPartition, i64> = match begin {
            Begin::Tail(count) => {
                let ends = consumer.end_offsets(partitions).await?;
                let starts = consumer.beginning_offsets(partitions).await?;
                let start = |it: &TopicPartition| starts.get(it).copied().unwrap_or(0);
                let tail = |(it, end): (TopicPartition, i64)| {
                    let place = end.saturating_sub(count).max(start(&it));
                    (it, place)
                };
                ends.into_iter().map(tail).collect()
            }
            Begin::Time(time) => {
                let times = partitions.iter().map(|it| (it.clone(), time)).collect();
                let found = consumer.offsets_for_times(&times).await?;
                let found = found.into_iter().filter_map(|(it, at)| Some((it, at?.offset)));
                found.collect()
            }
            Begin::Offset(offset) => partitions.iter().map(|it| (it.clone(), offset)).collect(),
            Begin::Beginning | Begin::End | Begin::Stored => BTreeMap::new(),
        };
        consumer.assign(partitions.iter().cloned())?;
        match begin {
            Begin::Beginning => consumer.seek_to_beginning(partitions)?,
            // Of a time without a record the next one is meant that comes.
            Begin::End | Begin::Time(_) => consumer.seek_to_end(partitions)?,
            Begin::Stored | Begin::Offset(_) | Begin::Tail(_) => {}
        }
        for (partition, offset) in &begins {
            consumer.seek(partition, *offset)?;
        }
        self.progress = stops;
        Ok(())
    }

    /// Where each partition stops; where it ends now, if that is meant, is found out here.
    async fn stops(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, Progress>> {
        let ends = match self.stop {
            Some(Stop::End) => self.consumer.end_offsets(partitions).await?,
            _ => BTreeMap::new(),
        };
        let progress = |partition: &TopicPartition| {
            let end = ends.get(partition).map(|end| Stop::Offset(*end));
            let progress = Progress { stop: end.or(self.stop), ..Progress::default() };
            (partition.clone(), progress)
        };
        Ok(partitions.iter().map(progress).collect())
    }

    /// What came, and what ended. Waits at most `limit`, and returns nothing when that has passed or
    /// a signal came.
    ///
    /// # Errors
    /// What reading ran into.
    pub(crate) async fn next(&mut self, limit: Duration) -> Result<Vec<Event>> {
        let limit = if self.is_at_end() { limit } else { limit.min(LOOK) };
        let records = tokio::select! {
            biased;
            _ = self.io.shutdown_signal() => {
                self.was_interrupted = true;
                return Ok(Vec::new());
            }
            records = self.consumer.poll(limit) => records,
        };
        let mut events = Vec::new();
        for record in records? {
            self.came(record, &mut events)?;
        }
        self.look_for_ends(&mut events)?;
        Ok(events)
    }

    fn came(&mut self, record: ConsumerRecord, events: &mut Vec<Event>) -> Result<()> {
        let partition = TopicPartition::new(record.topic.clone(), record.partition);
        let stop = self.stop;
        let progress = self.progress.entry(partition.clone());
        let progress = progress.or_insert_with(|| Progress { stop, ..Progress::default() });
        if progress.is_stopped {
            return Ok(());
        }
        progress.end = None;
        let is_behind = match progress.stop {
            Some(Stop::Offset(offset)) => record.offset >= offset,
            Some(Stop::Time(time)) => record.timestamp >= time,
            Some(Stop::End) | None => false,
        };
        if is_behind {
            progress.is_stopped = true;
            self.consumer.pause(std::slice::from_ref(&partition))?;
            events.push(Event::Stopped(partition, record.offset));
        } else {
            events.push(Event::Record(record));
        }
        Ok(())
    }

    fn look_for_ends(&mut self, events: &mut Vec<Event>) -> Result<()> {
        let assigned = self.consumer.assignment();
        self.progress.retain(|partition, _| assigned.contains(partition));
        for partition in assigned {
            let stop = self.stop;
            let progress = self.progress.entry(partition.clone());
            let progress = progress.or_insert_with(|| Progress { stop, ..Progress::default() });
            let Some(place) = self.consumer.known_position(&partition) else { continue };
            if progress.is_stopped {
                continue;
            }
            if matches!(progress.stop, Some(Stop::Offset(stop)) if place >= stop) {
                progress.is_stopped = true;
                self.consumer.pause(std::slice::from_ref(&partition))?;
                events.push(Event::Stopped(partition, place));
            } else if self.consumer.lag(&partition) == Some(0) && progress.end != Some(place) {
                progress.end = Some(place);
                events.push(Event::End(partition, place));
            }
        }
        Ok(())
    }

    /// Whether every partition has ended or stopped, and there is one.
    pub(crate) fn is_at_end(&self) -> bool {
        let mut all = self.progress.values();
        !self.progress.is_empty() && all.all(|it| it.is_stopped || it.end.is_some())
    }

    /// Records that are still to come of those that there are, as far as fetches have told.
    pub(crate) fn left(&self) -> u64 {
        let going = self.progress.iter().filter(|(_, it)| !it.is_stopped);
        let lags = going.filter_map(|(partition, _)| self.consumer.lag(partition));
        lags.map(|lag| u64::try_from(lag).unwrap_or(0)).sum()
    }

    /// Whether every partition has stopped, and there is one.
    pub(crate) fn has_stopped(&self) -> bool {
        !self.progress.is_empty() && self.progress.values().all(|it| it.is_stopped)
    }

    /// Ends it. What is in `rest` was not used: a group reads it again.
    pub(crate) async fn close(self, rest: impl IntoIterator<Item = Event>) {
        let record = |event| match event {
            Event::Record(record) => Some(record),
            Event::End(..) | Event::Stopped(..) => None,
        };
        leave(self.consumer, rest.into_iter().filter_map(record)).await;
    }
}

/// Closes a consumer. What is in `rest` was not used: a group reads it again.
pub(crate) async fn leave(consumer: Consumer, rest: impl IntoIterator<Item = ConsumerRecord>) {
    let mut first = BTreeMap::new();
    for record in rest {
        let partition = TopicPartition::new(record.topic, record.partition);
        first.entry(partition).or_insert(record.offset);
    }
    for (partition, offset) in first {
        // One that was taken away meanwhile is another's to read.
        let _ = consumer.seek(&partition, offset);
    }
    consumer.close(LEAVE).await;
}

/// Whether an error is that a topic is not there.
pub(crate) fn is_unknown_topic(error: &Error) -> bool {
    let unknown = ottla_client::ErrorCode::UnknownTopicOrPartition;
    error.code() == Some(unknown)
        || (error.kind() == ErrorKind::TimedOut && error.message().contains(unknown.sentence()))
}
