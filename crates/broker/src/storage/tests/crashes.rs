//! Power cuts at any disk write of the simulated world: what was synced is there, what else is
//! there was appended, and the log goes on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Rng;
use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::LogConfig;
use ottla_model::Offset;

use super::super::{Acks, Partition, Storage};
use super::{batch, led, read_all, settings};

const NODE: &str = "node";
const LIMIT: Duration = Duration::from_secs(3600);

/// What the log may and must hold.
#[derive(Debug, Default)]
struct Model {
    /// Batches as they have to be on disk, by base offset.
    appended: BTreeMap<Offset, Vec<u8>>,
    /// An append that had not returned.
    attempted: Option<(Offset, Vec<u8>)>,
    /// Everything before survives.
    synced: Offset,
    /// Where the log starts, at least.
    start: Offset,
    next_sequence: i32,
    finished: bool,
}

type Shared = Arc<Mutex<Model>>;

#[test]
fn what_was_synced_survives_any_power_cut() {
    let seeds: u64 = std::env::var("OTTLA_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(150);
    let first: u64 = std::env::var("OTTLA_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    for seed in first..first + seeds {
        run_seed(seed);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(run_seed(5), run_seed(5));
    assert_ne!(run_seed(5), run_seed(6));
}

fn run_seed(seed: u64) -> u64 {
    let world = World::new(seed);
    let mut rng = Rng::new(seed);
    let model = Shared::default();
    let lives = rng.range(2, 5);
    for life in 0..lives {
        let io = if life == 0 { world.node(NODE) } else { world.restart(NODE) };
        held(&model).finished = false;
        let (shared, choices) = (Arc::clone(&model), rng.fork());
        if life + 1 < lives {
            world.crash_after_disk_writes(NODE, rng.below(400));
        }
        io.spawn("life", live(io.clone(), shared, choices, life as i32));
        let ended = || !world.is_up(NODE) || held(&model).finished;
        assert!(world.run_until(LIMIT, ended), "seed {seed} life {life} stands still");
        if life + 1 == lives {
            assert!(world.is_up(NODE), "seed {seed}: the last life is undisturbed");
        } else if world.is_up(NODE) {
            world.crash(NODE);
        }
    }
    world.trace_hash()
}

/// The model; a life that ends while it holds it leaves it usable.
fn held(model: &Shared) -> MutexGuard<'_, Model> {
    model.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn live(io: Io, model: Shared, mut rng: Rng, life: i32) {
    let dirs = [PathBuf::from("/data")];
    let mut settings = settings(&dirs);
    // With so few, files are closed and opened again all the time.
    settings.open_files_max = rng.chance(1, 2).then_some(16);
    let storage = Storage::open(&io, settings.clone()).await.unwrap();
    if rng.chance(1, 2) {
        // In the background, and maybe from here before its turn.
        storage.recover();
    }
    let partition = led(&storage, life);
    partition.opened(ottla_base::MonoTime::NEVER).await.unwrap();
    check(&partition, &model);
    partition.set_config(LogConfig {
        preallocate: rng.chance(1, 3),
        flush_ms: if rng.chance(1, 4) { rng.below(3000) as i64 } else { i64::MAX },
        flush_messages: if rng.chance(1, 4) { rng.range(1, 9) as i64 } else { i64::MAX },
        ..super::small()
    });
    for _ in 0..rng.range(5, 60) {
        match rng.below(10) {
            0..=6 => append(&io, &partition, &model, &mut rng, life),
            7 => flush(&io, &partition, &model).await,
            8 => delete(&io, &partition, &model, &mut rng).await,
            _ => io.sleep(Duration::from_millis(rng.below(8000))).await,
        }
    }
    if rng.chance(1, 2) {
        let end = partition.log_end_offset();
        storage.close_cleanly().await.unwrap();
        held(&model).synced = end;
        drop((partition, storage));
        let storage = Storage::open(&io, settings).await.unwrap();
        assert_eq!(storage.recovery_progress(), (0, 0), "nothing to recover after a clean stop");
        check(&led(&storage, life), &model);
    }
    held(&model).finished = true;
}

fn append(io: &Io, partition: &Arc<Partition>, model: &Shared, rng: &mut Rng, life: i32) {
    let count = rng.range(1, 4) as usize;
    let sequence = held(model).next_sequence;
    let bytes = batch(sequence, count, rng.below(120) as usize, io.now().wall.millis);
    let offset = partition.log_end_offset();
    let mut stored = bytes.clone();
    ottla_record::patch::place(&mut stored, offset, life);
    held(model).attempted = Some((offset, stored.clone()));
    let appended = partition.append(io.now(), &bytes, Acks::All).unwrap();
    assert_eq!((appended.first_offset, appended.duplicate), (offset, false));
    let mut model = held(model);
    model.attempted = None;
    model.appended.insert(offset, stored);
    model.next_sequence += count as i32;
    drop(model);
    if rng.chance(1, 8) {
        let again = partition.append(io.now(), &bytes, Acks::All).unwrap();
        assert_eq!((again.first_offset, again.duplicate), (offset, true));
    }
}

async fn flush(io: &Io, partition: &Arc<Partition>, model: &Shared) {
    let end = partition.log_end_offset();
    let flushing = Arc::clone(partition);
    io.flushing(move || flushing.flush()).await.unwrap();
    held(model).synced = end;
}

async fn delete(io: &Io, partition: &Arc<Partition>, model: &Shared, rng: &mut Rng) {
    let (start, end) = (partition.log_start_offset(), partition.high_watermark());
    let before = rng.range(start as u64, end as u64) as Offset;
    let (deleting, now) = (Arc::clone(partition), io.now());
    let start = io.blocking(move || deleting.delete_records(now, before)).await.unwrap();
    assert_eq!(start, before);
    held(model).start = start;
}

/// Compares what is there with the model, and lets the model go on from what is there.
fn check(partition: &Partition, model: &Shared) {
    let mut model = held(model);
    if let Some((offset, bytes)) = model.attempted.take() {
        model.appended.insert(offset, bytes);
    }
    let (start, end) = (partition.log_start_offset(), partition.log_end_offset());
    assert!(end >= model.synced, "the log ends at {end}, synced was {}", model.synced);
    assert!(start >= model.start, "the log starts at {start}, deleted was {}", model.start);
    assert_eq!(partition.high_watermark(), end);
    let mut covered = None;
    for (offset, bytes) in read_all(partition) {
        assert_eq!(Some(&bytes), model.appended.get(&offset), "batch at {offset}");
        assert!(covered.is_none_or(|next| next == offset), "no gap before {offset}");
        let header = ottla_record::BatchHeader::parse(&bytes).unwrap();
        covered = Some(header.next_offset());
        assert_eq!(partition.leader_epoch_at(header.last_offset()), header.partition_leader_epoch);
        model.next_sequence = header.last_sequence() + 1;
    }
    assert!(covered.is_none_or(|next| next == end));
    let known = partition.producers().first().map(|producer| producer.last_sequence + 1);
    match (covered, known) {
        (Some(_), known) => assert_eq!(known, Some(model.next_sequence)),
        (None, Some(known)) => model.next_sequence = known,
        (None, None) => {}
    }
    model.appended.retain(|&offset, _| offset < end);
    model.start = start;
}
