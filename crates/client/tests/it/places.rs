//! Where a consumer begins, what it sees of transactions, how much it holds, and names that outlive
//! processes.

use std::time::Duration;

use ottla_client::settings::{AutoOffsetReset, ConsumerSettings};
use ottla_client::{Consumer, ErrorKind, Producer, ProducerRecord, TopicPartition};
use ottla_io::Io;

use crate::producer::settings as producer_settings;
use crate::room::{BOOTSTRAP, beside_a_node, client, create_topic};

fn settings(more: &[(&str, &str)]) -> ConsumerSettings {
    let mut given = vec![("bootstrap.servers", BOOTSTRAP)];
    given.extend(more);
    ConsumerSettings::from_properties(given).unwrap()
}

async fn send(io: &Io, values: std::ops::Range<u32>) {
    let producer = Producer::new(io.clone(), producer_settings(&[])).unwrap();
    for value in values {
        let record = ProducerRecord::new("t", value.to_string()).partition(0);
        producer.send(record).await.unwrap().await.unwrap();
    }
}

async fn first(io: &Io, reset: &str) -> Result<String, ErrorKind> {
    let given = [("auto.offset.reset", reset)];
    let mut consumer = Consumer::new(io.clone(), settings(&given)).unwrap();
    consumer.assign([TopicPartition::new("t", 0)]).unwrap();
    let told = io.timeout(Duration::from_secs(5), consumer.next()).await;
    match told {
        Some(Some(Ok(record))) => {
            Ok(String::from_utf8_lossy(&record.value.unwrap_or_default()).into_owned())
        }
        Some(Some(Err(error))) => Err(error.kind()),
        _ => Ok("nothing".to_owned()),
    }
}

#[test]
fn without_an_offset_reading_begins_where_the_setting_says() {
    beside_a_node(async |_, io| {
        create_topic(&client(&io), "t", 1).await;
        send(&io, 0..2).await;
        io.sleep(Duration::from_secs(120)).await;
        send(&io, 2..4).await;
        assert_eq!(first(&io, "earliest").await.unwrap(), "0");
        assert_eq!(first(&io, "by_duration:PT1M").await.unwrap(), "2");
        assert_eq!(first(&io, "by_duration:PT1H").await.unwrap(), "0");
        assert_eq!(first(&io, "latest").await.unwrap(), "nothing");
        assert_eq!(first(&io, "none").await.unwrap_err(), ErrorKind::NoOffset);
        assert_eq!(settings(&[]).auto_offset_reset, AutoOffsetReset::Latest);
    });
}

#[test]
fn under_read_committed_a_consumer_sees_whole_transactions_only() {
    beside_a_node(async |_, io| {
        create_topic(&client(&io), "t", 1).await;
        let producer =
            Producer::new(io.clone(), producer_settings(&[("transactional.id", "x")])).unwrap();
        producer.init_transactions().await.unwrap();
        for (value, commits) in [("a", true), ("b", false), ("c", true)] {
            let transaction = producer.begin_transaction().unwrap();
            let sent = transaction.send(ProducerRecord::new("t", value)).await.unwrap();
            sent.await.unwrap();
            match commits {
                true => transaction.commit().await.unwrap(),
                false => transaction.abort().await.unwrap(),
            }
        }
        let open = producer.begin_transaction().unwrap();
        open.send(ProducerRecord::new("t", "d")).await.unwrap().await.unwrap();
        for (level, wanted) in
            [("read_committed", &["a", "c"][..]), ("read_uncommitted", &["a", "b", "c", "d"])]
        {
            let given = [("isolation.level", level), ("auto.offset.reset", "earliest")];
            let mut consumer = Consumer::new(io.clone(), settings(&given)).unwrap();
            consumer.assign([TopicPartition::new("t", 0)]).unwrap();
            let mut seen = Vec::new();
            for _ in 0..10 {
                for record in consumer.poll(Duration::from_secs(1)).await.unwrap() {
                    seen.push(String::from_utf8_lossy(&record.value.unwrap()).into_owned());
                }
            }
            assert_eq!(seen, wanted, "{level}");
        }
        open.abort().await.unwrap();
    });
}

#[test]
fn what_is_fetched_and_not_taken_is_bounded_over_all_partitions() {
    const BOUND: usize = 60_000;
    beside_a_node(async |_, io| {
        create_topic(&client(&io), "t", 12).await;
        let producer = Producer::new(io.clone(), producer_settings(&[])).unwrap();
        for number in 0..600 {
            let record = ProducerRecord::new("t", vec![b'x'; 1000]).partition(number % 12);
            drop(producer.send(record).await.unwrap());
        }
        producer.flush().await;
        let given = [
            ("group.id", "g"),
            ("auto.offset.reset", "earliest"),
            ("ottla.client.buffer.bytes.max", "60000"),
            ("max.partition.fetch.bytes", "20000"),
            ("max.poll.records", "1"),
        ];
        let mut consumer = Consumer::new(io.clone(), settings(&given)).unwrap();
        consumer.subscribe(["t"]).unwrap();
        let (mut count, mut most) = (0, 0);
        while count < 600 {
            count += consumer.poll(Duration::from_secs(30)).await.unwrap().len();
            io.sleep(Duration::from_millis(5)).await;
            most = most.max(consumer.buffered_bytes());
        }
        // The first batch of an answer comes whatever its size: 16 KiB at most, as it was sent.
        assert!(most > 15_000 && most <= BOUND + 17_000, "{most} bytes");
    });
}

#[test]
fn a_static_member_comes_back_to_its_partitions_without_a_rebalance() {
    for protocol in ["classic", "consumer"] {
        beside_a_node(async |_, io| {
            create_topic(&client(&io), "t", 4).await;
            let member = |name: &str| {
                let given =
                    [("group.id", "g"), ("group.protocol", protocol), ("group.instance.id", name)];
                let consumer = Consumer::new(io.clone(), settings(&given)).unwrap();
                consumer.subscribe(["t"]).unwrap();
                consumer
            };
            let (mut one, mut two) = (member("one"), member("two"));
            while one.assignment().len() != 2 || two.assignment().len() != 2 {
                one.poll(Duration::from_millis(100)).await.unwrap();
                two.poll(Duration::from_millis(100)).await.unwrap();
            }
            let (its, other) = (one.assignment(), two.assignment());
            let before = two.group_metadata().unwrap().generation.generation;
            one.close(Duration::from_secs(10)).await;
            let mut one = member("one");
            for _ in 0..100 {
                one.poll(Duration::from_millis(100)).await.unwrap();
                two.poll(Duration::from_millis(100)).await.unwrap();
            }
            assert_eq!((one.assignment(), two.assignment()), (its, other), "{protocol}");
            if protocol == "classic" {
                let after = two.group_metadata().unwrap().generation.generation;
                assert_eq!(after, before, "{protocol}");
            }
        });
    }
}
