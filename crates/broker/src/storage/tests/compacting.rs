//! Compaction beside everything else that happens to a partition, on the simulated disk: power cuts
//! at any disk write, appends, rolls, DeleteRecords, retention, changed policies.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Rng;
use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::LogConfig;
use ottla_model::Offset;
use ottla_record::{BatchBuilder, BatchView, Codec, NewRecord, records};

use super::super::{Acks, CleanerSettings, Partition, Storage};
use super::{in_dir, leading, name, read_all, settings, topic_id};

const NODE: &str = "node";
const LIMIT: Duration = Duration::from_secs(24 * 3600);
const KEYS: u64 = 12;

fn compacted() -> LogConfig {
    LogConfig {
        segment_bytes: 900,
        index_interval_bytes: 100,
        compact: true,
        delete: false,
        min_cleanable_dirty_ratio: 0.01,
        delete_retention_ms: 3_600_000,
        file_delete_delay_ms: 1000,
        ..LogConfig::default()
    }
}

fn fast() -> CleanerSettings {
    CleanerSettings {
        backoff: Duration::from_millis(500),
        io_buffer_bytes: 300,
        dedupe_buffer_bytes: 24 * 40,
        ..CleanerSettings::default()
    }
}

async fn opened(io: &Io, dirs: &[PathBuf], life: i32) -> (Storage, Arc<Partition>) {
    let storage = Storage::open(io, settings(dirs)).await.unwrap();
    storage.set_cleaner(fast());
    let partition = storage.create_partition(&name(), topic_id(), compacted()).unwrap();
    partition.become_as(leading(life)).unwrap();
    (storage, partition)
}

/// A batch of records `key=value`; an empty value is a tombstone.
fn keyed(records: &[(u64, u64)], producer: Option<i32>, codec: Codec, now: i64) -> Vec<u8> {
    let mut builder = BatchBuilder::new(0, codec);
    if let Some(sequence) = producer {
        builder = builder.producer(1, 0, sequence);
    }
    for (key, value) in records {
        let (key, text) = (format!("key-{key}"), format!("{value:060}"));
        let value = (value % 5 != 0).then_some(text.as_bytes());
        let key = Some(key.as_bytes());
        builder.append(&NewRecord { timestamp: now, key, value, headers: &[] }).unwrap();
    }
    builder.build()
}

/// Offset, key and value of all records.
fn contents(partition: &Partition) -> Vec<(Offset, String, Option<String>)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    for (_, bytes) in read_all(partition) {
        let view = BatchView::parse(&bytes).unwrap();
        let unpacked = records(&view, 1 << 20).unwrap();
        for record in &unpacked {
            let record = record.unwrap();
            found.push((record.offset, text(record.key.unwrap()), record.value.map(text)));
        }
    }
    assert!(found.is_sorted_by(|a, b| a.0 < b.0), "offsets grow");
    found
}

/// What was appended, and how much of it is safe.
#[derive(Debug, Default)]
struct Model {
    records: BTreeMap<Offset, (String, Option<String>)>,
    synced: Offset,
    start: Offset,
    next_sequence: i32,
    rounds: i64,
    finished: bool,
}

type Shared = Arc<Mutex<Model>>;

fn held(model: &Shared) -> MutexGuard<'_, Model> {
    model.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn no_power_cut_makes_compaction_lose_the_newest_record_of_a_key() {
    let count: u64 = std::env::var("OTTLA_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(120);
    let first: u64 = std::env::var("OTTLA_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let rounds: i64 = (first..first + count).map(run_seed).sum();
    assert!(rounds > count as i64, "{rounds} rounds in {count} runs");
}

fn run_seed(seed: u64) -> i64 {
    let world = World::new(seed);
    let mut rng = Rng::new(seed);
    let model = Shared::default();
    let lives = rng.range(2, 5);
    for life in 0..lives {
        let io = if life == 0 { world.node(NODE) } else { world.restart(NODE) };
        held(&model).finished = false;
        if life + 1 < lives {
            world.crash_after_disk_writes(NODE, rng.below(600));
        }
        io.spawn("life", live(io.clone(), Arc::clone(&model), rng.fork(), life as i32));
        let ended = || !world.is_up(NODE) || held(&model).finished;
        assert!(world.run_until(LIMIT, ended), "seed {seed} life {life} stands still");
        if world.is_up(NODE) && life + 1 < lives {
            world.crash(NODE);
        }
    }
    held(&model).rounds
}

async fn live(io: Io, model: Shared, mut rng: Rng, life: i32) {
    let dirs = [PathBuf::from("/data")];
    let (storage, partition) = opened(&io, &dirs, life).await;
    check(&partition, &model);
    for _ in 0..rng.range(20, 120) {
        match rng.below(12) {
            0..=7 => append(&io, &partition, &model, &mut rng),
            8 => {
                let end = partition.log_end_offset();
                let flushing = Arc::clone(&partition);
                io.flushing(move || flushing.flush()).await.unwrap();
                held(&model).synced = end;
            }
            9 => delete(&io, &partition, &model, &mut rng).await,
            10 => io.sleep(Duration::from_millis(rng.below(40_000))).await,
            _ => {
                // The policy of a moment; the cleaner gives up what it has begun.
                let delete = rng.chance(1, 2);
                partition.set_config(LogConfig { compact: false, delete: false, ..compacted() });
                io.sleep(Duration::from_millis(rng.below(100))).await;
                partition.set_config(LogConfig { delete, retention_ms: -1, ..compacted() });
            }
        }
        if rng.chance(1, 10) {
            check(&partition, &model);
        }
    }
    partition.set_config(compacted());
    io.sleep(Duration::from_secs(10)).await;
    check(&partition, &model);
    let status = storage.cleaner_status();
    assert_eq!(status.uncleanable_partitions, 0);
    held(&model).rounds += status.rounds;
    if rng.chance(1, 2) {
        let end = partition.log_end_offset();
        storage.close_cleanly().await.unwrap();
        held(&model).synced = end;
        drop((partition, storage));
        let (_storage, partition) = opened(&io, &dirs, life).await;
        check(&partition, &model);
    }
    held(&model).finished = true;
}

fn append(io: &Io, partition: &Arc<Partition>, model: &Shared, rng: &mut Rng) {
    let records: Vec<(u64, u64)> =
        (0..rng.range(1, 6)).map(|_| (rng.below(KEYS), rng.below(1000))).collect();
    let sequence = held(model).next_sequence;
    let producer = rng.chance(1, 2).then_some(sequence);
    let codec = Codec::ALL[rng.below(5) as usize];
    let bytes = keyed(&records, producer, codec, io.now().wall.millis);
    let first = partition.log_end_offset();
    {
        // Before the write: a power cut in it may leave the batch or not.
        let mut model = held(model);
        for (index, (key, value)) in records.iter().enumerate() {
            let value_text = (value % 5 != 0).then(|| format!("{value:060}"));
            model.records.insert(first + index as i64, (format!("key-{key}"), value_text));
        }
        if producer.is_some() {
            model.next_sequence += records.len() as i32;
        }
    }
    let appended = partition.append(io.now(), &bytes, Acks::All).unwrap();
    assert_eq!((appended.first_offset, appended.duplicate), (first, false));
}

async fn delete(io: &Io, partition: &Arc<Partition>, model: &Shared, rng: &mut Rng) {
    if rng.chance(2, 3) {
        return;
    }
    partition.set_config(LogConfig { delete: true, retention_ms: -1, ..compacted() });
    let (start, end) = (partition.log_start_offset(), partition.log_end_offset());
    let before = rng.range(start as u64, end as u64) as Offset;
    held(model).start = before;
    let (deleting, now) = (Arc::clone(partition), io.now());
    let start = io.blocking(move || deleting.delete_records(now, before)).await.unwrap();
    assert_eq!(start, before);
}

/// What is there was appended; of every key the newest record is there, unless it is a tombstone.
fn check(partition: &Partition, model: &Shared) {
    let mut model = held(model);
    let (start, end) = (partition.log_start_offset(), partition.log_end_offset());
    assert!(end >= model.synced, "the log ends at {end}, synced was {}", model.synced);
    // What was appended behind the end was lost in a power cut.
    model.records.split_off(&end);
    let found = contents(partition);
    for (offset, key, value) in &found {
        let appended = model.records.get(offset);
        assert_eq!(appended, Some(&(key.clone(), value.clone())), "record at {offset}");
    }
    let mut newest = BTreeMap::new();
    for (offset, (key, value)) in model.records.range(start..) {
        newest.insert(key, (*offset, value));
    }
    for (key, (offset, value)) in newest {
        let is_there = found.iter().any(|(found, ..)| *found == offset);
        assert!(is_there || value.is_none(), "{key} at {offset} of {start}..{end} is lost");
    }
    if let Some(known) = partition.producers().first() {
        model.next_sequence = known.last_sequence + 1;
    } else {
        model.next_sequence = 0;
    }
}

#[test]
fn a_log_is_compacted_read_meanwhile_and_opened_again() {
    in_dir(|io, dir| async move {
        let (storage, partition) = opened(&io, std::slice::from_ref(&dir), 0).await;
        for round in 0..200u64 {
            let records = [(round % KEYS, round), (round * 7 % KEYS, round)];
            let bytes = keyed(&records, None, Codec::None, io.now().wall.millis);
            partition.append(io.now(), &bytes, Acks::All).unwrap();
        }
        let before = partition.size_bytes();
        let mut waited = 0;
        while storage.cleaner_status().rounds == 0 || partition.size_bytes() > before / 3 {
            io.sleep(Duration::from_millis(20)).await;
            waited += 1;
            assert!(waited < 1000, "nothing is compacted: {:?}", storage.cleaner_status());
        }
        let left = contents(&partition);
        assert!(left.len() < 60, "{} records are left", left.len());
        let files = io.disk().list(dir.join("words-0")).unwrap();
        let unfinished =
            files.iter().any(|f| f.name.ends_with(".cleaned") || f.name.ends_with(".swap"));
        assert!(!unfinished, "{files:?}");
        storage.close_cleanly().await.unwrap();
        let checkpoint = io.disk().read(dir.join("cleaner-offset-checkpoint"), 1 << 10).unwrap();
        assert!(String::from_utf8(checkpoint).unwrap().starts_with("0\n1\nwords 0 "));
        drop((partition, storage));
        let (storage, partition) = opened(&io, &[dir], 1).await;
        assert_eq!(storage.recovery_progress(), (0, 0));
        assert_eq!(contents(&partition), left);
    });
}
