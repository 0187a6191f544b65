//! What a partition does for its clients.

use std::sync::Arc;

use ottla_io::sim::World;
use ottla_model::ErrorCode;

use super::super::{Acks, ReadLimit, Storage};
use super::{batch, in_dir, leading, led, name, read_all, settings};
use crate::waiting::Waiter;

#[test]
fn only_the_leader_takes_records_and_epochs_are_checked() {
    in_dir(|io, path| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition =
            storage.create_partition(&name(), super::topic_id(), super::small()).unwrap();
        let refused = partition.append(io.now(), &batch(0, 1, 1, 1), Acks::All).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotLeaderOrFollower);
        partition.become_as(leading(4)).unwrap();
        assert_eq!(partition.check_leader_epoch(-1), Ok(()));
        assert_eq!(partition.check_leader_epoch(3), Err(ErrorCode::FencedLeaderEpoch));
        assert_eq!(partition.check_leader_epoch(5), Err(ErrorCode::UnknownLeaderEpoch));
        let appended = partition.append(io.now(), &batch(0, 2, 1, 1), Acks::All).unwrap();
        assert_eq!((appended.first_offset, appended.last_offset), (0, 1));
        assert_eq!((appended.high_watermark, appended.append_time), (2, -1));
        assert_eq!(partition.end_offset_for_leader_epoch(4).unwrap().end_offset, 2);
        assert_eq!(partition.end_offset_for_leader_epoch(5), None);
    });
}

#[test]
fn an_append_wakes_those_who_wait() {
    in_dir(|io, path| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition = led(&storage, 0);
        let waiter = Waiter::default();
        let _watch = partition.watchers().watch(&waiter);
        assert_eq!(partition.read(0, 100, true, ReadLimit::HighWatermark).unwrap().len, 0);
        partition.append(io.now(), &batch(0, 1, 1, 1), Acks::All).unwrap();
        waiter.moved().await;
        assert!(partition.read(0, 100, true, ReadLimit::HighWatermark).unwrap().len > 0);
    });
}

#[test]
fn delete_records_moves_the_start_and_drops_segments() {
    in_dir(|io, path| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition = led(&storage, 0);
        for sequence in 0..10 {
            partition
                .append(io.now(), &batch(sequence, 1, 300, io.now().wall.millis), Acks::All)
                .unwrap();
        }
        assert_eq!(partition.segment_count(), 5);
        let now = io.now();
        assert_eq!(partition.delete_records(now, 11), Err(ErrorCode::OffsetOutOfRange));
        assert_eq!(partition.delete_records(now, 5), Ok(5));
        assert_eq!((partition.segment_count(), partition.log_start_offset()), (3, 5));
        let early = partition.read(4, 100, true, ReadLimit::LogEnd).unwrap_err();
        assert_eq!(early, ErrorCode::OffsetOutOfRange);
        assert_eq!(partition.delete_records(now, 3), Ok(5), "never back");
        assert_eq!(partition.delete_records(now, -1), Ok(10));
        assert_eq!(partition.segment_count(), 1);
    });
}

#[test]
fn a_reader_keeps_the_file_of_a_removed_partition() {
    in_dir(|io, path| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition = led(&storage, 0);
        let bytes = batch(0, 1, 30, 1);
        partition.append(io.now(), &bytes, Acks::All).unwrap();
        let slice = partition.read(0, 1000, true, ReadLimit::LogEnd).unwrap();
        storage.delete_partition(&name()).unwrap();
        assert!(storage.partition(&name()).is_none());
        let mut read = vec![0; slice.len as usize];
        slice.file.unwrap().read_at(slice.position, &mut read).unwrap();
        assert_eq!(read[16..], bytes[16..]);
        let refused = partition.append(io.now(), &bytes, Acks::All).unwrap_err();
        assert_eq!(refused.code, ErrorCode::UnknownTopicOrPartition);
        let again = led(&storage, 0);
        assert_eq!(again.log_end_offset(), 0, "a new partition of that name is empty");
    });
}

#[test]
fn a_full_disk_refuses_records_and_goes_on_reading_and_deleting() {
    let world = World::new(3);
    let io = world.node("node");
    let storage =
        world.run(std::time::Duration::from_secs(60), Storage::open(&io, settings(&["/d".into()])));
    let storage = storage.unwrap().unwrap();
    let partition = led(&storage, 0);
    world.set_disk_capacity("node", 64 << 10);
    let mut sequence = 0;
    let refused = loop {
        match partition.append(io.now(), &batch(sequence, 1, 800, 1), Acks::All) {
            Ok(_) => sequence += 1,
            Err(error) => break error,
        }
        assert!(sequence < 1000, "the disk is never full");
    };
    assert_eq!(refused.code, ErrorCode::KafkaStorageError);
    assert!(!partition.is_offline());
    assert_eq!(read_all(&partition).len(), sequence as usize);
    world.set_disk_capacity("node", 1 << 30);
    partition.append(io.now(), &batch(sequence, 1, 800, 1), Acks::All).unwrap();
    assert_eq!(read_all(&partition).len(), sequence as usize + 1);
}

#[test]
fn a_failed_sync_takes_the_log_dir_offline() {
    let world = World::new(3);
    let io = world.node("node");
    let opening = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(std::time::Duration::from_secs(60), opening).unwrap().unwrap();
    let partition: Arc<_> = led(&storage, 0);
    partition.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
    world.fail_syncs("node", 1);
    assert_eq!(partition.flush(), Err(ErrorCode::KafkaStorageError));
    assert!(partition.is_offline());
    let refused = partition.append(io.now(), &batch(1, 1, 10, 1), Acks::All).unwrap_err();
    assert_eq!(refused.code, ErrorCode::KafkaStorageError);
    assert_eq!(storage.offline_partition_count(), 1);
    assert!(storage.log_dirs()[0].is_offline);
}

#[test]
fn a_full_disk_does_not_end_a_log_dir_when_segments_are_removed() {
    let world = World::new(3);
    let io = world.node("node");
    let opening = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(std::time::Duration::from_secs(60), opening).unwrap().unwrap();
    let partition = led(&storage, 0);
    for sequence in 0..10 {
        let now = io.now();
        partition.append(now, &batch(sequence, 1, 800, now.wall.millis), Acks::All).unwrap();
    }
    partition.flush().unwrap();
    world.set_disk_capacity("node", 0);
    partition.roll(io.now()).unwrap_err();
    partition.flush().unwrap();
    assert!(!partition.is_offline(), "flush on a full disk");
    let refused = partition.delete_records(io.now(), 5).unwrap_err();
    assert_eq!(refused, ErrorCode::KafkaStorageError);
    assert!(!partition.is_offline(), "DeleteRecords on a full disk");
    let mut config = super::small();
    config.retention_bytes = 3000;
    partition.set_config(config);
    assert!(partition.retain(io.now()).unwrap() > 0);
    assert!(!partition.is_offline(), "retention on a full disk");
    let start = partition.log_start_offset();
    assert!(start > 0);
    assert_eq!(read_all(&partition).len(), 10 - start as usize);
    world.set_disk_capacity("node", 1 << 30);
    assert_eq!(partition.delete_records(io.now(), 9), Ok(9));
    partition.append(io.now(), &batch(10, 1, 800, 1), Acks::All).unwrap();
    partition.flush().unwrap();
}

#[test]
fn what_holds_on_to_a_removed_or_closed_partition_does_not_open_it_again() {
    let dir = super::TempDir::new();
    let path = dir.0.clone();
    super::on_disk(|io| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let partition = led(&storage, 0);
        partition.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
        storage.close_cleanly().await.unwrap();
        let late = partition.append(io.now(), &batch(1, 1, 10, 1), Acks::All).unwrap_err();
        assert_eq!(late.code, ErrorCode::KafkaStorageError, "behind the mark of a clean stop");
        assert_eq!(partition.flush(), Err(ErrorCode::KafkaStorageError));
    });
}

#[test]
fn flushes_of_several_producers_at_once_do_not_disturb_each_other() {
    let dir = super::TempDir::new();
    let path = dir.0.clone();
    ottla_io::run_os(4, |io| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition = led(&storage, 0);
        for round in 0..60 {
            let now = io.now();
            for sequence in [2 * round, 2 * round + 1] {
                let bytes = batch(sequence, 1, 700, now.wall.millis);
                partition.append(now, &bytes, Acks::All).unwrap();
            }
            let flushes: Vec<_> = (0..4)
                .map(|_| {
                    let (own, partition) = (io.clone(), Arc::clone(&partition));
                    io.spawn("flush", async move {
                        let flushed = own.flushing(move || partition.flush()).await;
                        assert_eq!(flushed, Ok(()), "round {round}");
                    })
                })
                .collect();
            for flush in flushes {
                flush.join().await.unwrap();
            }
        }
        assert!(!partition.is_offline());
    });
}

#[test]
fn a_flush_under_way_leaves_nothing_in_the_partition_that_is_made_next() {
    let dir = super::TempDir::new();
    let path = dir.0.clone();
    ottla_io::run_os(4, |io| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        for round in 0..20 {
            let partition = led(&storage, 0);
            let now = io.now();
            for sequence in 0..8 {
                let bytes = batch(sequence, 1, 700, now.wall.millis);
                partition.append(now, &bytes, Acks::All).unwrap();
            }
            let (own, flushed) = (io.clone(), Arc::clone(&partition));
            let flushing = io.spawn("flush", async move {
                let _ = own.flushing(move || flushed.flush()).await;
            });
            io.sleep(std::time::Duration::from_micros(100 * (round % 10))).await;
            storage.delete_partition(&name()).unwrap();
            led(&storage, 0);
            flushing.join().await.unwrap();
            let entries = io.disk().list(path.join("words-0")).unwrap();
            let left_over = entries.iter().find(|entry| entry.name.contains(".snapshot"));
            assert_eq!(left_over, None, "round {round}");
            assert!(!partition.is_offline(), "round {round}");
            storage.delete_partition(&name()).unwrap();
        }
    });
}
