//! One log, three producers and a reader, on a bad network, with crashes: first on the toy, which
//! proves the method, then on a real node.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ottla_sim::workload::{LATEST, Producer, Reader, Target, create_topic, offset_at};
use ottla_sim::{Faults, History, Promise, World, run_seeds};

use crate::room::{Broker, Crash, HOUR, NEVER, Room};
use crate::toy_broker::Sync;

const PRODUCERS: u64 = 3;
const RECORDS: u64 = 60;

/// Runs one world to its end; the hash of what happened.
fn run(seed: u64, crash: Crash, broker: Broker, promise: Promise) -> u64 {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    let history = History::new(promise);
    let target =
        Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition: 0 };
    broker.start(&world);
    let main = async {
        if let Broker::Node(flush) | Broker::FrailNode(flush) = broker {
            let configs = [("flush.messages", flush)];
            create_topic(&world.node("admin"), &target, &configs).await;
        }
        let tasks: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let io = world.node(&format!("producer-{producer}"));
                let (target, history) = (target.clone(), history.clone());
                io.clone().spawn("produce", async move {
                    Producer::new(io, target, history, producer).run(RECORDS).await;
                })
            })
            .collect();
        let room = Room { world: &world, history: &history, target: &target, broker };
        room.break_things(&clients(), crash).await;
        for task in tasks {
            task.join().await.unwrap();
        }
        let io = world.node("reader");
        let end = offset_at(&io, &target, LATEST).await;
        Reader::new(io, target.clone(), history.clone(), 1, 0).run_to(end).await;
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"));
    assert!(history.acknowledged_count() as u64 >= PRODUCERS * RECORDS);
    world.trace_hash()
}

fn clients() -> Vec<String> {
    (0..PRODUCERS).map(|producer| format!("producer-{producer}")).collect()
}

#[test]
fn a_killed_process_loses_nothing_without_any_sync() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::Process, Broker::Toy(Sync::Never), Promise::ProcessEnd);
    });
}

#[test]
fn a_power_cut_takes_only_the_end() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::Power, Broker::Toy(Sync::Never), Promise::ProcessEnd);
    });
}

#[test]
fn what_was_synced_before_the_ack_survives_a_power_cut() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::Power, Broker::Toy(Sync::BeforeAck), Promise::PowerCut);
    });
}

#[test]
fn a_missing_sync_is_found() {
    for broker in [Broker::Toy(Sync::Never), Broker::Node(NEVER)] {
        let broken = (0..20).filter(|&seed| {
            let scenario = || run(seed, Crash::Power, broker, Promise::PowerCut);
            catch_unwind(AssertUnwindSafe(scenario)).is_err()
        });
        assert!(broken.count() > 3);
    }
}

#[test]
fn the_same_seed_does_the_same_twice() {
    for seed in 0..3 {
        let run = || run(seed, Crash::Power, Broker::Toy(Sync::BeforeAck), Promise::PowerCut);
        assert_eq!(run(), run());
    }
}

#[test]
fn a_killed_node_loses_nothing() {
    run_seeds(0..10, |seed| {
        run(seed, Crash::Process, Broker::Node(NEVER), Promise::ProcessEnd);
    });
}

#[test]
fn a_power_cut_takes_only_the_end_of_a_node_s_log() {
    run_seeds(0..10, |seed| {
        run(seed, Crash::Power, Broker::Node(NEVER), Promise::ProcessEnd);
    });
}

#[test]
fn a_node_that_syncs_each_batch_loses_nothing_to_a_power_cut() {
    run_seeds(0..10, |seed| {
        run(seed, Crash::Power, Broker::Node("1"), Promise::PowerCut);
    });
}

#[test]
fn a_full_disk_takes_nothing_that_was_acknowledged() {
    run_seeds(0..8, |seed| {
        run(seed, Crash::FullDisk, Broker::FrailNode(NEVER), Promise::ProcessEnd);
    });
}

#[test]
fn what_was_synced_survives_syncs_that_fail() {
    run_seeds(0..8, |seed| {
        run(seed, Crash::FailedSyncs, Broker::FrailNode("1"), Promise::PowerCut);
    });
}

#[test]
fn a_node_does_the_same_twice() {
    for seed in 0..2 {
        let run = || run(seed, Crash::Power, Broker::Node("1"), Promise::PowerCut);
        assert_eq!(run(), run());
    }
}
