//! Consumers beside a whole node: reading, places, commits, and groups of both protocols.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use ottla_client::consumer::{
    Callback, ConsumerHandle, Leaving, OffsetAndMetadata, RebalanceListener,
};
use ottla_client::settings::ConsumerSettings;
use ottla_client::{Client, Consumer, ErrorKind, Route};
use ottla_io::Io;
use ottla_model::TopicPartition;
use ottla_record::{BatchBuilder, Codec, NewRecord};
use ottla_wire::Records;
use ottla_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};

use crate::room::{BOOTSTRAP, HOUR, beside_a_node, client, create_topic};

/// What a test waits for at most; virtual.
const SOON: Duration = Duration::from_secs(60);

/// Writes values `from..to` to a partition, one batch, offset = value if nobody else writes.
async fn produce(client: &Client, topic: &str, partition: i32, from: i64, to: i64, codec: Codec) {
    let timestamp = client.io().now().wall.millis;
    let mut batch = BatchBuilder::new(0, codec);
    for value in from..to {
        let text = value.to_string();
        let (key, value) = (Some(&b"k"[..]), Some(text.as_bytes()));
        batch.append(&NewRecord { timestamp, key, value, headers: &[] }).unwrap();
    }
    let bytes = Bytes::from(batch.build());
    let mut retry = client.retry(HOUR);
    loop {
        let partition_data =
            PartitionProduceData { index: partition, records: Records::Bytes(bytes.clone()) };
        let data = TopicProduceData {
            name: topic.into(),
            partition_data: vec![partition_data],
            ..Default::default()
        };
        let request = ProduceRequest {
            acks: -1,
            timeout_ms: 10_000,
            topic_data: vec![data],
            ..Default::default()
        };
        let route = Route::leader(topic, partition);
        let sent = client.call_versioned(&route, SOON, 3..=12, |_| request).await;
        let answer = sent.and_then(|(_, answer)| {
            let code = answer.responses[0].partition_responses[0].error_code;
            ottla_client::Error::check(code, None, "produce")
        });
        match answer {
            Ok(()) => return,
            Err(error) => retry.after(error).await.unwrap(),
        }
    }
}

fn settings(more: &[(&str, &str)]) -> ConsumerSettings {
    let mut given = vec![
        ("bootstrap.servers", BOOTSTRAP),
        ("group.id", "g"),
        ("auto.offset.reset", "earliest"),
    ];
    given.extend(more);
    ConsumerSettings::from_properties(given).unwrap()
}

fn at(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition::new(topic, partition)
}

/// The next `count` records, as `partition:offset=value`.
async fn take(io: &Io, consumer: &mut Consumer, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    while all.len() < count {
        let record = io.timeout(SOON, consumer.next()).await;
        let record = record.unwrap_or_else(|| panic!("{} of {count} records: {all:?}", all.len()));
        let record = record.unwrap().unwrap();
        let value = String::from_utf8(record.value.unwrap().to_vec()).unwrap();
        all.push(format!("{}:{}={value}", record.partition, record.offset));
    }
    all
}

/// Rebalances as they were told: `+a-0`, `-a-0`, `!a-0`.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note<'a>(&'a self, sign: &str, partitions: &[TopicPartition]) -> Callback<'a> {
        let mut diary = self.0.lock().unwrap();
        diary.extend(partitions.iter().map(|it| format!("{sign}{it}")));
        Box::pin(std::future::ready(()))
    }

    fn read(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl RebalanceListener for Diary {
    fn on_assigned<'a>(
        &'a self,
        _: &'a ConsumerHandle,
        them: &'a [TopicPartition],
    ) -> Callback<'a> {
        self.note("+", them)
    }
    fn on_revoked<'a>(&'a self, _: &'a ConsumerHandle, them: &'a [TopicPartition]) -> Callback<'a> {
        self.note("-", them)
    }
    fn on_lost<'a>(&'a self, _: &'a ConsumerHandle, them: &'a [TopicPartition]) -> Callback<'a> {
        self.note("!", them)
    }
}

#[test]
fn a_group_reads_everything_once_and_goes_on_where_it_stopped() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 2).await;
        produce(&client, "t", 0, 0, 3, Codec::None).await;
        produce(&client, "t", 1, 0, 2, Codec::Zstd).await;
        let mut first = Consumer::new(io.clone(), settings(&[])).unwrap();
        first.subscribe(["t"]).unwrap();
        let mut read = take(&io, &mut first, 5).await;
        read.sort();
        assert_eq!(read, ["0:0=0", "0:1=1", "0:2=2", "1:0=0", "1:1=1"]);
        assert_eq!(first.position(&at("t", 0)).await.unwrap(), 3);
        first.close(SOON).await;
        produce(&client, "t", 0, 3, 4, Codec::Lz4).await;
        let mut second = Consumer::new(io.clone(), settings(&[])).unwrap();
        second.subscribe(["t"]).unwrap();
        assert_eq!(take(&io, &mut second, 1).await, ["0:3=3"]);
        assert_eq!(second.lag(&at("t", 0)), Some(0));
        let offset = OffsetAndMetadata { metadata: "note".to_owned(), ..OffsetAndMetadata::new(2) };
        let offsets = [(at("t", 0), offset.clone())].into();
        second.commit_offsets(offsets).await.unwrap();
        let committed = second.committed(&[at("t", 0), at("t", 7)]).await.unwrap();
        assert_eq!(committed.get(&at("t", 0)), Some(&offset));
        assert_eq!(committed.len(), 1);
    });
}

/// Two members share, and one takes over what the other leaves.
fn members_share(more: &'static [(&'static str, &'static str)], cooperative: bool) {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 4).await;
        let (one, two) = (Diary::default(), Diary::default());
        let mut first = Consumer::with_listener(io.clone(), settings(more), one.clone()).unwrap();
        first.subscribe(["t"]).unwrap();
        produce(&client, "t", 0, 0, 1, Codec::None).await;
        take(&io, &mut first, 1).await;
        assert_eq!(one.read(), ["+t-0", "+t-1", "+t-2", "+t-3"]);
        let mut second = Consumer::with_listener(io.clone(), settings(more), two.clone()).unwrap();
        second.subscribe(["t"]).unwrap();
        let shared = |it: &Consumer| it.assignment().len() == 2;
        while !(shared(&first) && shared(&second)) {
            // Whoever does not ask for records holds up the group.
            assert_eq!(first.poll(Duration::from_millis(100)).await.unwrap(), []);
            assert_eq!(second.poll(Duration::from_millis(100)).await.unwrap(), []);
        }
        let mut all = first.assignment();
        all.extend(second.assignment());
        all.sort();
        assert_eq!(all, [0, 1, 2, 3].map(|it| at("t", it)));
        let revoked = one.read().iter().filter(|it| it.starts_with('-')).count();
        assert_eq!(revoked, if cooperative { 2 } else { 4 });
        first.close_with(Leaving::Default, SOON).await;
        assert_eq!(one.read().iter().filter(|it| it.starts_with('-')).count(), 2);
        while second.assignment().len() < 4 {
            second.poll(Duration::from_millis(100)).await.unwrap();
        }
        // What the first read and committed is not read again.
        produce(&client, "t", 0, 1, 2, Codec::Gzip).await;
        assert_eq!(take(&io, &mut second, 1).await, ["0:1=1"]);
        assert!(two.read().iter().all(|it| !it.starts_with('!')));
    });
}

#[test]
fn eager_members_give_everything_back_and_share() {
    members_share(&[("partition.assignment.strategy", "range")], false);
}

#[test]
fn cooperative_members_give_back_only_what_moves() {
    members_share(&[("partition.assignment.strategy", "cooperative-sticky")], true);
}

#[test]
fn members_of_the_new_protocol_share() {
    members_share(&[("group.protocol", "consumer")], true);
}

#[test]
fn a_dropped_consumer_leaves_its_group() {
    for protocol in ["classic", "consumer"] {
        beside_a_node(async |_, io| {
            let client = client(&io);
            create_topic(&client, "t", 1).await;
            produce(&client, "t", 0, 0, 2, Codec::Snappy).await;
            let given = [("group.protocol", protocol)];
            let mut first = Consumer::new(io.clone(), settings(&given)).unwrap();
            first.subscribe(["t"]).unwrap();
            assert_eq!(take(&io, &mut first, 2).await, ["0:0=0", "0:1=1"]);
            drop(first);
            let begin = io.now().mono;
            let mut second = Consumer::new(io.clone(), settings(&given)).unwrap();
            second.subscribe(["t"]).unwrap();
            // The last record was given out, and nobody said that it was processed.
            assert_eq!(take(&io, &mut second, 1).await, ["0:1=1"]);
            assert!(io.now().mono.since(begin) < Duration::from_secs(20));
        });
    }
}

#[test]
fn places_are_sought_paused_and_found_by_time() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 2).await;
        produce(&client, "t", 0, 0, 5, Codec::None).await;
        io.sleep(Duration::from_millis(10)).await;
        let later = io.now().wall.millis;
        produce(&client, "t", 0, 5, 9, Codec::None).await;
        let given = [("bootstrap.servers", BOOTSTRAP), ("auto.offset.reset", "none")];
        let settings = ConsumerSettings::from_properties(given).unwrap();
        let mut consumer = Consumer::new(io.clone(), settings).unwrap();
        let (zero, one) = (at("t", 0), at("t", 1));
        consumer.assign([zero.clone(), one.clone()]).unwrap();
        let error = consumer.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoOffset);
        assert!(consumer.seek(&at("u", 0), 1).is_err());
        consumer.seek_to_end(std::slice::from_ref(&one)).unwrap();
        consumer.seek(&zero, 7).unwrap();
        let mut seen = Vec::new();
        while seen.len() < 2 {
            if let Ok(record) = consumer.next().await.unwrap() {
                seen.push(record.offset);
            }
        }
        assert_eq!(seen, [7, 8]);
        let times = [(zero.clone(), later), (one.clone(), 0)].into();
        let found = consumer.offsets_for_times(&times).await.unwrap();
        assert_eq!(found[&zero].unwrap().offset, 5);
        assert_eq!(found[&one], None);
        let both = [zero.clone(), one.clone()];
        assert_eq!(
            consumer.end_offsets(&both).await.unwrap().into_values().collect::<Vec<_>>(),
            [9, 0]
        );
        assert_eq!(consumer.beginning_offsets(&both).await.unwrap()[&zero], 0);
        consumer.seek_to_beginning(std::slice::from_ref(&zero)).unwrap();
        assert_eq!(take(&io, &mut consumer, 1).await, ["0:0=0"]);
        consumer.pause(std::slice::from_ref(&zero)).unwrap();
        produce(&client, "t", 1, 0, 1, Codec::None).await;
        assert_eq!(take(&io, &mut consumer, 1).await, ["1:0=0"]);
        assert_eq!(consumer.poll(Duration::from_secs(5)).await.unwrap(), []);
        consumer.resume(std::slice::from_ref(&zero)).unwrap();
        assert_eq!(take(&io, &mut consumer, 2).await, ["0:1=1", "0:2=2"]);
    });
}

#[test]
fn a_slow_user_loses_his_partitions_and_comes_back() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 1).await;
        produce(&client, "t", 0, 0, 3, Codec::None).await;
        let diary = Diary::default();
        let slow = settings(&[("max.poll.interval.ms", "10000"), ("enable.auto.commit", "false")]);
        let mut consumer = Consumer::with_listener(io.clone(), slow, diary.clone()).unwrap();
        consumer.subscribe(["t"]).unwrap();
        take(&io, &mut consumer, 2).await;
        io.sleep(Duration::from_secs(30)).await;
        // Nothing was committed: it is read again, and what had been fetched is let go.
        assert_eq!(take(&io, &mut consumer, 3).await, ["0:0=0", "0:1=1", "0:2=2"]);
        assert_eq!(diary.read(), ["+t-0", "!t-0", "+t-0"]);
    });
}

#[test]
fn topics_that_match_are_read_when_they_come() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "in-a", 1).await;
        create_topic(&client, "out", 1).await;
        produce(&client, "out", 0, 0, 1, Codec::None).await;
        produce(&client, "in-a", 0, 0, 1, Codec::None).await;
        let mut consumer =
            Consumer::new(io.clone(), settings(&[("metadata.max.age.ms", "5000")])).unwrap();
        consumer.subscribe_matching("in-.*").unwrap();
        assert_eq!(take(&io, &mut consumer, 1).await, ["0:0=0"]);
        create_topic(&client, "in-b", 1).await;
        produce(&client, "in-b", 0, 0, 1, Codec::None).await;
        assert_eq!(take(&io, &mut consumer, 1).await, ["0:0=0"]);
        assert_eq!(consumer.assignment(), [at("in-a", 0), at("in-b", 0)]);
    });
}

#[test]
fn partitions_that_are_at_their_end_do_not_hold_up_the_others() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 2).await;
        produce(&client, "t", 0, 0, 1, Codec::None).await;
        for batch in 0..40 {
            produce(&client, "t", 1, batch * 100, (batch + 1) * 100, Codec::None).await;
        }
        // Every fetch fills the store of partition 1, and there is nothing more in partition 0.
        let more = [("max.partition.fetch.bytes", "1000"), ("fetch.max.wait.ms", "5000")];
        let mut consumer = Consumer::new(io.clone(), settings(&more)).unwrap();
        consumer.assign([at("t", 0), at("t", 1)]).unwrap();
        let began = io.now().mono;
        assert_eq!(take(&io, &mut consumer, 4001).await.len(), 4001);
        let took = io.now().mono.since(began);
        assert!(took < Duration::from_secs(2), "{took:?}");
        consumer.close(SOON).await;
    });
}

/// Ends when `consumer` has told `count` errors; reads as fast as it is answered.
async fn meet_errors(consumer: &mut Consumer, count: usize) -> Vec<ErrorKind> {
    let mut met = Vec::new();
    while met.len() < count {
        if let Err(error) = consumer.poll(Duration::from_secs(5)).await {
            met.push(error.kind());
        }
    }
    met
}

#[test]
fn what_ended_a_membership_is_told_again_but_not_in_a_spin() {
    beside_a_node(async |_, io| {
        create_topic(&client(&io), "t", 1).await;
        let given = [("group.protocol", "consumer"), ("group.instance.id", "i")];
        let mut first = Consumer::new(io.clone(), settings(&given)).unwrap();
        first.subscribe(["t"]).unwrap();
        while first.assignment().is_empty() {
            first.poll(Duration::from_millis(100)).await.unwrap();
        }
        let mut second = Consumer::new(io.clone(), settings(&given)).unwrap();
        second.subscribe(["t"]).unwrap();
        let refused = ErrorKind::Broker(ottla_client::ErrorCode::UnreleasedInstanceId);
        assert_eq!(meet_errors(&mut second, 1).await, [refused]);
        let begin = io.now().mono;
        assert_eq!(meet_errors(&mut second, 5).await, [refused; 5]);
        let took = io.now().mono.since(begin);
        assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(6), "{took:?}");
        // Another subscription is another membership.
        first.close_with(Leaving::Leave, SOON).await;
        second.subscribe(["t"]).unwrap();
        while second.assignment().is_empty() {
            let _ = second.poll(Duration::from_millis(100)).await;
        }
    });
}

#[test]
fn closing_while_the_broker_is_away_waits_without_a_spin() {
    beside_a_node(async |world, io| {
        let client = client(&io);
        create_topic(&client, "t", 1).await;
        produce(&client, "t", 0, 0, 1, Codec::None).await;
        let mut consumer = Consumer::new(io.clone(), settings(&[])).unwrap();
        consumer.subscribe(["t"]).unwrap();
        take(&io, &mut consumer, 1).await;
        world.kill("broker");
        // The fetch has failed, and the next is put off for a moment.
        io.sleep(Duration::from_millis(20)).await;
        world.partition("client", "broker");
        let begin = io.now().mono;
        consumer.close(Duration::from_secs(5)).await;
        assert!(io.now().mono.since(begin) <= Duration::from_millis(5001));
    });
}

#[test]
fn a_handle_ends_a_consumer_that_somebody_else_holds() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 1).await;
        produce(&client, "t", 0, 0, 3, Codec::None).await;
        let mut held = Consumer::new(io.clone(), settings(&[])).unwrap();
        held.subscribe(["t"]).unwrap();
        let handle = held.handle();
        let (told, mut tell) = tokio::sync::mpsc::unbounded_channel();
        io.spawn("holder", async move {
            while let Some(record) = held.next().await {
                let offset = record.unwrap().offset;
                told.send(offset).unwrap();
                if offset == 1 {
                    // At work on it when the end comes.
                    held.client().io().sleep(Duration::from_secs(1)).await;
                }
            }
        });
        assert_eq!((tell.recv().await, tell.recv().await), (Some(0), Some(1)));
        handle.close(SOON).await;
        assert_eq!(tell.recv().await, None);
        let mut second = Consumer::new(io.clone(), settings(&[])).unwrap();
        second.subscribe(["t"]).unwrap();
        assert_eq!(take(&io, &mut second, 2).await, ["0:1=1", "0:2=2"]);
    });
}
