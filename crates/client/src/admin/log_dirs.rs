//! Log directories of brokers, and which replica lies in which.

use std::collections::BTreeMap;

use ottla_model::{BrokerId, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::alter_replica_log_dirs::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic, AlterReplicaLogDirsRequest,
};
use ottla_wire::messages::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsRequest, DescribeLogDirsResult,
};

use super::{Admin, Results, by_topic};
use crate::route::Route;
use crate::{Error, Result};

/// A log directory of a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirDescription {
    /// What is wrong with it.
    pub error: Option<Error>,
    /// Bytes of its volume, if the broker tells (3.3 and later).
    pub total_bytes: Option<i64>,
    /// Bytes of those that are free.
    pub usable_bytes: Option<i64>,
    /// Whether it gets no new partitions (KIP-1066).
    pub is_cordoned: bool,
    /// The replicas in it.
    pub replicas: BTreeMap<TopicPartition, ReplicaInfo>,
}

/// A replica in a log directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaInfo {
    /// Bytes of its segments.
    pub size_bytes: i64,
    /// Offsets that it is behind.
    pub offset_lag: i64,
    /// Whether it is being moved here.
    pub is_future: bool,
}

impl Admin {
    /// The log directories of brokers by path: with the replicas of these partitions, or of all.
    pub async fn describe_log_dirs(
        &self,
        brokers: &[BrokerId],
        partitions: Option<&[TopicPartition]>,
    ) -> Results<BrokerId, BTreeMap<String, LogDirDescription>> {
        let topics = partitions.map(|partitions| {
            let topics = by_topic(partitions.iter().map(|partition| (partition.clone(), ())));
            let topic = |(name, partitions): (std::sync::Arc<str>, Vec<(i32, ())>)| {
                DescribableLogDirTopic {
                    topic: Str::from(&*name),
                    partitions: partitions.into_iter().map(|(index, ())| index).collect(),
                }
            };
            topics.into_iter().map(topic).collect()
        });
        let request = DescribeLogDirsRequest { topics };
        let mut results = BTreeMap::new();
        for &broker in brokers {
            let what = format!("describe log dirs of node {broker}");
            let answer = self
                .ask(&Route::node(broker), &request, |answer| {
                    Error::check(answer.error_code, None, &what)
                })
                .await;
            let dirs = answer.map(|answer| {
                answer.results.iter().map(|dir| (dir.log_dir.to_string(), described(dir))).collect()
            });
            results.insert(broker, dirs);
        }
        results
    }

    /// Moves replicas of a broker to other directories of it.
    ///
    /// # Errors
    /// The broker does not answer; errors of single replicas are in the map.
    pub async fn alter_replica_log_dirs(
        &self,
        broker: BrokerId,
        moves: &BTreeMap<TopicPartition, String>,
    ) -> Result<Results<TopicPartition, ()>> {
        let mut dirs: BTreeMap<&String, Vec<(TopicPartition, ())>> = BTreeMap::new();
        for (partition, dir) in moves {
            dirs.entry(dir).or_default().push((partition.clone(), ()));
        }
        let dirs = dirs.into_iter().map(|(path, partitions)| AlterReplicaLogDir {
            path: Str::from(path),
            topics: by_topic(partitions)
                .into_iter()
                .map(|(name, partitions)| AlterReplicaLogDirTopic {
                    name: Str::from(&*name),
                    partitions: partitions.into_iter().map(|(index, ())| index).collect(),
                })
                .collect(),
        });
        let request = AlterReplicaLogDirsRequest { dirs: dirs.collect() };
        let answer = self.ask(&Route::node(broker), &request, |_| Ok(())).await?;
        let mut results = BTreeMap::new();
        for topic in &answer.results {
            for partition in &topic.partitions {
                let key = TopicPartition::new(topic.topic_name.as_str(), partition.partition_index);
                let checked = Error::check(partition.error_code, None, format!("move {key}"));
                results.insert(key, checked);
            }
        }
        Ok(results)
    }
}

fn described(dir: &DescribeLogDirsResult) -> LogDirDescription {
    let mut replicas = BTreeMap::new();
    for topic in &dir.topics {
        for partition in &topic.partitions {
            let key = TopicPartition::new(topic.name.as_str(), partition.partition_index);
            let info = ReplicaInfo {
                size_bytes: partition.partition_size,
                offset_lag: partition.offset_lag,
                is_future: partition.is_future_key,
            };
            replicas.insert(key, info);
        }
    }
    let known = |bytes: i64| (bytes >= 0).then_some(bytes);
    LogDirDescription {
        error: Error::of_code(dir.error_code, None),
        total_bytes: known(dir.total_bytes),
        usable_bytes: known(dir.usable_bytes),
        is_cordoned: dir.is_cordoned,
        replicas,
    }
}
