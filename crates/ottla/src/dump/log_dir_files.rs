//! The files of a log dir that Kafka's tool passes over: checkpoints, ids, election, marks.

use std::path::Path;

use ottla_io::Disk;
use ottla_log::files::{
    clean_shutdown, leader_epoch_checkpoint, manifest, meta_properties, offset_checkpoint,
    partition_metadata,
};

use super::Failure;
use super::row::{Output, Row};

/// Bytes of the largest text file that is read: the checkpoints of some million partitions.
const TEXT_BYTES_MAX: u64 = 256 << 20;

/// How the content of a file becomes lines.
type Printer = fn(&str, &mut Output<'_>) -> Result<(), Failure>;

/// Prints a file by its name.
pub(super) fn dump(
    disk: &Disk,
    path: &Path,
    name: &str,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    if name == manifest::FILE_NAME {
        return manifest_rows(&disk.read(path, TEXT_BYTES_MAX)?, output);
    }
    let Some(print) = printer(name) else {
        let len = disk.open(path, ottla_io::Open::Read)?.len()?;
        return output.note(&format!("not a file that ottla knows: {len} bytes"));
    };
    let content = disk.read(path, TEXT_BYTES_MAX)?;
    print(&String::from_utf8_lossy(&content), output).map_err(|failure| match failure {
        Failure::File(why) => Failure::File(format!("{}: {why}", path.display())),
        Failure::Output => Failure::Output,
    })
}

fn printer(name: &str) -> Option<Printer> {
    Some(match name {
        offset_checkpoint::RECOVERY_POINT
        | offset_checkpoint::LOG_START
        | offset_checkpoint::REPLICATION
        | offset_checkpoint::CLEANER => offsets,
        leader_epoch_checkpoint::FILE_NAME => epochs,
        partition_metadata::FILE_NAME => topic_id,
        meta_properties::FILE_NAME => properties,
        clean_shutdown::FILE_NAME => clean_stop,
        "quorum-state" => quorum_state,
        ".lock" => |_, _| Ok(()),
        _ => return None,
    })
}

fn bad(why: impl std::fmt::Display) -> Failure {
    Failure::File(why.to_string())
}

fn offsets(text: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    for (partition, offset) in offset_checkpoint::parse(text).map_err(bad)? {
        let mut row = Row::new("offset");
        row.add("topic", &*partition.topic)
            .add("partition", i64::from(partition.partition))
            .add("offset", offset);
        output.row(&row)?;
    }
    Ok(())
}

fn epochs(text: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    for entry in leader_epoch_checkpoint::parse(text).map_err(bad)? {
        let mut row = Row::new("leaderEpoch");
        row.add("epoch", i64::from(entry.epoch)).add("startOffset", entry.start_offset);
        output.row(&row)?;
    }
    Ok(())
}

fn topic_id(text: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let id = partition_metadata::parse(text).map_err(bad)?;
    let mut row = Row::new("partitionMetadata");
    row.add("version", 0i64).add("topicId", id.to_string());
    output.row(&row)
}

fn properties(text: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let meta = meta_properties::parse(text).map_err(bad)?;
    let mut row = Row::new("metaProperties");
    row.add_some("clusterId", meta.cluster_id)
        .add_some("nodeId", meta.node_id.map(i64::from))
        .add_some("directoryId", meta.directory_id.map(|id| id.to_string()));
    output.row(&row)
}

fn clean_stop(text: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut row = Row::new("cleanShutdown");
    row.add("brokerEpoch", clean_shutdown::parse(text));
    output.row(&row)
}

fn manifest_rows(content: &[u8], output: &mut Output<'_>) -> Result<(), Failure> {
    for entry in manifest::parse(content).map_err(bad)?.partitions {
        let mut row = Row::new("manifest");
        row.add("topic", &*entry.name.topic)
            .add("partition", i64::from(entry.name.partition))
            .add("topicId", entry.topic_id.to_string());
        if let Some(log) = entry.log {
            row.add("logStartOffset", log.log_start_offset)
                .add("logEndOffset", log.log_end_offset)
                .add("recoveryPoint", log.recovery_point)
                .add("highWatermark", log.high_watermark)
                .add("lastStableOffset", log.last_stable_offset)
                .add("size", i64::try_from(log.size).unwrap_or(i64::MAX))
                .add("segments", i64::from(log.segments))
                .add("activeBaseOffset", log.active_base_offset)
                .add("lastLeaderEpoch", i64::from(log.last_leader_epoch));
        }
        output.row(&row)?;
    }
    Ok(())
}

fn quorum_state(text: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let parsed: serde_json::Value = serde_json::from_str(text).map_err(bad)?;
    let mut row = Row::new("quorumState");
    for (name, value) in parsed.as_object().into_iter().flatten() {
        row.add(name, super::row::Cell::Json(value.to_string()));
    }
    output.row(&row)
}
