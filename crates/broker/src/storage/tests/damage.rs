//! Bytes that went bad: what is sound is served, nothing is cut away, and nobody is sent the rest.

use std::path::{Path, PathBuf};

use ottla_io::{Disk, Io, Open};
use ottla_model::ErrorCode;

use super::super::{Acks, FoundBy, Partition, ReadLimit, Storage};
use super::{batch, in_dir, led, name, settings};

const LOG: &str = "words-0/00000000000000000000.log";

/// Four batches of one record each in the first segment of `words-0`, closed cleanly; bytes of one.
async fn write_four(io: &Io, path: &Path) -> usize {
    let storage = Storage::open(io, settings(&[path.to_owned()])).await.unwrap();
    let partition = led(&storage, 0);
    for sequence in 0..4 {
        let now = io.now();
        partition.append(now, &batch(sequence, 1, 100, now.wall.millis), Acks::All).unwrap();
    }
    storage.close_cleanly().await.unwrap();
    io.disk().read(path.join(LOG), 1 << 20).unwrap().len() / 4
}

fn flip(disk: &Disk, log: &Path, position: usize) {
    let bytes = disk.read(log, 1 << 20).unwrap();
    let file = disk.open(log, Open::Write).unwrap();
    file.write_at(position as u64, &[bytes[position] ^ 1]).unwrap();
}

/// The offsets a reader gets from `offset` on, in one read.
fn offsets_from(partition: &Partition, offset: i64) -> Result<Vec<i64>, ErrorCode> {
    let slice = partition.read(offset, 1 << 20, true, ReadLimit::LogEnd)?;
    let mut bytes = vec![0; slice.len as usize];
    if let Some(file) = slice.file {
        file.read_at(slice.position, &mut bytes).unwrap();
    }
    let batches = ottla_record::split_batches(&bytes).map(|batch| batch.unwrap());
    Ok(batches
        .inspect(|batch| batch.check_crc().unwrap())
        .map(|b| b.header().base_offset)
        .collect())
}

fn sees_the_damage(storage: &Storage, partition: &Partition, size: usize, by: FoundBy) {
    assert_eq!(offsets_from(partition, 0), Ok(vec![0]), "what is before it is served");
    assert_eq!(offsets_from(partition, 1), Err(ErrorCode::CorruptMessage));
    assert_eq!(offsets_from(partition, 2), Ok(vec![2, 3]), "who asks for more has it");
    let [damage] = &storage.damages()[..] else { panic!("{:?}", storage.damages()) };
    assert_eq!((&damage.partition, damage.file.as_str()), (&name(), &LOG[8..]));
    assert_eq!((damage.position, damage.end_position), (size as u64, 2 * size as u64));
    assert_eq!((damage.offset, damage.next_offset, damage.found_by), (1, 2, by));
}

#[test]
fn damage_before_the_recovery_point_is_found_at_a_start_and_nothing_is_cut_away() {
    in_dir(|io, path: PathBuf| async move {
        let size = write_four(&io, &path).await;
        // A process that dies, and a byte that goes bad in the second batch.
        io.disk().remove_file(path.join(".kafka_cleanshutdown")).unwrap();
        flip(&io.disk(), &path.join(LOG), size + 70);
        // With its index, what was synced would not be looked at again.
        let index = path.join(LOG.replace(".log", ".index"));
        io.disk().remove_file(index).unwrap();
        let damaged = io.disk().read(path.join(LOG), 1 << 20).unwrap();
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let partition = led(&storage, 1);
        sees_the_damage(&storage, &partition, size, FoundBy::Start);
        let now = io.now();
        let appended = partition.append(now, &batch(4, 1, 10, now.wall.millis), Acks::All).unwrap();
        assert_eq!(appended.first_offset, 4, "appends go on at the end");
        assert_eq!(offsets_from(&partition, 4), Ok(vec![4]));
        storage.close_cleanly().await.unwrap();
        assert_eq!(io.disk().read(path.join(LOG), 1 << 20).unwrap(), damaged);
        drop((storage, partition));

        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let partition = led(&storage, 2);
        sees_the_damage(&storage, &partition, size, FoundBy::Start);
        assert_eq!(offsets_from(&partition, 4), Ok(vec![4]));
        partition.delete_records(io.now(), 4).unwrap();
        partition.retain(io.now()).unwrap();
        storage.partition(&name()).unwrap().forget_gone_damages();
        assert!(storage.damages().is_empty(), "it went with its segment");
    });
}

#[test]
fn damage_that_a_scrubber_finds_is_not_sent_from_then_on() {
    in_dir(|io, path: PathBuf| async move {
        let size = write_four(&io, &path).await;
        flip(&io.disk(), &path.join(LOG), size + 70);
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let partition = led(&storage, 1);
        let note = |position| storage.note_damage(&name(), 0, position, "bad crc", FoundBy::Scrub);
        assert_eq!(note(0), Ok(false), "that batch is sound");
        assert_eq!(note(size as u64 + 70), Ok(true));
        assert_eq!(note(size as u64), Ok(false), "it is known");
        sees_the_damage(&storage, &partition, size, FoundBy::Scrub);
        drop((storage, partition));
        // Its tasks let go of the dir when they are next looked at.
        io.sleep(std::time::Duration::from_millis(50)).await;
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        sees_the_damage(&storage, &led(&storage, 2), size, FoundBy::Scrub);
    });
}

#[test]
fn a_read_that_comes_to_a_broken_header_finds_the_damage() {
    in_dir(|io, path: PathBuf| async move {
        let size = write_four(&io, &path).await;
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let partition = led(&storage, 1);
        assert_eq!(offsets_from(&partition, 3), Ok(vec![3]));
        // The most significant byte of the length.
        let file = io.disk().open(path.join(LOG), Open::Write).unwrap();
        file.write_at(size as u64 + 8, &[0x7f]).unwrap();
        assert_eq!(offsets_from(&partition, 1), Err(ErrorCode::CorruptMessage));
        sees_the_damage(&storage, &partition, size, FoundBy::Read);
    });
}

#[test]
fn the_cleaner_leaves_a_log_alone_from_its_first_damage_on() {
    in_dir(|io, path: PathBuf| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let mut config = super::small();
        (config.segment_bytes, config.compact, config.delete) = (300, true, false);
        config.min_cleanable_dirty_ratio = 0.0;
        let partition = storage.create_partition(&name(), super::topic_id(), config).unwrap();
        partition.become_as(super::leading(0)).unwrap();
        for sequence in 0..8 {
            let now = io.now();
            partition.append(now, &batch(sequence, 1, 100, now.wall.millis), Acks::All).unwrap();
        }
        let cleanable = |checkpoint| {
            let found = partition.with_log(|log, _| {
                log.log().cleanable(checkpoint, 8, io.now().wall, &*log.bytes()).unwrap()
            });
            let found = found.unwrap();
            (found.first_dirty_offset, found.first_uncleanable_offset, found.cleanable_bytes > 0)
        };
        let bases = partition.with_log(|log, _| {
            log.log().segments().map(|segment| segment.base_offset).collect::<Vec<_>>()
        });
        let bases = bases.unwrap();
        let (damaged, active) = (bases[1], *bases.last().unwrap());
        assert!(damaged < active, "{bases:?}");
        assert_eq!(cleanable(None), (0, active, true));
        flip(&io.disk(), &path.join(format!("words-0/{damaged:020}.log")), 70);
        assert_eq!(storage.note_damage(&name(), damaged, 0, "bad crc", FoundBy::Scrub), Ok(true));
        assert_eq!(cleanable(None), (0, damaged, true), "what is before it is cleaned");
        assert_eq!(cleanable(Some(active)), (damaged, damaged, false), "that is clean");
    });
}
