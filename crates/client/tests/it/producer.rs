//! The producer against a whole node: every record once and in order, whatever happens.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_client::admin::NewTopic;
use ottla_client::producer::{DeadLetter, Interceptor, murmur2::partition_for_key};
use ottla_client::settings::ProducerSettings;
use ottla_client::{Admin, ErrorCode, ErrorKind, Producer, ProducerRecord, RecordMetadata, Result};
use ottla_io::Io;
use ottla_sim::{Faults, World, run_seeds};

use crate::read_back::{read_all, values};
use crate::room::{BOOTSTRAP, HOUR, beside_a_node, client, create_topic, start_node};

pub(crate) fn settings(more: &[(&str, &str)]) -> ProducerSettings {
    let all = [("bootstrap.servers", BOOTSTRAP)];
    ProducerSettings::from_properties(all.iter().chain(more).copied()).unwrap()
}

/// A producer beside a node with topic `t` of three partitions.
fn with_producer<T>(more: &[(&str, &str)], test: impl AsyncFnOnce(World, Io, Producer) -> T) -> T {
    beside_a_node(async |world, io| {
        create_topic(&client(&io), "t", 3).await;
        let producer = Producer::new(io.clone(), settings(more)).unwrap();
        test(world, io, producer).await
    })
}

fn numbered(number: usize) -> ProducerRecord {
    ProducerRecord::new("t", number.to_string())
}

#[test]
fn records_with_a_key_go_where_its_hash_says_in_order() {
    with_producer(&[], async |_, _, producer| {
        let mut deliveries = Vec::new();
        for number in 0..300 {
            let key = format!("key-{}", number % 7);
            let record = numbered(number).key(key).header("n", number.to_string());
            deliveries.push(producer.send(record).await.unwrap());
        }
        producer.flush().await;
        for (number, delivery) in deliveries.into_iter().enumerate() {
            let metadata = delivery.await.unwrap();
            let key = format!("key-{}", number % 7);
            let expected = partition_for_key(key.as_bytes(), 3).unwrap();
            assert_eq!(metadata.partition, expected as i32);
            let read = read_all(producer.client(), "t", metadata.partition).await;
            let there = &read[metadata.offset.unwrap() as usize];
            assert_eq!(there.value, number.to_string());
            assert_eq!(there.headers, [format!("n={number}")]);
            if number > 20 {
                break;
            }
        }
    });
}

#[test]
fn every_codec_is_read_back() {
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        with_producer(&[("compression.type", codec)], async |_, _, producer| {
            let mut sent = Vec::new();
            for number in 0..500 {
                sent.push(producer.send(numbered(number).partition(1)).await.unwrap());
            }
            producer.flush().await;
            for (number, delivery) in sent.into_iter().enumerate() {
                assert_eq!(delivery.await.unwrap().offset, Some(number as i64));
            }
            let read = read_all(producer.client(), "t", 1).await;
            assert_eq!(read.len(), 500);
            assert!(read.iter().all(|read| read.codec == codec));
        });
    }
}

#[test]
fn without_acks_nothing_is_known_and_all_arrives() {
    with_producer(&[("acks", "0")], async |_, io, producer| {
        for number in 0..50 {
            drop(producer.send(numbered(number).partition(0)).await.unwrap());
        }
        let last = producer.send(numbered(50).partition(0)).await.unwrap();
        assert_eq!(last.await.unwrap().offset, None);
        io.sleep(Duration::from_secs(1)).await;
        assert_eq!(read_all(producer.client(), "t", 0).await.len(), 51);
    });
}

#[test]
fn records_without_a_key_fill_batches_and_reach_every_partition() {
    with_producer(&[("batch.size", "1000")], async |_, _, producer| {
        for _ in 0..3000 {
            drop(producer.send(ProducerRecord::new("t", "x".repeat(20))).await.unwrap());
        }
        producer.flush().await;
        for partition in 0..3 {
            let count = read_all(producer.client(), "t", partition).await.len();
            assert!((500..1700).contains(&count), "{count}");
        }
    });
}

#[test]
fn a_record_that_is_too_large_is_refused_at_once() {
    with_producer(&[], async |_, _, producer| {
        let error = producer.send(ProducerRecord::new("t", vec![0; 1 << 20])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRecord);
        let error = producer.send(numbered(1).partition(3)).await.unwrap_err();
        assert_eq!(
            error.message(),
            "Invalid partition given with record: 3 is not in the range [0...3)."
        );
    });
}

#[test]
fn a_batch_that_is_too_large_for_its_topic_is_divided() {
    let more = [("batch.size", "100000"), ("linger.ms", "50")];
    with_producer(&more, async |_, io, producer| {
        let admin = Admin::over(client(&io));
        let small = NewTopic::new("small").config("max.message.bytes", "2000").partitions(1);
        admin.create_topics(&[small]).await["small"].as_ref().unwrap();
        let mut sent = Vec::new();
        for number in 0..400 {
            let value = format!("{number:0>100}");
            sent.push(producer.send(ProducerRecord::new("small", value)).await.unwrap());
        }
        let huge = producer.send(ProducerRecord::new("small", "x".repeat(5000))).await.unwrap();
        let after = producer.send(ProducerRecord::new("small", "after")).await.unwrap();
        assert_eq!(huge.await.unwrap_err().code(), Some(ErrorCode::MessageTooLarge));
        for (number, delivery) in sent.into_iter().enumerate() {
            assert_eq!(delivery.await.unwrap().offset, Some(number as i64), "{number}");
        }
        assert_eq!(after.await.unwrap().offset, Some(400));
        let read = read_all(producer.client(), "small", 0).await;
        assert_eq!(read.len(), 401);
        for (number, read) in read.iter().take(400).enumerate() {
            assert_eq!(read.value, format!("{number:0>100}"));
        }
    });
}

#[test]
fn memory_is_bounded_and_given_back() {
    let more = [("buffer.memory", "3000"), ("max.block.ms", "2000")];
    with_producer(&more, async |world, io, producer| {
        let record = || ProducerRecord::new("t", vec![b'x'; 900]).partition(0);
        drop(producer.send(record()).await.unwrap().await.unwrap());
        world.partition("client", "broker");
        let mut sent = Vec::new();
        let error = loop {
            match producer.send(record()).await {
                Ok(delivery) => sent.push(delivery),
                Err(error) => break error,
            }
        };
        assert_eq!((sent.len(), error.kind()), (3, ErrorKind::Full));
        world.heal_network();
        for delivery in sent {
            delivery.await.unwrap();
        }
        assert_eq!(producer.memory_available(), 3000);
        let began = io.now().mono;
        producer.send(record()).await.unwrap().await.unwrap();
        assert!(io.now().mono.since(began) < Duration::from_secs(1));
    });
}

#[test]
fn what_cannot_be_delivered_in_time_fails_and_goes_to_the_dead_letters() {
    beside_a_node(async |world, io| {
        create_topic(&client(&io), "t", 1).await;
        let dead: Arc<Mutex<Vec<DeadLetter>>> = Arc::default();
        let graveyard = dead.clone();
        let more = [("delivery.timeout.ms", "5000"), ("request.timeout.ms", "1000")];
        let producer = Producer::builder(settings(&more))
            .dead_letters(move |letter| graveyard.lock().unwrap().push(letter))
            .build(io.clone())
            .unwrap();
        producer.send(numbered(0)).await.unwrap().await.unwrap();
        world.partition("client", "broker");
        let began = io.now().mono;
        let lost = producer.send(numbered(1).key("k").header("h", "v")).await.unwrap();
        let error = lost.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        let waited = io.now().mono.since(began).as_millis();
        assert!((5000..7000).contains(&waited), "{waited}");
        world.heal_network();
        let letter = dead.lock().unwrap().pop().unwrap();
        assert_eq!(letter.error, error);
        assert_eq!(letter.record.headers[0].0, "h");
        let again = producer.send(letter.record).await.unwrap().await.unwrap();
        assert!(again.offset.unwrap() >= 1);
    });
}

/// Notes what it is told, and panics now and then.
struct Noting(Arc<Mutex<Vec<String>>>);

impl Interceptor for Noting {
    fn on_send(&self, record: ProducerRecord) -> ProducerRecord {
        record.header("seen", "yes")
    }

    fn on_acknowledgement(&self, result: &Result<RecordMetadata>) {
        let offset = result.as_ref().ok().and_then(|metadata| metadata.offset);
        self.0.lock().unwrap().push(format!("{offset:?}"));
        assert!(offset != Some(0), "a panic that nobody shall notice");
    }
}

#[test]
fn interceptors_see_every_record_and_cannot_break_anything() {
    beside_a_node(async |_, io| {
        create_topic(&client(&io), "t", 1).await;
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let producer =
            Producer::builder(settings(&[])).interceptor(Noting(told.clone())).build(io).unwrap();
        for number in 0..2 {
            producer.send(numbered(number)).await.unwrap().await.unwrap();
        }
        assert_eq!(*told.lock().unwrap_or_else(|e| e.into_inner()), ["Some(0)", "Some(1)"]);
        let read = read_all(producer.client(), "t", 0).await;
        assert_eq!(read[1].headers, ["seen=yes"]);
    });
}

#[test]
fn close_waits_for_what_is_there_and_zero_does_not() {
    with_producer(
        &[("linger.ms", "60000"), ("delivery.timeout.ms", "120000")],
        async |_, io, producer| {
            let other = Producer::new(io.clone(), settings(&[("linger.ms", "60000")])).unwrap();
            let kept = producer.send(numbered(1).partition(0)).await.unwrap();
            let clone = producer.clone();
            producer.close(Duration::from_secs(30)).await;
            assert_eq!(kept.await.unwrap().offset, Some(0));
            assert_eq!(clone.send(numbered(2)).await.unwrap_err().kind(), ErrorKind::Closed);
            let lost = other.send(numbered(3).partition(0)).await.unwrap();
            let began = io.now().mono;
            other.close(Duration::ZERO).await;
            assert_eq!(lost.await.unwrap_err().kind(), ErrorKind::Closed);
            assert!(io.now().mono.since(began) < Duration::from_millis(10));
        },
    );
}

#[test]
fn a_dropped_producer_still_sends_what_it_took() {
    with_producer(
        &[("linger.ms", "60000"), ("delivery.timeout.ms", "120000")],
        async |_, io, producer| {
            let delivery = producer.send(numbered(1).partition(0)).await.unwrap();
            drop(producer);
            assert_eq!(delivery.await.unwrap().offset, Some(0));
            drop(io);
        },
    );
}

/// One producer and a broker that dies; every record is there once, in order.
fn survive(seed: u64, in_flight: &str) -> u64 {
    const RECORDS: usize = 150;
    let world = World::with_faults(seed, Faults::from_seed(seed));
    start_node(&world.node("broker"));
    let io = world.node("client");
    let main = Box::pin(async {
        create_topic(&client(&io), "t", 2).await;
        let more = [
            ("max.in.flight.requests.per.connection", in_flight),
            ("request.timeout.ms", "2000"),
            ("delivery.timeout.ms", "3600000"),
            ("max.block.ms", "3600000"),
            ("batch.size", "60"),
            ("linger.ms", "1"),
        ];
        let producer = Producer::new(io.clone(), settings(&more)).unwrap();
        let (chaos, world) = (world.node("chaos"), world.clone());
        chaos.clone().spawn("chaos", async move {
            for _ in 0..4 {
                chaos.sleep(Duration::from_millis(50 + chaos.random_u64() % 3000)).await;
                if chaos.random_u64().is_multiple_of(2) {
                    world.partition("client", "broker");
                    chaos.sleep(Duration::from_millis(chaos.random_u64() % 5000)).await;
                    world.heal_network();
                } else {
                    world.kill("broker");
                    chaos.sleep(Duration::from_millis(chaos.random_u64() % 3000)).await;
                    start_node(&world.node("broker"));
                }
            }
            world.set_faults(Faults::default());
        });
        let mut sent = Vec::new();
        for number in 0..RECORDS {
            let record = numbered(number).partition(number as i32 % 2);
            sent.push(producer.send(record).await.unwrap());
            io.sleep(Duration::from_millis(io.random_u64() % 60)).await;
        }
        producer.flush().await;
        for partition in 0..2 {
            let read = read_all(&client(&io), "t", partition as i32).await;
            let expected: Vec<_> =
                (0..RECORDS).filter(|n| n % 2 == partition).map(|n| n.to_string()).collect();
            assert_eq!(values(&read), expected, "seed {seed}");
        }
        let mut last = [None; 2];
        for (number, delivery) in sent.into_iter().enumerate() {
            let metadata = delivery.await.unwrap();
            let before = &mut last[number % 2];
            assert!(
                metadata.offset.is_none() || metadata.offset > *before,
                "seed {seed}: {metadata:?} behind {before:?}"
            );
            *before = metadata.offset.or(*before);
        }
    });
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("seed {seed}: {stuck}"));
    world.trace_hash()
}

#[test]
fn every_record_is_there_once_and_in_order_whatever_breaks() {
    run_seeds(0..12, |seed| {
        survive(seed, "5");
    });
    run_seeds(12..16, |seed| {
        survive(seed, "1");
    });
}

#[test]
fn the_same_seed_does_the_same_twice() {
    assert_eq!(survive(3, "5"), survive(3, "5"));
}

#[test]
fn metrics_count_what_was_sent_and_how_long_it_took() {
    with_producer(&[("linger.ms", "20"), ("compression.type", "lz4")], async |_, _, producer| {
        for _ in 0..10 {
            for _ in 0..100 {
                drop(producer.send(ProducerRecord::new("t", "x".repeat(100))).await.unwrap());
            }
            producer.flush().await;
        }
        let metrics = producer.metrics();
        assert_eq!((metrics.record_send_total, metrics.record_error_total), (1000, 0));
        assert_eq!(metrics.requests_in_flight, 0);
        assert!(metrics.request_total >= 10 && metrics.records_per_request_avg <= 100.0);
        assert!(metrics.compression_rate_avg < 0.5 && metrics.byte_total < 50_000, "{metrics:?}");
        assert!(metrics.request_latency_max >= metrics.request_latency_avg);
        assert!(metrics.request_latency_avg > 0.0 && metrics.flush_time_ns_total > 0);
        assert_eq!(metrics.buffer_available_bytes, metrics.buffer_total_bytes);
        let named = metrics.named();
        assert!(named.contains(&("record-send-total", 1000.0)));
    });
}
