//! Many partitions made and removed at once, and what of it a power cut leaves.

use std::sync::Arc;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::LogConfig;
use ottla_model::TopicPartition;

use super::super::{Acks, NewPartition, Partition, Storage};
use super::{batch, leading, read_all, settings, small, topic_id};

const COUNT: i32 = 50;
const LIMIT: Duration = Duration::from_secs(600);

fn open(world: &World, io: &Io) -> Storage {
    world.run(LIMIT, Storage::open(io, settings(&["/d".into()]))).unwrap().unwrap()
}

fn names() -> Vec<TopicPartition> {
    (0..COUNT).map(|index| TopicPartition::new("words", index)).collect()
}

fn create(storage: &Storage) -> Vec<Arc<Partition>> {
    let config: Arc<LogConfig> = Arc::new(small());
    let new = |name| NewPartition { name, topic_id: topic_id(), config: Arc::clone(&config) };
    let made = storage.create_partitions(names().into_iter().map(new).collect());
    made.into_iter().map(Result::unwrap).collect()
}

/// Those that a start finds, with the topic id that their dirs tell.
fn found(storage: &Storage) -> usize {
    let partitions = storage.partitions();
    partitions.iter().filter(|partition| partition.topic_id() == topic_id()).count()
}

#[test]
fn partitions_that_nobody_opened_are_made_again_after_a_power_cut() {
    let world = World::new(9);
    let io = world.node("node");
    let storage = open(&world, &io);
    assert_eq!(create(&storage).len(), COUNT as usize);
    drop(storage);
    world.crash("node");
    let io = world.restart("node");
    let storage = open(&world, &io);
    let again = create(&storage);
    assert_eq!((storage.partition_count(), again.len()), (COUNT as usize, COUNT as usize));
    assert!(again.iter().all(|partition| read_all(partition).is_empty()));
}

#[test]
fn what_is_flushed_into_a_new_partition_is_found_under_its_topic_id() {
    let world = World::new(9);
    let io = world.node("node");
    let storage = open(&world, &io);
    let made = create(&storage);
    made[7].become_as(leading(0)).unwrap();
    made[7].append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
    made[7].flush().unwrap();
    drop((storage, made));
    world.crash("node");
    let io = world.restart("node");
    let storage = open(&world, &io);
    let partition = storage.partition(&names()[7]).unwrap();
    assert_eq!((partition.topic_id(), read_all(&partition).len()), (topic_id(), 1));
}

#[test]
fn topic_ids_are_written_soon_also_if_nobody_opens_a_log() {
    let world = World::new(9);
    let io = world.node("node");
    let storage = open(&world, &io);
    create(&storage);
    world.run_for(Duration::from_secs(60));
    drop(storage);
    world.crash("node");
    let io = world.restart("node");
    assert_eq!(found(&open(&world, &io)), COUNT as usize);
}

#[test]
fn removed_partitions_stay_removed_after_a_power_cut() {
    let world = World::new(9);
    let io = world.node("node");
    let storage = open(&world, &io);
    create(&storage);
    world.run_for(Duration::from_secs(60));
    let gone = storage.delete_partitions(&names()[10..]);
    assert!(gone.is_empty(), "{gone:?}");
    drop(storage);
    world.crash("node");
    let io = world.restart("node");
    assert_eq!(found(&open(&world, &io)), 10);
}
