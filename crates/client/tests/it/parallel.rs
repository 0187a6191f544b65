//! Records worked on beside each other: order per key, commits without gaps, delays, dead letters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_client::parallel::{DeadLetterFile, DeadLetterStore, DeadLetterTopic, Failed};
use ottla_client::producer::DeadLetter;
use ottla_client::settings::ConsumerSettings;
use ottla_client::{
    Admin, Consumer, ConsumerRecord, ErrorKind, ParallelConsumer, ParallelSettings, Producer,
    ProducerRecord, TopicPartition,
};
use ottla_io::Io;
use ottla_sim::World;

use crate::producer::settings as producer_settings;
use crate::room::{BOOTSTRAP, beside_a_node, client, create_topic};

/// Records that a test writes, of so many keys.
const RECORDS: u64 = 200;
const KEYS: u64 = 9;

fn settings() -> ConsumerSettings {
    ConsumerSettings::from_properties([
        ("bootstrap.servers", BOOTSTRAP),
        ("group.id", "g"),
        ("auto.offset.reset", "earliest"),
        ("auto.commit.interval.ms", "100"),
        ("max.poll.records", "20"),
        ("session.timeout.ms", "8000"),
    ])
    .unwrap()
}

async fn fill(io: &Io) {
    create_topic(&client(io), "t", 3).await;
    let producer = Producer::new(io.clone(), producer_settings(&[])).unwrap();
    for number in 0..RECORDS {
        let record = ProducerRecord::new("t", number.to_string()).key((number % KEYS).to_string());
        drop(producer.send(record).await.unwrap());
    }
    producer.close(Duration::from_secs(60)).await;
}

/// What was worked on, in the order of the ends.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Numbers by key, since the last life began.
    by_key: BTreeMap<u64, Vec<u64>>,
    ended: BTreeSet<(i32, i64)>,
    running: BTreeSet<u64>,
    most: usize,
}

fn number(record: &ConsumerRecord) -> u64 {
    String::from_utf8_lossy(record.value.as_deref().unwrap()).parse().unwrap()
}

impl Notes {
    fn begin(&self, record: &ConsumerRecord) {
        let mut state = self.0.lock().unwrap();
        assert!(state.running.insert(number(record) % KEYS), "two of a key at a time");
        state.most = state.most.max(state.running.len());
    }

    fn end(&self, record: &ConsumerRecord) {
        let (mut state, number) = (self.0.lock().unwrap(), number(record));
        state.running.remove(&(number % KEYS));
        let of_key = state.by_key.entry(number % KEYS).or_default();
        assert!(of_key.last().is_none_or(|last| *last < number), "{number} after {of_key:?}");
        of_key.push(number);
        state.ended.insert((record.partition, record.offset));
    }

    /// Another life works: what was not committed comes again.
    fn forget_order(&self) {
        let mut state = self.0.lock().unwrap();
        state.by_key.clear();
        state.running.clear();
    }

    fn ended(&self) -> usize {
        self.0.lock().unwrap().ended.len()
    }

    /// Everything before what is committed has ended.
    async fn check_commits(&self, io: &Io) -> i64 {
        let admin = Admin::over(client(io));
        let listed = admin.list_group_offsets("g", None, true).await.unwrap_or_default();
        let state = self.0.lock().unwrap();
        for (partition, told) in &listed {
            for offset in 0..told.offset {
                let ended = state.ended.contains(&(partition.partition, offset));
                assert!(ended, "{partition}: committed {} past {offset}", told.offset);
            }
        }
        listed.values().map(|told| told.offset).sum()
    }
}

/// Works on everything, each record for a while of its own.
async fn work(io: Io, notes: Notes) {
    let parallel = ParallelSettings::default().concurrency(6).memory(40, 1 << 20);
    let consumer = ParallelConsumer::new(io.clone(), settings(), parallel).unwrap();
    consumer.subscribe(["t"]).unwrap();
    let told = consumer.run(move |record| {
        let (io, notes) = (io.clone(), notes.clone());
        async move {
            notes.begin(&record);
            io.sleep(Duration::from_millis(io.random_u64() % 300)).await;
            notes.end(&record);
            Ok(())
        }
    });
    told.await.unwrap();
}

async fn until_all_is_committed(io: &Io, notes: &Notes) {
    for _ in 0..2000 {
        if notes.check_commits(io).await == RECORDS as i64 {
            return;
        }
        io.sleep(Duration::from_millis(200)).await;
    }
    panic!("never committed: {} of {RECORDS} worked on", notes.ended());
}

#[test]
fn a_killed_process_loses_nothing_and_keys_keep_their_order() {
    beside_a_node(async |world: World, io| {
        fill(&io).await;
        let notes = Notes::default();
        for life in 0..3 {
            let machine = world.node("worker");
            machine.clone().spawn("work", work(machine, notes.clone()));
            if life < 2 {
                io.sleep(Duration::from_secs(5)).await;
                notes.check_commits(&io).await;
                world.kill("worker");
                notes.forget_order();
            }
        }
        until_all_is_committed(&io, &notes).await;
        assert!(notes.0.lock().unwrap().most > 3, "nothing ran beside each other");
    });
}

#[test]
fn what_is_given_back_is_done_and_committed() {
    beside_a_node(async |world: World, io| {
        fill(&io).await;
        let notes = Notes::default();
        for name in ["one", "two", "three"] {
            let machine = world.node(name);
            machine.clone().spawn("work", work(machine, notes.clone()));
            io.sleep(Duration::from_secs(2)).await;
            notes.check_commits(&io).await;
        }
        // Nobody was killed: nothing was worked on twice, which the order per key shows.
        until_all_is_committed(&io, &notes).await;
    });
}

/// The first letters of the topic `dead`.
async fn read_letters(io: &Io, count: usize) -> Vec<ConsumerRecord> {
    let given = [("bootstrap.servers", BOOTSTRAP), ("auto.offset.reset", "earliest")];
    let alone = ConsumerSettings::from_properties(given).unwrap();
    let mut letters = Consumer::new(io.clone(), alone).unwrap();
    letters.assign([TopicPartition::new("dead", 0)]).unwrap();
    let mut found = Vec::new();
    for _ in 0..count {
        found.push(letters.next().await.unwrap().unwrap());
    }
    found
}

/// The record that a letter is about.
fn original(letter: &ConsumerRecord) -> ProducerRecord {
    let name = |key: &bytes::Bytes| String::from_utf8(key.to_vec()).unwrap();
    let headers = letter.headers.iter().map(|it| (name(&it.key), it.value.clone())).collect();
    let (key, value) = (letter.key.clone(), letter.value.clone());
    ProducerRecord::from_dead_letter(key, value, headers).unwrap()
}

#[test]
fn a_record_is_tried_again_later_and_then_put_aside_with_the_reason() {
    beside_a_node(async |_, io| {
        fill(&io).await;
        create_topic(&client(&io), "dead", 1).await;
        let producer = Producer::new(io.clone(), producer_settings(&[])).unwrap();
        let second = Duration::from_secs(1);
        let parallel = ParallelSettings::default()
            .retries(3, second, second * 60)
            .dead_letters(DeadLetterTopic::new(producer, "dead"));
        let consumer = ParallelConsumer::new(io.clone(), settings(), parallel).unwrap();
        consumer.subscribe(["t"]).unwrap();
        let stopper = consumer.stopper();
        let (times, clock) = (Arc::new(Mutex::new(Vec::new())), io.clone());
        let seen = times.clone();
        let running = consumer.run(move |record| {
            let result = match number(&record) {
                30 => {
                    seen.lock().unwrap().push(clock.now().mono);
                    Err(Failed::for_now("the mail server is away"))
                }
                40 => Err(Failed::for_good("no such customer")),
                _ => Ok(()),
            };
            std::future::ready(result)
        });
        let watching = async {
            let found = read_letters(&io, 2).await;
            stopper.stop();
            found
        };
        let (told, letters) = tokio::join!(running, watching);
        told.unwrap();
        let header = |at: usize, name: &str| {
            let of = letters[at].headers.iter().find(|it| it.key == name).unwrap();
            String::from_utf8(of.value.clone().unwrap().to_vec()).unwrap()
        };
        assert_eq!(header(0, "ottla.dead.error"), "no such customer");
        assert_eq!(header(0, "ottla.dead.attempts"), "1");
        assert_eq!(header(1, "ottla.dead.error"), "the mail server is away");
        assert_eq!(header(1, "ottla.dead.attempts"), "3");
        assert_eq!(header(1, "ottla.dead.topic"), "t");
        let again = original(&letters[1]);
        assert_eq!((&*again.topic, again.key.as_deref()), ("t", Some(&b"3"[..])));
        assert!(again.headers.is_empty() && again.value.as_deref() == Some(b"30"));
        let times = times.lock().unwrap();
        let pauses: Vec<u64> =
            times.windows(2).map(|it| it[1].since(it[0]).as_millis() as u64 / 500).collect();
        assert_eq!(pauses, [2, 4], "in half seconds");
    });
}

#[test]
fn without_a_place_for_it_a_record_that_fails_ends_the_run_and_comes_again() {
    beside_a_node(async |_, io| {
        fill(&io).await;
        for _ in 0..2 {
            let parallel = ParallelSettings::default();
            let consumer = ParallelConsumer::new(io.clone(), settings(), parallel).unwrap();
            consumer.subscribe(["t"]).unwrap();
            let error = consumer.run(|record| {
                let fails = number(&record) == 50;
                std::future::ready(if fails { Err(Failed::for_good("bad")) } else { Ok(()) })
            });
            let error = error.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRecord);
            assert!(error.message().ends_with("bad"), "{error}");
        }
    });
}

#[test]
fn dead_letters_in_a_file_are_batches_as_in_a_log() {
    beside_a_node(async |_, io| {
        io.disk().create_dir_all("/letters").unwrap();
        let store = DeadLetterFile::new(io.clone(), "/letters/dead.log");
        for value in ["one", "two"] {
            let record = ProducerRecord::new("t", value).header("mine", "1");
            let error = ottla_client::Error::new(ErrorKind::InvalidRecord, "too odd");
            store.keep(DeadLetter::new(record, error)).await.unwrap();
        }
        let bytes = bytes::Bytes::from(io.disk().read("/letters/dead.log", 1 << 20).unwrap());
        let batches: Vec<_> = ottla_record::split_batches(&bytes).map(Result::unwrap).collect();
        assert_eq!(batches.len(), 2);
        for (batch, value) in batches.iter().zip(["one", "two"]) {
            batch.check_crc().unwrap();
            let records = ottla_record::records(batch, 1 << 20).unwrap();
            let record = records.iter().next().unwrap().unwrap();
            assert_eq!(record.value, Some(value.as_bytes()));
            let names: Vec<_> = record.headers.map(|it| it.unwrap().key.to_vec()).collect();
            assert_eq!(names[..2], [b"mine".to_vec(), b"ottla.dead.topic".to_vec()]);
        }
    });
}
