//! `kafka-console-consumer.sh`: what `org.apache.kafka.tools.consumer.ConsoleConsumer` (Kafka 4.3.1)
//! takes and prints.

mod arguments;
mod coordinator_topics;
mod deserializer;
mod formatter;

use std::process::ExitCode;
use std::time::Duration;

use ottla_client::{Consumer, ConsumerRecord, Error, TopicPartition};
use ottla_io::{Io, run_os};

use super::connection::said;
use super::console_words::interrupted;
use super::options::Ending;
use crate::console::Console;
use crate::records::reading::leave;
use arguments::{Asked, From, Wanted};

/// How long one read waits before it is looked whether time is up.
const POLL: Duration = Duration::from_millis(500);

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = run_os(1, async |io| {
        let asked = Asked::read(line, io.random_u64(), console)?;
        console.flush();
        let consumer = Consumer::new(io.clone(), asked.settings.clone());
        let mut consumer = consumer.map_err(|why| unknown(&why))?;
        let mut session = Session { asked: &asked, count: 0, rest: Vec::new() };
        let ended = session.run(&io, &mut consumer, console).await;
        console.flush();
        leave(consumer, session.rest).await;
        console.talk(format_args!("Processed a total of {} messages", session.count));
        if asked.tells_events && matches!(ended, Err(Ending::Code(_))) {
            console.line("shutdown_complete");
        }
        ended
    });
    super::end(outcome, arguments::ABOUT, arguments::FLAGS, console)
}

fn unknown(why: &Error) -> Ending {
    Ending::Thrown(format!("ERROR Unknown error when running consumer: {}", said(why)))
}

/// One run of the tool.
struct Session<'a> {
    asked: &'a Asked,
    /// Messages that were processed.
    count: i64,
    /// What was read and is for the group to read again.
    rest: Vec<ConsumerRecord>,
}

impl Session<'_> {
    async fn run(
        &mut self,
        io: &Io,
        consumer: &mut Consumer,
        console: &mut Console,
    ) -> Result<(), Ending> {
        subscribe(consumer, self.asked).map_err(|why| unknown(&why))?;
        let mut since = io.now().mono;
        while !self.is_enough() {
            let limit = self.asked.timeout.unwrap_or(POLL).min(POLL);
            let read = tokio::select! {
                biased;
                signal = io.shutdown_signal() => return Err(interrupted(signal)),
                read = consumer.poll(limit) => read,
            };
            let records = match read {
                Ok(records) => records,
                Err(why) => {
                    let why = said(&why).to_owned();
                    console.talk(format_args!(
                        "ERROR Error processing message, terminating consumer process: {why}"
                    ));
                    return Ok(());
                }
            };
            let now = io.now().mono;
            if !records.is_empty() {
                since = now;
            } else if self.asked.timeout.is_some_and(|timeout| now.since(since) >= timeout) {
                console.talk("ERROR Error processing message, terminating consumer process: ");
                console.talk("org.apache.kafka.common.errors.TimeoutException");
                return Ok(());
            }
            self.print(records, console)?;
            console.flush();
            if console.is_deaf() {
                console.talk("Unable to write to standard out, closing consumer.");
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.asked.messages_max != -1 && self.count >= self.asked.messages_max
    }

    fn print(&mut self, records: Vec<ConsumerRecord>, console: &mut Console) -> Result<(), Ending> {
        let mut out = Vec::new();
        let mut records = records.into_iter();
        for record in records.by_ref() {
            self.count += 1;
            out.clear();
            let written = self.asked.formatter.write(&record, &mut out);
            // What was written before it failed stays, as it does in the tool.
            console.bytes(&out);
            match written {
                Err(why) if self.asked.skips_errors => {
                    console.talk(format_args!(
                        "ERROR Error processing message, skipping this message: {why}"
                    ));
                }
                Err(why) => {
                    self.rest = records.collect();
                    return Err(Ending::Thrown(format!(
                        "ERROR Unknown error when running consumer: {why}"
                    )));
                }
                Ok(()) => {}
            }
            if self.is_enough() || console.is_deaf() {
                break;
            }
        }
        self.rest = records.collect();
        Ok(())
    }
}

fn subscribe(consumer: &Consumer, asked: &Asked) -> ottla_client::Result<()> {
    match &asked.wanted {
        Wanted::Topic(topic) => consumer.subscribe([topic]),
        Wanted::Matching(expression) => consumer.subscribe_matching(expression),
        Wanted::Partition(topic, partition, from) => {
            let partition = [TopicPartition::new(topic.as_str(), *partition)];
            consumer.assign(partition.clone())?;
            match from {
                From::Earliest => consumer.seek_to_beginning(&partition),
                From::Latest => consumer.seek_to_end(&partition),
                From::Offset(offset) => consumer.seek(&partition[0], *offset),
            }
        }
    }
}
