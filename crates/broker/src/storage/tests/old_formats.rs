//! A log with messages of before Kafka 0.11 is refused, and its files stay as they are.

use ottla_io::Open;
use ottla_model::ErrorCode;

use super::super::{ReadLimit, Storage};
use super::{in_dir, name, settings, small, topic_id};

/// One message of format 1, as `MemoryRecordsBuilder` of kafka-clients 4.4.0 makes it.
const OLD: &[u8] = b"\0\0\0\0\0\0\0\0\0\0\0\x1d\xf7\x15\xac\xe9\x01\0\0\0\x01\x74\x87\x6e\x80\0\
    \0\0\0\x02k0\0\0\0\x05old 0";

#[test]
fn an_old_log_is_offline_says_why_and_keeps_every_byte() {
    in_dir(|io, root| async move {
        let dir = root.join("words-0");
        let log = dir.join("00000000000000000000.log");
        io.disk().create_dir_all(&dir).unwrap();
        io.disk().open(&log, Open::Create).unwrap().write_at(0, OLD).unwrap();
        let storage = Storage::open(&io, settings(&[root])).await.unwrap();
        storage.recover();
        storage.recovered().await;
        let partition = storage.partition(&name()).unwrap();
        let why = partition.refused().unwrap();
        assert!(why.contains("00000000000000000000.log has a message of format 1"), "{why}");
        assert!(why.contains("Apache Kafka reads it"), "{why}");
        assert_eq!(storage.offline_partition_count(), 1);
        assert!(!storage.dirs()[0].is_offline(), "the device works");
        assert!(storage.create_partition(&name(), topic_id(), small()).is_ok());
        let read = partition.read(0, 1 << 20, true, ReadLimit::LogEnd);
        assert_eq!(read.unwrap_err(), ErrorCode::KafkaStorageError);
        let _ = storage.close_cleanly().await;
        assert_eq!(io.disk().read(&log, 1 << 20).unwrap(), OLD);
        let entries = io.disk().list(&dir).unwrap();
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert!(!names.iter().any(|name| name.ends_with("index")), "{names:?}");
    });
}
