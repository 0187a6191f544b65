//! CreateTopics (key 19), versions 2-7.
//!
//! - v4: -1 for default partitions and replicas; v5: what was created comes back, with its
//!   settings; v7: and its id.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_config::{ConfigEntry, Overrides, describe_new_topic};
use ottla_controller::decide::{CreatedTopic, Fault, NewTopic};
use ottla_model::ErrorCode;
use ottla_wire::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest, CreateTopicsResponse,
};

use crate::request::Request;
use crate::node::Node;
use crate::topic_settings::changed_settings;

/// Answers CreateTopics.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: CreateTopicsRequest,
) -> CreateTopicsResponse {
    let mut mentions: BTreeMap<&str, usize> = BTreeMap::new();
    for topic in &body.topics {
        *mentions.entry(&topic.name).or_default() += 1;
    }
    let mut refused: Vec<(String, Result<CreatedTopic, Fault>)> = Vec::new();
    let mut wanted = Vec::new();
    for (name, count) in &mentions {
        if *count > 1 {
            let fault = Fault::new(ErrorCode::InvalidRequest, "Duplicate topic name.");
            refused.push(((*name).to_owned(), Err(fault)));
        }
    }
    for topic in &body.topics {
        if mentions.get(&*topic.name) == Some(&1) {
            wanted.push(new_topic(topic));
        }
    }
    let asked: BTreeMap<String, Overrides> = wanted.iter().map(own_settings).collect();
    let created = node.metadata.create_topics(wanted, body.validate_only).await;
    let created = created.unwrap_or_else(|fault| {
        asked.keys().map(|name| (name.clone(), Err(fault.clone()))).collect()
    });
    let image = node.metadata.image();
    let fixed = &node.settings.metadata.fixed;
    let changed = changed_settings(&image, fixed);
    let topics = created.into_iter().chain(refused).map(|(name, result)| {
        let mut told = answer(&name, result);
        if told.error_code == ErrorCode::None.code() {
            let own = asked.get(&name).cloned().unwrap_or_default();
            let settings = describe_new_topic(&fixed.layers(&changed), &own);
            told.configs = Some(settings.into_iter().map(setting).collect());
        }
        told
    });
    CreateTopicsResponse { topics: topics.collect(), ..CreateTopicsResponse::default() }
}

fn new_topic(topic: &CreatableTopic) -> NewTopic {
    NewTopic {
        name: topic.name.to_string(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: topic
            .assignments
            .iter()
            .map(|assignment| (assignment.partition_index, assignment.broker_ids.clone()))
            .collect(),
        configs: topic
            .configs
            .iter()
            .map(|config| (config.name.to_string(), config.value.as_ref().map(ToString::to_string)))
            .collect(),
    }
}

/// The settings a topic is asked to have.
fn own_settings(topic: &NewTopic) -> (String, Overrides) {
    let given = topic.configs.iter();
    let own = given.filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
    (topic.name.clone(), own.collect())
}

fn setting(entry: ConfigEntry) -> CreatableTopicConfigs {
    CreatableTopicConfigs {
        name: entry.name.into(),
        value: entry.value.map(Into::into),
        read_only: entry.read_only,
        config_source: entry.source.code(),
        is_sensitive: entry.sensitive,
    }
}

fn answer(name: &str, result: Result<CreatedTopic, Fault>) -> CreatableTopicResult {
    match result {
        Ok(created) => CreatableTopicResult {
            name: name.into(),
            topic_id: created.topic_id,
            error_message: None,
            num_partitions: created.partitions,
            replication_factor: created.replication_factor,
            ..CreatableTopicResult::default()
        },
        Err(fault) => CreatableTopicResult {
            name: name.into(),
            error_code: fault.code.code(),
            error_message: fault.message.map(Into::into),
            ..CreatableTopicResult::default()
        },
    }
}
