//! What consumer groups see of the cluster: topics to subscribe to, and what is configured for a group.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::image::{ConfigResource, ResourceType};
use ottla_group::{Cluster, ConsumerHeartbeat, GroupTimes, InvalidRegex, Topics};
use regex::{Error, Regex, RegexBuilder};

use crate::node::Node;
use crate::settings::NodeSettings;

/// Bytes that a regular expression may take once it is compiled.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// The topics of an image.
struct Subscribable {
    image: Arc<Image>,
    /// What regular expressions stand for, of those that were resolved before the coordinator is asked.
    resolved: BTreeMap<Arc<str>, Result<BTreeSet<Arc<str>>, InvalidRegex>>,
}

impl Subscribable {
    fn resolve(&self, regex: &str) -> Result<BTreeSet<Arc<str>>, InvalidRegex> {
        // Alone first: what is invalid must not become valid by what is put around it.
        compile(regex)?;
        let whole = compile(&format!(r"\A(?:{regex})\z"))?;
        let topics = self.image.topics.iter().filter(|topic| whole.is_match(&topic.name));
        Ok(topics.map(|topic| topic.name.clone()).collect())
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
        match self.resolved.get(regex) {
            Some(resolved) => resolved.clone(),
            None => self.resolve(regex),
        }
    }

    fn is_resolved(&self, regex: &str) -> bool {
        self.resolved.contains_key(regex)
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
        let times = times_of(group, &image, &node.settings);
        Self { topics: Subscribable { image, resolved: BTreeMap::new() }, times }
    }

    /// The same with what a heartbeat needs of regular expressions, which may take long and is done
    /// aside.
    pub(crate) async fn resolved_for(
        self,
        node: &Arc<Node>,
        heartbeat: &ConsumerHeartbeat,
    ) -> Self {
        let Ok(shard) = node.groups.shard(&heartbeat.group) else { return self };
        if !shard.look(|state| state.may_need_regexes(heartbeat)) {
            return self;
        }
        let (mut due, version) = (BTreeSet::new(), self.topics.version());
        node.groups.tell(&shard, |state, now| {
            due = state.regexes_due(now, heartbeat, version);
            Vec::new()
        });
        if due.is_empty() {
            return self;
        }
        let mut view = self;
        let resolve = move || {
            for regex in due {
                let resolved = view.topics.resolve(&regex);
                view.topics.resolved.insert(regex, resolved);
            }
            view
        };
        node.io.blocking(resolve).await
    }

    /// As decisions take it.
    pub(crate) fn cluster(&self) -> Cluster<'_> {
        Cluster { topics: &self.topics, times: self.times }
    }
}

/// What is configured for a group, within what the broker allows; else what is for all groups.
fn times_of(group: &str, image: &Image, node: &NodeSettings) -> GroupTimes {
    let (of_all, ranges) = (node.groups.core.consumer.times, node.groups.ranges);
    let own = ConfigResource { kind: ResourceType::Group, name: group.into() };
    let number = |resource: &ConfigResource, name: &str| -> Option<i32> {
        image.configs.of(resource)?.get(name)?.parse().ok()
    };
    let of_group = |name: &str, (least, most): (i32, i32)| {
        number(&own, name).map(|value| value.min(most).max(least))
    };
    // The only one of these that can be changed for all groups while brokers run.
    let assignment_interval_ms = || {
        let name = "group.consumer.assignment.interval.ms";
        let this_broker = ConfigResource::broker(node.node_id.to_string());
        let changed = number(&this_broker, name);
        let changed = changed.or_else(|| number(&ConfigResource::broker(""), name))?;
        let (least, most) = ranges.assignment_interval_ms;
        Some(changed.min(most).max(least))
    };
    GroupTimes {
        session_timeout_ms: of_group("consumer.session.timeout.ms", ranges.session_timeout_ms)
            .unwrap_or(of_all.session_timeout_ms),
        heartbeat_interval_ms: of_group(
            "consumer.heartbeat.interval.ms",
            ranges.heartbeat_interval_ms,
        )
        .unwrap_or(of_all.heartbeat_interval_ms),
        assignment_interval_ms: of_group(
            "consumer.assignment.interval.ms",
            ranges.assignment_interval_ms,
        )
        .or_else(assignment_interval_ms)
        .unwrap_or(of_all.assignment_interval_ms),
    }
}
