//! What a client must be able to do, done against one broker: a line each, `ok`, `skip` (the broker
//! is too old for it) or `FAIL`, and `N passed, N failed` at the end.
//!   scenarios HOST:PORT [KEY=VALUE ..]

mod administer;
mod consume;
mod produce;
mod transact;

use std::time::Duration;

use bytes::Bytes;
use ottla_client::admin::{NewTopic, OffsetSpec};
use ottla_client::settings::{AdminSettings, ConsumerSettings, IsolationLevel, ProducerSettings};
use ottla_client::{
    Admin, Consumer, ConsumerRecord, Error, ErrorCode, ErrorKind, Producer, ProducerRecord,
    TopicPartition,
};
use ottla_io::Io;

/// What a scenario comes to; an error is a failure.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a scenario waits for at most.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Fails the scenario unless the condition holds.
macro_rules! check {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err(format!($($why)+).into());
        }
    };
}

pub(crate) use check;

/// The broker, and who is asked to do things there.
#[derive(Clone)]
pub(crate) struct Room {
    pub(crate) io: Io,
    pub(crate) admin: Admin,
    given: Vec<(String, String)>,
    /// When the run began, in milliseconds: records are as old, so that none is too old to be kept.
    pub(crate) begun: i64,
    /// Different in each run, so that runs on one broker do not meet.
    run: u64,
}

impl Room {
    /// A name that no other run has.
    pub(crate) fn name(&self, name: &str) -> String {
        format!("{name}-{:x}", self.run & 0xff_ffff)
    }

    /// Creates a topic and waits until it can be used.
    pub(crate) async fn topic(&self, name: &str, partitions: i32) -> Outcome<String> {
        let name = self.name(name);
        let topic = NewTopic::new(&name).partitions(partitions).replication_factor(1);
        match &self.admin.create_topics(&[topic]).await[&name] {
            Err(error) => return Err(error.clone().into()),
            Ok(_) => self.admin.client().topics(&[&name], PATIENCE).await?,
        };
        Ok(name)
    }

    /// Waits until the leaders of a new topic answer.
    async fn led(&self, topic: &str, partitions: i32) -> Outcome {
        let wanted = (0..partitions).map(|partition| (at(topic, partition), OffsetSpec::Latest));
        let found =
            self.admin.list_offsets(&wanted.collect(), IsolationLevel::ReadUncommitted).await;
        for found in found.into_values() {
            found?;
        }
        Ok(())
    }

    pub(crate) fn producer(&self, more: &[(&str, &str)]) -> Outcome<Producer> {
        let settings = ProducerSettings::from_properties(self.with(more))?;
        Ok(Producer::new(self.io.clone(), settings)?)
    }

    pub(crate) fn consumer(&self, more: &[(&str, &str)]) -> Outcome<Consumer> {
        let settings = ConsumerSettings::from_properties(self.with(more))?;
        Ok(Consumer::new(self.io.clone(), settings)?)
    }

    fn with(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.given.iter().cloned().chain(more).collect()
    }

    /// Sends values `from..to` to a partition, each its own offset in a fresh topic.
    pub(crate) async fn fill(
        &self,
        topic: &str,
        partition: i32,
        range: std::ops::Range<i64>,
    ) -> Outcome {
        let producer = self.producer(&[])?;
        let mut sent = Vec::new();
        for value in range {
            let record = ProducerRecord::new(topic, value.to_string()).partition(partition);
            sent.push(producer.send(record.timestamp(self.begun + value)).await?);
        }
        for delivery in sent {
            delivery.await?;
        }
        Ok(())
    }
}

/// The next `count` records.
pub(crate) async fn take(
    room: &Room,
    consumer: &mut Consumer,
    count: usize,
) -> Outcome<Vec<ConsumerRecord>> {
    let mut all = Vec::new();
    while all.len() < count {
        match room.io.timeout(PATIENCE, consumer.next()).await {
            Some(Some(record)) => all.push(record?),
            _ => return Err(format!("{} of {count} records came", all.len()).into()),
        }
    }
    Ok(all)
}

/// Values as text.
pub(crate) fn values(records: &[ConsumerRecord]) -> Vec<String> {
    records.iter().map(|record| text(record.value.as_ref())).collect()
}

pub(crate) fn text(bytes: Option<&Bytes>) -> String {
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

/// Numbers as text.
pub(crate) fn numbers(range: std::ops::Range<i64>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

pub(crate) fn at(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition::new(topic, partition)
}

/// Whether something was refused with this code.
pub(crate) fn is_code<T>(result: &Result<T, Error>, code: ErrorCode) -> bool {
    result.as_ref().err().and_then(Error::code) == Some(code)
}

/// What came of the scenarios so far.
#[derive(Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Notes one.
    pub(crate) async fn run(&mut self, name: &str, scenario: impl Future<Output = Outcome>) {
        match scenario.await {
            Ok(()) => {
                self.passed += 1;
                println!("ok    {name}");
            }
            Err(error) if is_unsupported(&*error) => println!("skip  {name}: {error}"),
            Err(error) => {
                self.failed += 1;
                println!("FAIL  {name}: {error}");
            }
        }
    }
}

fn is_unsupported(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let error = error.downcast_ref::<Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::Unsupported)
}

#[allow(clippy::disallowed_methods, reason = "an example reads its arguments itself")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut given = vec![("bootstrap.servers".to_owned(), args[0].clone())];
    given.extend(args[1..].iter().map(|pair| {
        let (name, value) = pair.split_once('=').expect("KEY=VALUE");
        (name.to_owned(), value.to_owned())
    }));
    let tally = ottla_io::run_os(2, |io| async move {
        let settings = AdminSettings::from_properties(given.clone()).expect("settings");
        let admin = Admin::new(io.clone(), settings).expect("settings").with_timeout(PATIENCE);
        let room = Room { run: io.random_u64(), begun: io.now().wall.millis, io, admin, given };
        let mut tally = Tally::default();
        administer::all(&room, &mut tally).await;
        produce::all(&room, &mut tally).await;
        transact::all(&room, &mut tally).await;
        consume::all(&room, &mut tally).await;
        tally
    });
    println!("{} passed, {} failed", tally.passed, tally.failed);
    std::process::exit(i32::from(tally.failed > 0));
}
