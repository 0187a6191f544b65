//! Reading committed records only, past transactions that were aborted.

use std::collections::{BTreeMap, BTreeSet};

use ottla_model::{ErrorCode, TopicPartition};
use ottla_record::{BatchError, BatchView, ControlType, records, split_batches};
use ottla_wire::messages::fetch::{FetchPartition, FetchRequest, FetchTopic, PartitionData};
use ottla_wire::{Records, Str};

use super::Failure;
use super::caller::Caller;

/// Version of Fetch that is spoken: the last with topics by name.
const VERSION: i16 = 12;

/// How long the broker may wait for records, in milliseconds.
const MAX_WAIT_MS: i32 = 100;

/// Bytes of a response, at most.
const BYTES_MAX: i32 = 1 << 20;

/// Plain bytes that a batch may hold.
const PLAIN_BYTES_MAX: usize = 1 << 20;

/// What a fetch brought.
#[derive(Debug, Default)]
pub struct Committed {
    /// Offset and number of each committed record, at or behind the position that was asked for.
    pub records: Vec<(i64, u64)>,
    /// The next offset to ask for.
    pub next_offset: i64,
    /// The last stable offset and the high watermark; `None` if there was an error.
    pub ends: Option<(i64, i64)>,
}

/// Fetches committed records from `position` on, about `bytes_max` of them.
///
/// # Errors
/// There was no answer, or it cannot be read.
pub async fn fetch_committed(
    caller: &mut Caller,
    partition: &TopicPartition,
    position: i64,
    bytes_max: i32,
) -> Result<Committed, Failure> {
    let request = request(partition, position, bytes_max.clamp(1, BYTES_MAX));
    let response = caller.ask(&request, VERSION).await?;
    let mut partitions = response.responses.into_iter().flat_map(|topic| topic.partitions);
    let nothing = Committed { next_offset: position, ..Committed::default() };
    let Some(data) = partitions.next() else { return Ok(nothing) };
    match ErrorCode::from_code(data.error_code) {
        Some(ErrorCode::None) => {
            let mut found = committed(&data, position)?;
            found.ends = Some((data.last_stable_offset, data.high_watermark));
            Ok(found)
        }
        // What was read is gone with the power.
        Some(ErrorCode::OffsetOutOfRange) => Ok(Committed { next_offset: 0, ..nothing }),
        _ => Ok(nothing),
    }
}

fn committed(data: &PartitionData, position: i64) -> Result<Committed, Failure> {
    let mut found = Committed { next_offset: position, ..Committed::default() };
    let Records::Bytes(bytes) = &data.records else { return Ok(found) };
    let mut aborted = BTreeMap::<i64, BTreeSet<i64>>::new();
    for one in data.aborted_transactions.iter().flatten() {
        aborted.entry(one.first_offset).or_default().insert(one.producer_id);
    }
    let mut aborting = BTreeSet::new();
    for batch in split_batches(bytes) {
        let batch = match batch {
            Ok(batch) => batch,
            Err(BatchError::Truncated { .. }) => break,
            Err(error) => return Err(Failure::Protocol(format!("fetched batch: {error}"))),
        };
        let header = *batch.header();
        let begun = aborted.split_off(&(header.last_offset() + 1));
        aborting.extend(std::mem::replace(&mut aborted, begun).into_values().flatten());
        let is_void = header.is_transactional() && aborting.contains(&header.producer_id);
        read_batch(&batch, is_void, position, &mut aborting, &mut found)?;
        found.next_offset = found.next_offset.max(header.next_offset());
    }
    Ok(found)
}

fn read_batch(
    batch: &BatchView<'_>,
    is_void: bool,
    position: i64,
    aborting: &mut BTreeSet<i64>,
    found: &mut Committed,
) -> Result<(), Failure> {
    let bad = |what: &dyn std::fmt::Display| Failure::Protocol(format!("fetched batch: {what}"));
    batch.check_crc().map_err(|error| bad(&error))?;
    for record in &records(batch, PLAIN_BYTES_MAX).map_err(|error| bad(&error))? {
        let record = record.map_err(|error| bad(&error))?;
        if batch.header().is_control() {
            if ControlType::of(&record) == Some(ControlType::Abort) {
                aborting.remove(&batch.header().producer_id);
            }
            continue;
        }
        if is_void || record.offset < position {
            continue;
        }
        let text = std::str::from_utf8(record.value.unwrap_or_default()).ok();
        let number = text.and_then(|text| text.parse().ok());
        let number =
            number.ok_or_else(|| bad(&format!("a foreign record at {}", record.offset)))?;
        found.records.push((record.offset, number));
    }
    Ok(())
}

fn request(partition: &TopicPartition, position: i64, bytes_max: i32) -> FetchRequest {
    let one = FetchPartition {
        partition: partition.partition,
        current_leader_epoch: -1,
        fetch_offset: position,
        last_fetched_epoch: -1,
        log_start_offset: -1,
        partition_max_bytes: bytes_max,
        ..Default::default()
    };
    let topic = FetchTopic {
        topic: Str::from(&*partition.topic),
        partitions: vec![one],
        ..Default::default()
    };
    FetchRequest {
        replica_id: -1,
        max_wait_ms: MAX_WAIT_MS,
        min_bytes: 1,
        max_bytes: bytes_max,
        isolation_level: 1,
        session_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    }
}
