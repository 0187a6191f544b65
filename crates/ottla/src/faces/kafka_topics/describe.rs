//! `kafka-topics.sh --describe`.

use std::collections::{BTreeMap, BTreeSet};

use ottla_client::Admin;
use ottla_client::admin::{
    ConfigDescription, ConfigResource, ConfigSource, PartitionDescription, TopicDescription,
};
use ottla_model::BrokerId;

use super::super::connection::{said, said_of};
use super::super::java_map::{DEFAULT_CAPACITY, hash_order};
use super::super::options::Ending;
use super::arguments::{Asked, printed};
use super::{ensure, listed};
use crate::console::Console;

pub(super) async fn describe(
    admin: &Admin,
    asked: &Asked,
    console: &mut Console,
) -> Result<(), Ending> {
    let topics = chosen(admin, asked).await?;
    let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    let resources: Vec<_> = names.iter().map(|name| ConfigResource::topic(*name)).collect();
    let mut configs = BTreeMap::new();
    for (resource, described) in admin.describe_configs(&resources, false).await {
        configs.insert(resource.name, described.map_err(|error| printed(said(&error)))?);
    }
    let cluster = admin.describe_cluster(false).await;
    let cluster = cluster.map_err(|error| printed(said_of(&error, "listNodes")))?;
    let live: BTreeSet<BrokerId> = cluster.nodes.iter().map(|node| node.id).collect();
    let report = Report::of(asked);
    for topic in &topics {
        let configs = configs.remove(&topic.name).unwrap_or_default();
        if report.topics {
            print_topic(topic, &configs, asked.has("topics-with-overrides"), console);
        }
        if !asked.has("topics-with-overrides") {
            let min_isr = configs
                .iter()
                .find(|config| config.name == "min.insync.replicas")
                .and_then(|config| config.value.as_deref()?.parse().ok())
                .unwrap_or(1);
            let shown =
                topic.partitions.iter().filter(|partition| report.shows(partition, min_isr, &live));
            shown.for_each(|partition| print_partition(&topic.name, partition, console));
        }
    }
    Ok(())
}

/// The topics meant, in the order in which the tool prints them.
async fn chosen(admin: &Admin, asked: &Asked) -> Result<Vec<TopicDescription>, Ending> {
    let id = asked.topic_id()?;
    let mut topics = match id {
        Some(id) => {
            let mut all = admin
                .list_topics()
                .await
                .map_err(|error| printed(said_of(&error, "listTopics")))?;
            all.retain(|topic| topic.id == id);
            if all.is_empty() && !asked.has("if-exists") {
                return Err(printed(format!("TopicId '{id}' does not exist as expected")));
            }
            all
        }
        None => {
            let topics = listed(admin, asked).await?;
            ensure(!topics.is_empty(), asked)?;
            topics
        }
    };
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = topics.iter().map(|topic| &*topic.name).collect();
    let described = admin.describe_topics(&names).await;
    let described = described.map_err(|error| printed(said_of(&error, "describeTopics")))?;
    let described: Result<Vec<_>, _> = described.into_values().collect();
    let described = described.map_err(|error| printed(said(&error)))?;
    let count = described.len();
    Ok(hash_order(described, count, |topic| &topic.name))
}

/// Which partitions are shown.
struct Report {
    under_replicated: bool,
    unavailable: bool,
    under_min_isr: bool,
    at_min_isr: bool,
    /// Whether all partitions are, with a line of their topic before.
    topics: bool,
}

impl Report {
    fn of(asked: &Asked) -> Self {
        let [under_replicated, unavailable, under_min_isr, at_min_isr] = [
            "under-replicated-partitions",
            "unavailable-partitions",
            "under-min-isr-partitions",
            "at-min-isr-partitions",
        ]
        .map(|flag| asked.has(flag));
        let topics = !(under_replicated || unavailable || under_min_isr || at_min_isr);
        Self { under_replicated, unavailable, under_min_isr, at_min_isr, topics }
    }

    fn shows(
        &self,
        partition: &PartitionDescription,
        min_isr: usize,
        live: &BTreeSet<BrokerId>,
    ) -> bool {
        let isr = partition.isr.len();
        let is_led = partition.leader.is_some_and(|leader| live.contains(&leader));
        self.topics
            || (self.under_replicated && isr < partition.replicas.len())
            || (self.unavailable && !is_led)
            || (self.under_min_isr && (partition.leader.is_none() || isr < min_isr))
            || (self.at_min_isr && isr == min_isr)
    }
}

fn print_topic(
    topic: &TopicDescription,
    configs: &[ConfigDescription],
    only_with_overrides: bool,
    console: &mut Console,
) {
    let own = configs.iter().filter(|config| config.source != ConfigSource::Default);
    let own = ordered(own.collect(), configs.len());
    if only_with_overrides && own.is_empty() {
        return;
    }
    let own: Vec<String> = own
        .iter()
        .map(|config| format!("{}={}", config.name, config.value.as_deref().unwrap_or("null")))
        .collect();
    let id = if topic.id.is_zero() { String::new() } else { format!("\tTopicId: {}", topic.id) };
    console.line(format_args!(
        "Topic: {}{id}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}",
        topic.name,
        topic.partitions.len(),
        topic.partitions.first().map_or(0, |first| first.replicas.len()),
        own.join(",")
    ));
}

/// In the order of the map in which Java's client keeps all `count` settings of a topic.
fn ordered(own: Vec<&ConfigDescription>, count: usize) -> Vec<&ConfigDescription> {
    let mut table = DEFAULT_CAPACITY;
    while count * 4 > table * 3 {
        table *= 2;
    }
    hash_order(own, table, |config| &config.name)
}

fn print_partition(topic: &str, partition: &PartitionDescription, console: &mut Console) {
    let leader = partition.leader.map_or("none".to_owned(), |leader| leader.to_string());
    let or_none = |ids: &Option<Vec<BrokerId>>| ids.as_deref().map_or("N/A".to_owned(), joined);
    console.line(format_args!(
        "\tTopic: {topic}\tPartition: {}\tLeader: {leader}\tReplicas: {}\tIsr: {}\tElr: {}\tLastKnownElr: {}",
        partition.index,
        joined(&partition.replicas),
        joined(&partition.isr),
        or_none(&partition.elr),
        or_none(&partition.last_known_elr),
    ));
}

fn joined(ids: &[BrokerId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}
