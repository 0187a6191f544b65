//! Reads topics as a member of a group and prints what happens, a line each: rebalances and records.
//!   consume SECONDS TOPIC,TOPIC|~REGEX|@REGEX|TOPIC:PARTITION,.. [KEY=VALUE ..]   `@`: matched by the broker
//! With PAUSE_MS in the environment it works that long on what each poll gave; with QUIET it prints no records.
//! Ends after SECONDS, or by a signal: it commits, leaves the group, and prints how many it read.

use std::time::Duration;

use ottla_client::consumer::{Callback, ConsumerHandle, RebalanceListener};
use ottla_client::{Consumer, settings::ConsumerSettings};
use ottla_model::TopicPartition;

struct Print;

impl RebalanceListener for Print {
    fn on_assigned<'a>(
        &'a self,
        consumer: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        say("assigned", partitions);
        let all = consumer.assignment();
        Box::pin(async move { say("has", &all) })
    }

    fn on_revoked<'a>(
        &'a self,
        _: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        say("revoked", partitions);
        Box::pin(std::future::ready(()))
    }

    fn on_lost<'a>(
        &'a self,
        _: &'a ConsumerHandle,
        partitions: &'a [TopicPartition],
    ) -> Callback<'a> {
        say("lost", partitions);
        Box::pin(std::future::ready(()))
    }
}

fn say(what: &str, partitions: &[TopicPartition]) {
    let names: Vec<String> = partitions.iter().map(ToString::to_string).collect();
    println!("{what} {}", names.join(" "));
}

#[allow(clippy::disallowed_methods, reason = "an example reads its environment itself")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let seconds: u64 = args[0].parse().expect("SECONDS");
    let given = args[2..].iter().map(|it| it.split_once('=').expect("KEY=VALUE"));
    let settings = ConsumerSettings::from_properties(given).expect("settings");
    let wish = args[1].clone();
    let quiet = std::env::var_os("QUIET").is_some();
    let pause: u64 = std::env::var("PAUSE_MS").map_or(0, |it| it.parse().expect("PAUSE_MS"));
    ottla_io::run_os(2, |io| async move {
        let mut consumer = Consumer::with_listener(io.clone(), settings, Print).expect("consumer");
        subscribe(&consumer, &wish);
        let end = io.now().mono + Duration::from_secs(seconds);
        let mut count = 0u64;
        loop {
            let left = end.since(io.now().mono);
            let records = tokio::select! {
                biased;
                _ = io.shutdown_signal() => break,
                records = consumer.poll(left) => records,
            };
            match records {
                Ok(records) => {
                    count += records.len() as u64;
                    for it in records.iter().filter(|_| !quiet) {
                        let value = it.value.as_deref().map(String::from_utf8_lossy);
                        println!("record {}-{} {} {value:?}", it.topic, it.partition, it.offset);
                    }
                }
                Err(error) => println!("error {error}"),
            }
            io.sleep(Duration::from_millis(pause)).await;
            if io.now().mono >= end {
                break;
            }
        }
        consumer.close(Duration::from_secs(10)).await;
        println!("read {count}");
    });
}

fn subscribe(consumer: &Consumer, wish: &str) {
    if let Some(regex) = wish.strip_prefix('~') {
        consumer.subscribe_matching(regex).expect("regex");
    } else if let Some(regex) = wish.strip_prefix('@') {
        consumer.subscribe_matching_at_broker(regex).expect("regex");
    } else if wish.contains(':') {
        let one = |it: &str| {
            let (topic, number) = it.split_once(':').expect("TOPIC:PARTITION");
            TopicPartition::new(topic, number.parse().expect("a number"))
        };
        consumer.assign(wish.split(',').map(one)).expect("assign");
    } else {
        consumer.subscribe(wish.split(',')).expect("subscribe");
    }
}
