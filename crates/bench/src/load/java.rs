//! Kafka's own performance tools as load generators, so that nobody need trust ours alone. They
//! share the machine with the broker and use more of it than ours.

use std::process::{Command, Stdio};

use super::Run;
use super::produce::TOPIC;
use crate::admin::Admin;
use crate::figure::{Figure, Sample};
use crate::server::Server;

const PRODUCER: &str = "org.apache.kafka.tools.ProducerPerformance";
const CONSUMER: &str = "org.apache.kafka.tools.ConsumerPerformance";
const PARTITIONS: i32 = 6;
const RECORD_BYTES: u64 = 1024;
/// Records before the clock begins: Kafka's JIT, and the tool's own start, are not measured.
const WARM_RECORDS: u64 = 300_000;
/// Records measured: about a gigabyte.
const RECORDS: u64 = 1_000_000;
/// The tools end by themselves; if not, they are ended.
const LIMIT_S: u64 = 180;

pub(super) fn produce(run: &Run<'_>) -> Result<Sample, String> {
    let server = start(run)?;
    run_producer(run, &server, WARM_RECORDS)?;
    let before = server.cpu_seconds()?;
    let said = run_producer(run, &server, RECORDS)?;
    let cpu = server.cpu_seconds()? - before;
    let mut sample = sample(cpu);
    let last = said.lines().rev().find(|line| line.contains("records/sec")).unwrap_or_default();
    let words: Vec<&str> = last.split([' ', '(', ',', ')']).filter(|w| !w.is_empty()).collect();
    let before_word = |word: &str| -> Option<f64> {
        let at = words.iter().position(|w| *w == word)?;
        words.get(at.checked_sub(1)?)?.parse().ok()
    };
    if let Some(rate) = before_word("records/sec") {
        sample.set(Figure::MbPerSecond, rate * RECORD_BYTES as f64 / 1e6);
    }
    // `12 ms 50th, 20 ms 95th, 25 ms 99th, 31 ms 99.9th.`
    for (word, figure) in [("50th", Figure::P50Ms), ("99th", Figure::P99Ms)] {
        let at = words.iter().position(|w| *w == word);
        let value = at.and_then(|at| words.get(at.checked_sub(2)?)?.parse().ok());
        if let Some(value) = value {
            sample.set(figure, value);
        }
    }
    Ok(sample)
}

pub(super) fn consume(run: &Run<'_>) -> Result<Sample, String> {
    let server = start(run)?;
    run_producer(run, &server, RECORDS)?;
    run_consumer(run, &server, WARM_RECORDS)?;
    let before = server.cpu_seconds()?;
    let said = run_consumer(run, &server, RECORDS)?;
    let cpu = server.cpu_seconds()? - before;
    let mut sample = sample(cpu);
    // start.time, end.time, data.consumed.in.MB, MB.sec, …
    let last = said.lines().last().unwrap_or_default();
    if let Some(Ok(rate)) = last.split(", ").nth(3).map(str::parse::<f64>) {
        sample.set(Figure::MbPerSecond, rate * 1024.0 * 1024.0 / 1e6);
    }
    Ok(sample)
}

fn sample(cpu_seconds: f64) -> Sample {
    let mut sample = Sample::default();
    let gigabytes = (RECORDS * RECORD_BYTES) as f64 / 1e9;
    sample.set(Figure::CpuSecondsPerGb, cpu_seconds / gigabytes);
    sample
}

fn start(run: &Run<'_>) -> Result<Server, String> {
    let server = run.start()?;
    Admin::connect(server.address)?.make_topic(TOPIC, PARTITIONS, run.topic_settings())?;
    Ok(server)
}

fn run_producer(run: &Run<'_>, server: &Server, records: u64) -> Result<String, String> {
    let servers = format!("bootstrap.servers={}", server.address);
    let (records, bytes) = (records.to_string(), RECORD_BYTES.to_string());
    let mut args = vec!["--topic", TOPIC, "--num-records", &records, "--record-size", &bytes];
    args.extend(["--throughput", "-1", "--producer-props", &servers, "acks=all"]);
    args.extend(["batch.size=131072", "linger.ms=5", "buffer.memory=67108864"]);
    tool(run, PRODUCER, &args)
}

fn run_consumer(run: &Run<'_>, server: &Server, records: u64) -> Result<String, String> {
    let (servers, records) = (server.address.to_string(), records.to_string());
    let args = ["--topic", TOPIC, "--bootstrap-server", &servers, "--messages", &records];
    let group = format!("bench-{records}");
    let more = ["--group", &group, "--hide-header"];
    tool(run, CONSUMER, &[&args[..], &more[..]].concat())
}

/// What one of Kafka's tools printed.
fn tool(run: &Run<'_>, class: &str, args: &[&str]) -> Result<String, String> {
    let mut command = Command::new("timeout");
    command.arg(LIMIT_S.to_string()).arg("bash").arg(&run.places.kafka).arg("tool").arg(class);
    let output = command.args(args).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{class}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{class} failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
