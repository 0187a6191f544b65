//! What a Fetch finds in its partitions, and how long it waits for that.

use std::sync::Arc;
use std::time::Duration;

use ottla_model::ErrorCode;
use ottla_wire::messages::fetch::FetchRequest;

use super::{READ_COMMITTED, TOPIC_ID_VERSION_MIN};
use crate::fetch_session::{Key, Wanted};
use crate::node::Node;
use crate::request::Request;
use crate::storage::{Asked, EpochEnd, Partition, ReadLimit, ReadSlice, Uncached};
use crate::waiting::{Waiter, Watch};

/// How often one request has something loaded before it is read as it is, waiting for the device: what
/// was loaded may be gone again, or be one of very many.
const LOADS_MAX: usize = 8;
/// Stretches of files that are loaded in one go.
const LOADED_AT_ONCE_MAX: usize = 16;
/// Of how many of the files that may be open one response may hold one.
const OPEN_FILES_SHARE: usize = 4;

/// What a request asks of all partitions together.
pub(super) struct Limits {
    wait: Duration,
    bytes_min: u64,
    bytes_max: u64,
    /// Partitions that one response may have records of: each holds a segment file open until it is
    /// sent. Readers come for the others next, as they do when the bytes are used up.
    files_max: usize,
    pub(super) upto: ReadLimit,
    is_follower: bool,
    /// Below zero: Apache Kafka fails on each partition that it would read.
    is_negative: bool,
}

impl Limits {
    pub(super) fn of(node: &Node, body: &FetchRequest) -> Self {
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
pub(super) struct Target {
    pub(super) key: Key,
    pub(super) wanted: Wanted,
    pub(super) found: Result<Arc<Partition>, ErrorCode>,
}

impl Target {
    pub(super) fn find(node: &Node, version: i16, key: Key, wanted: Wanted) -> Self {
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
pub(super) async fn open_logs(request: &Request, targets: &mut [Target]) {
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
pub(super) struct Found {
    pub(super) slice: ReadSlice,
    /// Where the reader's log and this one part; it gets no records then (KIP-595).
    pub(super) diverging: Option<EpochEnd>,
}

pub(super) type ReadResult = Result<Found, ErrorCode>;

/// Reads; if that is too little, sleeps until a partition moves and reads again, until the deadline.
pub(super) async fn read_or_wait(
    node: &Arc<Node>,
    request: &Request,
    targets: &[Target],
    limits: &Limits,
) -> Vec<ReadResult> {
    let read = read_all(node, targets, limits).await;
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
        let read = read_all(node, targets, limits).await;
        if is_enough(targets, &read, limits) {
            return read;
        }
        drop(read);
        tokio::select! {
            biased;
            () = waiter.moved() => {}
            () = node.io.sleep_until(deadline) => break,
            _ = stopping.wait_for(|stop| *stop) => break,
        }
    }
    read_all(node, targets, limits).await
}

/// A partition that was deleted while a request waited for it can be read no more than one whose
/// disk has failed; its reader is told what it is.
pub(super) fn tell_deleted(node: &Node, targets: &[Target], read: &mut [ReadResult]) {
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

/// What the partitions have. What is not in memory and is needed to find it is loaded by a thread that may
/// wait for the device: no partition's lock is held meanwhile, and no other request waits.
async fn read_all(node: &Node, targets: &[Target], limits: &Limits) -> Vec<ReadResult> {
    let mut loads = 0;
    loop {
        let (read, uncached) = read_pass(targets, limits, loads == LOADS_MAX);
        if uncached.is_empty() {
            return read;
        }
        // What was found holds segment files open.
        drop(read);
        loads += 1;
        // Whoever reads on meets the same error, and tells.
        let load = move || uncached.iter().for_each(|bytes| drop(bytes.load()));
        Box::pin(node.io.blocking(load)).await;
    }
}

/// One pass over the partitions, in their order, until the bytes are used up; and what has to be loaded
/// before there can be another, unless this one `may_wait` for the device. The first batch found is given
/// whole even if it alone is over the limit, or its consumer would be stuck for ever.
fn read_pass(
    targets: &[Target],
    limits: &Limits,
    may_wait: bool,
) -> (Vec<ReadResult>, Vec<Uncached>) {
    let mut room = limits.bytes_max;
    let mut one_at_least = true;
    let mut files = 0;
    let mut read = Vec::with_capacity(targets.len());
    let mut uncached = Vec::new();
    for target in targets {
        let result = match read_one(target, limits, room, one_at_least, may_wait) {
            Err(NotRead::Uncached(bytes)) => {
                uncached.push(bytes);
                if uncached.len() == LOADED_AT_ONCE_MAX {
                    break;
                }
                continue;
            }
            Err(NotRead::Refused(error)) => Err(error),
            Ok(found) => Ok(found),
        };
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
    (read, uncached)
}

/// Why a partition was not read.
enum NotRead {
    Refused(ErrorCode),
    /// Finding what it has takes bytes that are not in memory.
    Uncached(Uncached),
}

impl From<ErrorCode> for NotRead {
    fn from(error: ErrorCode) -> Self {
        Self::Refused(error)
    }
}

fn read_one(
    target: &Target,
    limits: &Limits,
    room: u64,
    one_at_least: bool,
    may_wait: bool,
) -> Result<Found, NotRead> {
    let partition = target.found.as_ref().map_err(|error| *error)?;
    if limits.is_follower {
        // This node's partitions have no other replicas.
        return Err(ErrorCode::NotLeaderOrFollower.into());
    }
    partition.check_leader_epoch(target.wanted.current_leader_epoch)?;
    if partition.is_recovering() {
        return Err(ErrorCode::NotLeaderOrFollower.into());
    }
    let bytes = u64::try_from(target.wanted.partition_bytes_max);
    let Some(bytes) = bytes.ok().filter(|_| !limits.is_negative) else {
        return Err(ErrorCode::UnknownServerError.into());
    };
    if let Some(diverging) = diverging(partition, target.wanted)? {
        let slice = partition.read(partition.log_start_offset(), 0, false, limits.upto)?;
        return Ok(Found { slice, diverging: Some(diverging) });
    }
    let (offset, bytes_max) = (target.wanted.fetch_offset, bytes.min(room));
    let slice = if may_wait {
        partition.read(offset, bytes_max, one_at_least, limits.upto)?
    } else {
        let asked = Asked { offset, bytes_max, one_at_least, limit: limits.upto };
        partition.read_cached(asked)?.map_err(NotRead::Uncached)?
    };
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
