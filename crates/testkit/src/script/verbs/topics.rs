//! `create-topics`, `delete-topics`, `create-partitions`, `elect-leaders`, `metadata`,
//! `describe-topic-partitions`, `describe-log-dirs`.
//!
//! A topic is its name, or `id:NAME` for the id of that topic.

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_wire::Str;
use ottla_wire::messages::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsTopic,
};
use ottla_wire::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
    CreateTopicsResponse,
};
use ottla_wire::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use ottla_wire::messages::describe_log_dirs::{DescribableLogDirTopic, DescribeLogDirsRequest};
use ottla_wire::messages::describe_topic_partitions::{
    DescribeTopicPartitionsRequest, RequestCursor, TopicRequest,
};
use ottla_wire::messages::elect_leaders::{ElectLeadersRequest, TopicPartitions};
use ottla_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic};

use super::{Answer, Manner, Session, Words};
use crate::script::words::{Thing, nullable, numbers, partition};

/// Milliseconds for what the controller does.
const TIMEOUT_MS: i32 = 60_000;

/// `create-topics NAME partitions=1 replicas=1 assign=1/1 SETTING=VALUE … , … validate`. Settings
/// have a dot in their name. Of the answer's settings those are shown that the topic has itself;
/// `all_settings` shows all.
pub(super) async fn create_topics(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let validate_only = words.flag("validate");
    let all_settings = words.flag("all_settings");
    let timeout_ms = words.take("timeout", TIMEOUT_MS)?;
    let mut topics = Vec::new();
    for mut thing in words.things() {
        let assignments = assignments(&mut thing)?;
        let default = if assignments.is_empty() { 1 } else { -1 };
        let assignments = assignments.into_iter().zip(0..).map(|(broker_ids, partition_index)| {
            CreatableReplicaAssignment { partition_index, broker_ids }
        });
        let (configs, options) = std::mem::take(&mut thing.options)
            .into_iter()
            .partition(|(name, _)| name.contains('.'));
        thing.options = options;
        let configs: Vec<(String, String)> = configs;
        topics.push(CreatableTopic {
            name: thing.name()?.into(),
            num_partitions: thing.take("partitions", default)?,
            replication_factor: thing.take("replicas", default as i16)?,
            assignments: assignments.collect(),
            configs: configs
                .into_iter()
                .map(|(name, value)| CreatableTopicConfig {
                    name: name.into(),
                    value: nullable(&value),
                })
                .collect(),
        });
        thing.finish()?;
    }
    let request = CreateTopicsRequest { topics, timeout_ms, validate_only };
    if all_settings {
        return session.ask(manner, request).await;
    }
    session.ask_for_records(manner, request, leave_own_settings).await
}

/// `config_source` of a topic's own settings.
const OWN: i8 = 1;

fn leave_own_settings(response: &mut CreateTopicsResponse) -> Vec<Bytes> {
    for topic in &mut response.topics {
        topic.configs.iter_mut().for_each(|configs| configs.retain(|it| it.config_source == OWN));
    }
    Vec::new()
}

/// `assign=1,2/2,1`: brokers of each partition.
fn assignments(thing: &mut Thing) -> Result<Vec<Vec<i32>>, String> {
    let text: Option<String> = thing.optional("assign")?;
    text.iter().flat_map(|text| text.split('/')).map(numbers).collect()
}

/// `delete-topics TOPIC , …`
pub(super) async fn delete_topics(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let timeout_ms = words.take("timeout", TIMEOUT_MS)?;
    let mut request = DeleteTopicsRequest { timeout_ms, ..DeleteTopicsRequest::default() };
    for mut thing in words.things() {
        let (name, topic_id) = topic(session, &thing.name()?).await;
        thing.finish()?;
        if manner.version < 6 {
            request.topic_names.extend(name);
        } else {
            request.topics.push(DeleteTopicState { name, topic_id });
        }
    }
    session.ask(manner, request).await
}

/// The name or the id of a topic; `both:NAME` is both, `neither` none.
async fn topic(session: &mut Session, text: &str) -> (Option<Str>, Uuid) {
    match text.split_once(':') {
        Some(("id", name)) => (None, session.topic_id(name).await),
        Some(("both", name)) => (Some(name.into()), session.topic_id(name).await),
        _ if text == "neither" => (None, Uuid::ZERO),
        _ => (Some(text.into()), Uuid::ZERO),
    }
}

/// `create-partitions NAME count=3 assign=1/1 , … validate`
pub(super) async fn create_partitions(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let validate_only = words.flag("validate");
    let timeout_ms = words.take("timeout", TIMEOUT_MS)?;
    let mut topics = Vec::new();
    for mut thing in words.things() {
        let assignments: Vec<_> = assignments(&mut thing)?
            .into_iter()
            .map(|broker_ids| CreatePartitionsAssignment { broker_ids })
            .collect();
        topics.push(CreatePartitionsTopic {
            name: thing.name()?.into(),
            count: thing.take("count", 0)?,
            assignments: (!assignments.is_empty()).then_some(assignments),
        });
        thing.finish()?;
    }
    session.ask(manner, CreatePartitionsRequest { topics, timeout_ms, validate_only }).await
}

/// `elect-leaders PARTITION , … type=0`; `all` for every partition.
pub(super) async fn elect_leaders(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let election_type = words.take("type", 0)?;
    let is_all = words.flag("all");
    let mut topics = Vec::new();
    for mut thing in words.things() {
        let (topic, index) = thing.partition()?;
        thing.finish()?;
        topics.push(TopicPartitions { topic: topic.into(), partitions: vec![index] });
    }
    let topic_partitions = (!is_all).then_some(topics);
    let request = ElectLeadersRequest { election_type, topic_partitions, timeout_ms: TIMEOUT_MS };
    session.ask(manner, request).await
}

/// `metadata TOPIC , … create topic_operations cluster_operations`; `all` for every topic.
pub(super) async fn metadata(session: &mut Session, manner: Manner, mut words: Words) -> Answer {
    let is_all = words.flag("all");
    let mut request = MetadataRequest {
        // Before version 4 there is no way to say no.
        allow_auto_topic_creation: words.flag("create") || manner.version < 4,
        include_cluster_authorized_operations: words.flag("cluster_operations"),
        include_topic_authorized_operations: words.flag("topic_operations"),
        ..MetadataRequest::default()
    };
    let mut topics = Vec::new();
    for mut thing in words.things() {
        let (name, topic_id) = topic(session, &thing.name()?).await;
        thing.finish()?;
        topics.push(MetadataRequestTopic { topic_id, name });
    }
    request.topics = if !is_all {
        Some(topics)
    } else if manner.version == 0 {
        Some(Vec::new())
    } else {
        None
    };
    session.ask(manner, request).await
}

/// `describe-topic-partitions TOPIC , … limit=2000 cursor=TOPIC-PARTITION`
pub(super) async fn describe_topic_partitions(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let cursor: Option<String> = words.optional("cursor")?;
    let cursor = cursor.as_deref().map(partition).transpose()?;
    let cursor = cursor.map(|(topic, partition_index)| RequestCursor {
        topic_name: topic.into(),
        partition_index,
    });
    let response_partition_limit = words.take("limit", 2000)?;
    let mut topics = Vec::new();
    for mut thing in words.things() {
        topics.push(TopicRequest { name: thing.name()?.into() });
        thing.finish()?;
    }
    let request = DescribeTopicPartitionsRequest { topics, response_partition_limit, cursor };
    session.ask(manner, request).await
}

/// `describe-log-dirs PARTITION , …`; `all` for every one.
pub(super) async fn describe_log_dirs(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let is_all = words.flag("all");
    let mut topics = Vec::new();
    for mut thing in words.things() {
        let (topic, index) = thing.partition()?;
        thing.finish()?;
        topics.push(DescribableLogDirTopic { topic: topic.into(), partitions: vec![index] });
    }
    let topics = (!is_all).then_some(topics);
    session.ask(manner, DescribeLogDirsRequest { topics }).await
}
