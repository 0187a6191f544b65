//! `kafka-e2e-latency.sh`: what `org.apache.kafka.tools.EndToEndLatency` (Kafka 4.3.1) takes and prints.
//! One record at a time is sent, acknowledged and read.

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use ottla_base::Rng;
use ottla_client::admin::NewTopic;
use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_client::{Admin, Consumer, ConsumerRecord, Producer, ProducerRecord, TopicPartition};
use ottla_io::{Io, run_os};

use super::connection::said;
use super::console_words::{Properties, interrupted, known, of_file};
use super::options::{Ending, Flag, Given, flag, parse, value};
use crate::console::Console;

const ABOUT: &str =
    "This tool measures end-to-end latency by sending records and timing their reception.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    flag("help", "print this"),
    value("num-headers", "headers of a record (default: 0)"),
    value("num-records", "REQUIRED: records"),
    value("producer-acks", "REQUIRED: 1 or all"),
    value("record-header-key-size", "bytes of a header's key (default: 0)"),
    value("record-header-size", "bytes of a header's value, -1 for null (default: 0)"),
    value("record-key-size", "bytes of a key (default: 0)"),
    value("record-size", "REQUIRED: bytes of a value"),
    value("topic", "REQUIRED: the topic"),
    flag("version", "print the version"),
];
const REQUIRED: [&str; 5] =
    ["bootstrap-server", "topic", "num-records", "producer-acks", "record-size"];
const POSITIONAL: &str = "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: --bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config";

/// How long a record is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Records that are told of: every so many.
const TOLD: usize = 1000;
/// Records whose times are kept, at most.
const COUNT_MAX: i32 = 100_000_000;
/// Bytes of a key, a value or a header, at most: a record of the protocol can be no longer.
const SIZE_MAX: i32 = 1 << 30;

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = run_os(2, async |io| {
        let (line, is_positional) = named(line)?;
        if is_positional {
            console.line(POSITIONAL);
        }
        let asked = Asked::read(&line, io.now().wall.millis)?;
        measure(&io, &asked, console).await
    });
    super::end(outcome, ABOUT, FLAGS, console)
}

/// The line with names for what stands without, as scripts before 4.2 have it; whether it was so.
fn named(line: &[String]) -> Result<(Vec<String>, bool), Ending> {
    let is_named =
        |word: &String| REQUIRED.iter().any(|name| word.strip_prefix("--") == Some(name));
    if line.is_empty() || line.iter().any(is_named) {
        return Ok((line.to_vec(), false));
    }
    if !matches!(line.len(), 5 | 6) {
        return Err(Ending::Thrown(format!(
            "Invalid number of arguments. Expected 5 or 6 positional arguments, but got {}. Usage: bootstrap-server topic num-records producer-acks record-size [optional] command-config",
            line.len()
        )));
    }
    let names = REQUIRED.iter().chain(&["command-config"]);
    let pairs = names.zip(line).flat_map(|(name, word)| [format!("--{name}"), word.clone()]);
    Ok((pairs.collect(), true))
}

/// What the tool is to do.
struct Asked {
    topic: String,
    count: usize,
    value_bytes: usize,
    key_bytes: usize,
    headers: usize,
    header_key_bytes: usize,
    /// `None` for null.
    header_bytes: Option<usize>,
    producer: ProducerSettings,
    consumer: ConsumerSettings,
}

impl Asked {
    fn read(line: &[String], now_ms: i64) -> Result<Self, Ending> {
        let given = parse(FLAGS, line)?;
        given.help_or_version(line)?;
        given.require(&REQUIRED)?;
        let acks = given.one("producer-acks")?.unwrap_or_default();
        if !matches!(acks, "1" | "all") {
            return Err(Ending::Usage("Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.".to_owned()));
        }
        let count =
            given.parsed::<i32>("num-records")?.filter(|count| (1..=COUNT_MAX).contains(count));
        let count = count.and_then(|count| usize::try_from(count).ok()).ok_or_else(|| {
            Ending::Usage("Value for --num-records must be a positive integer.".to_owned())
        })?;
        let of_file = of_file(&given, "command-config")?;
        Ok(Self {
            topic: given.one("topic")?.unwrap_or_default().to_owned(),
            count,
            value_bytes: size(&given, "record-size")?,
            key_bytes: size(&given, "record-key-size")?,
            header_key_bytes: size(&given, "record-header-key-size")?,
            header_bytes: match given.one("record-header-size")? {
                Some("-1") => None,
                _ => Some(size(&given, "record-header-size")?),
            },
            headers: size(&given, "num-headers")?,
            producer: producer(&given, of_file.clone(), acks)?,
            consumer: consumer(&given, of_file, now_ms)?,
        })
    }
}

fn size(given: &Given, flag: &str) -> Result<usize, Ending> {
    let size = given.parsed::<i32>(flag)?.unwrap_or(0);
    let or_null = if flag == "record-header-size" { " or -1 for null header value" } else { "" };
    usize::try_from(size).ok().filter(|_| size <= SIZE_MAX).ok_or_else(|| {
        Ending::Usage(format!("Value for --{flag} must be a non-negative integer{or_null}."))
    })
}

fn producer(given: &Given, mut of: Properties, acks: &str) -> Result<ProducerSettings, Ending> {
    let bootstrap = given.one("bootstrap-server")?.unwrap_or_default();
    for (name, value) in [("bootstrap.servers", bootstrap), ("linger.ms", "0"), ("acks", acks)] {
        of.insert(name.to_owned(), value.to_owned());
    }
    ProducerSettings::from_properties(known(of, ProducerSettings::is_known)).map_err(thrown)
}

fn consumer(given: &Given, mut of: Properties, now_ms: i64) -> Result<ConsumerSettings, Ending> {
    let (bootstrap, group) =
        (given.one("bootstrap-server")?.unwrap_or_default(), format!("test-group-{now_ms}"));
    for (name, value) in [
        ("bootstrap.servers", bootstrap),
        ("group.id", &group),
        ("enable.auto.commit", "false"),
        ("auto.offset.reset", "latest"),
        ("fetch.max.wait.ms", "0"),
    ] {
        of.insert(name.to_owned(), value.to_owned());
    }
    ConsumerSettings::from_properties(known(of, ConsumerSettings::is_known)).map_err(thrown)
}

fn thrown(error: ottla_client::Error) -> Ending {
    Ending::Thrown(said(&error))
}

async fn measure(io: &Io, asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    let mut consumer = Consumer::new(io.clone(), asked.consumer.clone()).map_err(thrown)?;
    let producer = Producer::new(io.clone(), asked.producer.clone()).map_err(thrown)?;
    make_topic(&Admin::over(consumer.client().clone()), &asked.topic, console).await?;
    begin_at_end(&consumer, &asked.topic).await?;
    let mut rng = Rng::new(io.random_u64());
    let (mut total, mut times_ms) = (Duration::ZERO, Vec::new());
    for number in 0..asked.count {
        let record = record(asked, &mut rng);
        let begin = io.now().mono;
        let read = tokio::select! {
            biased;
            signal = io.shutdown_signal() => return Err(interrupted(signal)),
            read = there_and_back(&producer, &mut consumer, record.clone()) => read?,
        };
        let took = io.now().mono.since(begin);
        if let Err(why) = check(&record, &read) {
            // As the tool does before it gives up.
            consumer.commit().await.map_err(thrown)?;
            return Err(Ending::Thrown(why));
        }
        if number % TOLD == 0 {
            console.line(format_args!("{number}\t{:?}", took.as_nanos() as f64 / 1e6));
            console.flush();
        }
        total += took;
        times_ms.push(took.as_millis());
    }
    print(total, times_ms, console);
    consumer.commit().await.map_err(thrown)?;
    producer.close(PATIENCE).await;
    consumer.close(PATIENCE).await;
    Ok(())
}

async fn make_topic(admin: &Admin, topic: &str, console: &mut Console) -> Result<(), Ending> {
    let topics = admin.list_topics().await.map_err(thrown)?;
    if topics.iter().any(|one| &*one.name == topic) {
        return Ok(());
    }
    console.line(format_args!("Topic \"{topic}\" does not exist. Will create topic with 1 partition(s) and replication factor = 1"));
    let new = NewTopic::new(topic).partitions(1).replication_factor(1);
    for result in admin.create_topics(&[new]).await.into_values() {
        result.map_err(|error| {
            console.line(format_args!("Creation of topic {topic} failed"));
            thrown(error)
        })?;
    }
    Ok(())
}

/// Reads only what is sent from here on.
async fn begin_at_end(consumer: &Consumer, topic: &str) -> Result<(), Ending> {
    let found = consumer.partitions_for(topic).await.map_err(thrown)?;
    let indexes = found.partitions.iter().map(|partition| partition.index);
    let partitions: Vec<TopicPartition> =
        indexes.map(|index| TopicPartition::new(topic, index)).collect();
    consumer.assign(partitions.iter().cloned()).map_err(thrown)?;
    consumer.seek_to_end(&partitions).map_err(thrown)?;
    for partition in &partitions {
        consumer.position(partition).await.map_err(thrown)?;
    }
    Ok(())
}

async fn there_and_back(
    producer: &Producer,
    consumer: &mut Consumer,
    record: ProducerRecord,
) -> Result<Vec<ConsumerRecord>, Ending> {
    let delivery = producer.send(record).await.map_err(thrown)?;
    delivery.await.map_err(thrown)?;
    consumer.poll(PATIENCE).await.map_err(thrown)
}

/// A record whose parts are each one letter again and again.
fn record(asked: &Asked, rng: &mut Rng) -> ProducerRecord {
    let mut letters = |count: usize| -> Bytes {
        vec![b'A' + u8::try_from(rng.below(26)).unwrap_or(0); count].into()
    };
    let mut record = ProducerRecord::new(asked.topic.as_str(), letters(asked.value_bytes));
    // The tool's key is empty, and not null, where no bytes are asked for.
    record.key = Some(letters(asked.key_bytes));
    for _ in 0..asked.headers {
        let name = String::from_utf8_lossy(&letters(asked.header_key_bytes)).into_owned();
        record.headers.push((name, asked.header_bytes.map(&mut letters)));
    }
    record
}

/// What was read is what was sent, and alone.
fn check(sent: &ProducerRecord, read: &[ConsumerRecord]) -> Result<(), String> {
    let text = |bytes: &Option<Bytes>| {
        String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned()
    };
    let Some(first) = read.first() else {
        let ms = PATIENCE.as_millis();
        return Err(format!("poll() timed out before finding a result (timeout:[{ms}ms])"));
    };
    for (what, sent, read) in [("value", &sent.value, &first.value), ("key", &sent.key, &first.key)]
    {
        if sent != read {
            let (read, sent) = (text(read), text(sent));
            return Err(format!(
                "The message {what} read [{read}] did not match the message {what} sent [{sent}]"
            ));
        }
    }
    let came = first.headers.iter().map(|header| (&*header.key, &header.value));
    if !came.eq(sent.headers.iter().map(|(name, value)| (name.as_bytes(), value))) {
        return Err("Header count mismatch between sent and received messages".to_owned());
    }
    if read.len() != 1 {
        let count = read.len();
        return Err(format!("Only one result was expected during this test. We found [{count}]"));
    }
    Ok(())
}

fn print(total: Duration, mut times_ms: Vec<u128>, console: &mut Console) {
    let count = times_ms.len();
    console
        .line(format_args!("Avg latency: {:.4} ms", total.as_nanos() as f64 / count as f64 / 1e6));
    times_ms.sort_unstable();
    let share =
        |share: f64| times_ms.get((count as f64 * share) as usize).copied().unwrap_or_default();
    console.line(format_args!(
        "Percentiles: 50th = {}, 99th = {}, 99.9th = {}",
        share(0.5),
        share(0.99),
        share(0.999)
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn words_without_names_get_them() {
        let (line, is_positional) = named(&words("h:1 t 10 all 100 file")).unwrap();
        let expected = "--bootstrap-server h:1 --topic t --num-records 10 --producer-acks all --record-size 100 --command-config file";
        assert_eq!((line.join(" ").as_str(), is_positional), (expected, true));
        let (line, is_positional) = named(&words("--topic t")).unwrap();
        assert_eq!((line, is_positional), (words("--topic t"), false));
        assert!(
            matches!(named(&words("h:1 t")), Err(Ending::Thrown(why)) if why.contains("got 2."))
        );
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for (more, expected) in [
            (
                "--num-records 0 --producer-acks 1 --record-size 1",
                "--num-records must be a positive",
            ),
            ("--num-records 1 --producer-acks 0 --record-size 1", "Please use '1' or 'all'."),
            ("--num-records 1 --producer-acks 1 --record-size -1", "--record-size must be a non-"),
            (
                "--num-records 1 --producer-acks 1 --record-size 1 --record-header-size -2",
                "non-negative integer or -1 for null header value.",
            ),
            ("--num-records 1 --producer-acks 1", "Missing required argument \"[record-size]\""),
        ] {
            let line = words(&format!("--bootstrap-server h:1 --topic t {more}"));
            let found = Asked::read(&line, 0).err();
            let is_so = matches!(&found, Some(Ending::Usage(why)) if why.contains(expected));
            assert!(is_so, "{more}: {found:?}");
        }
    }
}
