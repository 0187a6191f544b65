//! What writes that failed, and records that were deleted, leave behind them.

use std::path::PathBuf;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::SegmentFile;
use ottla_record::{BatchBuilder, Codec, NewRecord};

use super::super::{Acks, Storage};
use super::{batch, led, settings};

const NODE: &str = "node";
const LIMIT: Duration = Duration::from_secs(3600);

async fn open(io: &Io) -> Storage {
    Storage::open(io, settings(&[PathBuf::from("/data")])).await.unwrap()
}

#[test]
fn what_was_taken_back_from_a_full_disk_does_not_come_back_after_a_power_cut() {
    for seed in 0..30 {
        let world = World::new(seed);
        let io = world.node(NODE);
        let len = world.run(LIMIT, async {
            let storage = open(&io).await;
            let partition = led(&storage, 1);
            let first = batch(0, 1, 100, 0);
            partition.append(io.now(), &first, Acks::All).unwrap();
            partition.flush().unwrap();
            world.set_disk_capacity(NODE, world.disk_used(NODE));
            partition.append(io.now(), &batch(1, 1, 100, 0), Acks::All).unwrap_err();
            world.set_disk_capacity(NODE, u64::MAX);
            partition.roll(io.now()).unwrap();
            partition.append(io.now(), &batch(1, 1, 100, 0), Acks::All).unwrap();
            partition.flush().unwrap();
            // Until the recovery point is written down.
            io.sleep(Duration::from_secs(10)).await;
            first.len() as u64
        });
        world.crash(NODE);
        let io = world.restart(NODE);
        world
            .run(LIMIT, async {
                let partition = led(&open(&io).await, 2);
                assert_eq!(partition.log_end_offset(), 2);
                let path = format!("/data/words-0/{}", SegmentFile::Log.name(0));
                let file = io.disk().open(path, ottla_io::Open::Read).unwrap();
                assert_eq!(Ok(file.len().unwrap()), len, "seed {seed}: sealed segment");
            })
            .unwrap();
    }
}

/// Appends a batch of a producer and one of nobody, deletes what stands before `before`, kills the
/// process: the producer is known as it was.
#[track_caller]
fn check_known_after_deletion(before: i64) {
    let world = World::new(1);
    let io = world.node(NODE);
    let known = world.run(LIMIT, async {
        let partition = led(&open(&io).await, 1);
        partition.append(io.now(), &batch(0, 1, 100, 0), Acks::All).unwrap();
        let mut nobody = BatchBuilder::new(0, Codec::None);
        let record = NewRecord { timestamp: 0, key: None, value: Some(b"v"), headers: &[] };
        nobody.append(&record).unwrap();
        partition.append(io.now(), &nobody.build(), Acks::All).unwrap();
        partition.delete_records(io.now(), before).unwrap();
        partition.producers()
    });
    world.kill(NODE);
    let io = world.node(NODE);
    world
        .run(LIMIT, async {
            let partition = led(&open(&io).await, 2);
            assert_eq!(partition.log_start_offset(), before);
            assert_eq!(Ok(partition.producers()), known);
        })
        .unwrap();
}

#[test]
fn a_producer_is_known_after_a_kill_although_its_segment_was_deleted() {
    check_known_after_deletion(2);
}

#[test]
fn a_producer_is_known_after_a_kill_although_its_last_record_was_deleted() {
    check_known_after_deletion(1);
}

#[test]
fn a_log_that_lost_everything_behind_its_start_does_not_start_before_it_again() {
    for seed in 0..20 {
        let world = World::new(seed);
        let io = world.node(NODE);
        world
            .run(LIMIT, async {
                let partition = led(&open(&io).await, 1);
                partition.append(io.now(), &batch(0, 3, 100, 0), Acks::All).unwrap();
                partition.delete_records(io.now(), 2).unwrap();
            })
            .unwrap();
        for life in 2..5 {
            world.crash(NODE);
            let io = world.restart(NODE);
            world
                .run(LIMIT, async {
                    let storage = open(&io).await;
                    let partition = led(&storage, life);
                    assert_eq!(partition.log_start_offset(), 2, "seed {seed} life {life}");
                    // Until the checkpoints are written.
                    io.sleep(Duration::from_secs(10)).await;
                })
                .unwrap();
        }
    }
}
