//! Topics: create, list, describe, delete, more partitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_model::{BrokerId, LeaderEpoch};
use ottla_wire::messages::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsTopic,
};
use ottla_wire::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreatableTopicResult,
    CreateTopicsRequest,
};
use ottla_wire::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use ottla_wire::messages::describe_topic_partitions::{
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponseTopic, RequestCursor,
    TopicRequest,
};
use ottla_wire::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseTopic,
};
use ottla_wire::{ApiKey, Str};

use super::work::Patience;
use super::{Admin, Results, operations, text};
use crate::route::Route;
use crate::{Error, Result};

/// Partitions that one answer of DescribeTopicPartitions may hold, as in Java.
const PARTITIONS_PER_ANSWER: i32 = 2000;
/// First versions that leave counts to the broker, know topic ids, and take states of topics.
const DEFAULT_COUNTS_FROM: i16 = 4;
const TOPIC_STATES_FROM: i16 = 6;

/// A topic to be created.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// How many partitions; `None` leaves it to the broker (`num.partitions`).
    pub partitions: Option<i32>,
    /// How many replicas each; `None` leaves it to the broker (`default.replication.factor`).
    pub replication_factor: Option<i16>,
    /// Which nodes have which partition, the preferred leader first. Instead of the two counts.
    pub assignments: BTreeMap<i32, Vec<BrokerId>>,
    /// Settings that differ from the broker's.
    pub configs: BTreeMap<String, String>,
}

impl NewTopic {
    /// A topic whose counts are the broker's.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// With this many partitions.
    #[must_use]
    pub fn partitions(mut self, count: i32) -> Self {
        self.partitions = Some(count);
        self
    }

    /// With this many replicas of each partition.
    #[must_use]
    pub fn replication_factor(mut self, count: i16) -> Self {
        self.replication_factor = Some(count);
        self
    }

    /// With this setting.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.insert(name.into(), value.into());
        self
    }

    fn to_wire(&self, version: i16) -> CreatableTopic {
        let assignment = |(&partition_index, broker_ids): (&i32, &Vec<BrokerId>)| {
            CreatableReplicaAssignment { partition_index, broker_ids: broker_ids.clone() }
        };
        let config = |(name, value): (&String, &String)| CreatableTopicConfig {
            name: Str::from(name),
            value: Some(Str::from(value)),
        };
        // Before KIP-464 the broker has no defaults for these.
        let default_count =
            if version >= DEFAULT_COUNTS_FROM || !self.assignments.is_empty() { -1 } else { 1 };
        CreatableTopic {
            name: Str::from(&self.name),
            num_partitions: self.partitions.unwrap_or(default_count),
            replication_factor: self.replication_factor.unwrap_or(default_count as i16),
            assignments: self.assignments.iter().map(assignment).collect(),
            configs: self.configs.iter().map(config).collect(),
        }
    }
}

/// A topic that was created, as far as the broker tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its id; zero from brokers before 2.8.
    pub id: Uuid,
    /// Its partitions; -1 from brokers before 2.4.
    pub partitions: i32,
    /// Its replicas; -1 from brokers before 2.4.
    pub replication_factor: i16,
}

/// One line of a list of topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicListing {
    /// Its name.
    pub name: Arc<str>,
    /// Its id.
    pub id: Uuid,
    /// Whether it is the coordinators'.
    pub is_internal: bool,
}

/// A topic with its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: String,
    /// Its id; zero from brokers before 2.8.
    pub id: Uuid,
    /// Whether it is the coordinators'.
    pub is_internal: bool,
    /// Its partitions in the order of their numbers.
    pub partitions: Vec<PartitionDescription>,
    /// What the caller may do with it, as bits, if the broker tells.
    pub authorized_operations: Option<i32>,
}

/// A partition of a [`TopicDescription`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionDescription {
    /// Its number.
    pub index: i32,
    /// Its leader, if it has one.
    pub leader: Option<BrokerId>,
    /// Counts its leaders.
    pub leader_epoch: LeaderEpoch,
    /// Nodes that have it, the preferred leader first.
    pub replicas: Vec<BrokerId>,
    /// Those in sync.
    pub isr: Vec<BrokerId>,
    /// Those that may lead though they are not in sync (KIP-966), if the broker tells.
    pub elr: Option<Vec<BrokerId>>,
    /// The last of those that were known.
    pub last_known_elr: Option<Vec<BrokerId>>,
    /// Those that are not there.
    pub offline: Vec<BrokerId>,
}

/// More partitions for a topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewPartitions {
    /// How many there shall be in all.
    pub total: i32,
    /// Which nodes have each of the new ones; empty leaves it to the broker.
    pub assignments: Vec<Vec<BrokerId>>,
}

impl Admin {
    /// Creates topics.
    pub async fn create_topics(&self, topics: &[NewTopic]) -> Results<String, CreatedTopic> {
        self.create_or_validate_topics(topics, false).await
    }

    /// Asks whether topics could be created, and creates none.
    pub async fn validate_topics(&self, topics: &[NewTopic]) -> Results<String, CreatedTopic> {
        self.create_or_validate_topics(topics, true).await
    }

    async fn create_or_validate_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> Results<String, CreatedTopic> {
        let by_name: BTreeMap<_, _> =
            topics.iter().map(|topic| (topic.name.clone(), topic)).collect();
        let mut work = self.work(by_name.keys().cloned(), Patience::Passing);
        while let Some(names) = work.next() {
            let build = |version| CreateTopicsRequest {
                topics: names
                    .iter()
                    .filter_map(|name| by_name.get(name))
                    .map(|topic| topic.to_wire(version))
                    .collect(),
                timeout_ms: self.timeout_ms(),
                validate_only,
            };
            let route = Route::controller();
            let limit = work.left();
            let answer = self.client.call_versioned(&route, limit, 0..=i16::MAX, build).await;
            work.take(answer.map(|(_, answer)| answer.topics.into_iter().map(created))).await;
        }
        work.results()
    }

    /// Deletes topics by name.
    pub async fn delete_topics(&self, names: &[&str]) -> Results<String, ()> {
        let mut work = self.work(names.iter().map(ToString::to_string), Patience::Passing);
        while let Some(names) = work.next() {
            let names = names.iter().map(Str::from);
            let build = |version| {
                let mut request =
                    DeleteTopicsRequest { timeout_ms: self.timeout_ms(), ..Default::default() };
                if version >= TOPIC_STATES_FROM {
                    let state = |name| DeleteTopicState { name: Some(name), ..Default::default() };
                    request.topics = names.map(state).collect();
                } else {
                    request.topic_names = names.collect();
                }
                request
            };
            let (route, limit) = (Route::controller(), work.left());
            let answer = self.client.call_versioned(&route, limit, 0..=i16::MAX, build).await;
            work.take(answer.map(|(_, answer)| {
                answer.responses.into_iter().map(|topic| {
                    let name = topic.name.as_ref().map(ToString::to_string).unwrap_or_default();
                    let what = format!("delete topic {name}");
                    (name, Error::check(topic.error_code, text(&topic.error_message), what))
                })
            }))
            .await;
        }
        work.results()
    }

    /// Deletes topics by id (brokers of 2.8 and later).
    pub async fn delete_topics_by_id(&self, ids: &[Uuid]) -> Results<Uuid, ()> {
        let mut work = self.work(ids.iter().copied(), Patience::Passing);
        while let Some(ids) = work.next() {
            let state = |&topic_id: &Uuid| DeleteTopicState { name: None, topic_id };
            let request = DeleteTopicsRequest {
                topics: ids.iter().map(state).collect(),
                timeout_ms: self.timeout_ms(),
                ..Default::default()
            };
            let answer = self.client.call_within(&Route::controller(), request, work.left()).await;
            work.take(answer.map(|answer| {
                answer.responses.into_iter().map(|topic| {
                    let what = format!("delete topic {}", topic.topic_id);
                    let message = text(&topic.error_message);
                    (topic.topic_id, Error::check(topic.error_code, message, what))
                })
            }))
            .await;
        }
        work.results()
    }

    /// Every topic that the caller may see, by name; internal ones too.
    ///
    /// # Errors
    /// No broker answers.
    pub async fn list_topics(&self) -> Result<Vec<TopicListing>> {
        let request =
            MetadataRequest { topics: None, allow_auto_topic_creation: true, ..Default::default() };
        let check =
            |answer: &MetadataResponse| Error::check(answer.error_code, None, "list topics");
        let (_, answer) =
            self.ask_versioned(&Route::any(), 1..=i16::MAX, |_| request.clone(), check).await?;
        let mut topics: Vec<_> = answer
            .topics
            .iter()
            .filter(|topic| topic.error_code == 0)
            .map(|topic| TopicListing {
                name: Arc::from(topic.name.as_ref().map(Str::as_str).unwrap_or_default()),
                id: topic.topic_id,
                is_internal: topic.is_internal,
            })
            .collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }

    /// Topics with their partitions.
    ///
    /// # Errors
    /// No broker answers; errors of single topics are in the map.
    pub async fn describe_topics(
        &self,
        names: &[&str],
    ) -> Result<Results<String, TopicDescription>> {
        let mut retry = self.client.retry(self.limit);
        let is_paged = loop {
            match self.client.versions(&Route::any()).await {
                Ok(versions) => break versions.range(ApiKey::DescribeTopicPartitions).is_some(),
                Err(error) => retry.after(error).await?,
            }
        };
        if is_paged {
            self.describe_topics_paged(names).await
        } else {
            self.describe_topics_whole(names).await
        }
    }

    /// Page by page (KIP-966). The answer is sorted by name.
    async fn describe_topics_paged(
        &self,
        names: &[&str],
    ) -> Result<Results<String, TopicDescription>> {
        let mut found: Results<String, TopicDescription> = BTreeMap::new();
        let mut cursor = None;
        loop {
            let topic = |name: &&str| TopicRequest { name: Str::from(*name) };
            let request = DescribeTopicPartitionsRequest {
                topics: names.iter().map(topic).collect(),
                response_partition_limit: PARTITIONS_PER_ANSWER,
                cursor: cursor.clone(),
            };
            let answer = self.ask(&Route::any(), &request, |_| Ok(())).await?;
            for topic in answer.topics {
                let (name, described) = described_page(topic);
                match (found.get_mut(&name), described) {
                    (Some(Ok(known)), Ok(more)) => known.partitions.extend(more.partitions),
                    (_, described) => drop(found.insert(name, described)),
                }
            }
            let next = answer.next_cursor.map(|next| RequestCursor {
                topic_name: next.topic_name,
                partition_index: next.partition_index,
            });
            if next.is_none() || next == cursor {
                return Ok(found);
            }
            cursor = next;
        }
    }

    async fn describe_topics_whole(
        &self,
        names: &[&str],
    ) -> Result<Results<String, TopicDescription>> {
        let topic = |name: &&str| MetadataRequestTopic {
            name: Some(Str::from(*name)),
            ..Default::default()
        };
        let topics: Vec<_> = names.iter().map(topic).collect();
        let build = |version| MetadataRequest {
            topics: Some(topics.clone()),
            allow_auto_topic_creation: version < 4,
            include_topic_authorized_operations: version >= 8,
            ..Default::default()
        };
        let check =
            |answer: &MetadataResponse| Error::check(answer.error_code, None, "describe topics");
        let (_, answer) = self.ask_versioned(&Route::any(), 1..=i16::MAX, build, check).await?;
        Ok(answer.topics.iter().map(described).collect())
    }

    /// Makes topics larger, or only asks whether they could be (`validate_only`).
    pub async fn create_partitions(
        &self,
        topics: &BTreeMap<String, NewPartitions>,
        validate_only: bool,
    ) -> Results<String, ()> {
        let mut work = self.work(topics.keys().cloned(), Patience::Passing);
        while let Some(names) = work.next() {
            let topic = |(name, new): (&String, &NewPartitions)| CreatePartitionsTopic {
                name: Str::from(name),
                count: new.total,
                assignments: (!new.assignments.is_empty()).then(|| {
                    let of = |ids: &Vec<BrokerId>| CreatePartitionsAssignment {
                        broker_ids: ids.clone(),
                    };
                    new.assignments.iter().map(of).collect()
                }),
            };
            let request = CreatePartitionsRequest {
                topics: topics.iter().filter(|(name, _)| names.contains(name)).map(topic).collect(),
                timeout_ms: self.timeout_ms(),
                validate_only,
            };
            let answer = self.client.call_within(&Route::controller(), request, work.left()).await;
            work.take(answer.map(|answer| {
                answer.results.into_iter().map(|topic| {
                    let what = format!("add partitions to {}", topic.name);
                    let checked = Error::check(topic.error_code, text(&topic.error_message), what);
                    (topic.name.to_string(), checked)
                })
            }))
            .await;
        }
        work.results()
    }
}

fn created(topic: CreatableTopicResult) -> (String, Result<CreatedTopic>) {
    let what = format!("create topic {}", topic.name);
    let checked = Error::check(topic.error_code, text(&topic.error_message), what);
    let created = CreatedTopic {
        id: topic.topic_id,
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
    };
    (topic.name.to_string(), checked.map(|()| created))
}

fn described(topic: &MetadataResponseTopic) -> (String, Result<TopicDescription>) {
    let name = topic.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let checked = Error::check(topic.error_code, None, format!("describe topic {name}"));
    let partitions = topic.partitions.iter().map(|partition| PartitionDescription {
        index: partition.partition_index,
        leader: (partition.leader_id >= 0).then_some(partition.leader_id),
        leader_epoch: partition.leader_epoch,
        replicas: partition.replica_nodes.clone(),
        isr: partition.isr_nodes.clone(),
        elr: None,
        last_known_elr: None,
        offline: partition.offline_replicas.clone(),
    });
    let mut partitions: Vec<_> = partitions.collect();
    partitions.sort_by_key(|partition| partition.index);
    let description = TopicDescription {
        name: name.clone(),
        id: topic.topic_id,
        is_internal: topic.is_internal,
        partitions,
        authorized_operations: operations(topic.topic_authorized_operations),
    };
    (name, checked.map(|()| description))
}

fn described_page(
    topic: DescribeTopicPartitionsResponseTopic,
) -> (String, Result<TopicDescription>) {
    let name = topic.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let checked = Error::check(topic.error_code, None, format!("describe topic {name}"));
    let partitions = topic.partitions.into_iter().map(|partition| PartitionDescription {
        index: partition.partition_index,
        leader: (partition.leader_id >= 0).then_some(partition.leader_id),
        leader_epoch: partition.leader_epoch,
        replicas: partition.replica_nodes,
        isr: partition.isr_nodes,
        elr: partition.eligible_leader_replicas,
        last_known_elr: partition.last_known_elr,
        offline: partition.offline_replicas,
    });
    let description = TopicDescription {
        name: name.clone(),
        id: topic.topic_id,
        is_internal: topic.is_internal,
        partitions: partitions.collect(),
        authorized_operations: operations(topic.topic_authorized_operations),
    };
    (name, checked.map(|()| description))
}
