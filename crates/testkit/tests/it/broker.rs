//! The broker as users' tests have it: in virtual time, and at a real socket.

use std::pin::Pin;
use std::time::Duration;

use ottla_client::consumer::Stream;
use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_client::{
    Consumer, ConsumerRecord, ErrorKind, Producer, ProducerRecord, Result, TopicPartition,
};
use ottla_io::Io;
use ottla_testkit::{Broker, VirtualBroker, VirtualTime};

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
        values.extend(consumer.poll(Duration::from_secs(30)).await?.into_iter().map(text));
    }
    Ok(values)
}

fn text(record: ConsumerRecord) -> String {
    String::from_utf8_lossy(&record.value.unwrap_or_default()).into_owned()
}

/// What an adapter of some stream crate does.
async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// The value that a stream gives next.
async fn value(
    stream: &mut (impl Stream<Item = Result<ConsumerRecord>> + Unpin),
) -> Result<String> {
    let Some(record) = next(stream).await else { panic!("the stream has ended") };
    record.map(text)
}

#[test]
fn a_consumer_is_a_stream_that_loses_nothing_when_it_is_left_waiting() {
    let run = async |broker: VirtualBroker| -> Result<()> {
        broker.create_topic("events", 1).await?;
        send(broker.io(), broker.bootstrap(), 0..3).await?;
        let mut stream = consumer(broker.io(), broker.bootstrap())?;
        assert_eq!(value(&mut stream).await?, "0");
        assert_eq!(value(&mut stream).await?, "1");
        // Both ways of reading take turns.
        assert_eq!(take(&mut stream, 1).await?, ["2"]);
        // Given up many times while it waits, also in the moment a record comes.
        let (io, bootstrap) = (broker.io().clone(), broker.bootstrap().to_owned());
        broker.io().spawn("sender", async move { send(&io, &bootstrap, 3..43).await.unwrap() });
        let mut read = Vec::new();
        while read.len() < 40 {
            let brief = Duration::from_micros(700);
            read.extend(broker.io().timeout(brief, value(&mut stream)).await.transpose()?);
        }
        assert_eq!(read, (3..43).map(|it| it.to_string()).collect::<Vec<_>>());
        // What was asked for once more is processed, and goes to nobody else.
        assert!(broker.io().timeout(Duration::from_secs(1), next(&mut stream)).await.is_none());
        stream.close(Duration::from_secs(10)).await;
        send(broker.io(), broker.bootstrap(), 43..44).await?;
        let mut another = consumer(broker.io(), broker.bootstrap())?;
        assert_eq!(value(&mut another).await?, "43");
        Ok(())
    };
    VirtualTime::new().seed(3).run(run).unwrap();
}

#[test]
fn a_stream_that_is_polled_stays_a_member_and_one_that_is_left_does_not() {
    let run = async |broker: VirtualBroker| -> Result<()> {
        broker.create_topic("events", 1).await?;
        send(broker.io(), broker.bootstrap(), 0..1).await?;
        let mut stream = consumer(broker.io(), broker.bootstrap())?;
        assert_eq!(value(&mut stream).await?, "0");
        let generation = stream.group_metadata()?.generation;
        // Four times `max.poll.interval.ms`, and nothing to read.
        let hour = Duration::from_secs(1200);
        assert!(broker.io().timeout(hour, next(&mut stream)).await.is_none());
        assert_eq!(stream.group_metadata()?.generation, generation);
        broker.advance(hour).await;
        assert_ne!(stream.group_metadata()?.generation, generation);
        // Whoever comes back is let in again.
        send(broker.io(), broker.bootstrap(), 1..2).await?;
        assert_eq!(value(&mut stream).await?, "1");
        Ok(())
    };
    VirtualTime::new().run(run).unwrap();
}

#[test]
fn a_stream_goes_on_behind_an_error() {
    let run = async |broker: VirtualBroker| -> Result<()> {
        broker.create_topic("events", 1).await?;
        let settings = ConsumerSettings::from_properties([
            ("bootstrap.servers", broker.bootstrap()),
            ("auto.offset.reset", "none"),
        ])?;
        let mut stream = Consumer::new(broker.io().clone(), settings)?;
        let partition = TopicPartition::new("events", 0);
        stream.assign([partition.clone()])?;
        assert_eq!(next(&mut stream).await.unwrap().unwrap_err().kind(), ErrorKind::NoOffset);
        stream.seek(&partition, 0)?;
        send(broker.io(), broker.bootstrap(), 0..1).await?;
        assert_eq!(value(&mut stream).await?, "0");
        Ok(())
    };
    VirtualTime::new().run(run).unwrap();
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
