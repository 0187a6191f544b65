//! ListOffsets (key 2), versions 1-11: the offset at an end of a partition, or at a time.
//!
//! - v2: isolation level; v4: leader epochs; v7: -3, the record with the largest timestamp;
//!   v8: -4, the earliest offset on local disk; v9: -5, the latest in tiered storage;
//!   v10: a time limit for remote look-ups; v11: -6, the earliest not yet uploaded.
//!
//! There is no tiered storage here: the earliest local offset is the log start offset, and the two
//! others do not exist.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ottla_model::ErrorCode;
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use super::fetch::is_isolation_level;
use crate::request::Request;
use crate::node::Node;
use crate::storage::{Partition, ReadLimit};

/// First version that tells leader epochs.
const LEADER_EPOCH_VERSION_MIN: i16 = 4;

/// How long a request waits for a log that is being recovered: shorter than clients wait for an
/// answer (`request.timeout.ms`, 30 s by default).
pub(super) const OPENING_MAX: Duration = Duration::from_secs(20);

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

/// An offset, the timestamp that led to it and its leader epoch; -1 for what there is not.
#[derive(Debug, Clone, Copy)]
struct Listed {
    offset: i64,
    timestamp: i64,
    leader_epoch: i32,
}

const NOTHING: Listed = Listed { offset: -1, timestamp: -1, leader_epoch: -1 };

/// Answers ListOffsets.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: ListOffsetsRequest,
) -> ListOffsetsResponse {
    let upto =
        if body.isolation_level == 1 { ReadLimit::LastStable } else { ReadLimit::HighWatermark };
    if !is_isolation_level(body.isolation_level) {
        return refused(&body);
    }
    let repeated = repeated(&body);
    let mut told = BTreeSet::new();
    let mut response = ListOffsetsResponse::default();
    for topic in &body.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for wanted in &topic.partitions {
            let key = (&*topic.name, wanted.partition_index);
            let is_repeated = repeated.contains(&key);
            if is_repeated && !told.insert(key) {
                continue;
            }
            let listed = if is_repeated {
                Err(ErrorCode::InvalidRequest)
            } else {
                list(node, request, &topic.name, wanted, upto).await
            };
            partitions.push(answer(request.version, wanted.partition_index, listed));
        }
        if partitions.is_empty() {
            // All of them were told with an earlier mention of the topic.
            continue;
        }
        response.topics.push(ListOffsetsTopicResponse {
            name: topic.name.clone(),
            partitions,
        });
    }
    response
}

/// Apache Kafka fails on a level it does not know, and says so for every partition.
fn refused(body: &ListOffsetsRequest) -> ListOffsetsResponse {
    let topics = body.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|wanted| {
            answer(0, wanted.partition_index, Err(ErrorCode::UnknownServerError))
        });
        ListOffsetsTopicResponse { name: topic.name.clone(), partitions: partitions.collect() }
    });
    ListOffsetsResponse { topics: topics.collect(), ..ListOffsetsResponse::default() }
}

/// Partitions named more than once: Apache Kafka answers INVALID_REQUEST, once for each.
fn repeated(body: &ListOffsetsRequest) -> BTreeSet<(&str, i32)> {
    let mut seen = BTreeSet::new();
    let mut repeated = BTreeSet::new();
    for topic in &body.topics {
        for partition in &topic.partitions {
            let key = (&*topic.name, partition.partition_index);
            if !seen.insert(key) {
                repeated.insert(key);
            }
        }
    }
    repeated
}

async fn list(
    node: &Arc<Node>,
    request: &Request,
    topic: &str,
    wanted: &ListOffsetsPartition,
    upto: ReadLimit,
) -> Result<Listed, ErrorCode> {
    let partition = node.partition_by_name(topic, wanted.partition_index)?;
    partition.check_leader_epoch(wanted.current_leader_epoch)?;
    let since = match wanted.timestamp {
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        ..EARLIEST_PENDING_UPLOAD => return Err(ErrorCode::UnsupportedVersion),
        _ => 1,
    };
    if request.version < since {
        return Err(ErrorCode::UnsupportedVersion);
    }
    let needs_log = !matches!(wanted.timestamp, LATEST | EARLIEST | EARLIEST_LOCAL);
    if needs_log || partition.summary().is_none() {
        partition.opened(request.received + OPENING_MAX).await?;
    }
    match wanted.timestamp {
        LATEST => {
            let offset = partition.end_offset(upto);
            Ok(Listed { offset, timestamp: -1, leader_epoch: partition.leader_epoch() })
        }
        EARLIEST | EARLIEST_LOCAL => {
            let offset = partition.log_start_offset();
            let leader_epoch = partition.start_leader_epoch();
            Ok(Listed { offset, timestamp: -1, leader_epoch })
        }
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(NOTHING),
        // Looking for a time reads indexes and batches, maybe cold ones.
        timestamp => {
            node.io.blocking(move || by_time(&partition, timestamp, upto)).await
        }
    }
}

fn by_time(
    partition: &Partition,
    timestamp: i64,
    upto: ReadLimit,
) -> Result<Listed, ErrorCode> {
    let found = if timestamp == MAX_TIMESTAMP {
        partition.offset_of_max_timestamp()?
    } else {
        partition.offset_for_timestamp(timestamp)?
    };
    // What lies beyond the end that this reader may see does not exist for it.
    Ok(found.filter(|found| found.offset < partition.end_offset(upto)).map_or(NOTHING, |found| {
        Listed {
            offset: found.offset,
            timestamp: found.timestamp,
            leader_epoch: partition.leader_epoch_at(found.offset),
        }
    }))
}

fn answer(
    version: i16,
    partition_index: i32,
    listed: Result<Listed, ErrorCode>,
) -> ListOffsetsPartitionResponse {
    let (error, listed) = match listed {
        Ok(listed) => (ErrorCode::None, listed),
        Err(error) => (error, NOTHING),
    };
    ListOffsetsPartitionResponse {
        partition_index,
        error_code: error.code(),
        timestamp: listed.timestamp,
        offset: listed.offset,
        leader_epoch: if version >= LEADER_EPOCH_VERSION_MIN { listed.leader_epoch } else { -1 },
    }
}
