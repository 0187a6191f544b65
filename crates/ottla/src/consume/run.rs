//! Reading on, and when to stop.

use std::time::Duration;

use ottla_client::settings::ConsumerSettings;
use ottla_client::{Consumer, TopicPartition};
use ottla_io::Io;
use regex::Regex;

use super::Arguments;
use super::filter::Filter;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::progress::{Progress, share};
use crate::records::format::Format;
use crate::records::json;
use crate::records::places::{self, Begin, Place, Stop};
use crate::records::reading::{Event, Reading, is_unknown_topic};

/// How long is waited before looking again, where nothing comes.
const IDLE: Duration = Duration::from_millis(250);

/// What is to be read, ready to run.
pub(super) struct Job<'a> {
    arguments: &'a Arguments,
    /// How a record is written; `None` as JSON.
    format: Option<Format>,
    filter: Filter,
    begin: Option<Begin>,
    stop: Option<Stop>,
    /// Records that were read, and those of them that were written.
    read: u64,
    written: u64,
    line: Vec<u8>,
}

impl<'a> Job<'a> {
    pub(super) fn read(
        arguments: &'a Arguments,
        format: Option<Format>,
        filter: Filter,
        now_ms: i64,
    ) -> Outcome<Self> {
        let (mut begin, mut stop) = (None, None);
        for text in &arguments.offset {
            let twice = match places::read(text, now_ms)? {
                Place::Begin(it) => begin.replace(it).is_some(),
                Place::Stop(it) => stop.replace(it).is_some(),
            };
            if twice {
                return Err(Failure::usage("two places to begin, or two to stop"));
            }
        }
        if let Some(text) = &arguments.until {
            stop = Some(places::read_stop(text, now_ms)?);
        }
        if arguments.group.is_some() && begin.is_some_and(|begin| begin != Begin::Stored) {
            return Err(Failure::usage("a group begins where it is")
                .advise("ottla group reset moves it; without -g any place will do"));
        }
        if arguments.group.is_some() && stop == Some(Stop::End) {
            return Err(Failure::usage("--until end is for reading without a group")
                .advise("-e stops when there is nothing more for now"));
        }
        Ok(Self { arguments, format, filter, begin, stop, read: 0, written: 0, line: Vec::new() })
    }

    pub(super) async fn run(
        mut self,
        io: &Io,
        settings: ConsumerSettings,
        console: &mut Console,
    ) -> Outcome {
        let limit = settings.default_api_timeout;
        let has_group = settings.group_id.is_some();
        let mut reading = Reading::new(io, settings, self.stop)?;
        if self.arguments.group.is_some() {
            self.subscribe(&reading.consumer)?;
        } else {
            let begin = self.begin.unwrap_or(Begin::Beginning);
            if begin == Begin::Stored && !has_group {
                return Err(Failure::usage("without a group nothing is stored")
                    .advise("-g GROUP, or -X group.id=GROUP to look and not to join"));
            }
            let partitions = self.partitions(&reading, limit).await?;
            reading.assign(&partitions, begin).await?;
        }
        let outcome = self.go_on(io, &mut reading, console).await;
        console.flush();
        let (rest, ends) = match outcome {
            Ok(rest) => (rest, Ok(())),
            Err(failure) => (Vec::new(), Err(failure)),
        };
        let is_interrupted = reading.was_interrupted();
        reading.close(rest).await;
        ends?;
        let asked = self.arguments;
        if is_interrupted && (asked.exit || asked.count.is_some() || self.stop.is_some()) {
            return Err(Failure::interrupted());
        }
        Ok(())
    }

    fn subscribe(&self, consumer: &Consumer) -> Outcome {
        let topics = &self.arguments.topics;
        if topics.iter().any(|topic| topic.starts_with('^')) {
            let quoted = |topic: &String| match topic.strip_prefix('^') {
                Some(expression) => format!("(?:{expression})"),
                None => regex::escape(topic),
            };
            let all: Vec<String> = topics.iter().map(quoted).collect();
            return Ok(consumer.subscribe_matching(&all.join("|"))?);
        }
        Ok(consumer.subscribe(topics)?)
    }

    /// The partitions that are meant.
    async fn partitions(&self, reading: &Reading, limit: Duration) -> Outcome<Vec<TopicPartition>> {
        let mut all = Vec::new();
        for topic in &self.arguments.topics {
            if topic.starts_with('^') {
                let regex = Regex::new(topic).map_err(|why| Failure::usage(why.to_string()))?;
                for topic in reading.consumer.client().all_topics(limit).await? {
                    if regex.is_match(&topic.name) && !topic.is_internal {
                        let indexes = topic.partitions.iter().map(|it| it.index);
                        all.extend(indexes.map(|it| TopicPartition::new(topic.name.clone(), it)));
                    }
                }
                continue;
            }
            let found = reading.partitions(topic, limit).await.map_err(|error| {
                if is_unknown_topic(&error) {
                    return Failure::new(format!("there is no topic {topic}"))
                        .advise("ottla topic list shows those that there are");
                }
                Failure::from(error)
            })?;
            all.extend(found);
        }
        let asked = &self.arguments.partition;
        if let Some(none) = asked.iter().find(|it| !all.iter().any(|one| one.partition == **it)) {
            let topics = self.arguments.topics.join(", ");
            return Err(Failure::new(format!("{topics} has no partition {none}")));
        }
        all.retain(|one| asked.is_empty() || asked.contains(&one.partition));
        if all.is_empty() {
            return Err(Failure::new("no topic matches"));
        }
        Ok(all)
    }

    /// Reads until it is time to stop. Gives what was read and not used.
    async fn go_on(
        &mut self,
        io: &Io,
        reading: &mut Reading,
        console: &mut Console,
    ) -> Outcome<Vec<Event>> {
        let is_quiet = self.arguments.json || self.arguments.verbose;
        let mut progress = Progress::new(io, !is_quiet && console.is_file(), console);
        loop {
            let mut events = reading.next(IDLE).await?.into_iter();
            while let Some(event) = events.next() {
                self.take(event, console)?;
                if self.arguments.count.is_some_and(|count| self.written >= count)
                    || console.is_deaf()
                {
                    return Ok(events.collect());
                }
            }
            console.flush();
            progress.tell(io, console, self.read, || self.share(reading.left()));
            let is_over = reading.was_interrupted()
                || reading.has_stopped()
                || (self.arguments.exit && reading.is_at_end())
                || console.is_deaf();
            if is_over {
                return Ok(Vec::new());
            }
        }
    }

    /// Which share has been read, if it is known when reading is over.
    fn share(&self, left: u64) -> Option<f64> {
        let of_count = self.arguments.count.and_then(|count| share(self.written, count));
        let ends = self.arguments.exit || self.stop == Some(Stop::End);
        let of_all = share(self.read, self.read + left).filter(|_| ends);
        of_count.into_iter().chain(of_all).reduce(f64::max)
    }

    fn take(&mut self, event: Event, console: &mut Console) -> Outcome {
        match event {
            Event::Record(record) => {
                self.read += 1;
                if !self.filter.takes(&record) {
                    return Ok(());
                }
                self.line.clear();
                let written = match &self.format {
                    Some(format) => format.write(&record, self.written, &mut self.line),
                    None => {
                        json::write(&record, &mut self.line);
                        self.line.push(b'\n');
                        Ok(())
                    }
                };
                self.written += 1;
                written.map_err(|why| {
                    let (topic, offset) = (&record.topic, record.offset);
                    Failure::new(format!("{topic}-{} at {offset}: {why}", record.partition))
                })?;
                match self.filter.coloured(&self.line).filter(|_| console.has_colours()) {
                    Some(line) => console.bytes(&line),
                    None => console.bytes(&self.line),
                }
            }
            Event::End(partition, offset) if self.arguments.verbose => {
                console.talk(format_args!("{partition} ends at {offset}"));
            }
            Event::Stopped(partition, offset) if self.arguments.verbose => {
                console.talk(format_args!("{partition} stops at {offset}"));
            }
            Event::End(..) | Event::Stopped(..) => {}
        }
        Ok(())
    }
}
