//! `kafka-producer-perf-test.sh`: what `org.apache.kafka.tools.ProducerPerformance` (Kafka 4.3.1) takes
//! and prints.

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use ottla_base::Rng;
use ottla_client::settings::ProducerSettings;
use ottla_client::{Producer, ProducerRecord};
use ottla_io::{Disk, Io, run_os};

use super::connection::said;
use super::console_words::{Properties, known, of_file, pairs};
use super::options::{Ending, Flag, Given, flag, value};
use crate::bench::load::{Load, Pace};
use crate::console::Console;
use crate::records::escapes::unescaped;

const TOOL: &str = "producer-performance";
const ABOUT: &str = "This tool is used to verify the producer performance.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "brokers to begin with, host:port,.."),
    value("command-config", "file of producer settings"),
    value("command-property", "producer settings, name=value .."),
    flag("help", "print this"),
    value("num-records", "REQUIRED: records"),
    value("payload-delimiter", "what parts payloads in the file (default: \\n)"),
    value("payload-file", "file of payloads"),
    flag("payload-monotonic", "payloads are numbers from 0 on"),
    flag("print-metrics", ""),
    value("producer-props", ""),
    value("producer.config", ""),
    value("record-size", "bytes of a record"),
    value("reporting-interval", "milliseconds (default: 5000)"),
    value("throughput", "REQUIRED: records a second, -1 for as many as can be"),
    value("topic", "REQUIRED: the topic"),
    value("transaction-duration-ms", "milliseconds of a transaction"),
    value("transactional-id", "the transactional id"),
    value("warmup-records", "records before the figures begin (default: 0)"),
];

/// Bytes of the largest file of payloads.
const PAYLOAD_FILE_BYTES_MAX: u64 = 1 << 30;

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = run_os(2, async |io| {
        let asked = Asked::read(line, io.random_u64(), console)?;
        send(&io, asked, console).await
    });
    super::end(outcome, ABOUT, FLAGS, console)
}

/// What the tool is to do.
struct Asked {
    topic: String,
    count: u64,
    warmup: u64,
    rate: f64,
    interval: Duration,
    payloads: Payloads,
    transaction: Option<Duration>,
    settings: ProducerSettings,
}

enum Payloads {
    Some(Vec<Bytes>),
    Numbers,
}

impl Asked {
    fn read(line: &[String], seed: u64, console: &mut Console) -> Result<Self, Ending> {
        let many = ["producer-props", "command-property"];
        let given = super::perf_flags::read(TOOL, FLAGS, &many, line)?;
        given.help_or_version(line)?;
        let wrong = |why: String| Ending::Usage(format!("{TOOL}: error: {why}"));
        for name in ["topic", "num-records", "throughput"] {
            if !given.has(name) {
                return Err(wrong(format!("argument --{name} is required")));
            }
        }
        let kinds = ["record-size", "payload-file", "payload-monotonic"];
        if kinds.iter().filter(|kind| given.has(kind)).count() != 1 {
            return Err(wrong(
                "one of the arguments --record-size --payload-file --payload-monotonic is required"
                    .to_owned(),
            ));
        }
        for (old, new) in
            [("producer-props", "command-property"), ("producer.config", "command-config")]
        {
            if given.has(old) {
                console.line(format_args!(
                    "Option --{old} has been deprecated and will be removed in a future version. Use --{new} instead."
                ));
            }
        }
        let (settings, transaction) = settings(&given)?;
        let topic = given.one("topic")?.unwrap_or_default().to_owned();
        let interval = given.parsed::<u64>("reporting-interval")?.unwrap_or(5000);
        Ok(Self {
            topic,
            count: given.parsed("num-records")?.unwrap_or(0),
            warmup: given.parsed("warmup-records")?.unwrap_or(0),
            rate: given.parsed("throughput")?.unwrap_or(-1.0),
            interval: Duration::from_millis(interval),
            payloads: payloads(&given, seed)?,
            transaction,
            settings,
        })
    }
}

fn settings(given: &Given) -> Result<(ProducerSettings, Option<Duration>), Ending> {
    let mut properties: Properties = of_file(given, "producer.config")?;
    properties.extend(of_file(given, "command-config")?);
    properties.extend(pairs(given, "producer-props"));
    properties.extend(pairs(given, "command-property"));
    if let Some(servers) = given.one("bootstrap-server")? {
        properties.insert("bootstrap.servers".to_owned(), servers.to_owned());
    }
    properties.entry("client.id".to_owned()).or_insert_with(|| "perf-producer-client".to_owned());
    let mut duration = given.parsed::<u64>("transaction-duration-ms")?;
    if let Some(id) = given.one("transactional-id")? {
        properties.insert("transactional.id".to_owned(), id.to_owned());
    }
    if duration.is_some() {
        let id = || "performance-producer-default-transactional-id".to_owned();
        properties.entry("transactional.id".to_owned()).or_insert_with(id);
    } else if properties.contains_key("transactional.id") {
        duration = Some(3000);
    }
    let settings = ProducerSettings::from_properties(known(properties, ProducerSettings::is_known));
    let settings = settings.map_err(|why| Ending::Thrown(said(&why).to_owned()))?;
    Ok((settings, duration.map(Duration::from_millis)))
}

fn payloads(given: &Given, seed: u64) -> Result<Payloads, Ending> {
    if given.has("payload-monotonic") {
        return Ok(Payloads::Numbers);
    }
    if let Some(path) = given.one("payload-file")? {
        let thrown = |why: std::io::Error| Ending::Thrown(why.to_string());
        let bytes = Bytes::from(Disk::os().read(path, PAYLOAD_FILE_BYTES_MAX).map_err(thrown)?);
        let delimiter = unescaped(given.one("payload-delimiter")?.unwrap_or("\\n"));
        let mut all = Vec::new();
        let mut rest = bytes;
        while let Some(at) =
            crate::records::template::find(&rest, &delimiter).filter(|_| !delimiter.is_empty())
        {
            all.push(rest.slice(..at));
            rest = rest.slice(at + delimiter.len()..);
        }
        if !rest.is_empty() {
            all.push(rest);
        }
        if all.is_empty() {
            return Err(Ending::Thrown("File does not exist or empty file provided.".to_owned()));
        }
        return Ok(Payloads::Some(all));
    }
    let size = given.parsed::<usize>("record-size")?.filter(|size| (1..1 << 30).contains(size));
    let size = size
        .ok_or_else(|| Ending::Thrown("--record-size should be greater than zero.".to_owned()))?;
    Ok(Payloads::Some(vec![letters(size, seed)]))
}

fn letters(size: usize, seed: u64) -> Bytes {
    let mut rng = Rng::new(seed);
    let letters: Vec<u8> =
        (0..size).map(|_| b'A' + u8::try_from(rng.below(26)).unwrap_or(0)).collect();
    letters.into()
}

async fn send(io: &Io, asked: Asked, console: &mut Console) -> Result<(), Ending> {
    let thrown = |why: ottla_client::Error| Ending::Thrown(said(&why).to_owned());
    let producer = Producer::new(io.clone(), asked.settings.clone()).map_err(thrown)?;
    let mut load = Load::new(io, producer);
    if asked.transaction.is_some() {
        load.producer.init_transactions().await.map_err(thrown)?;
    }
    let mut rng = Rng::new(io.random_u64());
    let mut begin = io.now().mono;
    let (mut window, mut opened) = (begin, begin);
    let pace = Pace::new(begin, asked.rate);
    for number in 0..asked.count {
        if asked.transaction.is_some()
            && transaction_opens(&load, number, &mut opened, &asked, io).await.map_err(thrown)?
        {
            let _open = load.producer.begin_transaction().map_err(thrown)?;
        }
        pace.wait(io, number).await;
        if number == asked.warmup && number > 0 {
            load.settle().await;
            *load.tally() = Default::default();
            begin = io.now().mono;
            window = begin;
        }
        let value = match &asked.payloads {
            Payloads::Numbers => Bytes::from(number.to_string()),
            Payloads::Some(one) if one.len() == 1 => one.first().cloned().unwrap_or_default(),
            Payloads::Some(all) => {
                let at = usize::try_from(rng.below(all.len() as u64)).unwrap_or(0);
                all.get(at).cloned().unwrap_or_default()
            }
        };
        let record = ProducerRecord::new(asked.topic.as_str(), value);
        let now = io.now().mono;
        load.send(record, now).await.map_err(thrown)?;
        let passed = now.since(window);
        if passed >= asked.interval {
            print_window(&load, passed, console);
            window = now;
        }
    }
    load.settle().await;
    if asked.transaction.is_some() && asked.count > 0 {
        load.producer.commit_transaction().await.map_err(thrown)?;
    }
    print_total(&load, io.now().mono.since(begin), console);
    Ok(())
}

/// Whether a transaction must be begun before this record: the first, or one whose time is over is
/// committed here.
async fn transaction_opens(
    load: &Load,
    number: u64,
    opened: &mut ottla_base::MonoTime,
    asked: &Asked,
    io: &Io,
) -> ottla_client::Result<bool> {
    let now = io.now().mono;
    let is_over = asked.transaction.is_some_and(|duration| now.since(*opened) >= duration);
    if number > 0 && !is_over {
        return Ok(false);
    }
    if number > 0 {
        load.producer.commit_transaction().await?;
    }
    *opened = now;
    Ok(true)
}

/// Bytes of a megabyte, as the tool has it.
const MB: f64 = 1024.0 * 1024.0;

fn print_window(load: &Load, passed: Duration, console: &mut Console) {
    let mut tally = load.tally();
    let latencies = std::mem::take(&mut tally.window);
    let bytes = std::mem::take(&mut tally.window_bytes);
    let seconds = passed.as_secs_f64().max(1e-9);
    console.line(format_args!(
        "{} records sent, {:.1} records/sec ({:.2} MB/sec), {:.1} ms avg latency, {:.1} ms max latency.",
        latencies.count,
        latencies.count as f64 / seconds,
        bytes as f64 / seconds / MB,
        latencies.mean_ms(),
        (latencies.max / 1000) as f64
    ));
    console.flush();
}

fn print_total(load: &Load, passed: Duration, console: &mut Console) {
    let tally = load.tally();
    let latencies = &tally.latencies;
    let seconds = passed.as_secs_f64().max(1e-9);
    let share = |share: f64| latencies.share_ms(share) as u64;
    if let Some(why) = &tally.first_error {
        console.talk(format_args!("{} records failed: {why}", tally.failed));
    }
    console.line(format_args!(
        "{} records sent, {:.6} records/sec ({:.2} MB/sec), {:.2} ms avg latency, {:.2} ms max latency, {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.",
        latencies.count,
        latencies.count as f64 / seconds,
        tally.bytes as f64 / seconds / MB,
        latencies.mean_ms(),
        (latencies.max / 1000) as f64,
        share(0.5),
        share(0.95),
        share(0.99),
        share(0.999)
    ));
}
