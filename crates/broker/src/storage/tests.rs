//! Storage on a real disk and on the simulated one.

#![allow(
    clippy::disallowed_methods,
    reason = "tests that are run by hand take their seeds and directories from the environment"
)]

mod compacting;
mod crashes;
mod creation;
mod damage;
mod dirs;
mod failed_writes;
mod full;
mod interleavings;
mod lookups;
mod moves;
mod old_formats;
mod open_files;
mod partitions;
mod producers;
mod scrub;
mod scrub_txns;
mod stalls;
mod starts;
mod twins;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ottla_base::Uuid;
use ottla_io::Io;
use ottla_log::LogConfig;
use ottla_model::{Offset, TopicPartition};
use ottla_record::{BatchBuilder, Codec, NewRecord, split_batches};

use super::{Leadership, Partition, ReadLimit, Storage, StorageSettings};

/// A directory of its own for a test, removed at its end.
struct TempDir(PathBuf);

impl TempDir {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ottla-storage-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let disk = ottla_io::run_os(1, |io| async move { io.disk() });
        let _ = disk.remove_dir_all(&self.0);
    }
}

fn on_disk<T, F: Future<Output = T>>(work: impl FnOnce(Io) -> F) -> T {
    ottla_io::run_os(1, work)
}

/// The same, with a dir that is removed afterwards.
fn in_dir<T, F: Future<Output = T>>(work: impl FnOnce(Io, PathBuf) -> F) -> T {
    let dir = TempDir::new();
    on_disk(|io| work(io, dir.0.clone()))
}

fn name() -> TopicPartition {
    TopicPartition::new("words", 0)
}

fn topic_id() -> Uuid {
    Uuid([7; 16])
}

/// Small segments, dense indexes.
fn small() -> LogConfig {
    LogConfig { segment_bytes: 1000, index_interval_bytes: 100, ..LogConfig::default() }
}

fn settings(dirs: &[PathBuf]) -> StorageSettings {
    let mut settings = StorageSettings::new(1, dirs.to_vec());
    settings.log = small();
    settings
}

fn leading(leader_epoch: i32) -> Leadership {
    let (replicas, isr) = (vec![1], vec![1]);
    Leadership { leader: 1, leader_epoch, partition_epoch: leader_epoch, replicas, isr }
}

/// The partition `words-0`, made if it is not there, led by this node.
fn led(storage: &Storage, leader_epoch: i32) -> Arc<Partition> {
    let partition = storage.create_partition(&name(), topic_id(), small()).unwrap();
    partition.become_as(leading(leader_epoch)).unwrap();
    partition
}

/// A batch of `count` records of `bytes` bytes, from producer 1.
fn batch(sequence: i32, count: usize, bytes: usize, timestamp: i64) -> Vec<u8> {
    let mut builder = BatchBuilder::new(0, Codec::None).producer(1, 0, sequence);
    let value = vec![b'v'; bytes];
    for index in 0..count {
        let timestamp = timestamp + index as i64;
        let record = NewRecord { timestamp, key: Some(b"key"), value: Some(&value), headers: &[] };
        builder.append(&record).unwrap();
    }
    builder.build()
}

/// Everything a partition holds: base offset and bytes of each batch.
fn read_all(partition: &Partition) -> Vec<(Offset, Vec<u8>)> {
    let (mut next, mut found) = (partition.log_start_offset(), Vec::new());
    loop {
        let slice = partition.read(next, 1 << 20, true, ReadLimit::LogEnd).unwrap();
        let Some(file) = slice.file else { return found };
        let mut bytes = vec![0; slice.len as usize];
        assert_eq!(file.read_at(slice.position, &mut bytes).unwrap(), bytes.len());
        for view in split_batches(&bytes) {
            let view = view.unwrap();
            view.check_crc().unwrap();
            found.push((view.header().base_offset, view.bytes().to_vec()));
            next = view.header().next_offset();
        }
    }
}
