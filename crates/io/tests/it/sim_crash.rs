//! What a power cut leaves on a simulated disk.

use std::collections::BTreeSet;

use ottla_io::sim::World;
use ottla_io::{Disk, Open};

/// The content of `f` after `prepare` and a power cut, or `None` if it is gone; for 400 seeds.
fn survivors(prepare: impl Fn(&Disk)) -> BTreeSet<Option<Vec<u8>>> {
    (0..400)
        .map(|seed| {
            let world = World::new(seed);
            prepare(&world.node("n").disk());
            content(&world.restart("n").disk(), "f")
        })
        .collect()
}

fn content(disk: &Disk, path: &str) -> Option<Vec<u8>> {
    disk.exists(path).unwrap().then(|| disk.read(path, 1 << 20).unwrap())
}

fn is(outcomes: &BTreeSet<Option<Vec<u8>>>, content: &[u8]) -> bool {
    outcomes.contains(&Some(content.to_vec()))
}

/// An empty file with a durable name.
fn make(disk: &Disk) -> ottla_io::File {
    let file = disk.open("f", Open::CreateNew).unwrap();
    disk.sync_dir("/").unwrap();
    file
}

#[test]
fn synced_bytes_under_a_synced_name_stay() {
    let outcomes = survivors(|disk| {
        let file = make(disk);
        file.write_at(0, b"synced").unwrap();
        file.sync_data().unwrap();
    });
    assert_eq!(outcomes, BTreeSet::from([Some(b"synced".to_vec())]));
}

#[test]
fn a_new_file_may_vanish_although_its_bytes_were_synced() {
    let outcomes = survivors(|disk| {
        let file = disk.open("f", Open::CreateNew).unwrap();
        file.write_at(0, b"synced").unwrap();
        file.sync_data().unwrap();
    });
    assert_eq!(outcomes, BTreeSet::from([None, Some(b"synced".to_vec())]));
}

#[test]
fn unsynced_writes_are_kept_lost_torn_or_outlive_earlier_ones() {
    let outcomes = survivors(|disk| {
        let file = make(disk);
        file.write_at(0, b"base").unwrap();
        file.sync_data().unwrap();
        file.write_at(4, b"one").unwrap();
        file.write_at(7, b"two").unwrap();
    });
    assert!(is(&outcomes, b"base"), "lost");
    assert!(is(&outcomes, b"baseonetwo"), "kept");
    assert!(is(&outcomes, b"baseo") && is(&outcomes, b"baseonet"), "torn");
    assert!(is(&outcomes, b"base\0\0\0two"), "the later without the earlier");
    assert!(is(&outcomes, b"base\0\0\0\0\0\0"), "the length without the bytes");
    assert!(outcomes.iter().flatten().all(|content| content.starts_with(b"base")));
}

#[test]
fn an_unsynced_cut_may_be_undone() {
    let outcomes = survivors(|disk| {
        let file = make(disk);
        file.write_at(0, b"0123456789").unwrap();
        file.sync_data().unwrap();
        file.set_len(4).unwrap();
        file.write_at(4, b"new").unwrap();
    });
    assert!(is(&outcomes, b"0123456789") && is(&outcomes, b"0123") && is(&outcomes, b"0123new"));
    assert!(!is(&outcomes, b"0123new789"), "a cut file is not overwritten in place");
}

#[test]
fn a_rename_may_vanish_until_its_directory_is_synced() {
    let prepare = |disk: &Disk| {
        let file = make(disk);
        file.write_at(0, b"old").unwrap();
        file.sync_data().unwrap();
        let new = disk.open("g", Open::CreateNew).unwrap();
        new.write_at(0, b"new").unwrap();
        new.sync_data().unwrap();
        disk.rename("g", "f").unwrap();
    };
    let both = BTreeSet::from([Some(b"old".to_vec()), Some(b"new".to_vec())]);
    assert_eq!(survivors(prepare), both);
    let synced = survivors(|disk| {
        prepare(disk);
        disk.sync_dir("/").unwrap();
    });
    assert_eq!(synced, BTreeSet::from([Some(b"new".to_vec())]));
}

#[test]
fn a_removed_file_may_come_back() {
    let outcomes = survivors(|disk| {
        make(disk);
        disk.remove_file("f").unwrap();
    });
    assert_eq!(outcomes, BTreeSet::from([None, Some(Vec::new())]));
}

#[test]
fn a_move_between_directories_happens_once_or_not_at_all() {
    for sync in [None, Some("a"), Some("b")] {
        let mut places = BTreeSet::new();
        for seed in 0..200 {
            let world = World::new(seed);
            let disk = world.node("n").disk();
            disk.create_dir_all("a").unwrap();
            disk.create_dir_all("b").unwrap();
            disk.write_atomic("a/f", b"x").unwrap();
            disk.sync_dir("/").unwrap();
            disk.rename("a/f", "b/f").unwrap();
            if let Some(dir) = sync {
                disk.sync_dir(dir).unwrap();
            }
            let disk = world.restart("n").disk();
            places.insert((disk.exists("a/f").unwrap(), disk.exists("b/f").unwrap()));
        }
        let moved = (false, true);
        let expected = if sync.is_some() {
            BTreeSet::from([moved])
        } else {
            BTreeSet::from([moved, (true, false)])
        };
        assert_eq!(places, expected, "{sync:?}");
    }
}

#[test]
fn after_a_failed_sync_a_good_one_saves_nothing_of_before() {
    let outcomes: BTreeSet<_> = (0..100)
        .map(|seed| {
            let world = World::new(seed);
            let disk = world.node("n").disk();
            let file = make(&disk);
            file.write_at(0, b"lost").unwrap();
            world.fail_syncs("n", 1);
            file.sync_data().unwrap_err();
            file.sync_data().unwrap();
            assert_eq!(disk.read("f", 10).unwrap(), b"lost", "the cache still shows it");
            content(&world.restart("n").disk(), "f")
        })
        .collect();
    assert!(is(&outcomes, b""));
}

#[test]
fn a_killed_process_loses_no_write() {
    let world = World::new(1);
    let disk = world.node("n").disk();
    make(&disk).write_at(0, b"in the cache").unwrap();
    let _lock = disk.lock(".lock").unwrap();
    world.kill("n");
    let disk = world.node("n").disk();
    assert_eq!(disk.read("f", 100).unwrap(), b"in the cache");
    disk.lock(".lock").unwrap();
}

#[test]
fn write_atomic_leaves_the_old_or_the_new_content_whenever_the_power_goes() {
    let mut seen = BTreeSet::new();
    for seed in 0..100 {
        for writes in 0..10 {
            let world = World::new(seed);
            let disk = world.node("n").disk();
            disk.write_atomic("f", b"old").unwrap();
            world.crash_after_disk_writes("n", writes);
            let io = world.node("n");
            io.clone().spawn("write", async move {
                if io.disk().write_atomic("f", b"new, and longer").is_ok() {
                    std::future::pending::<()>().await;
                }
            });
            world.run_for(std::time::Duration::from_secs(1));
            let survived = world.is_up("n");
            let found = content(&world.restart("n").disk(), "f").unwrap();
            assert!(found == b"old" || found == b"new, and longer", "{found:?}");
            assert!(!survived || found == b"new, and longer", "it returned, so it is durable");
            seen.insert((survived, found));
        }
    }
    assert_eq!(seen.len(), 3, "old, new and done were all seen: {seen:?}");
}
