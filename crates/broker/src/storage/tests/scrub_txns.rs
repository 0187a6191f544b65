//! A transaction index that went missing while the node was down is made anew by the scrubber.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::producers::Origin;
use ottla_model::{Offset, ProducerId};
use ottla_record::{BatchBuilder, Codec, NewRecord};

use super::super::{Acks, Partition, ReadLimit, Storage};
use super::{led, settings};

const LIMIT: Duration = Duration::from_secs(3600);
/// The first look of the scrubber is within it.
const PASS: Duration = Duration::from_secs(120);

async fn open(io: &Io) -> (Storage, Arc<Partition>) {
    let storage = Storage::open(io, settings(&[PathBuf::from("/data")])).await.unwrap();
    let partition = led(&storage, 0);
    (storage, partition)
}

/// One transaction: records in several segments, and the marker that aborts or commits it.
fn transaction(io: &Io, partition: &Arc<Partition>, producer_id: i64, abort: bool) {
    for sequence in 0..8 {
        let builder = BatchBuilder::new(0, Codec::None).producer(producer_id, 0, sequence);
        append(io, partition, builder.transactional(true), Origin::Client, b"k", &[b'v'; 200]);
    }
    let key = [0, 0, 0, u8::from(!abort)];
    let builder = BatchBuilder::new(0, Codec::None).producer(producer_id, 0, -1);
    let builder = builder.transactional(true).control(true);
    append(io, partition, builder, Origin::Coordinator, &key, &[0; 6]);
}

fn append(
    io: &Io,
    partition: &Arc<Partition>,
    mut builder: BatchBuilder,
    origin: Origin,
    key: &[u8],
    value: &[u8],
) {
    let timestamp = io.now().wall.millis;
    let record = NewRecord { timestamp, key: Some(key), value: Some(value), headers: &[] };
    builder.append(&record).unwrap();
    partition.append_from(io.now(), &builder.build(), Acks::All, origin).unwrap();
}

/// The aborted transactions that a reader of committed records is told of, over the whole log.
fn told(partition: &Partition) -> Vec<(ProducerId, Offset)> {
    let (mut next, mut told) = (0, Vec::new());
    loop {
        let slice = partition.read(next, 1 << 20, true, ReadLimit::LastStable).unwrap();
        if slice.len == 0 {
            told.dedup();
            return told;
        }
        told.extend(slice.aborted);
        let Some(file) = slice.file else { return told };
        let mut bytes = vec![0; slice.len as usize];
        file.read_at(slice.position, &mut bytes).unwrap();
        let batches = ottla_record::split_batches(&bytes);
        next = batches.map(|view| view.unwrap().header().next_offset()).max().unwrap();
    }
}

fn txn_indexes(io: &Io, dir: &Path) -> Vec<PathBuf> {
    let entries = io.disk().list(dir).unwrap();
    let indexes = entries.iter().filter(|entry| entry.name.ends_with(".txnindex") && entry.len > 0);
    indexes.map(|entry| dir.join(&entry.name)).collect()
}

#[test]
fn aborted_records_are_hidden_again_after_their_index_was_lost() {
    let world = World::new(1);
    let io = world.node("node");
    let lost = world.run(LIMIT, async {
        let dir = Path::new("/data/words-0");
        let (storage, partition) = open(&io).await;
        for producer_id in 0..6 {
            transaction(&io, &partition, producer_id, producer_id % 2 == 0);
        }
        let whole = told(&partition);
        assert_eq!(whole.len(), 3);
        storage.close_cleanly().await.unwrap();
        drop((storage, partition));
        let indexes = txn_indexes(&io, dir);
        for index in &indexes {
            io.disk().remove_file(index).unwrap();
        }
        let (storage, partition) = open(&io).await;
        assert_eq!(told(&partition), [], "nobody can know yet");
        io.sleep(PASS).await;
        assert_eq!(told(&partition), whole);
        assert_eq!(txn_indexes(&io, dir), indexes);
        // Made to last, and not made again.
        storage.close_cleanly().await.unwrap();
        drop((storage, partition));
        let (_storage, partition) = open(&io).await;
        assert_eq!(told(&partition), whole);
        indexes.len()
    });
    assert_eq!(lost.unwrap(), 3);
}
