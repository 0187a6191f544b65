//! One log, three producers and a reader, on a bad network, with crashes: first on the toy, which
//! proves the method, then on a real node.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ottla_base::Rng;
use ottla_io::Io;
use ottla_sim::workload::{LATEST, Producer, Reader, Target, create_topic, offset_at};
use ottla_sim::{Event, Faults, History, Promise, World, node, run_seeds};

use crate::toy_broker::{Sync, serve};

const HOUR: Duration = Duration::from_secs(3600);
const PRODUCERS: u64 = 3;
const RECORDS: u64 = 60;

/// What serves the log.
#[derive(Clone, Copy)]
enum Broker {
    Toy(Sync),
    /// A node; the value is the topic's `flush.messages`.
    Node(&'static str),
}

#[derive(Clone, Copy)]
enum Crash {
    /// SIGKILL: the page cache stays.
    Process,
    Power,
}

/// Runs one world to its end; the hash of what happened.
fn run(seed: u64, crash: Crash, broker: Broker, promise: Promise) -> u64 {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    let history = History::new(promise);
    let target =
        Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition: 0 };
    start_broker(&world, broker);
    let main = async {
        if let Broker::Node(flush) = broker {
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
        break_things(&world, &history, &target, crash, broker).await;
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

fn start_broker(world: &World, broker: Broker) {
    let io = world.node("broker");
    io.clone().spawn("broker", async move {
        match broker {
            Broker::Toy(sync) => drop(serve(io, sync).await),
            Broker::Node(_) => serve_node(io).await,
        }
    });
}

async fn serve_node(io: Io) {
    let settings = node::settings(1, 9092);
    match ottla_broker::start(io, settings).await {
        Ok(running) => panic!("the node gave up: {}", running.failure().await),
        Err(refusal) => panic!("the node does not start: {refusal}"),
    }
}

/// A few crashes and cuts, then calm.
async fn break_things(
    world: &World,
    history: &History,
    target: &Target,
    crash: Crash,
    broker: Broker,
) {
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
                start_broker(world, broker);
            }
            Crash::Power => {
                cut_power(world, &mut rng, broker).await;
                let offset = offset_at(&io, target, LATEST).await;
                history.note(Event::RecoveredFromPowerCut { offset });
                (0..PRODUCERS).for_each(|p| world.heal(&format!("producer-{p}"), "broker"));
            }
        }
    }
    world.set_faults(Faults::default());
}

/// Cuts the broker's power, at any time or at any of its disk's changes, also once more while it
/// recovers. It then runs, out of reach of the producers, so that its recovered end is the first
/// thing that is known of its new life.
async fn cut_power(world: &World, rng: &mut Rng, broker: Broker) {
    let io = world.node("chaos");
    let mut cuts_left = rng.range(1, 3);
    loop {
        if rng.chance(1, 2) {
            world.crash_after_disk_writes("broker", rng.range(0, 60));
            io.sleep(Duration::from_millis(rng.range(0, 1000))).await;
        }
        world.crash("broker");
        // Long enough for the last acknowledgements on the wire to arrive.
        io.sleep(Duration::from_millis(rng.range(1000, 3000))).await;
        world.restart("broker");
        (0..PRODUCERS).for_each(|p| world.partition(&format!("producer-{p}"), "broker"));
        start_broker(world, broker);
        cuts_left -= 1;
        if cuts_left == 0 {
            return;
        }
        io.sleep(Duration::from_millis(rng.range(0, 30))).await;
    }
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

/// `flush.messages` of a topic that is never synced for its own sake.
const NEVER: &str = "9223372036854775807";

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
fn a_node_does_the_same_twice() {
    for seed in 0..2 {
        let run = || run(seed, Crash::Power, Broker::Node("1"), Promise::PowerCut);
        assert_eq!(run(), run());
    }
}
