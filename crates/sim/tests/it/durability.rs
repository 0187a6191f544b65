//! `ottla.ack.durability=synced`: no power cut takes a record that was acknowledged, and none that a
//! consumer was shown.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ottla_sim::workload::{IdempotentProducer, LATEST, Producer, Reader, Target};
use ottla_sim::workload::{create_topic, offset_at};
use ottla_sim::{Faults, History, Promise, Rules, World, run_seeds};

use crate::room::{Broker, Crash, HOUR, NEVER, Room};

const RECORDS: u64 = 50;
const READERS: u64 = 2;

/// Runs one world to its end; the topic's settings are `configs`.
fn run(seed: u64, crash: Crash, broker: Broker, configs: &[(&str, &str)]) -> u64 {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    let history = History::of(Rules { shown_stays: true, ..Rules::new(Promise::PowerCut) });
    let target =
        Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition: 0 };
    broker.start(&world);
    let main = async {
        create_topic(&world.node("admin"), &target, configs).await;
        for reader in 0..READERS {
            let io = world.node(&format!("reader-{reader}"));
            let (target, history) = (target.clone(), history.clone());
            io.clone().spawn("read", async move {
                Reader::new(io, target, history, reader, 0).follow().await;
            });
        }
        let (sure, plain) = (world.node("producer-0"), world.node("producer-1"));
        let (its_target, its_history) = (target.clone(), history.clone());
        let sure = sure.clone().spawn("produce", async move {
            IdempotentProducer::new(sure, its_target, its_history, 0).run(RECORDS).await;
        });
        let (its_target, its_history) = (target.clone(), history.clone());
        let plain = plain.clone().spawn("produce", async move {
            Producer::new(plain, its_target, its_history, 1).run(RECORDS).await;
        });
        let room = Room { world: &world, history: &history, target: &target, broker };
        room.break_things(&clients(), crash).await;
        sure.join().await.unwrap();
        plain.join().await.unwrap();
        let io = world.node("auditor");
        let end = offset_at(&io, &target, LATEST).await;
        Reader::new(io, target.clone(), history.clone(), READERS, 0).run_to(end).await;
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"));
    assert!(history.acknowledged_count() as u64 >= 2 * RECORDS);
    world.trace_hash()
}

fn clients() -> Vec<String> {
    let producers = (0..2).map(|producer| format!("producer-{producer}"));
    producers.chain((0..READERS).map(|reader| format!("reader-{reader}"))).collect()
}

const SYNCED: &[(&str, &str)] = &[("ottla.ack.durability", "synced")];

#[test]
fn a_power_cut_takes_nothing_that_was_acknowledged_or_shown() {
    run_seeds(0..15, |seed| {
        run(seed, Crash::Power, Broker::Node(NEVER), SYNCED);
    });
}

#[test]
fn it_holds_while_segments_roll_and_go() {
    let configs =
        [("ottla.ack.durability", "synced"), ("internal.segment.bytes", "600"), ("flush.ms", "20")];
    run_seeds(0..10, |seed| {
        run(seed, Crash::Power, Broker::Node(NEVER), &configs);
    });
}

#[test]
fn failed_syncs_take_nothing_that_was_acknowledged_or_shown() {
    run_seeds(0..10, |seed| {
        run(seed, Crash::FailedSyncs, Broker::FrailNode(NEVER), SYNCED);
    });
}

#[test]
fn what_is_acknowledged_after_failed_syncs_and_a_restart_stays() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::FailedSyncsThenPower, Broker::FrailNode(NEVER), SYNCED);
    });
}

#[test]
fn without_it_a_power_cut_is_noticed() {
    let broken = (0..15).filter(|&seed| {
        let scenario = || run(seed, Crash::Power, Broker::Node(NEVER), &[]);
        catch_unwind(AssertUnwindSafe(scenario)).is_err()
    });
    assert!(broken.count() > 3);
}

#[test]
fn the_same_seed_does_the_same_twice_in_group_commit() {
    for seed in 0..2 {
        let run = || run(seed, Crash::Power, Broker::Node(NEVER), SYNCED);
        assert_eq!(run(), run());
    }
}
