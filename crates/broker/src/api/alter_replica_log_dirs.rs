//! AlterReplicaLogDirs (key 34), versions 1-2: moves replicas of this node between its log dirs
//! (KIP-113). v2: flexible.
//!
//! Answered when the move has begun; DescribeLogDirs tells how far it is. A path that is not exactly
//! one of `log.dirs` is LOG_DIR_NOT_FOUND. A replica that is not here yet is
//! REPLICA_NOT_AVAILABLE, and made in that log dir when it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_model::{ErrorCode, TopicPartition};
use ottla_wire::messages::alter_replica_log_dirs::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult, AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
};
use tracing::warn;

use crate::node::Node;
use crate::request::Request;

/// Answers AlterReplicaLogDirs.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: AlterReplicaLogDirsRequest,
) -> AlterReplicaLogDirsResponse {
    // A partition that is named more than once goes where the last mention says.
    let mut wanted = BTreeMap::new();
    for dir in &body.dirs {
        for topic in &dir.topics {
            for &index in &topic.partitions {
                wanted.insert(TopicPartition::new(&*topic.name, index), dir.path.to_string());
            }
        }
    }
    let mut results: BTreeMap<Arc<str>, Vec<AlterReplicaLogDirPartitionResult>> = BTreeMap::new();
    for (name, path) in wanted {
        let moved = node.storage.move_partition(&name, &path);
        if let Err(code) = moved {
            warn!(partition = %name, path, error = code.name(), "replica cannot be moved");
        }
        let error_code = moved.err().unwrap_or(ErrorCode::None).code();
        let result =
            AlterReplicaLogDirPartitionResult { partition_index: name.partition, error_code };
        results.entry(Arc::clone(&name.topic)).or_default().push(result);
    }
    let results = results.into_iter().map(|(topic, partitions)| AlterReplicaLogDirTopicResult {
        topic_name: (*topic).into(),
        partitions,
    });
    AlterReplicaLogDirsResponse {
        results: results.collect(),
        ..AlterReplicaLogDirsResponse::default()
    }
}
