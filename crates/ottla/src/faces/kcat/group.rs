//! `-G`: reads topics as a member of a group.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_client::consumer::{Callback, RebalanceListener};
use ottla_client::{Consumer, ConsumerHandle, TopicPartition};
use ottla_io::Io;

use super::consume::{Printing, leader, tell_end};
use super::errors::sentence;
use super::options::Options;
use super::{Ended, Outcome, fatal, tell};
use crate::console::Console;
use crate::records::places::Begin;
use crate::records::reading::{Event, Reading};

/// How long is waited before looking again, where nothing comes.
const IDLE: Duration = Duration::from_millis(100);

/// What is to be said of rebalances.
#[derive(Clone, Default)]
struct Rebalances {
    begin: Option<Begin>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Rebalances {
    fn note(&self, what: &str, consumer: &ConsumerHandle, partitions: &[TopicPartition]) {
        let Ok(group) = consumer.group_metadata() else { return };
        let shown = partitions.iter().map(|it| format!("{} [{}]", it.topic, it.partition));
        let shown: Vec<String> = shown.collect();
        let (id, member) = (&group.group_id, &group.generation.member_id);
        let line =
            format!("Group {id} rebalanced (memberid {member}): {what}: {}", shown.join(", "));
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn tell(&self, options: &Options, console: &mut Console) {
        for line in self.said.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            tell(options, 1, console, line);
        }
    }
}

impl RebalanceListener for Rebalances {
    fn on_assigned<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        self.note("assigned", consumer, partitions);
        Box::pin(async move {
            // A partition that is gone again meanwhile is nobody's here.
            let _ = match self.begin {
                Some(Begin::Beginning) => consumer.seek_to_beginning(partitions),
                Some(Begin::End) => consumer.seek_to_end(partitions),
                Some(Begin::Offset(offset)) => {
                    partitions.iter().try_for_each(|it| consumer.seek(it, offset))
                }
                Some(Begin::Tail(count)) => match consumer.end_offsets(partitions).await {
                    Ok(ends) => ends
                        .iter()
                        .try_for_each(|(it, end)| consumer.seek(it, (end - count).max(0))),
                    Err(why) => Err(why),
                },
                Some(Begin::Stored | Begin::Time(_)) | None => Ok(()),
            };
        })
    }

    fn on_revoked<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        self.note("revoked", consumer, partitions);
        Box::pin(std::future::ready(()))
    }
}

pub(super) async fn run(io: &Io, options: &Options, console: &mut Console) -> Outcome {
    if options.stop.is_some() || matches!(options.begin, Some(Begin::Time(_))) {
        return fatal("-o ..@ timestamps can't be used with -G mode\n");
    }
    let create = |why: ottla_client::Error| {
        Ended::Fatal(format!("Failed to create consumer: {}", why.message()))
    };
    let rebalances = Rebalances { begin: options.begin, said: Arc::default() };
    let settings = options.settings.consumer(Some(&options.group))?;
    let consumer = Consumer::with_listener(io.clone(), settings, rebalances.clone());
    let consumer = consumer.map_err(create)?;
    subscribe(&consumer, &options.words)?;
    tell(options, 1, console, "Waiting for group rebalance");
    let mut reading = Reading::of(io, consumer, None);
    let mut printing = Printing::new(options);
    let mut rest = Vec::new();
    'reading: while !reading.was_interrupted() && !console.is_deaf() {
        let events = reading.next(IDLE).await;
        rebalances.tell(options, console);
        let events =
            events.map_err(|why| Ended::Fatal(format!("Consumer error: {}", sentence(&why))))?;
        let is_at_end = options.exits_at_end && reading.is_at_end();
        let ends = events.iter().filter(|event| matches!(event, Event::End(..))).count();
        let mut ended = 0;
        let mut events = events.into_iter();
        for event in events.by_ref() {
            match event {
                Event::Record(record) => {
                    printing.print(&record, leader(&reading, &record), console)?;
                    if printing.is_enough() {
                        rest = events.collect();
                        break 'reading;
                    }
                }
                Event::End(partition, offset) => {
                    ended += 1;
                    let is_last = is_at_end && ended == ends;
                    tell_end(options, "Reached end of topic", &partition, offset, is_last, console);
                }
                Event::Stopped(..) => {}
            }
        }
        console.flush();
        if is_at_end {
            break;
        }
    }
    console.flush();
    reading.close(rest).await;
    rebalances.tell(options, console);
    Ok(())
}

/// Topics, and expressions that begin with `^`.
fn subscribe(consumer: &Consumer, topics: &[String]) -> Outcome {
    let subscribed = if topics.iter().any(|topic| topic.starts_with('^')) {
        let one = |topic: &String| match topic.strip_prefix('^') {
            // As librdkafka matches: from the beginning of the name, and anything behind.
            Some(expression) => format!("(?:{expression}).*"),
            None => regex::escape(topic),
        };
        consumer.subscribe_matching(&topics.iter().map(one).collect::<Vec<_>>().join("|"))
    } else {
        consumer.subscribe(topics)
    };
    subscribed.map_err(|why| {
        Ended::Fatal(format!("Failed to subscribe to {} topics: {}\n", topics.len(), why.message()))
    })
}
