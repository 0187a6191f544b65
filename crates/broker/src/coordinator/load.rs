//! Replaying the records of a partition into the state of its coordinator.

use std::sync::Arc;

use ottla_coordinator::{At, Producer};
use ottla_model::{ErrorCode, Offset};
use ottla_record::{BatchView, ControlType, records, split_batches};
use tracing::warn;

use super::Kind;
use crate::storage::{Partition, ReadLimit};

/// Bytes read at a time (`offsets.load.buffer.size` and `transaction.state.log.load.buffer.size` have
/// the same default).
const READ_BYTES: u64 = 5 << 20;

/// Bytes that one batch may unpack to. Coordinators write batches of about a megabyte.
const UNPACK_BYTES_MAX: usize = 256 << 20;

/// Replays everything in `partition` into `state`; returns the offset behind it. What is not committed
/// yet will be: a leader does not cut its log. Waits for the device.
///
/// # Errors
/// The log cannot be read: a coordinator that does not know everything is none.
pub(super) fn load<C: Kind>(
    partition: &Arc<Partition>,
    state: &mut C,
) -> Result<Offset, ErrorCode> {
    let mut offset = partition.log_start_offset();
    loop {
        let slice = partition.read(offset, READ_BYTES, true, ReadLimit::LogEnd)?;
        let Some(file) = slice.file.filter(|_| slice.len > 0) else { return Ok(offset) };
        let len = usize::try_from(slice.len).map_err(|_| ErrorCode::UnknownServerError)?;
        let mut bytes = vec![0; len];
        let count =
            file.read_at(slice.position, &mut bytes).map_err(|_| ErrorCode::KafkaStorageError)?;
        bytes.truncate(count);
        let before = offset;
        for batch in split_batches(&bytes) {
            // The last one may be cut off; it comes with the next read.
            let Ok(batch) = batch else { break };
            let next_offset = batch.header().next_offset();
            if next_offset > offset {
                batch.check_crc().map_err(|_| ErrorCode::CorruptMessage)?;
                replay_batch(&batch, offset, state)?;
                offset = next_offset;
            }
        }
        if offset == before {
            return Err(ErrorCode::CorruptMessage);
        }
    }
}

fn replay_batch<C: Kind>(
    batch: &BatchView<'_>,
    from: Offset,
    state: &mut C,
) -> Result<(), ErrorCode> {
    let header = *batch.header();
    let producer = Producer { id: header.producer_id, epoch: header.producer_epoch };
    let transaction = header.is_transactional().then_some(producer);
    let plain = records(batch, UNPACK_BYTES_MAX).map_err(|_| ErrorCode::CorruptMessage)?;
    for record in plain.iter() {
        let record = record.map_err(|_| ErrorCode::CorruptMessage)?;
        if record.offset < from {
            continue;
        }
        let at = At { offset: record.offset, timestamp: record.timestamp, transaction };
        if header.is_control() {
            match ControlType::of(&record) {
                Some(ControlType::Commit) => state.end_transaction(producer, true, at),
                Some(ControlType::Abort) => state.end_transaction(producer, false, at),
                _ => {}
            }
            continue;
        }
        let Some(key) = record.key else { continue };
        match C::decode(key, record.value) {
            Ok(Some(decoded)) => state.replay(decoded, at),
            // Written by a newer Kafka; it is kept in the log, and means nothing to this one.
            Ok(None) => {}
            Err(why) => {
                warn!(topic = C::TOPIC, offset = record.offset, %why, "record skipped");
            }
        }
    }
    Ok(())
}
