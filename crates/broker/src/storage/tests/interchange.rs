//! Files that Apache Kafka wrote, and files that it is to read.

use std::path::PathBuf;

use ottla_record::{BatchBuilder, Codec, Header, NewRecord};

use super::super::{Acks, Storage};
use super::{led, on_disk, settings};

/// Opens a log dir written by Apache Kafka, given in `OTTLA_KAFKA_DIR` (a copy: the start takes the
/// mark of the clean stop away), looks into all partitions, and appends to each.
#[test]
#[ignore = "needs a log dir of Apache Kafka in OTTLA_KAFKA_DIR"]
fn a_log_dir_of_kafka_is_read() {
    let dir = PathBuf::from(std::env::var("OTTLA_KAFKA_DIR").unwrap());
    on_disk(|io| async move {
        let mut settings = settings(std::slice::from_ref(&dir));
        settings.log = ottla_log::LogConfig::default();
        let storage = Storage::open(&io, settings).await.unwrap();
        for partition in storage.partitions() {
            let batches = super::read_all(&partition);
            partition.become_as(super::leading(0)).unwrap();
            let bytes = super::batch(0, 3, 20, io.now().wall.millis);
            partition.append(io.now(), &bytes, Acks::All).unwrap();
            let largest = partition.offset_of_max_timestamp().unwrap();
            println!(
                "{} id {} {}..{} batches {} segments {} largest {largest:?} producers {} recovery {:?}",
                partition.topic_partition(),
                partition.topic_id(),
                partition.log_start_offset(),
                partition.log_end_offset(),
                batches.len(),
                partition.segment_count(),
                partition.producers().len(),
                storage.recovery_progress(),
            );
        }
        storage.close_cleanly().await.unwrap();
    });
}

/// Writes a log dir into `OTTLA_OUT_DIR`, for `kafka.tools.DumpLogSegments` to look at.
#[test]
#[ignore = "writes a log dir into OTTLA_OUT_DIR"]
fn a_log_dir_for_kafka_is_written() {
    let dir = PathBuf::from(std::env::var("OTTLA_OUT_DIR").unwrap());
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&dir))).await.unwrap();
        let partition = led(&storage, 2);
        for round in 0..60 {
            let codecs = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];
            let mut builder = BatchBuilder::new(0, codecs[round % codecs.len()]);
            let headers = [Header { key: b"kind", value: Some(b"test") }];
            for index in 0..5 {
                let timestamp = io.now().wall.millis + (round as i64 * 37) % 50;
                let key = format!("key-{round}-{index}");
                let value = (index != 3).then_some(&b"some value or other"[..]);
                let record =
                    NewRecord { timestamp, key: Some(key.as_bytes()), value, headers: &headers };
                builder.append(&record).unwrap();
            }
            partition.append(io.now(), &builder.build(), Acks::All).unwrap();
            let sequence = round as i32;
            let bytes = super::batch(sequence, 1, round, io.now().wall.millis);
            partition.append(io.now(), &bytes, Acks::All).unwrap();
        }
        storage.close_cleanly().await.unwrap();
    });
}
