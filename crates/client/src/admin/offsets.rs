//! What stands at the leaders: offsets by time, and records to be forgotten.

use std::collections::BTreeMap;

use ottla_model::{BrokerId, LeaderEpoch, Offset, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsTopic,
};

use super::work::Patience;
use super::{Admin, Results, by_topic};
use crate::route::Route;
use crate::settings::IsolationLevel;
use crate::{Error, Result};

/// Which offset of a partition is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// That of the oldest record.
    Earliest,
    /// Behind the newest record; with read_committed, behind the newest that is decided.
    Latest,
    /// That of the record with the newest timestamp (brokers of 3.0 and later).
    MaxTimestamp,
    /// That of the oldest record on the leader's own disk (3.4).
    EarliestLocal,
    /// That of the newest record in remote storage (3.9).
    LatestTiered,
    /// That of the oldest record that is still to go to remote storage (4.2).
    EarliestPendingUpload,
    /// That of the oldest record that is not older, in milliseconds since the epoch.
    Timestamp(i64),
}

impl OffsetSpec {
    /// The number on the wire, and the first version that knows it.
    fn on_wire(self) -> (i64, i16) {
        match self {
            Self::Latest => (-1, 1),
            Self::Earliest => (-2, 1),
            Self::MaxTimestamp => (-3, 7),
            Self::EarliestLocal => (-4, 8),
            Self::LatestTiered => (-5, 9),
            Self::EarliestPendingUpload => (-6, 11),
            Self::Timestamp(millis) => (millis, 1),
        }
    }
}

/// An offset that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundOffset {
    /// The offset; -1 when no record is that new.
    pub offset: Offset,
    /// The record's timestamp; -1 where a position was asked for.
    pub timestamp: i64,
    /// The epoch of the leader that wrote it, if known.
    pub leader_epoch: Option<LeaderEpoch>,
}

impl Admin {
    /// Offsets of partitions.
    pub async fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
        isolation: IsolationLevel,
    ) -> Results<TopicPartition, FoundOffset> {
        let mut work = self.work(wanted.keys().cloned(), Patience::Retriable);
        while let Some(keys) = work.next() {
            let some = keys.into_iter().filter_map(|key| Some((key.clone(), *wanted.get(&key)?)));
            let brought = self.list_offsets_once(some.collect(), isolation).await;
            work.take(brought).await;
        }
        work.results()
    }

    async fn list_offsets_once(
        &self,
        wanted: Vec<(TopicPartition, OffsetSpec)>,
        isolation: IsolationLevel,
    ) -> Result<Vec<(TopicPartition, Result<FoundOffset>)>> {
        let mut brought = Vec::new();
        for (leader, wanted) in self.by_leader(wanted, &mut brought).await? {
            let keys: Vec<_> = wanted.iter().map(|(key, _)| key.clone()).collect();
            let version_min = wanted.iter().map(|(_, spec)| spec.on_wire().1).max().unwrap_or(1);
            let topics: Vec<_> = by_topic(wanted).into_iter().map(list_offsets_topic).collect();
            let build = |version| ListOffsetsRequest {
                replica_id: -1,
                isolation_level: if version >= 2 { isolation as i8 } else { 0 },
                topics: topics.clone(),
                timeout_ms: if version >= 10 { self.timeout_ms() } else { 0 },
            };
            let (route, limit) = (Route::node(leader), self.client.settings().request_timeout);
            let answer =
                self.client.call_versioned(&route, limit, version_min..=i16::MAX, build).await;
            match answer {
                Err(error) => brought.extend(keys.into_iter().map(|key| (key, Err(error.clone())))),
                Ok((_, answer)) => {
                    for topic in answer.topics {
                        let found =
                            topic.partitions.iter().map(|partition| found(&topic.name, partition));
                        brought.extend(found);
                    }
                }
            }
        }
        Ok(brought)
    }

    /// Forgets the records before these offsets; -1 for all there are. Gives where the logs begin
    /// then.
    pub async fn delete_records(
        &self,
        before: &BTreeMap<TopicPartition, Offset>,
    ) -> Results<TopicPartition, Offset> {
        let mut work = self.work(before.keys().cloned(), Patience::Retriable);
        while let Some(keys) = work.next() {
            let some = keys.into_iter().filter_map(|key| Some((key.clone(), *before.get(&key)?)));
            let brought = self.delete_records_once(some.collect()).await;
            work.take(brought).await;
        }
        work.results()
    }

    async fn delete_records_once(
        &self,
        before: Vec<(TopicPartition, Offset)>,
    ) -> Result<Vec<(TopicPartition, Result<Offset>)>> {
        let mut brought = Vec::new();
        for (leader, before) in self.by_leader(before, &mut brought).await? {
            let keys: Vec<_> = before.iter().map(|(key, _)| key.clone()).collect();
            let partition =
                |(partition_index, offset)| DeleteRecordsPartition { partition_index, offset };
            let topics =
                by_topic(before).into_iter().map(|(name, partitions)| DeleteRecordsTopic {
                    name: Str::from(&*name),
                    partitions: partitions.into_iter().map(partition).collect(),
                });
            let request =
                DeleteRecordsRequest { topics: topics.collect(), timeout_ms: self.timeout_ms() };
            match self.client.call(&Route::node(leader), request).await {
                Err(error) => brought.extend(keys.into_iter().map(|key| (key, Err(error.clone())))),
                Ok(answer) => {
                    for topic in answer.topics {
                        let result = |index: i32, code, low_watermark| {
                            let key = TopicPartition::new(topic.name.as_str(), index);
                            let checked =
                                Error::check(code, None, format!("delete records of {key}"));
                            (key, checked.map(|()| low_watermark))
                        };
                        brought.extend(topic.partitions.iter().map(|partition| {
                            result(
                                partition.partition_index,
                                partition.error_code,
                                partition.low_watermark,
                            )
                        }));
                    }
                }
            }
        }
        Ok(brought)
    }

    /// Partitions by their leader. What has none goes to `brought` with the reason.
    pub(super) async fn by_leader<T, V>(
        &self,
        partitions: Vec<(TopicPartition, T)>,
        brought: &mut Vec<(TopicPartition, Result<V>)>,
    ) -> Result<BTreeMap<BrokerId, Vec<(TopicPartition, T)>>> {
        let topics: std::collections::BTreeSet<&str> =
            partitions.iter().map(|(partition, _)| &*partition.topic).collect();
        let topics: Vec<&str> = topics.into_iter().collect();
        self.client.want(&topics);
        let image = self.client.image();
        if partitions.iter().any(|(key, _)| image.leader(&key.topic, key.partition).is_none()) {
            self.client.refresh(self.client.settings().request_timeout).await?;
        }
        let image = self.client.image();
        let mut leaders: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (key, value) in partitions {
            match image.leader(&key.topic, key.partition) {
                Some(leader) => leaders.entry(leader.node).or_default().push((key, value)),
                None => {
                    let topic = image.topic(&key.topic);
                    let code = topic.and_then(|topic| topic.error).unwrap_or({
                        if topic.is_some_and(|topic| topic.partition(key.partition).is_some()) {
                            ottla_model::ErrorCode::LeaderNotAvailable
                        } else {
                            ottla_model::ErrorCode::UnknownTopicOrPartition
                        }
                    });
                    let error = Error::broker(code).context(&key);
                    brought.push((key, Err(error)));
                }
            }
        }
        Ok(leaders)
    }
}

fn list_offsets_topic(
    (name, partitions): (std::sync::Arc<str>, Vec<(i32, OffsetSpec)>),
) -> ListOffsetsTopic {
    let partition = |(partition_index, spec): (i32, OffsetSpec)| ListOffsetsPartition {
        partition_index,
        current_leader_epoch: -1,
        timestamp: spec.on_wire().0,
    };
    ListOffsetsTopic {
        name: Str::from(&*name),
        partitions: partitions.into_iter().map(partition).collect(),
    }
}

fn found(
    topic: &Str,
    partition: &ListOffsetsPartitionResponse,
) -> (TopicPartition, Result<FoundOffset>) {
    let key = TopicPartition::new(topic.as_str(), partition.partition_index);
    let checked = Error::check(partition.error_code, None, format!("list offsets of {key}"));
    let found = FoundOffset {
        offset: partition.offset,
        timestamp: partition.timestamp,
        leader_epoch: (partition.leader_epoch >= 0).then_some(partition.leader_epoch),
    };
    (key, checked.map(|()| found))
}
