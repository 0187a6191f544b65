//! The life of a node's logs under everything that goes wrong. `cargo xtask simulate 0..10000` runs
//! many more of these worlds, optimized, and counts what happened in them.

use std::cell::RefCell;

use ottla_sim::life::{self, Tally, Trouble};
use ottla_sim::run_seeds;

#[test]
fn what_was_promised_is_there_when_quiet_returns() {
    let sum = RefCell::new(Tally::default());
    run_seeds(0..60, |seed| sum.borrow_mut().add(&life::run(seed)));
    let sum = sum.into_inner();
    // One seed that was asked for says nothing about all of them.
    if sum.starts > 200 {
        let came = |kind| sum.trouble.get(kind).is_some_and(|count| *count > 0);
        let missing: Vec<_> = Trouble::ALL.iter().filter(|kind| !came(kind)).collect();
        assert!(missing.is_empty(), "never came: {missing:?}");
        assert!(sum.acknowledged_synced > 1000 && sum.read > sum.acknowledged, "{sum}");
        let (committed, aborted) = sum.transactions;
        assert!(sum.commits > 100 && sum.assignments > 50 && sum.clients_ended > 10, "{sum}");
        assert!(committed > 100 && aborted > 30, "{sum}");
    }
}

#[test]
fn the_same_seed_lives_the_same_life() {
    for seed in 0..4 {
        assert_eq!(life::run(seed), life::run(seed));
    }
    assert_ne!(life::run(0).trace_hash, life::run(1).trace_hash);
}
