//! What consumer groups see of the cluster: topics to subscribe to, and what is configured for a group.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::image::{ConfigResource, ResourceType};
use ottla_group::{Cluster, GroupTimes, InvalidRegex, Topics};
use regex::{Error, Regex, RegexBuilder};

use crate::node::Node;

/// Bytes that a regular expression may take once it is compiled.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// The topics of an image.
pub(crate) struct Subscribable {
    image: Arc<Image>,
}

impl Subscribable {
    /// The topics of `image`.
    pub(crate) fn new(image: Arc<Image>) -> Self {
        Self { image }
    }
}

impl Topics for Subscribable {
    fn version(&self) -> i64 {
        self.image.offset
    }

    fn id(&self, name: &str) -> Option<Uuid> {
        self.image.topic(name).map(|topic| topic.id)
    }

    fn name(&self, id: Uuid) -> Option<Arc<str>> {
        self.image.topic_by_id(id).map(|topic| topic.name.clone())
    }

    fn partitions(&self, id: Uuid) -> Option<i32> {
        let topic = self.image.topic_by_id(id)?;
        i32::try_from(topic.partitions.size()).ok()
    }

    fn racks(&self, id: Uuid, partition: i32) -> Vec<String> {
        let topic = self.image.topic_by_id(id);
        let replicas = topic.and_then(|topic| topic.partitions.get(&partition));
        let replicas = replicas.into_iter().flat_map(|partition| partition.replicas.iter());
        let brokers = replicas.filter_map(|broker| self.image.brokers.get(broker));
        brokers.filter_map(|broker| broker.rack.as_deref().map(str::to_owned)).collect()
    }

    fn matching(&self, regex: &str) -> Result<BTreeSet<Arc<str>>, InvalidRegex> {
        // Alone first: what is invalid must not become valid by what is put around it.
        compile(regex)?;
        let whole = compile(&format!(r"\A(?:{regex})\z"))?;
        let topics = self.image.topics.iter().filter(|topic| whole.is_match(&topic.name));
        Ok(topics.map(|topic| topic.name.clone()).collect())
    }
}

fn compile(regex: &str) -> Result<Regex, InvalidRegex> {
    let built = RegexBuilder::new(regex).size_limit(REGEX_BYTES_MAX).build();
    built.map_err(|error| {
        InvalidRegex(match error {
            // The last line says what is wrong; those before show where.
            Error::Syntax(text) => {
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
            other => other.to_string(),
        })
    })
}

/// What a group sees of the cluster.
pub(crate) struct ClusterView {
    topics: Subscribable,
    times: GroupTimes,
}

impl ClusterView {
    /// What `group` sees of the newest image.
    pub(crate) fn of(node: &Node, group: &str) -> Self {
        let image = node.metadata.image();
        let times = times_of(group, &image, node.settings.groups.core.consumer.times);
        Self { topics: Subscribable::new(image), times }
    }

    /// As decisions take it.
    pub(crate) fn cluster(&self) -> Cluster<'_> {
        Cluster { topics: &self.topics, times: self.times }
    }
}

/// What is configured for a group; `default` where nothing is.
pub(crate) fn times_of(group: &str, image: &Image, default: GroupTimes) -> GroupTimes {
    let resource = ConfigResource { kind: ResourceType::Group, name: group.into() };
    let Some(settings) = image.configs.of(&resource) else { return default };
    let ms = |name: &str, default: i32| {
        settings.get(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    GroupTimes {
        session_timeout_ms: ms("consumer.session.timeout.ms", default.session_timeout_ms),
        heartbeat_interval_ms: ms("consumer.heartbeat.interval.ms", default.heartbeat_interval_ms),
        assignment_interval_ms: ms(
            "consumer.assignment.interval.ms",
            default.assignment_interval_ms,
        ),
    }
}
