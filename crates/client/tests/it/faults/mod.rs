//! Rebalances with faults: members come, go, hang and are killed, the broker is killed, the network is
//! cut. No record is lost, and what a [`ottla_client::Pipeline`] makes of the records has each once and
//! in order. Many more seeds than the tests run:
//! `OTTLA_SEEDS=0..300 cargo test --profile simulate -p ottla-client --test it -- faults --nocapture`.

mod chaos;
mod members;
mod plan;
mod verdict;

use std::cell::Cell;

use ottla_sim::run_seeds;

use chaos::Room;
use plan::{Plan, Work};

/// More virtual time than a world needs.
const WORLD_MAX: std::time::Duration = std::time::Duration::from_secs(7200);

/// Runs the worlds of these seeds; at least `rebalances` must have come to pass in them.
fn run(seeds: std::ops::Range<u64>, work: Work, rebalances: i64) {
    let (worlds, seen) = (Cell::new(0), Cell::new(0));
    let all = seeds.end - seeds.start;
    run_seeds(seeds, |seed| {
        worlds.set(worlds.get() + 1);
        seen.set(seen.get() + run_one(seed, work));
    });
    println!("{} worlds, {} rebalances", worlds.get(), seen.get());
    // One seed that was asked for says nothing about all of them.
    assert!(worlds.get() < all || seen.get() >= rebalances, "{} rebalances", seen.get());
}

/// Lives through one world; how many rebalances there were.
fn run_one(seed: u64, work: Work) -> i64 {
    let plan = Plan::draw(seed, work);
    let world = ottla_sim::World::with_faults(seed, plan.faults.clone());
    let room = Room::new(&world, plan);
    let done = world.run(WORLD_MAX, async {
        room.open().await;
        room.break_things().await;
        room.make_peace().await;
        verdict::check(&room).await;
    });
    if let Err(stuck) = done {
        panic!("{stuck}\n{:#?}", room.plan);
    }
    room.rebalances()
}

/// Seeds that were red once: 101 and 134 never ended.
#[test]
fn worlds_that_found_something_stay_green() {
    run_one(101, Work::Read);
    run_one(134, Work::Transform);
}

#[test]
fn no_record_is_lost_in_rebalances_with_faults() {
    run(0..5, Work::Read, 50);
}

#[test]
fn a_pipeline_reflects_every_record_once_in_rebalances_with_faults() {
    run(0..5, Work::Transform, 50);
}
