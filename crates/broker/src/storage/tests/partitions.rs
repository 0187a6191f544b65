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

/// Records, synced together, of producers that came while a sync was under way.
#[test]
fn acks_that_wait_for_the_device_share_their_syncs() {
    let world = World::new(7);
    let io = world.node("node");
    let opening = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(std::time::Duration::from_secs(60), opening).unwrap().unwrap();
    let partition = led(&storage, 0);
    partition.set_config(synced());
    let before = storage.sync_count();
    let appended: Vec<_> = (0..20)
        .map(|sequence| {
            partition.append(io.now(), &batch(sequence, 1, 10, 1), Acks::Leader).unwrap()
        })
        .collect();
    let last = *appended.last().unwrap();
    assert!(last.sync_first);
    assert_eq!(partition.is_acknowledged(&last, Acks::Leader), Ok(false));
    assert_eq!((partition.high_watermark(), partition.log_end_offset()), (0, 20));
    assert_eq!(partition.read(0, 1 << 20, true, ReadLimit::HighWatermark).unwrap().len, 0);
    let waiter = Waiter::default();
    let _watch = partition.watchers().watch(&waiter);
    let all_synced = async {
        while partition.is_acknowledged(&last, Acks::All) != Ok(true) {
            waiter.moved().await;
        }
    };
    world.run(std::time::Duration::from_secs(60), all_synced).unwrap();
    assert_eq!((partition.high_watermark(), partition.synced_offset()), (20, 20));
    assert!(storage.sync_count() - before <= 2, "{}", storage.sync_count() - before);
}

#[test]
fn a_failed_sync_is_told_to_everybody_who_waits_for_it() {
    let world = World::new(7);
    let io = world.node("node");
    let opening = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(std::time::Duration::from_secs(60), opening).unwrap().unwrap();
    let partition = led(&storage, 0);
    partition.set_config(synced());
    let limit = std::time::Duration::from_secs(60);
    let opened = partition.opened(io.now().mono + limit);
    world.run(limit, opened).unwrap().unwrap();
    world.fail_syncs("node", 1);
    let appended = [0, 1]
        .map(|sequence| partition.append(io.now(), &batch(sequence, 1, 10, 1), Acks::All).unwrap());
    let waiter = Waiter::default();
    let _watch = partition.watchers().watch(&waiter);
    world.run(std::time::Duration::from_secs(60), waiter.moved()).unwrap();
    for one in appended {
        let told = partition.is_acknowledged(&one, Acks::All);
        assert_eq!(told, Err(ErrorCode::KafkaStorageError));
    }
    assert_eq!(partition.high_watermark(), 0, "nobody was shown what may be gone");
    assert!(partition.is_offline());
}

#[test]
fn a_changed_durability_acts_on_what_is_there() {
    let world = World::new(7);
    let io = world.node("node");
    let limit = std::time::Duration::from_secs(60);
    let opening = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(limit, opening).unwrap().unwrap();
    let partition = led(&storage, 0);
    let written = partition.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
    assert_eq!((written.sync_first, written.high_watermark), (false, 1));
    partition.set_config(synced());
    world.run_for(std::time::Duration::from_millis(500));
    assert_eq!(partition.synced_offset(), 1, "what was only written is synced soon");
    let first = partition.append(io.now(), &batch(1, 1, 10, 1), Acks::All).unwrap();
    assert_eq!((first.sync_first, first.high_watermark), (true, 1));
    partition.set_config(super::small());
    assert_eq!(partition.high_watermark(), 2, "written is enough again");
    let one_by_one = ottla_log::LogConfig { flush_messages: 1, ..super::small() };
    partition.set_config(one_by_one);
    let again = partition.append(io.now(), &batch(2, 1, 10, 1), Acks::All).unwrap();
    assert!(again.sync_first, "flush.messages=1");
    let three = ottla_log::LogConfig { flush_messages: 3, ..super::small() };
    partition.set_config(three);
    world.run_for(std::time::Duration::from_millis(500));
    let waits = (3..7).map(|sequence| {
        let done = partition.append(io.now(), &batch(sequence, 1, 10, 1), Acks::All).unwrap();
        done.sync_first
    });
    assert_eq!(waits.collect::<Vec<_>>(), [false, false, true, true], "until the sync has ended");
}

#[test]
fn flush_ms_acts_within_its_time_also_when_it_is_changed() {
    let world = World::new(7);
    let io = world.node("node");
    let limit = std::time::Duration::from_secs(60);
    let opening = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(limit, opening).unwrap().unwrap();
    let partition = led(&storage, 0);
    let within = |flush_ms| ottla_log::LogConfig { flush_ms, ..super::small() };
    partition.set_config(within(100));
    for sequence in 0..3 {
        partition.append(io.now(), &batch(sequence, 1, 10, 1), Acks::All).unwrap();
        assert_eq!(partition.synced_offset(), i64::from(sequence));
        world.run_for(std::time::Duration::from_millis(150));
        assert_eq!(partition.synced_offset(), i64::from(sequence) + 1);
    }
    partition.set_config(within(3_600_000));
    partition.append(io.now(), &batch(3, 1, 10, 1), Acks::All).unwrap();
    world.run_for(std::time::Duration::from_millis(500));
    assert_eq!(partition.synced_offset(), 3);
    partition.set_config(within(50));
    world.run_for(std::time::Duration::from_millis(100));
    assert_eq!(partition.synced_offset(), 4);
}

#[test]
fn a_preallocated_segment_has_its_size_at_once_and_is_trimmed_when_it_is_sealed_or_closed() {
    let world = World::new(7);
    let io = world.node("node");
    let limit = std::time::Duration::from_secs(60);
    let mut settings = settings(&["/d".into()]);
    settings.log = ottla_log::LogConfig { preallocate: true, ..super::small() };
    let storage = world.run(limit, Storage::open(&io, settings.clone())).unwrap().unwrap();
    let made = storage.create_partition(&name(), super::topic_id(), settings.log.clone());
    let partition = made.unwrap();
    partition.become_as(leading(0)).unwrap();
    let lens = |io: &ottla_io::Io| -> Vec<u64> {
        let entries = io.disk().list("/d/words-0").unwrap();
        let logs = entries.iter().filter(|entry| entry.name.ends_with(".log"));
        logs.map(|entry| entry.len).collect()
    };
    for sequence in 0..5 {
        partition.append(io.now(), &batch(sequence, 1, 300, 1), Acks::All).unwrap();
    }
    let size = batch(0, 1, 300, 1).len() as u64;
    world.run_for(std::time::Duration::from_millis(500));
    assert_eq!(lens(&io), [2 * size, 2 * size, 1000], "sealed ones are trimmed");
    world.kill("node");
    let io = world.node("node");
    let storage = world.run(limit, Storage::open(&io, settings.clone())).unwrap().unwrap();
    let partition = storage.partition(&name()).unwrap();
    partition.become_as(leading(1)).unwrap();
    assert_eq!((partition.log_end_offset(), read_all(&partition).len()), (5, 5));
    for sequence in 5..9 {
        partition.append(io.now(), &batch(sequence, 1, 300, 1), Acks::All).unwrap();
    }
    world.run(limit, storage.close_cleanly()).unwrap().unwrap();
    assert_eq!(lens(&io), [2 * size, 2 * size, 2 * size, 2 * size, size]);
}

fn synced() -> ottla_log::LogConfig {
    let ack_durability = ottla_log::AckDurability::Synced;
    ottla_log::LogConfig { ack_durability, ..super::small() }
}

/// Prints how long appends take on a real disk, with and without a roll. By hand:
/// `cargo test --release -p ottla-broker --lib -- --ignored --nocapture appends_over_rolls`.
#[test]
#[ignore = "prints figures"]
fn what_appends_over_rolls_take() {
    in_dir(|io, path| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition = led(&storage, 0);
        partition.set_config(ottla_log::LogConfig { segment_bytes: 1 << 20, ..super::small() });
        let (mut plain, mut rolled) = (Vec::new(), Vec::new());
        for sequence in 0..30_000 {
            let bytes = batch(sequence, 1, 8 << 10, io.now().wall.millis);
            let (segments, from) = (partition.segment_count(), io.now());
            partition.append(from, &bytes, Acks::All).unwrap();
            let took = io.now().mono.since(from.mono);
            let kind = if partition.segment_count() > segments { &mut rolled } else { &mut plain };
            kind.push(took);
            if sequence % 64 == 0 {
                io.yield_now().await;
            }
        }
        for (name, mut took) in [("without a roll", plain), ("with a roll", rolled)] {
            took.sort_unstable();
            let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
            let [p50, p99, p999, max] = [0.5, 0.99, 0.999, 1.0].map(at);
            println!(
                "{name}: {} appends, p50 {p50:?} p99 {p99:?} p99.9 {p999:?} max {max:?}",
                took.len()
            );
        }
    });
}
