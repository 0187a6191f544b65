//! Idempotent producers that never give up, and readers that are there all the time: each record
//! stands in the log once, in order, whatever happens.

use ottla_sim::workload::{IdempotentProducer, LATEST, Reader, Target, create_topic, offset_at};
use ottla_sim::{Event, Faults, History, Promise, World, run_seeds};

use crate::room::{Broker, Crash, HOUR, NEVER, Room};

const PRODUCERS: u64 = 2;
const READERS: u64 = 2;
const RECORDS: u64 = 60;

/// Runs one world to its end.
fn run(seed: u64, crash: Crash, broker: Broker, promise: Promise) -> u64 {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    let history = History::new(promise);
    let target =
        Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition: 0 };
    broker.start(&world);
    let main = async {
        let (Broker::Node(flush) | Broker::FrailNode(flush)) = broker else { return };
        create_topic(&world.node("admin"), &target, &[("flush.messages", flush)]).await;
        for reader in 0..READERS {
            let io = world.node(&format!("reader-{reader}"));
            let (target, history) = (target.clone(), history.clone());
            io.clone().spawn("read", async move {
                Reader::new(io, target, history, reader, 0).follow().await;
            });
        }
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let io = world.node(&format!("producer-{producer}"));
                let (target, history) = (target.clone(), history.clone());
                io.clone().spawn("produce", async move {
                    IdempotentProducer::new(io, target, history, producer).run(RECORDS).await;
                })
            })
            .collect();
        let room = Room { world: &world, history: &history, target: &target, broker };
        room.break_things(&clients(), crash).await;
        for producer in producers {
            producer.join().await.unwrap();
        }
        read_everything(&world, &history, &target).await;
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"));
    world.trace_hash()
}

fn clients() -> Vec<String> {
    let producers = (0..PRODUCERS).map(|producer| format!("producer-{producer}"));
    producers.chain((0..READERS).map(|reader| format!("reader-{reader}"))).collect()
}

/// At last every record is there, and the log holds nothing else.
async fn read_everything(world: &World, history: &History, target: &Target) {
    let io = world.node("auditor");
    let end = offset_at(&io, target, LATEST).await;
    Reader::new(io, target.clone(), history.clone(), READERS, 0).run_to(end).await;
    let events = history.events();
    let is_audit = |event: &&Event| matches!(event, Event::Read { reader: READERS, .. });
    let read = events.iter().filter(is_audit).count() as u64;
    let sent = events.iter().filter(|event| matches!(event, Event::Sent { .. })).count() as u64;
    assert_eq!((read, end as u64), (sent, sent), "records that were read, the log end; sent");
}

#[test]
fn a_killed_node_writes_nothing_twice() {
    run_seeds(0..10, |seed| {
        run(seed, Crash::Process, Broker::Node(NEVER), Promise::ProcessEnd);
    });
}

#[test]
fn a_power_cut_makes_nothing_appear_twice() {
    run_seeds(0..10, |seed| {
        run(seed, Crash::Power, Broker::Node("1"), Promise::PowerCut);
    });
}

#[test]
fn a_full_disk_makes_nothing_appear_twice() {
    run_seeds(0..8, |seed| {
        run(seed, Crash::FullDisk, Broker::FrailNode(NEVER), Promise::ProcessEnd);
    });
}

#[test]
fn failed_syncs_make_nothing_appear_twice() {
    run_seeds(0..8, |seed| {
        run(seed, Crash::FailedSyncs, Broker::FrailNode("1"), Promise::PowerCut);
    });
}

#[test]
fn idempotence_does_the_same_twice() {
    let run = || run(1, Crash::Power, Broker::Node("1"), Promise::PowerCut);
    assert_eq!(run(), run());
}
