//! DescribeLogDirs (key 35), versions 1-5: the log dirs of this node and the replicas in them.
//!
//! - v3: an error on top; v4: bytes of the volume, in all and free; v5: whether the dir is cordoned
//!   (KIP-1066).
//!
//! A dir is told by its absolute path, however `log.dirs` has it: AlterReplicaLogDirs knows no other.
//! `topics` = null asks for every replica; topics named but not here are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ottla_model::ErrorCode;
use ottla_wire::messages::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsRequest, DescribeLogDirsResponse,
    DescribeLogDirsResult, DescribeLogDirsTopic,
};

use crate::request::Request;
use crate::node::Node;
use crate::storage::{FutureReplica, LogDirState, Partition};

/// Answers DescribeLogDirs.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DescribeLogDirsRequest,
) -> DescribeLogDirsResponse {
    let partitions = node.storage.partitions();
    let asked: Option<BTreeSet<(&str, i32)>> = body.topics.as_ref().map(|topics| {
        let named = topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|index| (&*topic.topic, *index))
        });
        named.collect()
    });
    let wanted = |partition: &Partition| {
        let name = partition.topic_partition();
        asked.as_ref().is_none_or(|asked| asked.contains(&(&*name.topic, name.partition)))
    };
    let wanted: Vec<_> = partitions.into_iter().filter(|partition| wanted(partition)).collect();
    let moving = node.storage.future_replicas().into_iter().filter_map(|future| {
        let partition = wanted.iter().find(|one| *one.topic_partition() == future.name)?;
        let lag = partition.log_end_offset() - future.end_offset;
        Some((future, lag))
    });
    let moving: Vec<_> = moving.collect();
    let storage = Arc::clone(&node.storage);
    // The device is asked how full it is.
    let look = move || {
        let sized: Vec<_> = wanted.into_iter().map(|one| (one.stored_bytes(), one)).collect();
        (storage.log_dirs(), sized)
    };
    let (dirs, sized) = node.io.blocking(look).await;
    let results = dirs.into_iter().map(|dir| {
        let inside = sized.iter().filter(|(_, one)| *one.log_dir() == *dir.path);
        describe(&dir, inside, moving.iter().filter(|(future, _)| future.log_dir == dir.path))
    });
    DescribeLogDirsResponse { results: results.collect(), ..DescribeLogDirsResponse::default() }
}

fn describe<'a>(
    dir: &LogDirState,
    partitions: impl Iterator<Item = &'a (u64, Arc<Partition>)>,
    moving_in: impl Iterator<Item = &'a (FutureReplica, i64)>,
) -> DescribeLogDirsResult {
    if dir.is_offline {
        return DescribeLogDirsResult {
            error_code: ErrorCode::KafkaStorageError.code(),
            log_dir: dir.absolute_path.as_str().into(),
            ..DescribeLogDirsResult::default()
        };
    }
    let mut topics: BTreeMap<Arc<str>, Vec<DescribeLogDirsPartition>> = BTreeMap::new();
    for (bytes, partition) in partitions {
        let name = partition.topic_partition();
        topics.entry(Arc::clone(&name.topic)).or_default().push(DescribeLogDirsPartition {
            partition_index: name.partition,
            partition_size: i64::try_from(*bytes).unwrap_or(i64::MAX),
            // Bytes behind the leader; a leader is not behind itself.
            offset_lag: 0,
            is_future_key: false,
        });
    }
    for (future, lag) in moving_in {
        let name = &future.name;
        topics.entry(Arc::clone(&name.topic)).or_default().push(DescribeLogDirsPartition {
            partition_index: name.partition,
            partition_size: i64::try_from(future.bytes).unwrap_or(i64::MAX),
            offset_lag: *lag,
            is_future_key: true,
        });
    }
    DescribeLogDirsResult {
        error_code: ErrorCode::None.code(),
        log_dir: dir.absolute_path.as_str().into(),
        topics: topics
            .into_iter()
            .map(|(name, partitions)| DescribeLogDirsTopic {
                name: (*name).into(),
                partitions,
            })
            .collect(),
        total_bytes: bytes_or_unknown(dir.total_bytes),
        usable_bytes: bytes_or_unknown(dir.usable_bytes),
        is_cordoned: false,
    }
}

fn bytes_or_unknown(bytes: Option<u64>) -> i64 {
    bytes.map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX))
}
