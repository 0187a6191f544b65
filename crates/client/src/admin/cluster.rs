//! The cluster as a whole: brokers, quorum, features, elections.

use std::collections::BTreeMap;

use ottla_base::Uuid;
use ottla_model::{BrokerId, LeaderEpoch, METADATA_TOPIC, Offset, TopicPartition};
use ottla_wire::messages::describe_cluster::DescribeClusterRequest;
use ottla_wire::messages::describe_quorum::{
    DescribeQuorumRequest, ReplicaState, RequestPartitionData, RequestTopicData,
};
use ottla_wire::messages::elect_leaders::{ElectLeadersRequest, TopicPartitions};
use ottla_wire::messages::metadata::MetadataRequest;
use ottla_wire::messages::unregister_broker::UnregisterBrokerRequest;
use ottla_wire::messages::update_features::{FeatureUpdateKey, UpdateFeaturesRequest};
use ottla_wire::{ApiKey, Str};

use super::{Admin, Results, by_topic, operations, text};
use crate::address::Address;
use crate::image::NodeInfo;
use crate::route::Route;
use crate::{Error, Result};

/// The cluster's brokers and who is in charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: String,
    /// The controller, or with KRaft a broker that passes requests on to it.
    pub controller: Option<BrokerId>,
    /// The brokers, in the order of their numbers.
    pub nodes: Vec<NodeInfo>,
    /// Those of them that are fenced, if that was asked.
    pub fenced: Vec<BrokerId>,
    /// What the caller may do with the cluster, as bits, if the broker tells.
    pub authorized_operations: Option<i32>,
}

/// The quorum of the metadata log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumInfo {
    /// Its leader.
    pub leader: BrokerId,
    /// Counts its leaders.
    pub leader_epoch: LeaderEpoch,
    /// What is committed lies before this offset.
    pub high_watermark: Offset,
    /// Those who vote.
    pub voters: Vec<QuorumReplica>,
    /// Those who read along.
    pub observers: Vec<QuorumReplica>,
    /// Where voters listen: name, host, port (brokers of 3.9 and later).
    pub listeners: BTreeMap<BrokerId, Vec<(String, Address)>>,
}

/// A replica of the metadata log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumReplica {
    /// Its node.
    pub id: BrokerId,
    /// Its directory; zero if the broker does not tell.
    pub directory_id: Uuid,
    /// Where its log ends.
    pub log_end_offset: Offset,
    /// When it last fetched, in milliseconds since the epoch.
    pub last_fetch: Option<i64>,
    /// When it last had everything.
    pub last_caught_up: Option<i64>,
}

/// Features: what brokers can, and what the cluster does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// Level at which the cluster runs each feature.
    pub finalized: BTreeMap<String, i16>,
    /// Levels at which the broker that was asked could run each feature.
    pub supported: BTreeMap<String, (i16, i16)>,
    /// Offset of the metadata log up to which that was read.
    pub epoch: Option<i64>,
}

/// Which way a feature may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeType {
    /// To a higher level.
    Upgrade = 1,
    /// To a lower one, if nothing is lost by it.
    SafeDowngrade = 2,
    /// To a lower one, whatever is lost.
    UnsafeDowngrade = 3,
}

/// A feature that is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureUpdate {
    /// The level to run at; 0 to stop running it.
    pub level: i16,
    /// Which way that may be.
    pub upgrade_type: UpgradeType,
}

/// Who may be elected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElectionType {
    /// The first replica of the list, if it is in sync.
    Preferred = 0,
    /// Any replica that is there, if none in sync is: records may be lost.
    Unclean = 1,
}

impl Admin {
    /// The cluster's brokers; with `fenced`, those too that are fenced (brokers of 4.0 and later).
    ///
    /// # Errors
    /// No broker answers or it refuses.
    pub async fn describe_cluster(&self, fenced: bool) -> Result<ClusterDescription> {
        let mut retry = self.client.retry(self.limit);
        let is_known = loop {
            match self.client.versions(&Route::any()).await {
                Ok(versions) => break versions.range(ApiKey::DescribeCluster).is_some(),
                Err(error) => retry.after(error).await?,
            }
        };
        if !is_known {
            return self.describe_old_cluster().await;
        }
        let request =
            DescribeClusterRequest { include_fenced_brokers: fenced, ..Default::default() };
        let answer = self
            .ask(&Route::any(), &request, |answer| {
                Error::check(answer.error_code, text(&answer.error_message), "describe the cluster")
            })
            .await?;
        let mut nodes: Vec<_> = answer
            .brokers
            .iter()
            .filter_map(|broker| {
                let address = Address::told(&broker.host, broker.port)?;
                let rack = broker.rack.as_ref().map(ToString::to_string);
                Some(NodeInfo { id: broker.broker_id, address, rack })
            })
            .collect();
        nodes.sort_by_key(|node| node.id);
        let fenced = answer.brokers.iter().filter(|broker| broker.is_fenced);
        Ok(ClusterDescription {
            cluster_id: answer.cluster_id.to_string(),
            controller: (answer.controller_id >= 0).then_some(answer.controller_id),
            nodes,
            fenced: fenced.map(|broker| broker.broker_id).collect(),
            authorized_operations: operations(answer.cluster_authorized_operations),
        })
    }

    /// As far as Metadata tells, for brokers before 2.8.
    async fn describe_old_cluster(&self) -> Result<ClusterDescription> {
        let request = MetadataRequest { topics: Some(Vec::new()), ..Default::default() };
        let answer = self.ask(&Route::any(), &request, |_| Ok(())).await?;
        let node = |broker: &ottla_wire::messages::metadata::MetadataResponseBroker| {
            let address = Address::told(&broker.host, broker.port)?;
            let rack = broker.rack.as_ref().map(ToString::to_string);
            Some(NodeInfo { id: broker.node_id, address, rack })
        };
        let mut nodes: Vec<_> = answer.brokers.iter().filter_map(node).collect();
        nodes.sort_by_key(|node| node.id);
        Ok(ClusterDescription {
            cluster_id: answer.cluster_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            controller: (answer.controller_id >= 0).then_some(answer.controller_id),
            nodes,
            fenced: Vec::new(),
            authorized_operations: operations(answer.cluster_authorized_operations),
        })
    }

    /// The quorum of the metadata log. Brokers of 3.3 and later.
    ///
    /// # Errors
    /// No broker answers or it refuses.
    pub async fn describe_quorum(&self) -> Result<QuorumInfo> {
        let topic = RequestTopicData {
            topic_name: Str::from_static(METADATA_TOPIC),
            partitions: vec![RequestPartitionData { partition_index: 0 }],
        };
        let request = DescribeQuorumRequest { topics: vec![topic] };
        let answer = self
            .ask(&Route::any(), &request, |answer| {
                let what = "describe the quorum";
                Error::check(answer.error_code, text(&answer.error_message), what)?;
                let partition = answer.topics.iter().flat_map(|topic| &topic.partitions).next();
                let partition = partition.ok_or_else(|| Error::malformed("no partition"))?;
                Error::check(partition.error_code, text(&partition.error_message), what)
            })
            .await?;
        let listeners = answer.nodes.iter().map(|node| {
            let listener = |listener: &ottla_wire::messages::describe_quorum::Listener| {
                let address = Address { host: listener.host.to_string(), port: listener.port };
                (listener.name.to_string(), address)
            };
            (node.node_id, node.listeners.iter().map(listener).collect())
        });
        let partition = answer.topics.iter().flat_map(|topic| &topic.partitions).next();
        let partition = partition.ok_or_else(|| Error::malformed("no partition"))?;
        Ok(QuorumInfo {
            leader: partition.leader_id,
            leader_epoch: partition.leader_epoch,
            high_watermark: partition.high_watermark,
            voters: partition.current_voters.iter().map(replica).collect(),
            observers: partition.observers.iter().map(replica).collect(),
            listeners: listeners.collect(),
        })
    }

    /// Features: what brokers can and what the cluster does.
    ///
    /// # Errors
    /// No broker answers.
    pub async fn describe_features(&self) -> Result<Features> {
        let request = ottla_wire::messages::api_versions::ApiVersionsRequest {
            client_software_name: Str::from_static("ottla-client"),
            client_software_version: Str::from_static(env!("CARGO_PKG_VERSION")),
            ..Default::default()
        };
        let what = "describe features";
        let build = |version: i16| if version >= 3 { request.clone() } else { Default::default() };
        let (_, answer) = self
            .ask_versioned(&Route::any(), 0..=i16::MAX, build, |answer| {
                Error::check(answer.error_code, None, what)
            })
            .await?;
        let versions = crate::PeerVersions::of(&answer);
        Ok(Features {
            finalized: versions.finalized_features().clone(),
            supported: versions.supported_features().clone(),
            epoch: versions.finalized_epoch(),
        })
    }

    /// Changes the levels of features, or only asks whether they could be changed. Either all
    /// change or none.
    ///
    /// # Errors
    /// The controller does not answer or refuses.
    pub async fn update_features(
        &self,
        updates: &BTreeMap<String, FeatureUpdate>,
        validate_only: bool,
    ) -> Result<()> {
        let build = |version| UpdateFeaturesRequest {
            timeout_ms: self.timeout_ms(),
            feature_updates: updates
                .iter()
                .map(|(name, update)| FeatureUpdateKey {
                    feature: Str::from(name),
                    max_version_level: update.level,
                    allow_downgrade: version == 0 && update.upgrade_type != UpgradeType::Upgrade,
                    upgrade_type: if version == 0 { 1 } else { update.upgrade_type as i8 },
                })
                .collect(),
            validate_only,
        };
        let check = |answer: &ottla_wire::messages::update_features::UpdateFeaturesResponse| {
            Error::check(answer.error_code, text(&answer.error_message), "update features")?;
            answer.results.iter().try_for_each(|result| {
                let what = format!("update feature {}", result.feature);
                Error::check(result.error_code, text(&result.error_message), what)
            })
        };
        self.ask_versioned(&Route::controller(), 0..=i16::MAX, build, check).await?;
        Ok(())
    }

    /// Has partitions led by another replica: these, or all of the cluster. Partitions that already
    /// have the leader they should have are `ELECTION_NOT_NEEDED`.
    ///
    /// # Errors
    /// The controller does not answer or refuses altogether.
    pub async fn elect_leaders(
        &self,
        election: ElectionType,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<Results<TopicPartition, ()>> {
        let topic_partitions = partitions.map(|partitions| {
            let topics = by_topic(partitions.iter().map(|partition| (partition.clone(), ())));
            let topic =
                |(name, partitions): (std::sync::Arc<str>, Vec<(i32, ())>)| TopicPartitions {
                    topic: Str::from(&*name),
                    partitions: partitions.into_iter().map(|(index, ())| index).collect(),
                };
            topics.into_iter().map(topic).collect()
        });
        let request = ElectLeadersRequest {
            election_type: election as i8,
            topic_partitions,
            timeout_ms: self.timeout_ms(),
        };
        let answer = self
            .ask(&Route::controller(), &request, |answer| {
                Error::check(answer.error_code, None, "elect leaders")
            })
            .await?;
        let mut results = BTreeMap::new();
        for topic in &answer.replica_election_results {
            for partition in &topic.partition_result {
                let key = TopicPartition::new(topic.topic.as_str(), partition.partition_id);
                let what = format!("elect a leader of {key}");
                let message = text(&partition.error_message);
                results.insert(key, Error::check(partition.error_code, message, what));
            }
        }
        Ok(results)
    }

    /// Takes a broker that will not come back out of the cluster's metadata.
    ///
    /// # Errors
    /// The controller does not answer or refuses.
    pub async fn unregister_broker(&self, broker_id: BrokerId) -> Result<()> {
        let what = format!("unregister broker {broker_id}");
        let request = UnregisterBrokerRequest { broker_id };
        self.ask(&Route::controller(), &request, |answer| {
            Error::check(answer.error_code, text(&answer.error_message), &what)
        })
        .await?;
        Ok(())
    }
}

fn replica(state: &ReplicaState) -> QuorumReplica {
    let known = |millis: i64| (millis >= 0).then_some(millis);
    QuorumReplica {
        id: state.replica_id,
        directory_id: state.replica_directory_id,
        log_end_offset: state.log_end_offset,
        last_fetch: known(state.last_fetch_timestamp),
        last_caught_up: known(state.last_caught_up_timestamp),
    }
}
