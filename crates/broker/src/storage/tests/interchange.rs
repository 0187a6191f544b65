//! Files that Apache Kafka wrote.

use std::path::PathBuf;

use super::super::Storage;
use super::{on_disk, settings};

/// Opens a log dir written by Apache Kafka, given in `OTTLA_KAFKA_DIR` (a copy: the start takes the
/// mark of the clean stop away), and looks into all partitions.
#[test]
#[ignore = "needs a log dir of Apache Kafka in OTTLA_KAFKA_DIR"]
fn a_log_dir_of_kafka_is_read() {
    let dir = PathBuf::from(std::env::var("OTTLA_KAFKA_DIR").unwrap());
    on_disk(|io| async move {
        let mut settings = settings(&[dir]);
        settings.log = ottla_log::LogConfig::default();
        let storage = Storage::open(&io, settings).await.unwrap();
        for partition in storage.partitions() {
            let batches = super::read_all(&partition);
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
