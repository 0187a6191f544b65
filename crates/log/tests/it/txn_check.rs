//! A transaction index that lost entries is completed from the batches.

use ottla_log::SegmentFile;
use ottla_log::files::txn_index::AbortedTxn;
use ottla_log::txn_check::{TxnWalk, completed};
use ottla_model::Offset;

use crate::memory::MemoryLog;
use crate::script::{Words, command, small};

/// Three producers, transactions that overlap and lie in several segments, some aborted.
fn log() -> MemoryLog {
    let mut world = MemoryLog::new(small());
    for line in [
        "append pid=1 seq=0 txn bytes=100",
        "append pid=2 seq=0 txn bytes=100",
        "marker pid=1",
        "append pid=1 seq=1 txn bytes=100",
        "append bytes=100",
        "marker pid=2 commit",
        "append pid=3 seq=0 txn bytes=200",
        "marker pid=1",
        "append pid=2 seq=1 txn bytes=200",
        "marker pid=3",
        "append bytes=300",
        "marker pid=2",
        // Of a transaction without records.
        "marker pid=2",
        "append pid=1 seq=2 txn bytes=300",
    ] {
        command(&mut world, &Words::of(line));
    }
    world
}

/// What a walk over the log says of each segment: what its index would have to be replaced by.
fn walk(world: &MemoryLog, stable_before: Offset) -> Vec<(Offset, Option<Vec<AbortedTxn>>)> {
    let mut walk = TxnWalk::default();
    let bases: Vec<Offset> = world.log.segments().map(|segment| segment.base_offset).collect();
    let look = |base| {
        let aborted = walk.segment(&world.log, base, stable_before, &world.files).unwrap();
        let content = completed(base, &aborted, &world.files).unwrap();
        let entries = |content: Vec<u8>| {
            content.chunks(34).map(|entry| AbortedTxn::from_bytes(entry).unwrap()).collect()
        };
        (base, content.map(entries))
    };
    bases.into_iter().map(look).collect()
}

#[test]
fn indexes_that_are_whole_are_left_alone() {
    let world = log();
    assert!(world.log.segments().count() > 3);
    assert!(walk(&world, Offset::MAX).iter().all(|(_, content)| content.is_none()));
}

#[test]
fn whatever_entries_are_lost_the_index_becomes_what_it_was() {
    let world = log();
    let mut aborted = 0;
    let indexes =
        world.files.segments.iter().filter(|((_, file), _)| *file == SegmentFile::TxnIndex);
    for ((base, file), content) in indexes {
        for lost in 0..=content.len() / 34 {
            let mut broken = world.clone();
            let index = broken.files.segments.get_mut(&(*base, *file)).unwrap();
            if lost == content.len() / 34 {
                index.clear();
            } else {
                index.drain(34 * lost..34 * (lost + 1));
            }
            for (segment, found) in walk(&broken, Offset::MAX) {
                let found = found.map(|txns| txns.iter().flat_map(|txn| txn.to_bytes()).collect());
                assert_eq!(found, (segment == *base).then(|| content.clone()), "{base} {lost}");
            }
            aborted += 1;
        }
    }
    assert!(aborted >= 4, "{aborted}");
}

#[test]
fn markers_that_are_not_synced_yet_are_left_for_later() {
    let mut world = log();
    world.files.segments.retain(|(_, file), _| *file != SegmentFile::TxnIndex);
    let found = |stable_before| {
        let markers = walk(&world, stable_before).into_iter().filter_map(|(_, content)| content);
        markers.flatten().map(|txn| txn.last_offset).collect::<Vec<_>>()
    };
    assert_eq!(found(Offset::MAX), [2, 7, 9, 11]);
    assert_eq!(found(9), [2, 7]);
}
