//! The cluster as the last answers of Metadata told it: pure. An image never changes; the next one
//! is made from it and an answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_base::{MonoTime, Uuid};
use ottla_model::{BrokerId, ErrorCode, LeaderEpoch, TopicPartition};
use ottla_wire::messages::metadata::{
    MetadataResponse, MetadataResponsePartition, MetadataResponseTopic,
};

use crate::address::Address;

/// A broker of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// Its number.
    pub id: BrokerId,
    /// Where it listens.
    pub address: Address,
    /// Where it stands.
    pub rack: Option<String>,
}

/// A topic and its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Its id; zero from brokers before 2.8.
    pub id: Uuid,
    /// Whether it is the coordinators'.
    pub is_internal: bool,
    /// Why the topic is not there, or cannot be used.
    pub error: Option<ErrorCode>,
    /// What the caller may do with it, as bits, if that was asked.
    pub authorized_operations: Option<i32>,
    /// Its partitions in the order of their numbers.
    pub partitions: Vec<PartitionInfo>,
}

/// A partition, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Its number.
    pub index: i32,
    /// Its leader, if it has one.
    pub leader: Option<BrokerId>,
    /// Counts its leaders; -1 from brokers before 2.1.
    pub leader_epoch: LeaderEpoch,
    /// Nodes that have it, the preferred leader first.
    pub replicas: Vec<BrokerId>,
    /// Those that are in sync.
    pub isr: Vec<BrokerId>,
    /// Those that are not there.
    pub offline: Vec<BrokerId>,
    /// What is wrong with it.
    pub error: Option<ErrorCode>,
}

/// Who leads a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leader {
    /// The node.
    pub node: BrokerId,
    /// Counts the leaders; -1 if unknown.
    pub epoch: LeaderEpoch,
}

impl TopicInfo {
    /// The partition of this number.
    pub fn partition(&self, index: i32) -> Option<&PartitionInfo> {
        let at = self.partitions.binary_search_by_key(&index, |partition| partition.index).ok()?;
        self.partitions.get(at)
    }
}

/// The cluster at one moment, as far as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterImage {
    version: u64,
    told_at: MonoTime,
    cluster_id: Option<String>,
    controller: Option<BrokerId>,
    nodes: BTreeMap<BrokerId, NodeInfo>,
    topics: BTreeMap<Arc<str>, Arc<TopicInfo>>,
    names: BTreeMap<Uuid, Arc<str>>,
}

/// What was asked for, which decides what an answer without a topic means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Some topics; others stay as they were.
    Some,
    /// All of them: what is not in the answer is gone.
    All,
}

impl ClusterImage {
    /// Grows with every change; 0 before anything is known.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When a broker told this.
    pub fn told_at(&self) -> MonoTime {
        self.told_at
    }

    /// The cluster's id.
    pub fn cluster_id(&self) -> Option<&str> {
        self.cluster_id.as_deref()
    }

    /// The broker to send requests for the controller to.
    pub fn controller(&self) -> Option<BrokerId> {
        self.controller
    }

    /// A broker.
    pub fn node(&self, id: BrokerId) -> Option<&NodeInfo> {
        self.nodes.get(&id)
    }

    /// Every broker, in the order of their numbers.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeInfo> {
        self.nodes.values()
    }

    /// A topic, if it was asked for. It may be one that does not exist: see [`TopicInfo::error`].
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicInfo>> {
        self.topics.get(name)
    }

    /// The topic with this id.
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<TopicInfo>> {
        self.topic(self.names.get(&id)?)
    }

    /// Every topic that was asked for, by name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<TopicInfo>> {
        self.topics.values()
    }

    /// Who leads a partition.
    pub fn leader(&self, topic: &str, partition: i32) -> Option<Leader> {
        let partition = self.topic(topic)?.partition(partition)?;
        Some(Leader { node: partition.leader?, epoch: partition.leader_epoch })
    }

    /// Whether `node` is there, and has its disk for this partition.
    pub(crate) fn is_online(&self, at: &TopicPartition, node: BrokerId) -> bool {
        let partition = self.topic(&at.topic).and_then(|topic| topic.partition(at.partition));
        let is_offline = partition.is_some_and(|it| it.offline.contains(&node));
        self.node(node).is_some() && !is_offline
    }

    /// The image after an answer.
    #[must_use]
    pub(crate) fn told(&self, answer: &MetadataResponse, asked: Asked, now: MonoTime) -> Self {
        let mut next = Self {
            version: self.version + 1,
            told_at: now,
            cluster_id: answer.cluster_id.as_ref().map(ToString::to_string),
            controller: (answer.controller_id >= 0).then_some(answer.controller_id),
            nodes: nodes_of(answer),
            topics: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        if asked == Asked::Some {
            next.topics = self.topics.clone();
        }
        for topic in &answer.topics {
            let Some(name) = &topic.name else { continue };
            let told = topic_of(topic, self.topics.get(name.as_str()));
            next.topics.insert(told.name.clone(), Arc::new(told));
        }
        next.index_names();
        next
    }

    /// The image after a broker named a new leader in its refusal (KIP-951), if that is news.
    #[must_use]
    pub(crate) fn hinted(
        &self,
        topic: &str,
        partition: i32,
        leader: Leader,
        nodes: &[NodeInfo],
    ) -> Option<Self> {
        let mut told = TopicInfo::clone(self.topic(topic)?);
        let found = told.partitions.iter_mut().find(|known| known.index == partition)?;
        if leader.epoch <= found.leader_epoch {
            return None;
        }
        found.leader = Some(leader.node);
        found.leader_epoch = leader.epoch;
        found.error = None;
        let mut next = self.clone();
        next.version += 1;
        for node in nodes {
            next.nodes.insert(node.id, node.clone());
        }
        next.nodes.contains_key(&leader.node).then(|| {
            next.topics.insert(told.name.clone(), Arc::new(told));
            next
        })
    }

    /// The image without a topic.
    #[must_use]
    pub(crate) fn without_topic(&self, name: &str) -> Self {
        let mut next = self.clone();
        next.topics.remove(name);
        next.index_names();
        next
    }

    /// The image without any broker: what is known of the cluster must be found anew.
    #[must_use]
    pub(crate) fn without_nodes(&self) -> Self {
        Self { nodes: BTreeMap::new(), version: self.version + 1, ..self.clone() }
    }

    /// The image with one more broker.
    #[must_use]
    pub(crate) fn with_node(&self, node: NodeInfo) -> Self {
        let mut next = self.clone();
        next.nodes.insert(node.id, node);
        next
    }

    fn index_names(&mut self) {
        let known =
            self.topics.values().filter(|topic| !topic.id.is_zero() && topic.error.is_none());
        self.names = known.map(|topic| (topic.id, topic.name.clone())).collect();
    }
}

fn nodes_of(answer: &MetadataResponse) -> BTreeMap<BrokerId, NodeInfo> {
    let node = |broker: &ottla_wire::messages::metadata::MetadataResponseBroker| {
        let address = Address::told(&broker.host, broker.port)?;
        let rack = broker.rack.as_ref().map(ToString::to_string);
        Some((broker.node_id, NodeInfo { id: broker.node_id, address, rack }))
    };
    answer.brokers.iter().filter_map(node).collect()
}

/// A topic as told, except where what is known of a partition is newer: brokers learn of a leader
/// at different times. A topic of another id is another topic.
fn topic_of(told: &MetadataResponseTopic, known: Option<&Arc<TopicInfo>>) -> TopicInfo {
    let known = known.filter(|known| known.id == told.topic_id && !told.partitions.is_empty());
    let mut partitions: Vec<PartitionInfo> = told
        .partitions
        .iter()
        .map(|told| {
            let told = partition_of(told);
            let newer = known
                .and_then(|known| known.partition(told.index))
                .filter(|known| known.leader_epoch > told.leader_epoch && told.leader_epoch >= 0);
            newer.cloned().unwrap_or(told)
        })
        .collect();
    partitions.sort_by_key(|partition| partition.index);
    partitions.dedup_by_key(|partition| partition.index);
    let name = told.name.as_ref().map(|name| name.as_str()).unwrap_or_default();
    TopicInfo {
        name: known.map_or_else(|| Arc::from(name), |known| known.name.clone()),
        id: told.topic_id,
        is_internal: told.is_internal,
        error: error_of(told.error_code),
        authorized_operations: (told.topic_authorized_operations != i32::MIN)
            .then_some(told.topic_authorized_operations),
        partitions,
    }
}

fn partition_of(told: &MetadataResponsePartition) -> PartitionInfo {
    PartitionInfo {
        index: told.partition_index,
        leader: (told.leader_id >= 0).then_some(told.leader_id),
        leader_epoch: told.leader_epoch,
        replicas: told.replica_nodes.clone(),
        isr: told.isr_nodes.clone(),
        offline: told.offline_replicas.clone(),
        error: error_of(told.error_code),
    }
}

/// A code that is not known is as bad as the broker's own failure.
fn error_of(code: i16) -> Option<ErrorCode> {
    let known = ErrorCode::from_code(code).unwrap_or(ErrorCode::UnknownServerError);
    (!known.is_none()).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ottla_wire::Str;
    use ottla_wire::messages::metadata::MetadataResponseBroker;

    /// An answer with nodes 1 and 2 and a topic `t` of one partition.
    fn answer(id: u64, leader_id: i32, leader_epoch: i32) -> MetadataResponse {
        let broker = |node_id: i32| MetadataResponseBroker {
            node_id,
            host: Str::from_static("h"),
            port: 9092,
            ..Default::default()
        };
        let partition = MetadataResponsePartition { leader_id, leader_epoch, ..Default::default() };
        let topic = MetadataResponseTopic {
            name: Some(Str::from_static("t")),
            topic_id: Uuid::from_low(id),
            partitions: vec![partition],
            ..Default::default()
        };
        MetadataResponse {
            brokers: vec![broker(1), broker(2)],
            topics: vec![topic],
            controller_id: 1,
            ..Default::default()
        }
    }

    fn leader(image: &ClusterImage) -> Option<(i32, i32)> {
        image.leader("t", 0).map(|leader| (leader.node, leader.epoch))
    }

    #[test]
    fn an_older_leader_is_not_believed_unless_the_topic_is_another() {
        let first =
            ClusterImage::default().told(&answer(7, 1, 5), Asked::Some, MonoTime::default());
        assert_eq!(leader(&first), Some((1, 5)));
        let older = first.told(&answer(7, 2, 4), Asked::Some, MonoTime::default());
        assert_eq!(leader(&older), Some((1, 5)));
        let newer = older.told(&answer(7, 2, 6), Asked::Some, MonoTime::default());
        assert_eq!(leader(&newer), Some((2, 6)));
        let other = newer.told(&answer(8, 1, 0), Asked::Some, MonoTime::default());
        assert_eq!(leader(&other), Some((1, 0)));
        assert!(other.topic_by_id(Uuid::from_low(7)).is_none());
        assert!(other.topic_by_id(Uuid::from_low(8)).is_some());
    }

    #[test]
    fn a_hint_is_taken_when_it_is_newer_and_its_node_is_known() {
        let image =
            ClusterImage::default().told(&answer(7, 1, 5), Asked::Some, MonoTime::default());
        let hint = |node, epoch, nodes: &[NodeInfo]| {
            image.hinted("t", 0, Leader { node, epoch }, nodes).as_ref().and_then(leader)
        };
        assert_eq!(hint(2, 5, &[]), None);
        assert_eq!(hint(2, 6, &[]), Some((2, 6)));
        assert_eq!(hint(3, 6, &[]), None);
        let address = Address { host: "h3".to_owned(), port: 1 };
        assert_eq!(hint(3, 6, &[NodeInfo { id: 3, address, rack: None }]), Some((3, 6)));
    }

    #[test]
    fn topics_that_were_not_asked_for_stay_and_all_means_all() {
        let image =
            ClusterImage::default().told(&answer(7, 1, 5), Asked::Some, MonoTime::default());
        let none = MetadataResponse { topics: Vec::new(), ..answer(7, 1, 5) };
        let now = MonoTime::default();
        assert!(image.told(&none, Asked::Some, now).topic("t").is_some());
        assert!(image.told(&none, Asked::All, now).topic("t").is_none());
    }
}
