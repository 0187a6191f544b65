//! `api-versions`, `describe-cluster`, `describe-quorum`, `update-features`, `unregister-broker`.

use ottla_wire::Str;
use ottla_wire::messages::api_versions::ApiVersionsRequest;
use ottla_wire::messages::describe_cluster::DescribeClusterRequest;
use ottla_wire::messages::describe_quorum::{
    DescribeQuorumRequest, RequestPartitionData, RequestTopicData,
};
use ottla_wire::messages::unregister_broker::UnregisterBrokerRequest;
use ottla_wire::messages::update_features::{FeatureUpdateKey, UpdateFeaturesRequest};

use super::{Answer, Manner, Session, Words};

/// `api-versions software=NAME software_version=VERSION cluster=ID node=ID`
pub(super) async fn api_versions(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let cluster: Option<String> = words.optional("cluster")?;
    let mut request = ApiVersionsRequest {
        cluster_id: cluster
            .as_deref()
            .map(|name| session.names.value_of(name).unwrap_or(name).into()),
        node_id: words.take("node", -1)?,
        ..ApiVersionsRequest::default()
    };
    if manner.version >= 3 {
        request.client_software_name = Str::from(words.take("software", "script".to_owned())?);
        request.client_software_version =
            Str::from(words.take("software_version", "1".to_owned())?);
    }
    words.finish()?;
    session.ask(manner, request).await
}

/// `describe-cluster operations endpoint_type=1 fenced`
pub(super) async fn describe_cluster(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let request = DescribeClusterRequest {
        include_cluster_authorized_operations: words.flag("operations"),
        endpoint_type: words.take("endpoint_type", 1)?,
        include_fenced_brokers: words.flag("fenced"),
    };
    words.finish()?;
    session.ask(manner, request).await
}

/// `describe-quorum [TOPIC-PARTITION , …]`; without any, the metadata log.
pub(super) async fn describe_quorum(session: &mut Session, manner: Manner, words: Words) -> Answer {
    let mut topics = Vec::new();
    for mut thing in words.things() {
        let (topic, partition_index) = thing.partition()?;
        thing.finish()?;
        let partitions = vec![RequestPartitionData { partition_index }];
        topics.push(RequestTopicData { topic_name: topic.into(), partitions });
    }
    if topics.is_empty() {
        let partitions = vec![RequestPartitionData { partition_index: 0 }];
        topics.push(RequestTopicData { topic_name: "__cluster_metadata".into(), partitions });
    }
    session.ask(manner, DescribeQuorumRequest { topics }).await
}

/// `update-features FEATURE level=N upgrade_type=1 downgrade , … validate timeout=MS`
pub(super) async fn update_features(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let timeout_ms = words.take("timeout", 60_000)?;
    let validate_only = words.flag("validate");
    let mut feature_updates = Vec::new();
    for mut thing in words.things() {
        feature_updates.push(FeatureUpdateKey {
            feature: thing.name()?.into(),
            max_version_level: thing.take("level", 0)?,
            allow_downgrade: thing.flag("downgrade"),
            upgrade_type: thing.take("upgrade_type", 1)?,
        });
        thing.finish()?;
    }
    session.ask(manner, UpdateFeaturesRequest { timeout_ms, feature_updates, validate_only }).await
}

/// `unregister-broker ID`
pub(super) async fn unregister_broker(
    session: &mut Session,
    manner: Manner,
    words: Words,
) -> Answer {
    let mut thing = words.things().into_iter().next().unwrap_or_default();
    let broker_id = thing.name()?.parse().map_err(|_| "which broker?")?;
    thing.finish()?;
    session.ask(manner, UnregisterBrokerRequest { broker_id }).await
}
