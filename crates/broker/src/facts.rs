//! What is known of a node's health, as one JSON document on `/facts` of the operator's page: for
//! `ottla doctor`, which judges it, and for whatever else wants numbers with names.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::node::Node;
use crate::standing::{Standing, standing};
use crate::storage::{Damage, Partition};

/// Damages that are listed; their number is told in any case.
const DAMAGES_LISTED_MAX: usize = 1000;

/// Logs that cannot be opened and are listed.
const REFUSED_LISTED_MAX: usize = 1000;
/// Partitions that wait for a transaction and are listed, the oldest first.
const TRANSACTIONS_LISTED_MAX: usize = 100;

/// The document. Asks the volumes how full they are.
pub(crate) fn page(node: &Arc<Node>) -> String {
    let storage = &node.storage;
    let (recovered, to_recover) = storage.recovery_progress();
    json!({
        "node_id": node.settings.node_id,
        "cluster_id": &*node.cluster_id,
        "now_ms": node.io.now().wall.millis,
        "not_ready": node.readiness().err(),
        "log_dirs": log_dirs(node),
        "partitions": {
            "count": storage.partition_count(),
            "offline": storage.offline_partition_count(),
        },
        "refused_logs": refused_logs(node),
        "recovery": { "done": recovered, "of": to_recover },
        "damages": {
            "count": storage.damage_count(),
            "listed": storage.damages().iter().take(DAMAGES_LISTED_MAX).map(damage).collect::<Vec<_>>(),
        },
        "transactions": transactions(node),
        "scrub": scrub(node),
        "durability": durability(node),
        "open_files": { "open": storage.open_file_count(), "max": storage.open_files_max() },
    })
    .to_string()
}

fn log_dirs(node: &Node) -> Vec<Value> {
    let state = |dir: crate::storage::LogDirState| {
        json!({
            "path": dir.path,
            "directory_id": dir.directory_id.to_string(),
            "offline": dir.is_offline,
            "total_bytes": dir.total_bytes,
            "usable_bytes": dir.usable_bytes,
            "stalled_calls": dir.stalled_calls,
            "longest_call_ms": dir.longest_call_ms,
        })
    };
    node.storage.log_dirs().into_iter().map(state).collect()
}

/// Logs that cannot be opened because of what their files hold.
fn refused_logs(node: &Node) -> Vec<Value> {
    let told = |one: &Arc<Partition>| {
        let (partition, why) = (one.topic_partition().to_string(), one.refused()?);
        Some(json!({ "partition": partition, "log_dir": &*one.log_dir(), "why": &*why }))
    };
    node.storage.partitions().iter().filter_map(told).take(REFUSED_LISTED_MAX).collect()
}

fn damage(damage: &Damage) -> Value {
    json!({
        "topic": &*damage.partition.topic,
        "partition": damage.partition.partition,
        "log_dir": damage.log_dir,
        "file": damage.file,
        "position": damage.position,
        "end_position": damage.end_position,
        "offset": damage.offset,
        "next_offset": damage.next_offset,
        "reason": damage.reason,
        "found_by": damage.found_by.name(),
    })
}

fn transactions(node: &Node) -> Value {
    let waiting = standing(node);
    let one = |one: &Standing| {
        json!({
            "topic": &*one.partition.topic,
            "partition": one.partition.partition,
            "offset": one.offset,
            "behind": one.behind,
            "producer_id": one.producer_id,
            "producer_epoch": one.producer_epoch,
            "transactional_id": one.transactional_id.as_deref(),
            "age_ms": one.age_ms,
        })
    };
    json!({
        "max_timeout_ms": node.settings.transactions.timeout_ms_max,
        "count": waiting.len(),
        "oldest": waiting.iter().take(TRANSACTIONS_LISTED_MAX).map(one).collect::<Vec<_>>(),
    })
}

fn scrub(node: &Node) -> Value {
    let progress = node.storage.scrub_progress();
    let settings = node.settings.storage.scrub;
    json!({
        "bytes_per_second": settings.bytes_per_second,
        "interval_ms": u64::try_from(settings.interval.as_millis()).unwrap_or(u64::MAX),
        "bytes": progress.bytes,
        "found": progress.found,
        "last_pass_ended_ms": progress.last_pass_ended_ms,
        "at": progress.at.map(|partition| partition.to_string()),
    })
}

/// How many partitions say yes to a producer before a record is on the device.
fn durability(node: &Node) -> Value {
    let partitions = node.storage.partitions();
    let synced = partitions.iter().filter(|partition| partition.syncs_before_ack()).count();
    let image = node.metadata.image();
    let alone = |name: &ottla_model::TopicPartition| {
        let found = image.partition(&name.topic, name.partition);
        found.is_some_and(|found| found.replicas.len() < 2)
    };
    let written_alone = partitions
        .iter()
        .filter(|partition| !partition.syncs_before_ack() && alone(partition.topic_partition()))
        .count();
    json!({
        "synced": synced,
        "written": partitions.len() - synced,
        "written_with_one_replica": written_alone,
    })
}
