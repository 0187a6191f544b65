//! One log, three producers and a reader, on a bad network, with crashes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ottla_base::Rng;
use ottla_sim::workload::{LATEST, Producer, Reader, Target, offset_at};
use ottla_sim::{Event, Faults, History, Promise, World, run_seeds};

use crate::toy_broker::{Sync, serve};

const HOUR: Duration = Duration::from_secs(3600);
const PRODUCERS: u64 = 3;
const RECORDS: u64 = 60;

#[derive(Clone, Copy)]
enum Crash {
    /// SIGKILL: the page cache stays.
    Process,
    Power,
}

/// Runs one world to its end; the hash of what happened.
fn run(seed: u64, crash: Crash, sync: Sync, promise: Promise) -> u64 {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    let history = History::new(promise);
    let target =
        Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition: 0 };
    start_broker(&world, sync);
    let main = async {
        let tasks: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let io = world.node(&format!("producer-{producer}"));
                let (target, history) = (target.clone(), history.clone());
                io.clone().spawn("produce", async move {
                    Producer::new(io, target, history, producer).run(RECORDS).await;
                })
            })
            .collect();
        break_things(&world, &history, &target, crash, sync).await;
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

fn start_broker(world: &World, sync: Sync) {
    let io = world.node("broker");
    io.clone().spawn("broker", async move {
        let _ = serve(io, sync).await;
    });
}

/// A few crashes and cuts, then calm.
async fn break_things(world: &World, history: &History, target: &Target, crash: Crash, sync: Sync) {
    let io = world.node("chaos");
    let mut rng = Rng::new(world.seed() ^ 0xc4a5);
    for _ in 0..rng.range(1, 4) {
        io.sleep(Duration::from_millis(rng.range(1, 400))).await;
        if rng.chance(1, 3) {
            let client = format!("producer-{}", rng.below(PRODUCERS));
            world.partition(&client, "broker");
            io.sleep(Duration::from_millis(rng.range(1, 8000))).await;
            world.heal(&client, "broker");
        }
        match crash {
            Crash::Process => {
                world.kill("broker");
                start_broker(world, sync);
            }
            Crash::Power => {
                world.crash("broker");
                // Long enough for the last acknowledgements on the wire to arrive.
                io.sleep(Duration::from_millis(rng.range(1000, 3000))).await;
                world.restart("broker");
                // Producers wait until the recovered end is known, so that it is the first thing
                // that is known of the new life.
                (0..PRODUCERS).for_each(|p| world.partition(&format!("producer-{p}"), "broker"));
                start_broker(world, sync);
                let offset = offset_at(&io, target, LATEST).await;
                history.note(Event::RecoveredFromPowerCut { offset });
                (0..PRODUCERS).for_each(|p| world.heal(&format!("producer-{p}"), "broker"));
            }
        }
    }
    world.set_faults(Faults::default());
}

#[test]
fn a_killed_process_loses_nothing_without_any_sync() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::Process, Sync::Never, Promise::ProcessEnd);
    });
}

#[test]
fn a_power_cut_takes_only_the_end() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::Power, Sync::Never, Promise::ProcessEnd);
    });
}

#[test]
fn what_was_synced_before_the_ack_survives_a_power_cut() {
    run_seeds(0..20, |seed| {
        run(seed, Crash::Power, Sync::BeforeAck, Promise::PowerCut);
    });
}

#[test]
fn a_missing_sync_is_found() {
    let broken = (0..20).filter(|&seed| {
        let scenario = || run(seed, Crash::Power, Sync::Never, Promise::PowerCut);
        catch_unwind(AssertUnwindSafe(scenario)).is_err()
    });
    assert!(broken.count() > 5);
}

#[test]
fn the_same_seed_does_the_same_twice() {
    for seed in 0..3 {
        let run = || run(seed, Crash::Power, Sync::BeforeAck, Promise::PowerCut);
        assert_eq!(run(), run());
    }
}
