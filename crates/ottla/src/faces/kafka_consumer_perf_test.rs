//! `kafka-consumer-perf-test.sh`: what `org.apache.kafka.tools.ConsumerPerformance` (Kafka 4.3.1) takes
//! and prints. Dates are in UTC.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ottla_base::Now;
use ottla_client::consumer::{Callback, RebalanceListener};
use ottla_client::settings::ConsumerSettings;
use ottla_client::{Consumer, ConsumerHandle, TopicPartition};
use ottla_io::{Io, run_os};

use super::connection::said;
use super::console_words::{Properties, interrupted, known, of_file, pairs};
use super::options::{Ending, Flag, Given, flag, value};
use crate::console::Console;
use crate::records::format::date;

const TOOL: &str = "consumer-performance";
const ABOUT: &str = "This tool is used to verify the consumer performance.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("broker-list", ""),
    value("command-config", "file of consumer settings"),
    value("command-property", "one consumer setting, name=value"),
    value("consumer.config", ""),
    value("consumer-props", ""),
    value("date-format", "only yyyy-MM-dd HH:mm:ss:SSS is there"),
    value("fetch-size", "bytes of a partition in one answer (default: 1048576)"),
    flag("from-latest", "begin at the end where nothing is committed"),
    value("group", "the group (default: perf-consumer-N)"),
    flag("help", "print this"),
    flag("hide-header", "no line of names"),
    value("include", "an expression of topics"),
    value("messages", ""),
    value("num-records", "REQUIRED: records"),
    flag("print-metrics", ""),
    value("reporting-interval", "milliseconds (default: 5000)"),
    flag("show-detailed-stats", "a line each interval"),
    value("socket-buffer-size", "bytes (default: 2097152)"),
    value("threads", ""),
    value("timeout", "milliseconds to wait for records (default: 10000)"),
    value("topic", "the topic"),
    flag("version", "print the version"),
];

/// Bytes of a megabyte, as the tool has it.
const MB: f64 = 1024.0 * 1024.0;

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = run_os(2, async |io| {
        let asked = Asked::read(line, io.random_u64())?;
        consume(&io, &asked, console).await
    });
    super::end(outcome, ABOUT, FLAGS, console)
}

/// What the tool is to do.
struct Asked {
    given: Given,
    settings: ConsumerSettings,
    count: u64,
    interval: Duration,
    timeout: Duration,
}

impl Asked {
    fn read(line: &[String], random: u64) -> Result<Self, Ending> {
        let given =
            super::perf_flags::read(TOOL, FLAGS, &[], line).map_err(|ending| match ending {
                Ending::Usage(why) => Ending::Usage(why.replace(&format!("{TOOL}: error: "), "")),
                other => other,
            })?;
        given.help_or_version(line)?;
        let flag = if given.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" };
        if given.has("topic") == given.has("include") {
            let why = "Exactly one of the following arguments is required: [topic], [include]";
            return Err(Ending::Usage(why.to_owned()));
        }
        let Some(bootstrap) = given.one(flag)?.map(str::to_owned) else {
            return Err(Ending::Usage(
                "Missing required argument \"[bootstrap-server]\"".to_owned(),
            ));
        };
        let count = if given.has("num-records") { "num-records" } else { "messages" };
        let Some(count) = given.parsed::<u64>(count)? else {
            let why =
                "Exactly one of the following arguments is required: [num-records], [messages]";
            return Err(Ending::Usage(why.to_owned()));
        };
        let settings = settings(&given, bootstrap, random)?;
        let ms = |name: &str, default: u64| {
            Ok::<_, Ending>(Duration::from_millis(given.parsed::<u64>(name)?.unwrap_or(default)))
        };
        let (interval, timeout) = (ms("reporting-interval", 5000)?, ms("timeout", 10_000)?);
        Ok(Self { given, settings, count, interval, timeout })
    }
}

fn settings(given: &Given, bootstrap: String, random: u64) -> Result<ConsumerSettings, Ending> {
    let mut properties: Properties = of_file(given, "consumer.config")?;
    properties.extend(of_file(given, "command-config")?);
    properties.extend(pairs(given, "consumer-props"));
    properties.extend(pairs(given, "command-property"));
    let group = given.one("group")?.map(str::to_owned);
    let mut set = |name: &str, value: String| properties.insert(name.to_owned(), value);
    set("bootstrap.servers", bootstrap);
    set("group.id", group.unwrap_or_else(|| format!("perf-consumer-{}", random % 100_000)));
    set("receive.buffer.bytes", given.one("socket-buffer-size")?.unwrap_or("2097152").to_owned());
    set("max.partition.fetch.bytes", given.one("fetch-size")?.unwrap_or("1048576").to_owned());
    set(
        "auto.offset.reset",
        if given.has("from-latest") { "latest" } else { "earliest" }.to_owned(),
    );
    set("check.crcs", "false".to_owned());
    properties.entry("client.id".to_owned()).or_insert_with(|| "perf-consumer-client".to_owned());
    ConsumerSettings::from_properties(known(properties, ConsumerSettings::is_known))
        .map_err(|why| Ending::Thrown(said(&why).to_owned()))
}

/// How long the group was without partitions.
#[derive(Clone)]
struct Rebalances {
    io: Io,
    /// Milliseconds in all, and since when, on the clock of the day.
    total_ms: Arc<AtomicU64>,
    since_ms: Arc<AtomicU64>,
}

impl Rebalances {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.io.now().wall.millis).unwrap_or(0)
    }
}

impl RebalanceListener for Rebalances {
    fn on_assigned<'a>(&'a self, _: &'a ConsumerHandle, _: &'a [TopicPartition]) -> Callback<'a> {
        let took = self.now_ms().saturating_sub(self.since_ms.load(Ordering::Relaxed));
        self.total_ms.fetch_add(took, Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }

    fn on_revoked<'a>(&'a self, _: &'a ConsumerHandle, _: &'a [TopicPartition]) -> Callback<'a> {
        self.since_ms.store(self.now_ms(), Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }
}

/// What was read up to a moment.
#[derive(Clone, Copy)]
struct Progress {
    at: Now,
    records: u64,
    bytes: u64,
    rebalance_ms: u64,
}

async fn consume(io: &Io, asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    let thrown = |why: ottla_client::Error| Ending::Thrown(said(&why).to_owned());
    let begin = Progress { at: io.now(), records: 0, bytes: 0, rebalance_ms: 0 };
    let rebalances =
        Rebalances { io: io.clone(), total_ms: Arc::default(), since_ms: Arc::default() };
    rebalances.since_ms.store(rebalances.now_ms(), Ordering::Relaxed);
    let is_detailed = asked.given.has("show-detailed-stats");
    if !asked.given.has("hide-header") {
        let first = if is_detailed { "time, threadId" } else { "start.time, end.time" };
        console.line(format_args!("{first}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec"));
    }
    let consumer = Consumer::with_listener(io.clone(), asked.settings.clone(), rebalances.clone());
    let mut consumer = consumer.map_err(thrown)?;
    let subscribed = match asked.given.one("include")? {
        Some(expression) => consumer.subscribe_matching(expression),
        None => consumer.subscribe(asked.given.one("topic")?),
    };
    subscribed.map_err(thrown)?;
    let (mut now, mut window, mut last) = (begin, begin, begin.at);
    while now.records < asked.count && now.at.mono.since(last.mono) <= asked.timeout {
        let read = tokio::select! {
            biased;
            signal = io.shutdown_signal() => return Err(interrupted(signal)),
            read = consumer.poll(Duration::from_millis(100)) => read.map_err(thrown)?,
        };
        now.at = io.now();
        if !read.is_empty() {
            last = now.at;
        }
        let length = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len);
        now.records += read.len() as u64;
        now.bytes +=
            read.iter().map(|it| (length(&it.key) + length(&it.value)) as u64).sum::<u64>();
        now.rebalance_ms = rebalances.total_ms.load(Ordering::Relaxed);
        if is_detailed && now.at.mono.since(window.at.mono) >= asked.interval {
            let when = format!("{}, 0", shown(now.at));
            console.line(format_args!("{when}, {}", figures(&window, &now, &now)));
            console.flush();
            window = now;
        }
    }
    consumer.close(Duration::from_secs(5)).await;
    if now.records < asked.count {
        console.line(format_args!(
            "WARNING: Exiting before consuming the expected number of records: timeout ({} ms) exceeded. You can use the --timeout option to increase the timeout.",
            asked.timeout.as_millis()
        ));
    }
    if !is_detailed {
        let when = format!("{}, {}", shown(begin.at), shown(now.at));
        console.line(format_args!("{when}, {}", figures(&begin, &now, &now)));
    }
    Ok(())
}

/// Figures between two moments; totals are those of `total`.
fn figures(from: &Progress, to: &Progress, total: &Progress) -> String {
    let ms = (to.at.mono.since(from.at.mono).as_millis() as u64).max(1);
    let rebalance_ms = to.rebalance_ms - from.rebalance_ms;
    let fetch_ms = ms.saturating_sub(rebalance_ms);
    let (bytes, records) =
        ((to.bytes - from.bytes) as f64 / MB, (to.records - from.records) as f64);
    let rate = |amount: f64, ms: u64| if ms == 0 { 0.0 } else { amount * 1000.0 / ms as f64 };
    format!(
        "{:.4}, {:.4}, {}, {:.4}, {rebalance_ms}, {fetch_ms}, {:.4}, {:.4}",
        total.bytes as f64 / MB,
        rate(bytes, ms),
        total.records,
        rate(records, ms),
        rate(bytes, fetch_ms),
        rate(records, fetch_ms)
    )
}

/// `2026-11-21 16:00:00:000`.
fn shown(at: Now) -> String {
    let date = date(at.wall.millis);
    let date = date.trim_end_matches('Z').replace('T', " ");
    date.replace('.', ":")
}
