//! DescribeLogDirs (key 35), versions 1-5: the log dirs of this node and the replicas in them.
//!
//! - v3: an error on top; v4: bytes of the volume, in all and free; v5: whether the dir is cordoned
//!   (KIP-1066).
//!
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
use crate::storage::{LogDirState, Partition};

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
    let results = node.storage.log_dirs().into_iter().map(|dir| {
        let inside = partitions.iter().filter(|p| p.log_dir() == dir.path && wanted(p));
        describe(&dir, inside.map(Arc::as_ref))
    });
    DescribeLogDirsResponse { results: results.collect(), ..DescribeLogDirsResponse::default() }
}

fn describe<'a>(
    dir: &LogDirState,
    partitions: impl Iterator<Item = &'a Partition>,
) -> DescribeLogDirsResult {
    if dir.is_offline {
        return DescribeLogDirsResult {
            error_code: ErrorCode::KafkaStorageError.code(),
            log_dir: dir.path.as_str().into(),
            ..DescribeLogDirsResult::default()
        };
    }
    let mut topics: BTreeMap<Arc<str>, Vec<DescribeLogDirsPartition>> = BTreeMap::new();
    for partition in partitions {
        let name = partition.topic_partition();
        topics.entry(Arc::clone(&name.topic)).or_default().push(DescribeLogDirsPartition {
            partition_index: name.partition,
            partition_size: i64::try_from(partition.size_bytes()).unwrap_or(i64::MAX),
            // Bytes behind the leader; a leader is not behind itself.
            offset_lag: 0,
            is_future_key: false,
        });
    }
    DescribeLogDirsResult {
        error_code: ErrorCode::None.code(),
        log_dir: dir.path.as_str().into(),
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
