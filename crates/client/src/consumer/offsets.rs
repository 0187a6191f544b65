//! Offsets that leaders are asked for: ListOffsets by time, and OffsetForLeaderEpoch.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ottla_membership::Position;
use ottla_model::{BrokerId, ErrorCode, TopicPartition};
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_wire::messages::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};

use crate::{Client, Error, Result, Route};

/// First version of ListOffsets that knows transactions.
const ISOLATION_FROM: i16 = 2;

/// An offset that was found by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetAndTimestamp {
    /// Offset of the first record of that time or later.
    pub offset: i64,
    /// Its timestamp; -1 for the ends of the log.
    pub timestamp: i64,
    /// Epoch of the leader that wrote it.
    pub leader_epoch: Option<i32>,
}

/// The end of an epoch in the leader's log; -1 for what it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EpochEnd {
    pub(crate) epoch: i32,
    pub(crate) offset: i64,
}

/// What was found of each partition.
pub(crate) type Found<T> = BTreeMap<TopicPartition, Result<T>>;

/// Looks the leaders up: partitions by the node to ask, and those that have no leader.
pub(crate) async fn by_leader<T: Clone>(
    client: &Client,
    asked: &BTreeMap<TopicPartition, T>,
    limit: Duration,
) -> (BTreeMap<BrokerId, BTreeMap<TopicPartition, T>>, Vec<TopicPartition>) {
    let leader = |it: &TopicPartition| client.image().leader(&it.topic, it.partition);
    if asked.keys().any(|it| leader(it).is_none()) {
        let names: Vec<&str> = asked.keys().map(|it| &*it.topic).collect();
        client.want(&names);
        // What it does not bring is told below.
        let _ = client.refresh(limit).await;
    }
    let mut nodes: BTreeMap<BrokerId, BTreeMap<TopicPartition, T>> = BTreeMap::new();
    let mut orphans = Vec::new();
    for (partition, what) in asked {
        match leader(partition) {
            Some(leader) => {
                nodes.entry(leader.node).or_default().insert(partition.clone(), what.clone());
            }
            None => orphans.push(partition.clone()),
        }
    }
    (nodes, orphans)
}

/// Asks each leader once for the offsets at these timestamps (-1 end, -2 beginning); `None` where no
/// record is so young.
pub(crate) async fn list(
    client: &Client,
    asked: &BTreeMap<TopicPartition, i64>,
    committed_only: bool,
    limit: Duration,
) -> Found<Option<OffsetAndTimestamp>> {
    let (nodes, orphans) = by_leader(client, asked, limit).await;
    let mut found: Found<Option<OffsetAndTimestamp>> = orphans
        .into_iter()
        .map(|it| (it, Err(Error::broker(ErrorCode::LeaderNotAvailable))))
        .collect();
    for (node, asked) in nodes {
        match list_at(client, node, &asked, committed_only, limit).await {
            Ok(told) => found.extend(told),
            Err(error) => found.extend(asked.into_keys().map(|it| (it, Err(error.clone())))),
        }
    }
    found
}

async fn list_at(
    client: &Client,
    node: BrokerId,
    asked: &BTreeMap<TopicPartition, i64>,
    committed_only: bool,
    limit: Duration,
) -> Result<Found<Option<OffsetAndTimestamp>>> {
    let image = client.image();
    let mut topics: BTreeMap<&Arc<str>, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for (it, timestamp) in asked {
        let leader = image.leader(&it.topic, it.partition);
        topics.entry(&it.topic).or_default().push(ListOffsetsPartition {
            partition_index: it.partition,
            current_leader_epoch: leader.map_or(-1, |leader| leader.epoch),
            timestamp: *timestamp,
        });
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| ListOffsetsTopic { name: (**name).into(), partitions });
    let request = ListOffsetsRequest {
        replica_id: -1,
        isolation_level: i8::from(committed_only),
        topics: topics.collect(),
        timeout_ms: i32::try_from(limit.as_millis()).unwrap_or(i32::MAX),
    };
    let lowest = if committed_only { ISOLATION_FROM } else { 1 };
    let route = Route::node(node);
    let (_, answer) = client.call_versioned(&route, limit, lowest..=i16::MAX, |_| request).await?;
    let mut found = Found::new();
    for topic in &answer.topics {
        for it in &topic.partitions {
            let partition = TopicPartition::new(topic.name.as_str(), it.partition_index);
            let what = format!("list offsets of {partition}");
            let told = Error::check(it.error_code, None, what).map(|()| {
                (it.offset >= 0).then_some(OffsetAndTimestamp {
                    offset: it.offset,
                    timestamp: it.timestamp,
                    leader_epoch: Some(it.leader_epoch).filter(|it| *it >= 0),
                })
            });
            found.insert(partition, told);
        }
    }
    Ok(found)
}

/// Asks each leader once where the epoch of each place ends in its log (KIP-320). With each place, the
/// epoch that we take to be the leader's.
pub(crate) async fn epoch_ends(
    client: &Client,
    asked: &BTreeMap<TopicPartition, (Position, i32)>,
    limit: Duration,
) -> Found<EpochEnd> {
    let (nodes, orphans) = by_leader(client, asked, limit).await;
    let mut found: Found<EpochEnd> = orphans
        .into_iter()
        .map(|it| (it, Err(Error::broker(ErrorCode::LeaderNotAvailable))))
        .collect();
    for (node, asked) in nodes {
        match epoch_ends_at(client, node, &asked, limit).await {
            Ok(told) => found.extend(told),
            Err(error) => found.extend(asked.into_keys().map(|it| (it, Err(error.clone())))),
        }
    }
    found
}

async fn epoch_ends_at(
    client: &Client,
    node: BrokerId,
    asked: &BTreeMap<TopicPartition, (Position, i32)>,
    limit: Duration,
) -> Result<Found<EpochEnd>> {
    let mut topics: BTreeMap<&Arc<str>, Vec<OffsetForLeaderPartition>> = BTreeMap::new();
    for (it, (place, leader_epoch)) in asked {
        topics.entry(&it.topic).or_default().push(OffsetForLeaderPartition {
            partition: it.partition,
            current_leader_epoch: *leader_epoch,
            leader_epoch: place.epoch.unwrap_or(-1),
        });
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| OffsetForLeaderTopic { topic: (**name).into(), partitions });
    let request = OffsetForLeaderEpochRequest { replica_id: -1, topics: topics.collect() };
    let answer = client.call_within(&Route::node(node), request, limit).await?;
    let mut found = Found::new();
    for topic in &answer.topics {
        for it in &topic.partitions {
            let partition = TopicPartition::new(topic.topic.as_str(), it.partition);
            let what = format!("confirm the place in {partition}");
            let end = EpochEnd { epoch: it.leader_epoch, offset: it.end_offset };
            found.insert(partition, Error::check(it.error_code, None, what).map(|()| end));
        }
    }
    Ok(found)
}
