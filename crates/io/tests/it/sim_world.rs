//! Tasks, clock and randomness of the simulated world, and that a seed repeats itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_io::sim::{Faults, Stuck, World};
use ottla_io::{Io, Open, ShutdownSignal, TaskError};

use crate::echo;

const MINUTE: Duration = Duration::from_secs(60);

/// A bit of everything: several clients, an echo server that dies and comes back, files.
fn busy_world(seed: u64) -> World {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    world.keep_trace(1_000_000);
    let start = |io: Io| {
        io.clone().spawn("start", async move {
            let disk = io.disk();
            disk.create_dir_all("data").unwrap();
            let _ = disk.write_atomic("data/started", &io.random_u64().to_le_bytes());
            if let Ok(listener) = io.listen("", 9092).await {
                echo::serve(&io, listener).join().await.unwrap();
            }
        });
    };
    start(world.node("server"));
    for name in ["a", "b", "c"] {
        let io = world.node(name);
        io.clone().spawn("client", async move {
            let file = io.disk().open("answers", Open::Create).unwrap();
            for round in 0u64..20 {
                let message = vec![round as u8; 1 + io.random_u64() as usize % 20_000];
                let asked = echo::ask(&io, "server", 9092, message);
                let answer = io.timeout(Duration::from_secs(2), asked).await;
                let len = answer.and_then(Result::ok).map_or(0, |answer| answer.len());
                file.write_at(round * 8, &len.to_le_bytes()).unwrap();
                let synced = file.clone();
                let _ = io.flushing(move || synced.sync_data()).await;
            }
        });
    }
    world.run_for(Duration::from_millis(200));
    start(world.restart("server"));
    world.run_for(Duration::from_secs(5));
    world.partition("a", "server");
    world.run_for(Duration::from_secs(5));
    world.heal_network();
    world.run_for(MINUTE);
    world
}

#[test]
fn the_same_seed_does_the_same_twice() {
    for seed in 0..3 {
        let (a, b) = (busy_world(seed), busy_world(seed));
        assert!(a.trace_events() > 500, "{}", a.trace_events());
        let first_difference = a
            .trace()
            .lines()
            .zip(b.trace().lines())
            .find(|(a, b)| a != b)
            .map(|(a, b)| format!("{a}\n{b}"));
        assert_eq!(first_difference, None);
        assert_eq!(a.trace_hash(), b.trace_hash());
    }
}

#[test]
fn another_seed_does_something_else() {
    assert_ne!(busy_world(1).trace_hash(), busy_world(2).trace_hash());
}

#[test]
fn waiting_takes_virtual_time_only() {
    let world = World::new(1);
    let io = world.node("n");
    let waited = world.run(2 * 24 * 60 * MINUTE, async {
        let start = io.now();
        io.sleep(24 * 60 * MINUTE).await;
        let end = io.now();
        assert_eq!(end.wall.millis - start.wall.millis, 86_400_000);
        end.mono.since(start.mono)
    });
    let waited = waited.unwrap();
    assert!(waited >= 24 * 60 * MINUTE && waited < 24 * 60 * MINUTE + Duration::from_millis(1));
}

#[test]
fn a_wall_clock_jumps_alone() {
    let world = World::new(1);
    let io = world.node("n");
    let before = io.now();
    world.jump_wall_clock("n", -3_600_000);
    let after = io.now();
    assert_eq!(after.mono, before.mono);
    assert_eq!(after.wall.millis, before.wall.millis - 3_600_000);
}

#[test]
fn a_deadlock_is_told_from_slowness() {
    let world = World::new(1);
    let io = world.node("n");
    io.spawn("waits for nothing", std::future::pending());
    let stuck = world.run(MINUTE, std::future::pending::<()>());
    assert_eq!(stuck, Err(Stuck::Deadlock("n/waits for nothing".to_owned())));
    let slow = world.run(MINUTE, io.sleep(2 * MINUTE));
    assert_eq!(slow, Err(Stuck::TimeUp("n/waits for nothing".to_owned())));
}

#[test]
fn a_task_that_never_waits_does_not_stop_the_clock() {
    let world = World::new(1);
    let io = world.node("n");
    let spinning = io.clone();
    io.spawn("spins", async move {
        loop {
            spinning.yield_now().await;
        }
    });
    world.run(MINUTE, io.sleep(Duration::from_millis(20))).unwrap();
}

#[test]
#[should_panic(expected = "waits for nothing")]
fn a_task_that_keeps_its_turn_for_ever_is_told() {
    let world = World::new(1);
    let io = world.node("n");
    let spinning = io.clone();
    io.spawn("spins", async move {
        loop {
            let past = spinning.now().mono;
            spinning.sleep_until(past).await;
        }
    });
    let _ = world.run(MINUTE, io.sleep(Duration::from_millis(20)));
}

#[test]
fn ready_tasks_run_in_every_order() {
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let world = World::new(seed);
        let io = world.node("n");
        let order = Arc::new(Mutex::new(Vec::new()));
        for number in 0..3 {
            let order = order.clone();
            io.spawn("one of three", async move { order.lock().unwrap().push(number) });
        }
        world.run_for(Duration::from_millis(1));
        orders.insert(order.lock().unwrap().clone());
    }
    assert_eq!(orders.len(), 6);
}

#[test]
fn a_crash_ends_the_tasks_of_its_node_only() {
    let world = World::new(1);
    let count = Arc::new(AtomicU64::new(0));
    let tick = |name: &str| {
        let (io, count) = (world.node(name), count.clone());
        io.clone().spawn("ticks", async move {
            loop {
                io.sleep(Duration::from_secs(1)).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let (doomed, _other) = (tick("a"), tick("b"));
    world.run_for(Duration::from_millis(10_500));
    assert_eq!(count.load(Ordering::Relaxed), 20);
    let old = world.node("a");
    world.crash("a");
    world.run_for(Duration::from_secs(10));
    assert_eq!(count.load(Ordering::Relaxed), 30);
    assert!(doomed.is_finished());
    assert!(old.disk().exists("/").is_err());
    assert!(world.restart("a").disk().exists("/").unwrap());
    assert!(old.disk().exists("/").is_err());
}

#[test]
fn aborting_and_joining() {
    let world = World::new(1);
    let io = world.node("n");
    world
        .run(MINUTE, async {
            let endless = io.spawn("endless", std::future::pending());
            endless.abort();
            assert_eq!(endless.join().await, Err(TaskError::Aborted));
            assert_eq!(io.spawn("ends", async {}).join().await, Ok(()));
            assert_eq!(io.blocking(|| 42).await, 42);
            assert_eq!(io.timeout(MINUTE / 2, std::future::pending::<()>()).await, None);
        })
        .unwrap();
}

#[test]
fn signals_arrive_one_by_one() {
    let world = World::new(1);
    let io = world.node("n");
    world.signal("n", ShutdownSignal::Terminate);
    world.signal("n", ShutdownSignal::Interrupt);
    world
        .run(MINUTE, async {
            assert_eq!(io.shutdown_signal().await, ShutdownSignal::Terminate);
            assert_eq!(io.shutdown_signal().await, ShutdownSignal::Interrupt);
            assert_eq!(io.timeout(MINUTE / 2, io.shutdown_signal()).await, None);
        })
        .unwrap();
}
