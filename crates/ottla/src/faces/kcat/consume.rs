//! `-C`: reads partitions of one topic.

use std::collections::BTreeSet;
use std::time::Duration;

use ottla_client::{ConsumerRecord, ErrorCode, TopicPartition};
use ottla_io::Io;

use super::errors::{of_code, sentence};
use super::options::Options;
use super::{Ended, Outcome, fatal, json, list, tell};
use crate::console::Console;
use crate::records::places::{Begin, Stop};
use crate::records::reading::{Event, Reading};

/// How long is waited before looking again, where nothing comes.
const IDLE: Duration = Duration::from_millis(100);

pub(super) async fn run(io: &Io, options: &Options, console: &mut Console) -> Outcome {
    let topic = options.topic.as_deref().unwrap_or_default();
    let settings = options.settings.consumer(None)?;
    let stored = settings.group_id.is_some();
    let mut reading = Reading::new(io, settings, options.stop).map_err(create)?;
    let partitions = partitions(&reading, topic, options).await?;
    let begin = match options.begin.unwrap_or(Begin::Beginning) {
        Begin::Stored if !stored => Begin::End,
        begin => begin,
    };
    let assigned = reading.assign(&partitions, begin).await;
    assigned.map_err(|why| Ended::Fatal(format!("Topic {topic} error: {}", sentence(&why))))?;
    let mut printing = Printing::new(options);
    let mut done = BTreeSet::new();
    'reading: while !reading.was_interrupted() {
        let events = match reading.next(IDLE).await {
            Ok(events) => events,
            Err(why) => {
                console.flush();
                return fatal(format!("Consumer error: {}", sentence(&why)));
            }
        };
        for event in events {
            let (said, partition, offset) = match event {
                Event::Record(record) => {
                    printing.print(&record, leader(&reading, &record), console)?;
                    if printing.is_enough() || console.is_deaf() {
                        break 'reading;
                    }
                    continue;
                }
                Event::Stopped(partition, offset)
                    if matches!(options.stop, Some(Stop::Time(_))) =>
                {
                    done.insert(partition.clone());
                    ("Reached stop timestamp for topic", partition, offset)
                }
                Event::Stopped(..) => continue,
                Event::End(partition, offset) => {
                    if options.exits_at_end {
                        done.insert(partition.clone());
                        reading.stop(&partition).map_err(create)?;
                    }
                    ("Reached end of topic", partition, offset)
                }
            };
            let ends = done.len() == partitions.len();
            tell_end(options, said, &partition, offset, ends, console);
        }
        console.flush();
        if done.len() == partitions.len() || console.is_deaf() {
            break;
        }
    }
    console.flush();
    reading.close(Vec::new()).await;
    Ok(())
}

fn create(why: ottla_client::Error) -> Ended {
    Ended::Fatal(format!("Failed to create consumer: {}", why.message()))
}

/// Says that a partition has ended, and that it was the last.
pub(super) fn tell_end(
    options: &Options,
    said: &str,
    partition: &TopicPartition,
    offset: i64,
    is_last: bool,
    console: &mut Console,
) {
    let exiting = if is_last { ": exiting" } else { "" };
    let (topic, index) = (&partition.topic, partition.partition);
    tell(options, 1, console, format_args!("{said} {topic} [{index}] at offset {offset}{exiting}"));
}

/// The partitions that are meant.
async fn partitions(
    reading: &Reading,
    topic: &str,
    options: &Options,
) -> Outcome<Vec<TopicPartition>> {
    let answer = list::ask(reading.consumer.client(), Some(topic), options).await;
    let answer = answer.map_err(|ended| match ended {
        Ended::Fatal(why) => {
            Ended::Fatal(format!("Failed to query metadata for topic {topic}: {why}"))
        }
        other => other,
    })?;
    let Some(told) = answer.topics.first() else {
        return fatal(format!("No such topic in cluster: {topic}"));
    };
    if told.error_code != ErrorCode::None.code() {
        return fatal(format!("Topic {topic} error: {}", of_code(told.error_code)));
    }
    let mut indexes: Vec<i32> = told.partitions.iter().map(|it| it.partition_index).collect();
    indexes.sort_unstable();
    if indexes.is_empty() {
        return fatal(format!("Topic {topic} has no partitions"));
    }
    if let Some(one) = options.partition {
        if !indexes.contains(&one) {
            let last = indexes.len() - 1;
            return fatal(format!(
                "Topic {topic} (with partitions 0..{last}): partition {one} does not exist"
            ));
        }
        indexes.retain(|index| *index == one);
    }
    Ok(indexes.into_iter().map(|index| TopicPartition::new(topic, index)).collect())
}

/// The broker that leads the partition of a message, from which it came.
pub(super) fn leader(reading: &Reading, record: &ConsumerRecord) -> i32 {
    let image = reading.consumer.client().image();
    image.leader(&record.topic, record.partition).map_or(-1, |leader| leader.node)
}

/// Prints messages, and counts them.
pub(super) struct Printing<'a> {
    options: &'a Options,
    count: u64,
    line: Vec<u8>,
}

impl<'a> Printing<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self { options, count: 0, line: Vec::new() }
    }

    /// # Errors
    /// It cannot be unpacked, and errors end the run.
    pub(super) fn print(
        &mut self,
        record: &ConsumerRecord,
        broker: i32,
        console: &mut Console,
    ) -> Outcome {
        self.line.clear();
        if self.options.is_json {
            json::write(record, broker, &mut self.line);
        }
        let written = self.options.format.write(record, self.count, &mut self.line);
        console.bytes(&self.line);
        if let Err(why) = written {
            let ends = if self.options.exits_on_error { ": terminating" } else { "" };
            let (topic, partition, offset) = (&record.topic, record.partition, record.offset);
            console.talk(format_args!(
                "% ERROR: Failed to format message in {topic} [{partition}] at offset {offset}: {why}{ends}"
            ));
            if self.options.exits_on_error {
                return Err(Ended::Code(1));
            }
        }
        self.count += 1;
        Ok(())
    }

    /// Whether as many were printed as were asked for.
    pub(super) fn is_enough(&self) -> bool {
        self.options.count == Some(self.count)
    }
}
