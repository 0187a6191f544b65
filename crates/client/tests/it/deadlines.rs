//! Flushing and closing with a deadline: who waits, waits no longer, and what becomes of the records is
//! what their deliveries say.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_client::producer::Delivery;
use ottla_client::{ErrorKind, Producer, ProducerRecord, Result};
use ottla_io::Io;
use ottla_sim::World;

use crate::producer::settings;
use crate::read_back::{read_all, values};
use crate::room::{beside_a_node, client, create_topic};

const LIMIT: Duration = Duration::from_secs(2);

/// What a turn or two of the tasks behind a producer may take.
const MOMENT: Duration = Duration::from_millis(5);

/// A producer beside a node that has topic `t`, and knows its one record, `first`.
fn with_producer<T>(
    more: &[(&str, &str)],
    test: impl AsyncFnOnce(&World, &Io, Producer) -> T,
) -> T {
    beside_a_node(async |world, io| {
        create_topic(&client(&io), "t", 1).await;
        let producer = Producer::new(io.clone(), settings(more)).unwrap();
        producer.send(ProducerRecord::new("t", "first")).await.unwrap().await.unwrap();
        test(&world, &io, producer).await
    })
}

async fn send(producer: &Producer, values: std::ops::Range<u32>) -> Vec<Delivery> {
    let mut sent = Vec::new();
    for value in values {
        let record = ProducerRecord::new("t", value.to_string());
        sent.push(producer.send(record).await.unwrap());
    }
    sent
}

/// How each ended, by how many; all must be told within `limit`.
async fn ends(io: &Io, sent: Vec<Delivery>, limit: Duration) -> BTreeMap<String, usize> {
    let until = io.now().mono + limit;
    let mut ends = BTreeMap::new();
    for delivery in sent {
        let left = until.since(io.now().mono).max(MOMENT);
        let told = io.timeout(left, delivery).await.expect("a delivery that is never told");
        let end = told.map_or_else(|error| format!("{:?}", error.kind()), |_| "sent".to_owned());
        *ends.entry(end).or_default() += 1;
    }
    ends
}

fn is_about(took: Duration, wanted: Duration) -> bool {
    took >= wanted && took <= wanted + MOMENT
}

async fn timed<T>(io: &Io, work: impl Future<Output = T>) -> (T, Duration) {
    let began: MonoTime = io.now().mono;
    let done = work.await;
    (done, io.now().mono.since(began))
}

#[test]
fn flushing_sends_what_lingers_at_once() {
    with_producer(&[("linger.ms", "60000")], async |_, io, producer| {
        let sent = send(&producer, 0..20).await;
        let (flushed, took) = timed(io, producer.flush_within(LIMIT)).await;
        flushed.unwrap();
        assert!(took < Duration::from_millis(500), "{took:?}");
        // All of it is decided: nothing is waited for any more.
        assert_eq!(ends(io, sent, MOMENT).await, [("sent".to_owned(), 20)].into());
        let (flushed, took) = timed(io, producer.flush_within(LIMIT)).await;
        assert!(flushed.is_ok() && took < MOMENT, "{took:?}");
    });
}

#[test]
fn a_flush_that_is_not_done_in_time_says_so_and_gives_nothing_up() {
    with_producer(&[("linger.ms", "1000")], async |world, io, producer| {
        world.partition("client", "broker");
        let sent = send(&producer, 0..20).await;
        for limit in [Duration::ZERO, LIMIT] {
            let (flushed, took) = timed(io, producer.flush_within(limit)).await;
            let error: Result<()> = flushed;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::TimedOut);
            assert!(is_about(took, limit), "{took:?} of {limit:?}");
        }
        assert!(producer.metrics().flush_time_ns_total >= LIMIT.as_nanos() as u64);
        world.heal("client", "broker");
        producer.flush_within(Duration::from_secs(60)).await.unwrap();
        assert_eq!(ends(io, sent, MOMENT).await, [("sent".to_owned(), 20)].into());
        let read = read_all(producer.client(), "t", 0).await;
        let wanted = (0..20).map(|it| it.to_string());
        assert_eq!(values(&read)[1..], wanted.collect::<Vec<_>>());
        // Whoever flushed hurries nobody any more.
        let late = send(&producer, 20..21).await;
        let (told, took) = timed(io, ends(io, late, LIMIT)).await;
        assert_eq!(told, [("sent".to_owned(), 1)].into());
        assert!(took >= Duration::from_secs(1), "{took:?}");
    });
}

#[test]
fn a_flush_ends_with_the_delivery_timeout_at_the_latest() {
    let more = [("delivery.timeout.ms", "8000"), ("request.timeout.ms", "5000")];
    with_producer(&more, async |world, io, producer| {
        world.partition("client", "broker");
        let sent = send(&producer, 0..3).await;
        let ((), took) = timed(io, producer.flush()).await;
        assert!(took < Duration::from_secs(10), "{took:?}");
        let told = ends(io, sent, MOMENT).await;
        assert_eq!(told, [("TimedOut".to_owned(), 3)].into());
    });
}

#[test]
fn closing_sends_what_lingers_and_then_refuses() {
    with_producer(&[("linger.ms", "60000")], async |_, io, producer| {
        let clone = producer.clone();
        let sent = send(&producer, 0..20).await;
        let ((), took) = timed(io, producer.close(LIMIT)).await;
        assert!(took < Duration::from_millis(500), "{took:?}");
        assert_eq!(ends(io, sent, MOMENT).await, [("sent".to_owned(), 20)].into());
        let refused = clone.send(ProducerRecord::new("t", "late")).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Closed);
        clone.flush_within(LIMIT).await.unwrap();
    });
}

#[test]
fn closing_gives_up_at_the_deadline_and_every_delivery_is_told() {
    for limit in [Duration::ZERO, LIMIT] {
        with_producer(&[("linger.ms", "0")], async |world, io, producer| {
            world.partition("client", "broker");
            let sent = send(&producer, 0..20).await;
            // The first batches are on their way, and nobody answers.
            io.sleep(Duration::from_millis(50)).await;
            let ((), took) = timed(io, producer.close(limit)).await;
            assert!(is_about(took, limit), "{took:?} of {limit:?}");
            let told = ends(io, sent, Duration::from_secs(1)).await;
            assert!(!told.contains_key("sent"), "{told:?}");
            assert_eq!(told.values().sum::<usize>(), 20);
        });
    }
}

#[test]
fn somebody_who_waits_for_memory_is_let_go_by_a_close() {
    let more = [("buffer.memory", "20000"), ("batch.size", "16384"), ("max.block.ms", "60000")];
    with_producer(&more, async |world, io, producer| {
        world.partition("client", "broker");
        let clone = producer.clone();
        let (blocked, told) = tokio::sync::oneshot::channel();
        io.spawn("blocked", async move {
            loop {
                let record = ProducerRecord::new("t", "x".repeat(5000));
                if let Err(error) = clone.send(record).await {
                    let _ = blocked.send(error);
                    return;
                }
            }
        });
        io.sleep(Duration::from_millis(100)).await;
        producer.close(LIMIT).await;
        let error = io.timeout(Duration::from_secs(1), told).await.unwrap().unwrap();
        assert_eq!(error.kind(), ErrorKind::Closed);
    });
}
