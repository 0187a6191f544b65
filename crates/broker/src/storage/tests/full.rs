//! Disks that are full: writing stops, everything else goes on, and writing resumes by itself.

use std::sync::Arc;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::LogConfig;
use ottla_model::ErrorCode;

use super::super::{Acks, Partition, ReadLimit, Reserve, Storage};
use super::{batch, led, settings};

const LIMIT: Duration = Duration::from_secs(600);
const KIB: u64 = 1 << 10;

fn open(world: &World, io: &Io, reserve_bytes: u64) -> Storage {
    let mut settings = settings(&["/d".into()]);
    settings.reserve = Reserve { bytes: Some(reserve_bytes), ..Reserve::default() };
    settings.log.file_delete_delay_ms = 60_000;
    world.run(LIMIT, Storage::open(io, settings)).unwrap().unwrap()
}

/// Appends until that is refused; how many batches there are then.
fn fill(io: &Io, partition: &Arc<Partition>, from: i32) -> i32 {
    for sequence in from..10_000 {
        let now = io.now();
        match partition.append(now, &batch(sequence, 1, 900, now.wall.millis), Acks::Leader) {
            Ok(_) => {}
            Err(refused) => {
                assert_eq!(refused.code, ErrorCode::KafkaStorageError, "{}", refused.message);
                return sequence;
            }
        }
    }
    panic!("a disk of that size was never full");
}

#[test]
fn a_full_disk_stops_produce_only_and_writing_resumes_when_there_is_room() {
    let world = World::new(1);
    let io = world.node("node");
    world.set_disk_capacity("node", 2048 * KIB);
    let storage = open(&world, &io, 1024 * KIB);
    let partition = led(&storage, 0);
    let written = fill(&io, &partition, 0);
    assert!(written > 50, "{written}");
    let dir = &storage.dirs()[0];
    assert!(dir.volume().is_full() && !dir.is_offline(), "{dir:?}");
    assert_eq!(storage.log_dirs()[0].usable_bytes, Some(0));
    assert!(partition.read(0, 1 << 20, true, ReadLimit::LogEnd).unwrap().len > 0);
    partition.roll(io.now()).unwrap();
    partition.flush().unwrap();
    partition.become_as(super::leading(1)).unwrap();
    assert_eq!(partition.delete_records(io.now(), i64::from(written)), Ok(i64::from(written)));
    // The segments wait for file.delete.delay.ms, but not on a full disk.
    world.run_for(Duration::from_secs(8));
    assert!(!storage.dirs()[0].volume().is_full());
    assert!(fill(&io, &partition, written) > written + 50);
}

#[test]
fn a_disk_that_somebody_else_fills_to_the_last_byte_breaks_no_log() {
    let world = World::new(2);
    let io = world.node("node");
    world.set_disk_capacity("node", 512 * KIB);
    let storage = open(&world, &io, 0);
    let partition = led(&storage, 0);
    let written = fill(&io, &partition, 0);
    assert!(!storage.dirs()[0].is_offline());
    // A leader epoch cannot be written down either; it comes with the next batch.
    partition.become_as(super::leading(1)).unwrap();
    world.run_for(Duration::from_secs(120));
    assert!(!storage.dirs()[0].is_offline());
    world.set_disk_capacity("node", 1024 * KIB);
    world.run_for(Duration::from_secs(2));
    let end = fill(&io, &partition, written);
    assert!(end > written);
    world.set_disk_capacity("node", 2048 * KIB);
    world.run(LIMIT, storage.close_cleanly()).unwrap().unwrap();
    drop((partition, storage));
    world.kill("node");
    let io = world.node("node");
    let storage = open(&world, &io, 0);
    let partition = led(&storage, 2);
    assert_eq!(super::read_all(&partition).len(), end as usize);
    assert_eq!(partition.leader_epoch_at(i64::from(end) - 1), 1);
}

#[test]
fn retention_on_a_full_disk_forgets_no_producer() {
    let world = World::new(3);
    let io = world.node("node");
    let storage = open(&world, &io, 0);
    let partition = led(&storage, 0);
    let config = LogConfig { retention_ms: 1000, ..super::small() };
    partition.set_config(config.clone());
    let now = io.now();
    partition.append(now, &batch(0, 1, 100, now.wall.millis), Acks::All).unwrap();
    partition.roll(now).unwrap();
    // No room for the snapshot.
    world.set_disk_capacity("node", world.disk_used("node"));
    world.run_for(Duration::from_secs(2));
    assert_eq!(partition.retain(io.now()), Ok(0));
    assert!(!storage.dirs()[0].is_offline());
    let known = partition.producers();
    assert_eq!(known.len(), 1);
    drop((partition, storage));
    world.kill("node");
    world.set_disk_capacity("node", 512 * KIB);
    let io = world.node("node");
    let storage = open(&world, &io, 0);
    let partition = led(&storage, 0);
    assert_eq!(partition.producers(), known);
    partition.set_config(config);
    assert_eq!(partition.retain(io.now()), Ok(1));
    drop((partition, storage));
    world.kill("node");
    let io = world.node("node");
    let partition = led(&open(&world, &io, 0), 0);
    assert_eq!((partition.log_start_offset(), partition.producers()), (1, known));
}
