//! Records of `__remote_log_metadata`, as Kafka's own classes describe themselves.

use bytes::Bytes;
use ottla_record::Record;
use ottla_wire::json::{self, Value};
use ottla_wire::{Kind, Reader};

use super::super::row::Cell;

const SEGMENT: i16 = 0;
const SEGMENT_UPDATE: i16 = 1;
const PARTITION_DELETE: i16 = 2;
const SEGMENT_STATES: [&str; 4] = [
    "COPY_SEGMENT_STARTED",
    "COPY_SEGMENT_FINISHED",
    "DELETE_SEGMENT_STARTED",
    "DELETE_SEGMENT_FINISHED",
];
const PARTITION_STATES: [&str; 3] =
    ["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"];

/// The record as text, or why it cannot be read.
pub(super) fn decode(record: &Record<'_>) -> Cell {
    let described = read(record.value.unwrap_or_default());
    let offset = record.offset;
    Cell::Text(described.unwrap_or_else(|why| format!("Error at offset {offset}, skipping. {why}")))
}

fn read(value: &[u8]) -> Result<String, String> {
    let mut r = Reader::new(Bytes::copy_from_slice(value));
    let number = |r: &mut Reader, what| {
        let number = r.uvarint(what).map_err(|_| format!("Error while reading {what}"))?;
        i16::try_from(number).map_err(|_| format!("Value for {what} was too large."))
    };
    let frame = number(&mut r, "frame version")?;
    if frame != 1 {
        return Err(format!(
            "Could not deserialize metadata record due to unknown frame version {frame}(only frame version 1 is supported)"
        ));
    }
    let key = number(&mut r, "type")?;
    let version = number(&mut r, "version")?;
    let Some(shape) = json::find(Kind::RemoteLogRecord, key).filter(|_| key <= PARTITION_DELETE)
    else {
        return Err(format!(
            "org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id {key}"
        ));
    };
    let data = shape.read(&mut r, version);
    let data = data.map_err(|_| format!("Failed to deserialize record with type {key}"))?;
    Ok(match key {
        SEGMENT => segment(&data),
        SEGMENT_UPDATE => update(&data),
        _ => partition_delete(&data),
    })
}

fn segment(data: &Value) -> String {
    format!(
        "RemoteLogSegmentMetadata{{remoteLogSegmentId={}, startOffset={}, endOffset={}, brokerId={}, \
         maxTimestampMs={}, eventTimestampMs={}, segmentLeaderEpochs={}, segmentSizeInBytes={}, \
         customMetadata={}, state={}, txnIdxEmpty={}}}",
        segment_id(data),
        int(data, "startOffset"),
        int(data, "endOffset"),
        int(data, "brokerId"),
        int(data, "maxTimestampMs"),
        int(data, "eventTimestampMs"),
        epochs(data),
        int(data, "segmentSizeInBytes"),
        custom(data),
        state(data, "remoteLogSegmentState", &SEGMENT_STATES),
        data.field("txnIndexEmpty").is_some(),
    )
}

fn update(data: &Value) -> String {
    format!(
        "RemoteLogSegmentMetadataUpdate{{remoteLogSegmentId={}, customMetadata={}, state={}, \
         eventTimestampMs={}, brokerId={}}}",
        segment_id(data),
        custom(data),
        state(data, "remoteLogSegmentState", &SEGMENT_STATES),
        int(data, "eventTimestampMs"),
        int(data, "brokerId"),
    )
}

fn partition_delete(data: &Value) -> String {
    format!(
        "RemotePartitionDeleteMetadata{{topicPartition={}, state={}, eventTimestampMs={}, brokerId={}}}",
        partition(data.field("topicIdPartition")),
        state(data, "remotePartitionDeleteState", &PARTITION_STATES),
        int(data, "eventTimestampMs"),
        int(data, "brokerId"),
    )
}

fn segment_id(data: &Value) -> String {
    let id = data.field("remoteLogSegmentId");
    let partition = partition(id.and_then(|id| id.field("topicIdPartition")));
    let id = uuid(id.and_then(|id| id.field("id")));
    format!("RemoteLogSegmentId{{topicIdPartition={partition}, id={id}}}")
}

fn partition(value: Option<&Value>) -> String {
    let field = |name| value.and_then(|value| value.field(name));
    let name = field("name").and_then(Value::text).unwrap_or_default();
    let number = field("partition").and_then(Value::int).unwrap_or_default();
    format!("{}:{name}-{number}", uuid(field("id")))
}

fn uuid(value: Option<&Value>) -> String {
    match value {
        Some(Value::Uuid(id)) => id.to_string(),
        _ => String::new(),
    }
}

fn int(data: &Value, name: &str) -> i64 {
    data.field(name).and_then(Value::int).unwrap_or_default()
}

fn epochs(data: &Value) -> String {
    let entries = data.field("segmentLeaderEpochs").map(Value::elements).unwrap_or_default();
    let mut pairs: Vec<_> =
        entries.iter().map(|entry| (int(entry, "leaderEpoch"), int(entry, "offset"))).collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(epoch, offset)| format!("{epoch}={offset}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

fn custom(data: &Value) -> String {
    match data.field("customMetadata") {
        Some(Value::Bytes(bytes)) => format!("Optional[CustomMetadata{{{} bytes}}]", bytes.len()),
        _ => "Optional.empty".to_owned(),
    }
}

fn state(data: &Value, name: &str, states: &[&str]) -> String {
    let number = int(data, name);
    let known = usize::try_from(number).ok().and_then(|number| states.get(number));
    known.map_or_else(|| format!("unknown state {number}"), |state| (*state).to_owned())
}
