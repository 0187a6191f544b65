//! What is known of producers is bounded over all partitions.

use std::sync::Arc;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_model::TopicPartition;
use ottla_record::{BatchBuilder, Codec, NewRecord};

use super::super::{Acks, Appended, Partition, Storage};
use super::{leading, settings, small, topic_id};

const LIMIT: Duration = Duration::from_secs(600);
/// What one counts for.
const PRODUCER_BYTES: u64 = 320;

fn open(world: &World, io: &Io, producers_max: u64) -> Storage {
    let mut settings = settings(&["/d".into()]);
    settings.producer_bytes_max = Some(producers_max * PRODUCER_BYTES);
    world.run(LIMIT, Storage::open(io, settings)).unwrap().unwrap()
}

fn led(storage: &Storage, index: i32) -> Arc<Partition> {
    let name = TopicPartition::new("words", index);
    let partition = storage.create_partition(&name, topic_id(), small()).unwrap();
    partition.become_as(leading(0)).unwrap();
    partition
}

/// The first batch of a producer; that of 0 begins a transaction.
fn append(io: &Io, partition: &Arc<Partition>, producer_id: i64) -> Appended {
    append_at(io, partition, producer_id, 0)
}

fn append_at(io: &Io, partition: &Arc<Partition>, producer_id: i64, sequence: i32) -> Appended {
    let builder = BatchBuilder::new(0, Codec::None).producer(producer_id, 0, sequence);
    let mut builder = builder.transactional(producer_id == 0);
    let timestamp = io.now().wall.millis;
    let record = NewRecord { timestamp, key: None, value: Some(b"v"), headers: &[] };
    builder.append(&record).unwrap();
    partition.append(io.now(), &builder.build(), Acks::All).unwrap()
}

fn known(partition: &Partition) -> Vec<i64> {
    partition.producers().iter().map(|producer| producer.producer_id).collect()
}

#[test]
fn too_many_producers_are_forgotten_the_idle_ones_first_over_all_partitions() {
    let world = World::new(1);
    let io = world.node("node");
    let storage = open(&world, &io, 100);
    let partitions: Vec<_> = (0..5).map(|index| led(&storage, index)).collect();
    append(&io, &partitions[0], 0);
    for id in 1..100 {
        world.run_for(Duration::from_millis(10));
        append(&io, &partitions[id as usize % 5], id);
    }
    world.run_for(Duration::from_secs(5));
    assert_eq!(storage.producer_count(), 100);
    // Heard of again: it is not among the oldest any more.
    append_at(&io, &partitions[1], 1, 1);
    append(&io, &partitions[2], 1000);
    world.run_for(Duration::from_secs(2));
    assert_eq!(storage.producer_count(), 90);
    assert_eq!(storage.producer_bytes(), 90 * PRODUCER_BYTES);
    let mut left: Vec<i64> = partitions.iter().flat_map(|one| known(one)).collect();
    left.sort_unstable();
    let expected: Vec<i64> = [0, 1].into_iter().chain(13..100).chain([1000]).collect();
    assert_eq!(left, expected);
    // Its repetition is not known as one, as after expiry; nor is it refused.
    assert!(append(&io, &partitions[4], 99).duplicate);
    assert!(!append(&io, &partitions[2], 2).duplicate);
}

#[test]
fn a_log_that_is_gone_has_no_producers() {
    let world = World::new(2);
    let io = world.node("node");
    let storage = open(&world, &io, 1000);
    let partition = led(&storage, 0);
    for id in 0..10 {
        append(&io, &partition, id);
    }
    assert_eq!(storage.producer_count(), 10);
    storage.delete_partition(partition.topic_partition()).unwrap();
    assert_eq!(storage.producer_count(), 0);
}
