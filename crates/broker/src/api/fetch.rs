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

use std::sync::Arc;
use std::time::Duration;

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
use crate::storage::{EpochEnd, Partition, ReadLimit, ReadSlice};
use crate::waiting::{Waiter, Watch};

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
    open_logs(request, &mut targets).await;
    let mut read = read_or_wait(node, request, &targets, &limits).await;
    tell_deleted(node, &targets, &mut read);
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

/// Of how many of the files that may be open one response may hold one.
const OPEN_FILES_SHARE: usize = 4;

/// What a request asks of all partitions together.
struct Limits {
    wait: Duration,
    bytes_min: u64,
    bytes_max: u64,
    /// Partitions that one response may have records of: each holds a segment file open until it is
    /// sent. Readers come for the others next, as they do when the bytes are used up.
    files_max: usize,
    upto: ReadLimit,
    is_follower: bool,
    /// Below zero: Apache Kafka fails on each partition that it would read.
    is_negative: bool,
}

impl Limits {
    fn of(node: &Node, body: &FetchRequest) -> Self {
        let bytes_max =
            u64::try_from(body.max_bytes).unwrap_or(0).min(node.settings.fetch_bytes_max);
        let committed = body.isolation_level == READ_COMMITTED;
        let replica_id = body.replica_id.max(body.replica_state.replica_id);
        Self {
            wait: Duration::from_millis(u64::try_from(body.max_wait_ms).unwrap_or(0)),
            // More than may be sent would never be reached.
            bytes_min: u64::try_from(body.min_bytes).unwrap_or(0).min(bytes_max),
            bytes_max,
            files_max: (node.storage.open_files_max() / OPEN_FILES_SHARE).max(1),
            upto: if committed { ReadLimit::LastStable } else { ReadLimit::HighWatermark },
            is_follower: replica_id >= 0,
            is_negative: body.max_bytes < 0,
        }
    }
}

/// One partition asked for, and what this node knows of it.
struct Target {
    key: Key,
    wanted: Wanted,
    found: Result<Arc<Partition>, ErrorCode>,
}

impl Target {
    fn find(node: &Node, version: i16, key: Key, wanted: Wanted) -> Self {
        let found = if version < TOPIC_ID_VERSION_MIN {
            node.partition_by_name(&key.topic, key.partition)
        } else {
            node.partition_by_id(key.topic_id, key.partition)
        };
        Self { key, wanted, found }
    }

    fn is_recovering(&self) -> bool {
        self.found.as_ref().is_ok_and(|found| found.is_recovering())
    }
}

/// Sees that all logs are being opened, and waits for those that need no recovery. The others count
/// as having nothing to tell until they are recovered.
async fn open_logs(request: &Request, targets: &mut [Target]) {
    let unopened = |target: &Target| target.found.as_ref().is_ok_and(|found| !found.is_open());
    if !targets.iter().any(unopened) {
        return;
    }
    for target in targets.iter_mut() {
        if let Ok(found) = &target.found
            && !found.is_open()
        {
            found.want_open();
        }
    }
    for target in targets.iter_mut().filter(|target| unopened(target) && !target.is_recovering()) {
        if let Ok(found) = &target.found
            && let Err(error) = found.opened(request.received).await
        {
            target.found = Err(error);
        }
    }
}

/// What a partition has for a reader.
struct Found {
    slice: ReadSlice,
    /// Where the reader's log and this one part; it gets no records then (KIP-595).
    diverging: Option<EpochEnd>,
}

type ReadResult = Result<Found, ErrorCode>;

/// Reads; if that is too little, sleeps until a partition moves and reads again, until the deadline.
async fn read_or_wait(
    node: &Arc<Node>,
    request: &Request,
    targets: &[Target],
    limits: &Limits,
) -> Vec<ReadResult> {
    let read = read_all(targets, limits);
    if is_enough(targets, &read, limits) || limits.wait.is_zero() {
        return read;
    }
    // What was found holds segment files open, and one request may wait for all of a node's.
    drop(read);
    let deadline = request.received + limits.wait;
    let waiter = Waiter::default();
    let _watches: Vec<Watch> = targets
        .iter()
        .filter_map(|target| target.found.as_ref().ok())
        .map(|partition| partition.watchers().watch(&waiter))
        .collect();
    let mut stopping = node.stopping.clone();
    loop {
        let read = read_all(targets, limits);
        if is_enough(targets, &read, limits) {
            return read;
        }
        drop(read);
        tokio::select! {
            biased;
            () = waiter.moved() => {}
            () = node.io.sleep_until(deadline) => return read_all(targets, limits),
            _ = stopping.wait_for(|stop| *stop) => return read_all(targets, limits),
        }
    }
}

/// A partition that was deleted while a request waited for it can be read no more than one whose
/// disk has failed; its reader is told what it is.
fn tell_deleted(node: &Node, targets: &[Target], read: &mut [ReadResult]) {
    for (target, result) in targets.iter().zip(read) {
        let (Ok(found), Err(error @ ErrorCode::KafkaStorageError)) = (&target.found, result) else {
            continue;
        };
        let is_here = |now: Arc<Partition>| Arc::ptr_eq(&now, found);
        if !node.storage.partition(found.topic_partition()).is_some_and(is_here) {
            *error = ErrorCode::UnknownTopicOrPartition;
        }
    }
}

/// One pass over the partitions, in their order, until the bytes are used up. The first batch found
/// is given whole even if it alone is over the limit, or its consumer would be stuck for ever.
fn read_all(targets: &[Target], limits: &Limits) -> Vec<ReadResult> {
    let mut room = limits.bytes_max;
    let mut one_at_least = true;
    let mut files = 0;
    let mut read = Vec::with_capacity(targets.len());
    for target in targets {
        let result = read_one(target, limits, room, one_at_least);
        if let Ok(Found { slice, .. }) = &result {
            room = room.saturating_sub(slice.len);
            one_at_least &= slice.len == 0;
            files += usize::from(slice.file.is_some());
            if files >= limits.files_max {
                room = 0;
            }
        }
        read.push(result);
    }
    read
}

fn read_one(target: &Target, limits: &Limits, room: u64, one_at_least: bool) -> ReadResult {
    let partition = target.found.as_ref().map_err(|error| *error)?;
    if limits.is_follower {
        // This node's partitions have no other replicas.
        return Err(ErrorCode::NotLeaderOrFollower);
    }
    partition.check_leader_epoch(target.wanted.current_leader_epoch)?;
    if partition.is_recovering() {
        return Err(ErrorCode::NotLeaderOrFollower);
    }
    let bytes = u64::try_from(target.wanted.partition_bytes_max);
    let Some(bytes) = bytes.ok().filter(|_| !limits.is_negative) else {
        return Err(ErrorCode::UnknownServerError);
    };
    if let Some(diverging) = diverging(partition, target.wanted)? {
        let slice = partition.read(partition.log_start_offset(), 0, false, limits.upto)?;
        return Ok(Found { slice, diverging: Some(diverging) });
    }
    let offset = target.wanted.fetch_offset;
    let slice = partition.read(offset, bytes.min(room), one_at_least, limits.upto)?;
    Ok(Found { slice, diverging: None })
}

/// Whether the epoch that the reader fetched last ended elsewhere than it thinks, and where.
fn diverging(partition: &Partition, wanted: Wanted) -> Result<Option<EpochEnd>, ErrorCode> {
    if wanted.last_fetched_epoch < 0 {
        return Ok(None);
    }
    let end = partition.end_offset_for_leader_epoch(wanted.last_fetched_epoch);
    let end = end.ok_or(ErrorCode::OffsetOutOfRange)?;
    if wanted.fetch_offset < partition.log_start_offset() {
        return Err(ErrorCode::OffsetOutOfRange);
    }
    let parts =
        end.leader_epoch < wanted.last_fetched_epoch || end.end_offset < wanted.fetch_offset;
    Ok(parts.then_some(end))
}

/// Whether an answer need not wait: it has bytes enough, or something else to tell. A partition
/// that is not here can wait with the others: its reader asks for metadata anyway, and a session
/// with one would never wait again.
fn is_enough(targets: &[Target], read: &[ReadResult], limits: &Limits) -> bool {
    let bytes: u64 = read.iter().flatten().map(|found| found.slice.len).sum();
    let mut here = targets.iter().zip(read).filter(|(target, _)| target.found.is_ok()).peekable();
    let has_news = |(target, result): (&Target, &ReadResult)| match result {
        Ok(found) => found.diverging.is_some(),
        Err(_) => !target.is_recovering(),
    };
    let files = read.iter().flatten().filter(|found| found.slice.file.is_some()).count();
    bytes >= limits.bytes_min
        || files >= limits.files_max
        || here.peek().is_none()
        || here.any(has_news)
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
