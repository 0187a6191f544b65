//! Moves the start of a partition's log, as `kafka-delete-records` does.

use ottla_io::Io;
use ottla_wire::Str;
use ottla_wire::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};

use super::{Connection, Failure, Target};
use crate::{Event, History};

/// Version of DeleteRecords that is spoken.
const VERSION: i16 = 2;

/// Milliseconds the broker has.
const TIMEOUT_MS: i32 = 3000;

/// Asks once for the removal of everything before `before`, and tells the history what was asked and
/// what became of it. Whether it was done.
///
/// # Errors
/// There was no answer; it may have been done all the same.
pub async fn delete_records(
    io: &Io,
    target: &Target,
    history: &History,
    before: i64,
) -> Result<bool, Failure> {
    let partition = DeleteRecordsPartition { partition_index: target.partition, offset: before };
    let name = Str::from(target.topic.as_str());
    let topic = DeleteRecordsTopic { name, partitions: vec![partition] };
    let request = DeleteRecordsRequest { topics: vec![topic], timeout_ms: TIMEOUT_MS };
    history.note(Event::DeletionAsked { before });
    let mut connection = Connection::open(io, target).await?;
    let response = connection.ask(&request, VERSION).await?;
    let partition = response
        .topics
        .into_iter()
        .flat_map(|topic| topic.partitions)
        .find(|partition| partition.partition_index == target.partition)
        .ok_or_else(|| Failure::Protocol("no answer for the partition".to_owned()))?;
    if partition.error_code != 0 {
        return Ok(false);
    }
    history.note(Event::Deleted { log_start: partition.low_watermark });
    Ok(true)
}
