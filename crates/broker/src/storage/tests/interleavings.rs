//! What happens to a partition between two steps of something else.

use ottla_log::{LogConfig, RetentionStep};
use ottla_model::TopicPartition;

use super::super::{Acks, Storage};
use super::{batch, in_dir, led, name, read_all, settings, small, topic_id};

/// The decision is taken with the lock on the log; the removal waits for a flush without it.
#[test]
fn a_record_appended_after_retention_decided_stays() {
    for rolls in [false, true] {
        in_dir(|io, path| async move {
            let storage = Storage::open(&io, settings(&[path])).await.unwrap();
            let partition = led(&storage, 0);
            partition.set_config(LogConfig { retention_ms: 60_000, ..small() });
            let now = io.now();
            partition.append(now, &batch(0, 1, 10, 1000), Acks::All).unwrap();
            let plan = partition
                .with_log(|log, replica| log.plan_retention(replica.high_watermark(), now.wall));
            let Ok(RetentionStep::Remove(plan)) = plan else { panic!("nothing to look at") };
            assert_eq!(plan.segments.len(), 1, "all of the log is too old");
            partition.append(now, &batch(1, 1, 10, now.wall.millis), Acks::All).unwrap();
            if rolls {
                partition.roll(now).unwrap();
            }
            let removal = partition.with_log(|log, _| {
                let removal = log.begin_removal(&plan, now.wall).unwrap();
                let done = removal.run();
                log.end_removal(removal, &done);
            });
            assert_eq!(removal, Ok(()));
            let found: Vec<_> = read_all(&partition).into_iter().map(|(base, _)| base).collect();
            assert_eq!(found, [0, 1], "rolls: {rolls}");
        });
    }
}

/// As when the dir of a deleted topic could not be renamed.
#[test]
fn a_new_partition_has_no_records_of_an_earlier_one_of_its_name() {
    in_dir(|io, path| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let old = led(&storage, 0);
        old.append(io.now(), &batch(0, 3, 10, 1), Acks::All).unwrap();
        storage.delete_partition(&name()).unwrap();
        let disk = io.disk();
        let dirs = disk.list_dirs(&path).unwrap();
        let deleted = dirs.iter().find(|dir| dir.ends_with("-delete")).unwrap();
        disk.rename(path.join(deleted), path.join(name().to_string())).unwrap();
        let new = led(&storage, 0);
        assert_eq!((new.log_start_offset(), new.log_end_offset()), (0, 0));
        let dirs = disk.list_dirs(&path).unwrap();
        assert!(dirs.iter().any(|dir| dir.ends_with("-stray")), "{dirs:?}");
    });
}

/// What is copied before and after a round of compaction would hold a key and lack its tombstone.
#[test]
fn a_partition_is_not_compacted_while_it_moves() {
    in_dir(|io, path| async move {
        let dirs = [path.join("one"), path.join("two")];
        let storage = Storage::open(&io, settings(&dirs)).await.unwrap();
        let partition = led(&storage, 0);
        partition.set_config(LogConfig { compact: true, ..small() });
        assert!(partition.is_compacted());
        let to = if *partition.log_dir() == *dirs[0].display().to_string() { 1 } else { 0 };
        let target = dirs[to].display().to_string();
        storage.move_partition(&name(), &target).unwrap();
        assert!(!partition.is_compacted(), "it moves");
        while *partition.log_dir() != *target || !storage.future_replicas().is_empty() {
            io.sleep(std::time::Duration::from_millis(1)).await;
        }
        assert!(partition.is_compacted(), "it has moved");
    });
}

/// Another thread opens the log, and may have done so between any two looks of who waits for it.
#[test]
fn who_comes_while_a_log_is_being_opened_finds_it_open() {
    in_dir(|io, path| async move {
        let names: Vec<_> = (0..300).map(|number| TopicPartition::new("words", number)).collect();
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        for name in &names {
            let created = storage.create_partition(name, topic_id(), small()).unwrap();
            created.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap_err();
        }
        storage.close_cleanly().await.unwrap();
        drop(storage);
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        for name in &names {
            let partition = storage.create_partition(name, topic_id(), small()).unwrap();
            let deadline = io.now().mono + std::time::Duration::from_secs(60);
            loop {
                let opened = partition.opened(deadline);
                let looked_once = tokio::select! {
                    biased;
                    opened = opened => Some(opened),
                    () = std::future::ready(()) => None,
                };
                if let Some(opened) = looked_once {
                    assert_eq!(opened, Ok(()), "{name}");
                    break;
                }
            }
        }
    });
}
