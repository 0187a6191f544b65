//! A partition moves to another log dir while it is used, and whatever a power cut leaves of that.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_model::ErrorCode;

use super::super::{Acks, Storage};
use super::{batch, led, name, read_all, settings};

const LIMIT: Duration = Duration::from_secs(600);

fn dirs() -> [PathBuf; 2] {
    ["/one".into(), "/two".into()]
}

async fn open(io: &Io) -> Storage {
    let storage = Storage::open(io, settings(&dirs())).await.unwrap();
    storage.recover();
    storage
}

fn append(io: &Io, storage: &Storage, sequences: std::ops::Range<i32>) {
    let partition = storage.partition(&name()).unwrap();
    for sequence in sequences {
        let now = io.now();
        partition.append(now, &batch(sequence, 1, 100, now.wall.millis), Acks::All).unwrap();
    }
}

async fn moved(io: &Io, storage: &Storage, to: &str) {
    for _ in 0..10_000 {
        if *storage.partition(&name()).unwrap().log_dir() == *to {
            return;
        }
        io.sleep(Duration::from_millis(1)).await;
    }
    panic!("it has not moved: {:?}", storage.future_replicas());
}

#[test]
fn a_partition_moves_while_it_is_written_and_whoever_holds_it_goes_on() {
    let world = World::new(1);
    let io = world.node("node");
    let work = async move {
        let storage = open(&io).await;
        let held = led(&storage, 0);
        append(&io, &storage, 0..50);
        held.delete_records(io.now(), 10).unwrap();
        assert_eq!(&*held.log_dir(), "/one");
        storage.move_partition(&name(), "/two").unwrap();
        assert_eq!(storage.future_replicas()[0].log_dir, "/two");
        for sequence in 50..200 {
            append(&io, &storage, sequence..sequence + 1);
            io.sleep(Duration::from_micros(500)).await;
        }
        moved(&io, &storage, "/two").await;
        append(&io, &storage, 200..210);
        let offsets: Vec<i64> = read_all(&held).iter().map(|(offset, _)| *offset).collect();
        assert_eq!(offsets, (10..210).collect::<Vec<i64>>());
        assert!(storage.future_replicas().is_empty());
        storage.close_cleanly().await.unwrap();
    };
    world.run(LIMIT, work).unwrap();
    world.kill("node");
    let io = world.node("node");
    let work = async move {
        let storage = open(&io).await;
        let partition = led(&storage, 1);
        assert_eq!(&*partition.log_dir(), "/two");
        assert_eq!(read_all(&partition).len(), 200);
        assert!(storage.partitions().len() == 1);
    };
    world.run(LIMIT, work).unwrap();
}

#[test]
fn wishes_that_cannot_be_had_are_refused_as_in_kafka() {
    let world = World::new(2);
    let io = world.node("node");
    let work = async move {
        let storage = open(&io).await;
        assert_eq!(storage.move_partition(&name(), "/two"), Err(ErrorCode::ReplicaNotAvailable));
        let partition = led(&storage, 0);
        assert_eq!(&*partition.log_dir(), "/two", "it is made where it was wished to be");
        assert_eq!(storage.move_partition(&name(), "/two/"), Err(ErrorCode::LogDirNotFound));
        assert_eq!(storage.move_partition(&name(), "two"), Err(ErrorCode::LogDirNotFound));
        assert_eq!(storage.move_partition(&name(), "/two"), Ok(()));
        assert!(storage.future_replicas().is_empty(), "it is there");
        append(&io, &storage, 0..10);
        storage.move_partition(&name(), "/one").unwrap();
        storage.move_partition(&name(), "/two").unwrap();
        assert!(storage.future_replicas().is_empty(), "the last wish is that it stays");
        io.sleep(Duration::from_secs(1)).await;
        assert_eq!(&*partition.log_dir(), "/two");
        let left = io.disk().list_dirs("/one").unwrap();
        assert!(left.iter().all(|dir| !dir.starts_with("words")), "{left:?}");
        storage.dirs()[0].fail();
        assert_eq!(storage.move_partition(&name(), "/one"), Err(ErrorCode::KafkaStorageError));
    };
    world.run(LIMIT, work).unwrap();
}

/// Cuts the power at every disk write of a move, one after the other: the records are there
/// afterwards, once, and the partition is in one dir.
#[test]
fn a_power_cut_at_any_write_of_a_move_loses_nothing() {
    let mut cut = 0;
    while run_cut(cut) {
        cut += 1;
    }
    assert!(cut > 30, "only {cut} writes were seen");
}

/// Whether the power went.
fn run_cut(writes: u64) -> bool {
    let world = World::new(1000 + writes);
    let io = world.node("node");
    let first = io.clone();
    let inside = world.clone();
    let work = async move {
        let io = first;
        let storage = Arc::new(open(&io).await);
        let partition = led(&storage, 0);
        append(&io, &storage, 0..12);
        partition.delete_records(io.now(), 3).unwrap();
        partition.flush().unwrap();
        storage.move_partition(&name(), "/two").unwrap();
        inside.crash_after_disk_writes("node", writes);
        for _ in 0..2000 {
            if !inside.is_up("node") {
                return true;
            }
            if &*partition.log_dir() == "/two" {
                return false;
            }
            inside.node("other").sleep(Duration::from_millis(1)).await;
        }
        panic!("cut {writes}: neither moved nor cut");
    };
    let went = world.run(LIMIT, work).unwrap();
    world.crash("node");
    let io = world.restart("node");
    let work = async move {
        let storage = open(&io).await;
        let partition = led(&storage, 1);
        let offsets: Vec<i64> = read_all(&partition).iter().map(|(offset, _)| *offset).collect();
        assert_eq!(offsets, (3..12).collect::<Vec<i64>>(), "cut {writes}");
        append(&io, &storage, 12..14);
        // A move that was interrupted is taken up again, one that was not yet known is not.
        io.sleep(Duration::from_secs(5)).await;
        assert!(storage.future_replicas().is_empty(), "cut {writes}");
        assert_eq!(read_all(&partition).len(), 11);
    };
    world.run(LIMIT, work).unwrap();
    went
}
