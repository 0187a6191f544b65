//! The broker as users' tests have it: in virtual time, and at a real socket.

use std::time::Duration;

use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_client::{Consumer, Producer, ProducerRecord, Result, TopicPartition};
use ottla_io::Io;
use ottla_testkit::{Broker, VirtualTime};

async fn send(io: &Io, bootstrap: &str, values: std::ops::Range<u32>) -> Result<()> {
    let producer = Producer::new(io.clone(), ProducerSettings::new(bootstrap)?)?;
    for value in values {
        let record = ProducerRecord::new("events", value.to_string()).partition(0);
        producer.send(record).await?.await?;
    }
    producer.close(Duration::from_secs(10)).await;
    Ok(())
}

fn consumer(io: &Io, bootstrap: &str) -> Result<Consumer> {
    let settings = ConsumerSettings::from_properties([
        ("bootstrap.servers", bootstrap),
        ("group.id", "readers"),
        ("auto.offset.reset", "earliest"),
    ])?;
    let consumer = Consumer::new(io.clone(), settings)?;
    consumer.subscribe(["events"])?;
    Ok(consumer)
}

async fn take(consumer: &mut Consumer, count: usize) -> Result<Vec<String>> {
    let mut values = Vec::new();
    while values.len() < count {
        for record in consumer.poll(Duration::from_secs(30)).await? {
            values.push(String::from_utf8_lossy(&record.value.unwrap_or_default()).into_owned());
        }
    }
    Ok(values)
}

#[test]
fn a_test_of_hours_runs_at_once() {
    let run = || {
        VirtualTime::new().seed(7).run(async |broker| -> Result<u64> {
            broker.create_topic("events", 1).await?;
            send(broker.io(), broker.bootstrap(), 0..3).await?;
            let mut reader = consumer(&broker.machine("reader"), broker.bootstrap())?;
            assert_eq!(take(&mut reader, 3).await?, ["0", "1", "2"]);
            // Who asks for more has done what he had, and that is committed.
            assert!(reader.poll(Duration::from_secs(10)).await?.is_empty());
            broker.kill();
            broker.advance(Duration::from_secs(3600)).await;
            broker.start();
            send(broker.io(), broker.bootstrap(), 3..5).await?;
            assert_eq!(take(&mut reader, 2).await?, ["3", "4"]);
            broker.cut_off(Some("reader"));
            broker.advance(Duration::from_secs(600)).await;
            broker.reconnect(Some("reader"));
            let partition = TopicPartition::new("events", 0);
            let client = consumer(broker.io(), broker.bootstrap())?;
            let ends = client.end_offsets(std::slice::from_ref(&partition)).await?;
            assert_eq!(ends[&partition], 5);
            Ok(broker.world().trace_hash())
        })
    };
    assert_eq!(run().unwrap(), run().unwrap(), "the same seed, the same run");
}

#[test]
fn a_broker_at_a_real_socket_serves_several_tests_at_a_time() {
    ottla_io::run_os(2, |io| async move {
        let (one, other) = (Broker::start().await.unwrap(), Broker::start().await.unwrap());
        assert_ne!(one.bootstrap(), other.bootstrap());
        for broker in [&one, &other] {
            broker.create_topic("events", 1).await.unwrap();
            send(&io, broker.bootstrap(), 0..3).await.unwrap();
            let mut reader = consumer(&io, broker.bootstrap()).unwrap();
            assert_eq!(take(&mut reader, 3).await.unwrap(), ["0", "1", "2"]);
            reader.close(Duration::from_secs(10)).await;
        }
        let data = one.data().to_owned();
        assert!(io.disk().exists(&data).unwrap());
        one.stop().await.unwrap();
        assert!(!io.disk().exists(&data).unwrap());
    });
}
