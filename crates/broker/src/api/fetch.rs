//! Fetch (key 1), versions 4-18: batches from an offset on, waiting until there are enough.
//!
//! - all: a reader of committed records is told which transactions were aborted; others get null.
//! - v7: incremental sessions (KIP-227), see `fetch_session.rs`.
//! - v9: current leader epoch; v12: last fetched epoch, flexible; v13: topic ids.
//! - v15: the replica's state moves into a tagged field; v16: leader hints (KIP-951);
//!   v17: directory id; v18: the follower's high watermark.
//!
//! Record data is not read here: the answer holds stretches of segment files, which the connection
//! sends with `sendfile`.

mod reading;

use std::sync::Arc;

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_model::ErrorCode;
use ottla_wire::Records;
use ottla_wire::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchRequest, FetchResponse, FetchableTopicResponse,
    LeaderIdAndEpoch, PartitionData,
};

use super::Answer;
use crate::fetch_session::{Incoming, Key, Kind, Plan, Told, Wanted};
use crate::node::Node;
use crate::reply::FileSlice;
use crate::request::Request;
use crate::storage::{ReadLimit, ReadSlice};
use reading::{Found, Limits, ReadResult, Target};

/// First version that names topics by id.
const TOPIC_ID_VERSION_MIN: i16 = 13;
/// First version whose clients look for leader hints.
const LEADER_HINT_VERSION_MIN: i16 = 16;
/// `isolation_level` of consumers that want committed transactions only.
const READ_COMMITTED: i8 = 1;

/// Whether a number says how much of open transactions a reader wants to see: 0 all, 1 nothing.
pub(super) fn is_isolation_level(level: i8) -> bool {
    (0..=READ_COMMITTED).contains(&level)
}

/// Answers Fetch.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: FetchRequest,
) -> Answer<FetchResponse> {
    if !is_isolation_level(body.isolation_level) {
        return refused(request.version, &body, ErrorCode::UnknownServerError).into();
    }
    let incoming = incoming(request.version, &body);
    let plan = node.fetch_sessions().begin(node.io.now().mono, incoming);
    let (partitions, kind) = match plan {
        Plan::Refuse(error) => {
            return FetchResponse { error_code: error.code(), ..FetchResponse::default() }.into();
        }
        Plan::Read { partitions, kind } => (partitions, kind),
    };
    let limits = Limits::of(node, &body);
    let mut targets: Vec<Target> = partitions
        .into_iter()
        .map(|(key, wanted)| Target::find(node, request.version, key, wanted))
        .collect();
    reading::open_logs(request, &mut targets).await;
    let mut read = reading::read_or_wait(node, request, &targets, &limits).await;
    reading::tell_deleted(node, &targets, &mut read);
    count(node, &read);
    respond(node, request.version, &kind, targets, read, limits.upto == ReadLimit::LastStable)
}

/// The request as a whole is refused; versions without topic ids say so for each partition as well.
fn refused(version: i16, body: &FetchRequest, error: ErrorCode) -> FetchResponse {
    let named = if version < TOPIC_ID_VERSION_MIN { body.topics.as_slice() } else { &[] };
    let responses = named.iter().map(|topic| FetchableTopicResponse {
        topic: topic.topic.clone(),
        topic_id: topic.topic_id,
        partitions: topic.partitions.iter().map(|p| failed(p.partition, error)).collect(),
    });
    FetchResponse {
        error_code: error.code(),
        session_id: body.session_id,
        responses: responses.collect(),
        ..FetchResponse::default()
    }
}

/// A partition of which nothing is told but the error.
fn failed(partition_index: i32, error: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index,
        error_code: error.code(),
        high_watermark: -1,
        last_stable_offset: -1,
        log_start_offset: -1,
        records: Records::Bytes(Bytes::new()),
        ..PartitionData::default()
    }
}

fn count(node: &Node, read: &[ReadResult]) {
    let failures = read.iter().filter(|result| result.is_err()).count();
    let bytes: u64 = read.iter().flatten().map(|found| found.slice.len).sum();
    node.metrics.fetch_requests.add(read.len() as u64);
    node.metrics.fetch_failures.add(failures as u64);
    node.metrics.bytes_out.add(bytes);
}

fn respond(
    node: &Arc<Node>,
    version: i16,
    kind: &Kind,
    targets: Vec<Target>,
    read: Vec<ReadResult>,
    is_committed_only: bool,
) -> Answer<FetchResponse> {
    let answers: Vec<(Key, Wanted, Told)> = targets
        .iter()
        .zip(&read)
        .map(|(target, result)| (target.key.clone(), target.wanted, told(result)))
        .collect();
    let now = node.io.now().mono;
    let random = || node.io.random_u64();
    let (session_id, sent) =
        node.fetch_sessions().finish(now, kind, version >= TOPIC_ID_VERSION_MIN, &answers, random);

    let mut response = FetchResponse { session_id, ..FetchResponse::default() };
    let mut slices = Vec::new();
    // Topics may come again and again in a session's order; consecutive ones share an entry.
    let chosen = targets.into_iter().zip(read).zip(sent).filter(|(_, sent)| *sent);
    for ((target, result), _) in chosen {
        let data = partition_data(node, version, &target, result, is_committed_only, &mut slices);
        match response.responses.last_mut() {
            Some(topic)
                if topic.topic_id == target.key.topic_id && *topic.topic == *target.key.topic =>
            {
                topic.partitions.push(data);
            }
            _ => response.responses.push(FetchableTopicResponse {
                topic: target.key.topic.as_str().into(),
                topic_id: target.key.topic_id,
                partitions: vec![data],
            }),
        }
    }
    Answer::WithFiles(response, slices)
}

fn told(result: &ReadResult) -> Told {
    match result {
        Ok(Found { slice, diverging }) => Told {
            error: ErrorCode::None,
            has_records: slice.len > 0,
            high_watermark: slice.high_watermark,
            log_start_offset: slice.log_start_offset,
            has_hint: diverging.is_some(),
        },
        Err(error) => Told {
            error: *error,
            has_records: false,
            high_watermark: -1,
            log_start_offset: -1,
            has_hint: false,
        },
    }
}

fn partition_data(
    node: &Node,
    version: i16,
    target: &Target,
    result: ReadResult,
    is_committed_only: bool,
    slices: &mut Vec<FileSlice>,
) -> PartitionData {
    let partition_index = target.key.partition;
    match result {
        Ok(Found { slice, diverging }) => PartitionData {
            partition_index,
            diverging_epoch: diverging.map_or_else(EpochEndOffset::default, |end| EpochEndOffset {
                epoch: end.leader_epoch,
                end_offset: end.end_offset,
            }),
            high_watermark: slice.high_watermark,
            last_stable_offset: slice.last_stable_offset,
            log_start_offset: slice.log_start_offset,
            aborted_transactions: is_committed_only.then(|| aborted(&slice)),
            records: region(slice, slices),
            ..PartitionData::default()
        },
        Err(error) => PartitionData {
            current_leader: leader_hint(node, version, target, error),
            ..failed(partition_index, error)
        },
    }
}

fn aborted(slice: &ReadSlice) -> Vec<AbortedTransaction> {
    let told = slice.aborted.iter();
    told.map(|&(producer_id, first_offset)| AbortedTransaction { producer_id, first_offset })
        .collect()
}

fn region(slice: ReadSlice, slices: &mut Vec<FileSlice>) -> Records {
    let (Some(file), Ok(len)) = (slice.file, u32::try_from(slice.len)) else {
        return Records::Bytes(Bytes::new());
    };
    let index = slices.len() as u32;
    slices.push(FileSlice { file, position: slice.position, len: slice.len });
    Records::Region { len, index }
}

/// Who leads, for a client that believed something else (KIP-951).
fn leader_hint(node: &Node, version: i16, target: &Target, error: ErrorCode) -> LeaderIdAndEpoch {
    let wants_hint = version >= LEADER_HINT_VERSION_MIN
        && matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
    match &target.found {
        Ok(partition) if wants_hint => LeaderIdAndEpoch {
            leader_id: node.settings.node_id,
            leader_epoch: partition.leader_epoch(),
        },
        _ => LeaderIdAndEpoch::default(),
    }
}

fn incoming(version: i16, body: &FetchRequest) -> Incoming {
    let mut partitions = Vec::new();
    for topic in &body.topics {
        for partition in &topic.partitions {
            let key = key(topic.topic_id, &topic.topic, partition.partition);
            let wanted = Wanted {
                fetch_offset: partition.fetch_offset,
                current_leader_epoch: partition.current_leader_epoch,
                last_fetched_epoch: partition.last_fetched_epoch,
                log_start_offset: partition.log_start_offset,
                partition_bytes_max: partition.partition_max_bytes,
            };
            partitions.push((key, wanted));
        }
    }
    let mut forgotten = Vec::new();
    for topic in &body.forgotten_topics_data {
        for &partition in &topic.partitions {
            forgotten.push(key(topic.topic_id, &topic.topic, partition));
        }
    }
    Incoming {
        session_id: body.session_id,
        epoch: body.session_epoch,
        uses_topic_ids: version >= TOPIC_ID_VERSION_MIN,
        partitions,
        forgotten,
    }
}

fn key(topic_id: Uuid, topic: &str, partition: i32) -> Key {
    Key { topic_id, topic: topic.to_owned(), partition }
}
