//! However many partitions there are, few files are open; nothing is lost by closing them.

use std::sync::Arc;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_model::{ErrorCode, TopicPartition};

use super::super::{Acks, Partition, ReadLimit, Storage};
use super::{batch, leading, read_all, settings, small, topic_id};

const PARTITIONS: i32 = 100;
const OPEN_MAX: usize = 16;

fn led(storage: &Storage, index: i32) -> Arc<Partition> {
    let name = TopicPartition::new("words", index);
    let partition = storage.create_partition(&name, topic_id(), small()).unwrap();
    partition.become_as(leading(0)).unwrap();
    partition
}

fn append(io: &Io, partition: &Arc<Partition>, sequence: i32) -> Result<(), ErrorCode> {
    let bytes = batch(sequence, 1, 300, io.now().wall.millis);
    partition.append(io.now(), &bytes, Acks::All).map(drop).map_err(|error| error.code)
}

/// The simulated node `node` with that many partitions, led.
fn in_world(world: &World, count: i32) -> (Io, Storage, Vec<Arc<Partition>>) {
    open(world, world.node("node"), count)
}

/// The same after it was stopped in whatever way.
fn again(world: &World, count: i32) -> (Io, Storage, Vec<Arc<Partition>>) {
    open(world, world.restart("node"), count)
}

fn open(world: &World, io: Io, count: i32) -> (Io, Storage, Vec<Arc<Partition>>) {
    let mut few_files = settings(&["/d".into()]);
    few_files.open_files_max = Some(OPEN_MAX);
    let opening = Storage::open(&io, few_files);
    let storage = world.run(Duration::from_secs(600), opening).unwrap().unwrap();
    let partitions = (0..count).map(|index| led(&storage, index)).collect();
    (io, storage, partitions)
}

#[test]
fn a_hundred_partitions_are_written_and_read_with_sixteen_open_files() {
    let world = World::new(4);
    let (io, storage, partitions) = in_world(&world, PARTITIONS);
    let mut most = 0;
    // Segments of 1000 bytes: every log rolls once.
    for sequence in 0..4 {
        for partition in &partitions {
            append(&io, partition, sequence).unwrap();
            most = most.max(storage.open_file_count());
        }
    }
    assert!((OPEN_MAX / 2..=OPEN_MAX).contains(&most), "{most} files were open");
    let slice = partitions[0].read(0, 1 << 20, true, ReadLimit::LogEnd).unwrap();
    for partition in &partitions {
        assert_eq!(read_all(partition).len(), 4);
    }
    assert!(storage.open_file_count() <= OPEN_MAX);
    let mut held = vec![0; slice.len as usize];
    assert_eq!(slice.file.unwrap().read_at(slice.position, &mut held).unwrap(), held.len());
    world.run(Duration::from_secs(600), storage.close_cleanly()).unwrap().unwrap();
    assert_eq!(storage.open_file_count(), 0);
    drop((storage, partitions));
    world.kill("node");
    let (_, storage, partitions) = again(&world, PARTITIONS);
    assert!(partitions.iter().all(|partition| read_all(partition).len() == 4));
    assert!(storage.open_file_count() <= OPEN_MAX);
}

#[test]
fn what_was_written_through_a_closed_file_is_on_the_device_after_a_flush() {
    let world = World::new(4);
    let (io, storage, partitions) = in_world(&world, 50);
    for sequence in 0..2 {
        for partition in &partitions {
            append(&io, partition, sequence).unwrap();
        }
    }
    for partition in &partitions {
        partition.flush().unwrap();
    }
    drop((storage, partitions));
    world.crash("node");
    let (_, _, partitions) = again(&world, 50);
    assert!(partitions.iter().all(|partition| read_all(partition).len() == 2));
}

#[test]
fn a_file_that_cannot_be_synced_before_it_is_closed_breaks_its_log() {
    let world = World::new(4);
    let (io, storage, partitions) = in_world(&world, 30);
    append(&io, &partitions[0], 0).unwrap();
    world.fail_syncs("node", 1000);
    for partition in &partitions[1..] {
        // Their own syncs fail as well, as soon as they have to make room.
        let _ = partition.log_end_offset();
        let _ = append(&io, partition, 0);
    }
    world.run_for(Duration::from_secs(1));
    world.fail_syncs("node", 0);
    let late = append(&io, &partitions[0], 1);
    assert_eq!(late, Err(ErrorCode::KafkaStorageError), "the first record may be gone");
    assert_eq!(partitions[0].flush(), Err(ErrorCode::KafkaStorageError));
    assert_eq!(storage.offline_partition_count(), 30);
}

#[test]
fn a_file_that_a_reader_holds_stays_counted() {
    let world = World::new(4);
    let (io, storage, partitions) = in_world(&world, 40);
    let mut slices = Vec::new();
    for partition in &partitions {
        append(&io, partition, 0).unwrap();
        slices.push(partition.read(0, 1 << 20, true, ReadLimit::LogEnd).unwrap());
    }
    assert!(storage.open_file_count() >= slices.len(), "nobody else can close them");
    drop(slices);
    for partition in &partitions {
        append(&io, partition, 1).unwrap();
        world.run_for(Duration::from_millis(1));
    }
    assert!(storage.open_file_count() <= OPEN_MAX, "they go with the next that are opened");
}
