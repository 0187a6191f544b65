//! What is left after a crash: the synced prefix and maybe more, never a half batch.

use ottla_base::Rng;
use ottla_log::{AppendAs, SegmentFile, producers::Origin};

use crate::memory::{Files, MemoryLog, Reopen, reopen};
use crate::script::{Words, batch, check, small};

#[test]
fn a_damaged_batch_ends_the_log_and_later_segments_go() {
    check(
        small(),
        "
        > append bytes=100 leader=1
        0..=0
        > append bytes=100 leader=1
        1..=1
        > append bytes=100 leader=2
        2..=2 rolled
        > append bytes=100 leader=2
        3..=3
        > append bytes=100 leader=3
        4..=4 rolled
        > damage 2 log flip=200
        > reopen from=2
        0..3 recovered 1 lost 340
        > epochs
        1@0 2@2
        > files
        00000000000000000000.log 340
        00000000000000000000.index 8
        00000000000000000000.timeindex 12
        00000000000000000002.log 170
        00000000000000000002.index 0
        00000000000000000002.timeindex 0
        00000000000000000002.snapshot 0 producers
        > append leader=4
        3..=3
        ",
    );
}

#[test]
fn damage_to_an_old_segment_takes_none_of_the_later_ones() {
    check(
        small(),
        "
        > append bytes=100
        0..=0
        > append bytes=100
        1..=1
        > append bytes=100
        2..=2 rolled
        > append bytes=100
        3..=3
        > append bytes=100
        4..=4 rolled
        > damage 0 log flip=200
        > damage 0 index gone
        > reopen clean
        0..5 recovered 1 lost 0
        > read 0
        0..=0
        > read 1
        offset 1 is lost: the log is damaged there up to 2
        > read 2
        2..=2 3..=3
        > append bytes=100
        5..=5
        ",
    );
}

#[test]
fn a_batch_that_is_missing_is_no_duplicate_when_it_is_sent_again() {
    check(
        small(),
        "
        > append bytes=100 pid=7 seq=0
        0..=0
        > append bytes=100 pid=7 seq=1
        1..=1
        > damage 0 log cut=170
        > damage 0 index gone
        > reopen clean
        0..1 recovered 1 lost 0
        > append bytes=100 pid=7 seq=1
        1..=1
        ",
    );
}

#[test]
fn damage_before_the_recovery_point_stays_with_all_that_lies_behind_it() {
    check(
        small(),
        "
        > append bytes=50 leader=1
        0..=0
        > append bytes=50 leader=1
        1..=1
        > append bytes=50 leader=1
        2..=2
        > damage 0 log flip=190
        > damage 0 index gone
        > reopen from=3
        0..3 recovered 1 lost 0
        > read 0
        0..=0
        > read 1
        offset 1 is lost: the log is damaged there up to 2
        > read 2
        2..=2
        > append leader=1
        3..=3
        > reopen from=4
        0..4 recovered 0 lost 0
        > read 2
        2..=2
        > read 3
        3..=3
        ",
    );
}

#[test]
fn a_batch_whose_length_is_damaged_is_stepped_over_too() {
    check(
        small(),
        "
        > append bytes=50 leader=1
        0..=0
        > append bytes=50 leader=1
        1..=1
        > append bytes=50 leader=1
        2..=2
        > damage 0 log flip=129
        > reopen from=3
        0..3 recovered 1 lost 0
        > read 1
        offset 1 is lost: the log is damaged there up to 2
        > read 2
        2..=2
        ",
    );
}

#[test]
fn missing_and_misfit_indexes_are_rebuilt_even_after_a_clean_stop() {
    check(
        small(),
        "
        > append bytes=100
        0..=0
        > append bytes=100 ts=300
        1..=1
        > append bytes=100
        2..=2 rolled
        > append bytes=100
        3..=3
        > damage 0 index gone
        > damage 2 timeindex cut=5
        > reopen clean
        0..4 recovered 2 lost 0
        > files
        00000000000000000000.log 340
        00000000000000000000.index 8
        00000000000000000000.timeindex 12
        00000000000000000002.log 340
        00000000000000000002.index 8
        00000000000000000002.timeindex 12
        00000000000000000002.snapshot 0 producers
        00000000000000000004.snapshot 0 producers
        > read 1
        1..=1
        > time 200
        300 at 1
        ",
    );
}

#[test]
fn an_index_that_lies_costs_time_and_not_the_answer() {
    check(
        small(),
        "
        > append bytes=100
        0..=0
        > append bytes=100 ts=300
        1..=1
        > append bytes=100
        2..=2 rolled
        > damage 0 index flip=7
        > read 1
        1..=1
        ",
    );
}

/// A log of several segments with producers, an abort and two leader epochs.
fn sample() -> MemoryLog {
    let mut world = MemoryLog::new(small());
    let mut seq = 0;
    for round in 0..7 {
        let line = format!("append n=2 bytes=30 ts={} pid=7 seq={seq}", 100 + 10 * round);
        let role = AppendAs::Leader { epoch: round / 3, origin: Origin::Client };
        world.append(&batch(&Words::of(&line)), role).unwrap();
        seq += 2;
    }
    world
}

fn log_bytes(files: &Files) -> Vec<u8> {
    let logs = files.segments.iter().filter(|((_, file), _)| *file == SegmentFile::Log);
    logs.flat_map(|(_, bytes)| bytes.iter().copied()).collect()
}

#[test]
fn cut_at_every_byte_the_log_is_the_longest_whole_prefix() {
    let world = sample();
    let whole = log_bytes(&world.files);
    let batch_bytes = whole.len() / 7;
    let active = world.log.active().base_offset;
    let active_len = world.files.segments[&(active, SegmentFile::Log)].len();
    let before = whole.len() - active_len;
    for len in 0..=active_len {
        let mut files = world.files.clone();
        files.segments.get_mut(&(active, SegmentFile::Log)).unwrap().truncate(len);
        let how = Reopen { recovery_point: active, ..Reopen::default() };
        let (again, _) = reopen(files, small(), how);
        let kept = (before + len) / batch_bytes;
        assert_eq!(log_bytes(&again.files), whole[..kept * batch_bytes], "cut at {len}");
        assert_eq!(again.log.log_end_offset(), 2 * kept as i64, "cut at {len}");
        check_consistent(&again);
    }
}

#[test]
fn recovering_twice_gives_the_same_as_once() {
    let world = sample();
    let how = Reopen::default();
    let (once, _) = reopen(world.files.clone(), small(), how);
    let (twice, opened) = reopen(once.files.clone(), small(), how);
    assert_eq!(once.files, twice.files);
    assert_eq!(opened.bytes_lost, 0);
    assert_eq!(once.log.producers().to_snapshot(), world.log.producers().to_snapshot());
    assert_eq!(once.log.leader_epochs(), world.log.leader_epochs());
}

#[test]
fn rebuilt_indexes_are_those_that_appending_wrote() {
    let mut world = sample();
    world.close();
    let (again, _) = reopen(world.files.clone(), small(), Reopen::default());
    let mut again = again;
    again.close();
    assert_eq!(again.files.segments, world.files.segments);
}

#[test]
fn garbage_behind_the_recovery_point_is_never_kept() {
    for seed in 0..500 {
        let mut rng = Rng::new(seed);
        let world = sample();
        let whole = log_bytes(&world.files);
        let mut files = world.files.clone();
        let active = world.log.active().base_offset;
        let bytes = files.segments.get_mut(&(active, SegmentFile::Log)).unwrap();
        let keep = rng.below(bytes.len() as u64 + 1) as usize;
        let mut garbage = vec![0; rng.below(600) as usize];
        if rng.chance(1, 2) {
            rng.fill(&mut garbage);
        }
        bytes.truncate(keep);
        bytes.extend(garbage);
        for index in [SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
            let bytes = files.segments.get_mut(&(active, index)).unwrap();
            bytes.truncate(rng.below(bytes.len() as u64 + 1) as usize);
            bytes.extend(vec![0; rng.below(40) as usize]);
        }
        let how = Reopen { recovery_point: active, ..Reopen::default() };
        let (again, _) = reopen(files, small(), how);
        let found = log_bytes(&again.files);
        assert_eq!(found, whole[..found.len()], "seed {seed}");
        check_consistent(&again);
        let mut again = again;
        let end = again.log.log_end_offset();
        let role = AppendAs::Leader { epoch: 9, origin: Origin::Client };
        let appended = again.append(&batch(&Words::of("append n=3")), role).unwrap();
        assert_eq!(appended.first_offset, end, "seed {seed}");
    }
}

/// Every record can be read, and by every way to find it.
fn check_consistent(world: &MemoryLog) {
    for offset in world.log.log_start_offset()..world.log.log_end_offset() {
        let found = world.log.locate(offset, &world.files).unwrap().unwrap();
        let range = found.header.base_offset..=found.header.last_offset();
        assert!(range.contains(&offset), "{offset} is found in {range:?}");
    }
    assert_eq!(world.log.locate(world.log.log_end_offset(), &world.files).unwrap(), None);
    let indexes = [(SegmentFile::OffsetIndex, 8), (SegmentFile::TimeIndex, 12)];
    for segment in world.log.segments() {
        for (file, entry) in indexes {
            let bytes = &world.files.segments[&(segment.base_offset, file)];
            assert_eq!(bytes.len() % entry, 0);
            assert!(bytes.chunks(entry).is_sorted(), "{}", file.name(segment.base_offset));
        }
    }
}

#[test]
fn a_log_ends_where_the_unsynced_end_of_a_sealed_segment_is_missing() {
    check(
        small(),
        "
        > append bytes=100
        0..=0
        > append bytes=100
        1..=1
        > append bytes=100
        2..=2 rolled
        > damage 0 log cut=170
        > reopen from=2
        0..3 recovered 2 lost 0
        > reopen
        0..1 recovered 1 lost 170
        ",
    );
}

#[test]
fn the_entry_that_sealed_the_last_synced_segment_is_written_again() {
    let mut world = MemoryLog::new(small());
    for line in ["ts=100 bytes=100", "ts=300 bytes=100", "ts=400 bytes=100"] {
        let role = AppendAs::Leader { epoch: 0, origin: Origin::Client };
        world.append(&batch(&Words::of(line)), role).unwrap();
    }
    let key = (0, SegmentFile::TimeIndex);
    let mut sealed = world.files.segments[&key].clone();
    // As if the last entry had been written by the roll, after the sync.
    let entry = sealed.split_off(sealed.len() - 12);
    for torn in [vec![], vec![0; 12], [&entry[..6], &[0; 6]].concat(), entry.clone()] {
        let mut files = world.files.clone();
        files.segments.insert(key, [sealed.clone(), torn.clone()].concat());
        let how = Reopen { recovery_point: 2, ..Reopen::default() };
        let (again, opened) = reopen(files, small(), how);
        assert_eq!(again.files.segments[&key], world.files.segments[&key], "{torn:?}");
        assert_eq!(opened.segments_recovered, 1);
    }
}
