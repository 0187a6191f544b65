//! Asks a partition where it begins and ends.

use ottla_io::Io;
use ottla_wire::Str;
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};

use super::{Connection, Failure, PAUSE, Target};

/// Version of ListOffsets that is spoken.
const VERSION: i16 = 6;

/// The timestamp that means the end of the log.
pub const LATEST: i64 = -1;

/// The timestamp that means the beginning of the log.
pub const EARLIEST: i64 = -2;

/// The offset at `timestamp` ([`LATEST`], [`EARLIEST`] or milliseconds), asked for until the broker
/// tells.
pub async fn offset_at(io: &Io, target: &Target, timestamp: i64) -> i64 {
    loop {
        match ask(io, target, timestamp).await {
            Ok(Some(offset)) => return offset,
            Ok(None) => {}
            Err(failure) => failure.tolerate_network(),
        }
        io.sleep(PAUSE).await;
    }
}

async fn ask(io: &Io, target: &Target, timestamp: i64) -> Result<Option<i64>, Failure> {
    let partition = ListOffsetsPartition {
        partition_index: target.partition,
        current_leader_epoch: -1,
        timestamp,
    };
    let name = Str::from(target.topic.as_str());
    let topic = ListOffsetsTopic { name, partitions: vec![partition] };
    let request = ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..Default::default() };
    let mut connection = Connection::open(io, target).await?;
    let response = connection.ask(&request, VERSION).await?;
    let partition = response
        .topics
        .into_iter()
        .flat_map(|topic| topic.partitions)
        .find(|partition| partition.partition_index == target.partition);
    Ok(partition.filter(|partition| partition.error_code == 0).map(|partition| partition.offset))
}
