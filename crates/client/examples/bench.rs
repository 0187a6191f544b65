//! This client's side of `bench/client/run`: sends or reads records and prints one line of JSON.
//!   bench produce|consume BOOTSTRAP TOPIC RECORDS SIZE [KEY=VALUE ..]
//! Every record begins with its number. A sender learns of every record what became of it and adds up
//! the offsets; a reader adds up the numbers: nothing was lost or doubled if the sums are right.
//! With THREADS in the environment the runtime has that many (default 2).

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_client::{Consumer, Delivery, Producer, ProducerRecord, TopicPartition};
use ottla_io::Io;

/// Deliveries that are kept before the oldest is waited for.
const DELIVERIES_MAX: usize = 100_000;

struct Task {
    topic: String,
    records: u64,
    size: usize,
    settings: Vec<(String, String)>,
}

#[derive(Default)]
struct Sums {
    records: u64,
    bytes: u64,
    sum: i64,
}

#[allow(clippy::disallowed_methods, reason = "an example reads its environment itself")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let threads = std::env::var("THREADS").map_or(2, |it| it.parse().expect("THREADS"));
    let given = args[5..].iter().map(|it| it.split_once('=').expect("KEY=VALUE"));
    let mut settings: Vec<_> = given.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    settings.push(("bootstrap.servers".to_owned(), args[1].clone()));
    let task = Task {
        topic: args[2].clone(),
        records: args[3].parse().expect("RECORDS"),
        size: args[4].parse().expect("SIZE"),
        settings,
    };
    let is_producer = args[0] == "produce";
    ottla_io::run_os(threads, |io| async move {
        let (done, end) = tokio::sync::oneshot::channel();
        // As a task: the main future is not run by the runtime's workers.
        let work = io.clone().spawn("bench", async move {
            let began = (io.now().mono, cpu_seconds());
            let sums = match is_producer {
                true => produce(&io, task).await,
                false => consume(&io, task).await,
            };
            say(&sums, io.now().mono.since(began.0), cpu_seconds() - began.1);
            let _ = done.send(());
        });
        end.await.expect("the task ends");
        drop(work);
    });
}

async fn produce(io: &Io, task: Task) -> Sums {
    let settings = ProducerSettings::from_properties(task.settings).expect("settings");
    let producer = Producer::new(io.clone(), settings).expect("producer");
    let topic: std::sync::Arc<str> = task.topic.into();
    let mut value = vec![b'x'; task.size];
    let mut deliveries = VecDeque::new();
    let mut sums = Sums::default();
    for number in 0..task.records {
        value[..8].copy_from_slice(&number.to_be_bytes());
        let record = ProducerRecord::new(topic.clone(), Bytes::copy_from_slice(&value));
        deliveries.push_back(producer.send(record).await.expect("send"));
        if deliveries.len() >= DELIVERIES_MAX {
            take(&mut deliveries, &mut sums, DELIVERIES_MAX / 2).await;
        }
    }
    let left = deliveries.len();
    take(&mut deliveries, &mut sums, left).await;
    sums.bytes = sums.records * task.size as u64;
    sums
}

async fn take(deliveries: &mut VecDeque<Delivery>, sums: &mut Sums, count: usize) {
    for delivery in deliveries.drain(..count) {
        let metadata = delivery.await.expect("delivered");
        sums.records += 1;
        sums.sum += metadata.offset.expect("an offset");
    }
}

async fn consume(io: &Io, task: Task) -> Sums {
    let settings = ConsumerSettings::from_properties(task.settings).expect("settings");
    let mut consumer = Consumer::new(io.clone(), settings).expect("consumer");
    let limit = Duration::from_secs(10);
    let topic = consumer.partitions_for(&task.topic).await.expect("topic");
    let all: Vec<TopicPartition> =
        topic.partitions.iter().map(|it| TopicPartition::new(&*task.topic, it.index)).collect();
    consumer.assign(all).expect("assign");
    let mut sums = Sums::default();
    while sums.records < task.records {
        for record in consumer.poll(limit).await.expect("poll") {
            let value = record.value.expect("a value");
            let number = value.first_chunk().map(|number| i64::from_be_bytes(*number));
            sums.records += 1;
            sums.bytes += value.len() as u64;
            sums.sum += number.expect("a number");
        }
    }
    sums
}

fn say(sums: &Sums, wall: Duration, cpu: f64) {
    println!(
        "{{\"records\": {}, \"bytes\": {}, \"seconds\": {:.6}, \"cpu\": {cpu:.6}, \"sum\": {}, \"peak_kib\": {}}}",
        sums.records,
        sums.bytes,
        wall.as_secs_f64(),
        sums.sum,
        peak_kib(),
    );
}

/// What this process has used, in seconds.
#[allow(clippy::disallowed_methods, reason = "no seam for a program that measures itself")]
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.map(|it| it.parse::<f64>().expect("ticks")).sum::<f64>() / 100.0
}

#[allow(clippy::disallowed_methods, reason = "no seam for a program that measures itself")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.split_whitespace().next().and_then(|it| it.parse().ok()).expect("a number")
}
