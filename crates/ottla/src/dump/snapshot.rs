//! Producer snapshots.

use std::path::Path;

use ottla_io::Disk;
use ottla_log::files::producer_snapshot::{self, SnapshotEntry};

use super::Failure;
use super::row::{Output, Row};

/// Bytes of the largest snapshot that is read: some million producers.
const SNAPSHOT_BYTES_MAX: u64 = 256 << 20;

/// Prints a `.snapshot` file. One that is damaged is told of and no error, as in Kafka, which goes
/// on with the one before.
pub(super) fn dump(disk: &Disk, path: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
    let content = disk.read(path, SNAPSHOT_BYTES_MAX)?;
    let entries = match producer_snapshot::parse(&content) {
        Ok(entries) => entries,
        Err(why) => {
            output.flush()?;
            eprintln!("Snapshot is corrupt: {why} ({})", path.display());
            return Ok(());
        }
    };
    entries.iter().try_for_each(|entry| output.row(&row(entry)))
}

fn row(entry: &SnapshotEntry) -> Row {
    let mut row = Row::new("producer");
    row.add("producerId", entry.producer_id)
        .add("producerEpoch", i64::from(entry.producer_epoch))
        .add("coordinatorEpoch", i64::from(entry.coordinator_epoch))
        .add("currentTxnFirstOffset", entry.current_txn_first_offset)
        .add("lastTimestamp", entry.timestamp);
    if entry.last_offset >= 0 {
        row.add("firstSequence", i64::from(first_sequence(entry)))
            .add("lastSequence", i64::from(entry.last_sequence))
            .add("lastOffset", entry.last_offset)
            .add("offsetDelta", i64::from(entry.offset_delta))
            .add("timestamp", entry.timestamp);
    }
    row
}

/// Sequence numbers wrap from `i32::MAX` to 0.
fn first_sequence(entry: &SnapshotEntry) -> i32 {
    let first = i64::from(entry.last_sequence) - i64::from(entry.offset_delta);
    let first = if first < 0 { first + i64::from(i32::MAX) + 1 } else { first };
    first as i32
}
