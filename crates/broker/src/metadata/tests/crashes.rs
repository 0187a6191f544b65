//! Power cuts at any disk write: what was answered is there, what was not answered is there as a
//! whole or not at all, epochs never go back.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_base::Rng;
use ottla_io::Io;
use ottla_io::sim::World;

use super::{LIMIT, Plane, start};

const NODE: &str = "node";

/// What the metadata may and must hold.
#[derive(Debug, Default)]
struct Model {
    /// Topics whose creation was answered and whose deletion was not asked for.
    topics: BTreeSet<String>,
    /// A topic whose creation or deletion was not answered.
    unknown: Option<String>,
    leader_epoch: i32,
    broker_epoch: i64,
    finished: bool,
}

type Shared = Arc<Mutex<Model>>;

#[test]
fn what_was_answered_survives_any_power_cut() {
    let seeds: u64 = std::env::var("OTTLA_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(40);
    let first: u64 = std::env::var("OTTLA_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    for seed in first..first + seeds {
        run_seed(seed);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(run_seed(3), run_seed(3));
}

fn run_seed(seed: u64) -> u64 {
    let world = World::new(seed);
    let mut rng = Rng::new(seed);
    let model = Shared::default();
    let lives = rng.range(2, 6);
    for life in 0..lives {
        let io = if life == 0 { world.node(NODE) } else { world.restart(NODE) };
        held(&model).finished = false;
        let is_last = life + 1 == lives;
        if !is_last {
            world.crash_after_disk_writes(NODE, rng.below(250));
        }
        io.spawn("life", live(io.clone(), Arc::clone(&model), rng.fork(), life));
        let ended = || !world.is_up(NODE) || held(&model).finished;
        assert!(world.run_until(LIMIT, ended), "seed {seed} life {life} stands still");
        if is_last {
            assert!(world.is_up(NODE), "seed {seed}: the last life is undisturbed");
        } else if world.is_up(NODE) {
            world.crash(NODE);
        }
    }
    world.trace_hash()
}

fn held(model: &Shared) -> MutexGuard<'_, Model> {
    model.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn live(io: Io, model: Shared, mut rng: Rng, life: u64) {
    let snapshot_after_bytes = if rng.chance(1, 2) { 1500 } else { 1 << 20 };
    let plane = start(&io, |settings| {
        settings.snapshot_after_bytes = snapshot_after_bytes;
        settings.records_per_batch_max = 4;
        settings.segment_bytes = 6000;
        settings.retention_bytes = 8000;
    })
    .await;
    check(&plane, &model);
    for step in 0..rng.range(3, 20) {
        let known: Vec<String> = held(&model).topics.iter().cloned().collect();
        if !known.is_empty() && rng.chance(1, 3) {
            let name = known[rng.below(known.len() as u64) as usize].clone();
            held(&model).topics.remove(&name);
            held(&model).unknown = Some(name.clone());
            plane.delete(&name).await;
        } else {
            // Up to three batches.
            let partitions = rng.range(1, 9) as i32;
            let name = format!("t{life}-{step}-{partitions}");
            held(&model).unknown = Some(name.clone());
            plane.create(&name, partitions).await;
            held(&model).topics.insert(name);
        }
        held(&model).unknown = None;
    }
    if rng.chance(1, 2) {
        plane.stop().await;
    }
    held(&model).finished = true;
}

/// Compares what is there with the model, and lets the model go on from what is there.
fn check(plane: &Plane, model: &Shared) {
    let mut model = held(model);
    let found: BTreeSet<String> = plane.topics().into_iter().collect();
    let unknown = model.unknown.take();
    let sure = |name: &&String| Some(*name) != unknown.as_ref();
    assert!(
        found.iter().filter(sure).eq(model.topics.iter().filter(sure)),
        "found {found:?}, model {model:?}, unknown {unknown:?}"
    );
    for topic in plane.metadata.image().topics.iter() {
        let whole = topic.name.ends_with(&format!("-{}", topic.partitions.size()));
        assert!(whole, "{} was created by halves", topic.name);
        assert!(topic.partitions.keys().all(|index| plane.leads(&topic.name, *index)));
    }
    let (quorum, broker_epoch) = (plane.metadata.quorum(), plane.metadata.broker_epoch());
    assert!(quorum.leader_epoch > model.leader_epoch, "an epoch led twice: {quorum:?}");
    assert!(broker_epoch > model.broker_epoch, "broker epoch went back to {broker_epoch}");
    model.leader_epoch = quorum.leader_epoch;
    model.broker_epoch = broker_epoch;
    model.topics = found;
}
