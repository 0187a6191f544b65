//! IncrementalAlterConfigs (44) and AlterConfigs (33): settings of topics, brokers, groups and
//! metrics subscriptions.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use super::{Decision, Fault, Settings};
use crate::image::{ConfigResource, Image, ResourceType};
use crate::record::Record;

/// Longest value of a setting, in bytes.
const VALUE_LEN_MAX: usize = 32_767;
const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";
const UNCLEAN_ELECTION: &str = "unclean.leader.election.enable";

/// Settings of one resource, by name.
pub type Settled = BTreeMap<String, String>;

/// What is known about the settings there are; the config crate's tables behind one seam.
pub trait ConfigRules {
    /// Checks the settings that `resource` would have, with what `image` gives it from above.
    ///
    /// # Errors
    /// What Kafka 4.4 answers: an unknown name, a value out of range, two values that contradict.
    fn check(
        &self,
        image: &Image,
        resource: &ConfigResource,
        before: &Settled,
        after: &Settled,
    ) -> Result<(), Fault>;

    /// Whether a setting is a list, which can be appended to.
    fn is_list(&self, kind: ResourceType, name: &str) -> bool;

    /// The default of a list, as text.
    fn list_default(&self, kind: ResourceType, name: &str) -> Option<String>;
}

/// What to do with a setting; the numbers are those of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigOp {
    /// Give it a value.
    Set,
    /// Take its value away.
    Delete,
    /// Add to a list.
    Append,
    /// Take from a list.
    Subtract,
}

impl ConfigOp {
    /// The operation with this number.
    pub fn from_code(code: i8) -> Option<Self> {
        Some(match code {
            0 => Self::Set,
            1 => Self::Delete,
            2 => Self::Append,
            3 => Self::Subtract,
            _ => return None,
        })
    }

    /// What appending `given` to the list `current`, or taking it out, leaves. Elements count as
    /// they are written: white space around one makes it another, as in Kafka.
    pub fn changed_list(self, current: &str, given: &str) -> String {
        let mut items: Vec<&str> = current.split(',').filter(|item| !item.is_empty()).collect();
        // Java's split drops empty pieces at the end.
        for item in given.trim_end_matches(',').split(',') {
            match self {
                Self::Append if !items.contains(&item) => items.push(item),
                Self::Subtract => {
                    if let Some(at) = items.iter().position(|one| *one == item) {
                        items.remove(at);
                    }
                }
                _ => {}
            }
        }
        items.join(",")
    }
}

/// One setting to change.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigChange {
    /// Its name.
    pub name: String,
    /// What to do.
    pub op: ConfigOp,
    /// With what.
    pub value: Option<String>,
}

/// All settings that a resource shall have of its own, by name.
pub type WholeConfig = Vec<(String, Option<String>)>;

/// The answer for every resource, in the order of the request.
pub type AlterConfigsResponse = Vec<(ConfigResource, Result<(), Fault>)>;

/// Decides on changes of single settings. Each resource comes once.
pub fn alter_configs(
    image: &Image,
    rules: &dyn ConfigRules,
    resources: &[(ConfigResource, Vec<ConfigChange>)],
    validate_only: bool,
) -> Decision<AlterConfigsResponse> {
    let mut records = Vec::new();
    let response = resources
        .iter()
        .map(|(resource, changes)| {
            // What is wrong with the settings is told first, even of a topic that does not exist.
            let decided = alter_one(image, rules, resource, changes)
                .and_then(|records| existing(image, resource).map(|()| records));
            (resource.clone(), decided.map(|more| records.extend(more)))
        })
        .collect();
    if validate_only {
        records.clear();
    }
    Decision { records, response }
}

/// Decides on whole sets of settings: what is not in the set loses its value.
pub fn legacy_alter_configs(
    image: &Image,
    rules: &dyn ConfigRules,
    resources: &[(ConfigResource, WholeConfig)],
    validate_only: bool,
) -> Decision<AlterConfigsResponse> {
    let changes: Vec<_> = resources
        .iter()
        .map(|(resource, wanted)| {
            let set = wanted.iter().map(|(name, value)| ConfigChange {
                name: name.clone(),
                op: ConfigOp::Set,
                value: value.clone(),
            });
            let gone = image.configs.of(resource).into_iter().flat_map(|map| map.keys());
            let gone = gone.filter(|name| wanted.iter().all(|(kept, _)| *kept != ***name));
            let delete = gone.map(|name| ConfigChange {
                name: name.to_string(),
                op: ConfigOp::Delete,
                value: None,
            });
            (resource.clone(), set.chain(delete).collect())
        })
        .collect();
    alter_configs(image, rules, &changes, validate_only)
}

/// The records that give a new topic its settings.
pub(super) fn topic_config_records(
    image: &Image,
    rules: &dyn ConfigRules,
    topic: &str,
    configs: &[(String, Option<String>)],
) -> Result<Vec<Record>, Fault> {
    if configs.is_empty() {
        return Ok(Vec::new());
    }
    let changes: Vec<_> = configs
        .iter()
        .map(|(name, value)| ConfigChange {
            name: name.clone(),
            op: ConfigOp::Set,
            value: value.clone(),
        })
        .collect();
    alter_one(image, rules, &ConfigResource::topic(topic), &changes)
}

fn existing(image: &Image, resource: &ConfigResource) -> Result<(), Fault> {
    match resource.kind {
        ResourceType::Topic if image.topic(&resource.name).is_none() => Err(Fault::new(
            ErrorCode::UnknownTopicOrPartition,
            format!("The topic '{}' does not exist.", resource.name),
        )),
        _ => Ok(()),
    }
}

fn alter_one(
    image: &Image,
    rules: &dyn ConfigRules,
    resource: &ConfigResource,
    changes: &[ConfigChange],
) -> Result<Vec<Record>, Fault> {
    let before = settled(image, resource);
    let mut after = before.clone();
    let mut nulls = Vec::new();
    let mut records = Vec::new();
    for change in changes {
        let current = before.get(&change.name).cloned();
        let wanted = wanted_value(rules, resource, change, current.as_deref())?;
        if wanted.as_ref().is_some_and(|value| value.len() > VALUE_LEN_MAX) {
            return Err(Fault::new(
                ErrorCode::InvalidConfig,
                format!(
                    "The configuration value cannot be added because it exceeds the maximum value \
                     size of {VALUE_LEN_MAX} bytes."
                ),
            ));
        }
        if change.op == ConfigOp::Set && wanted.is_none() {
            nulls.push(change.name.as_str());
        }
        match &wanted {
            Some(value) => after.insert(change.name.clone(), value.clone()),
            None => after.remove(&change.name),
        };
        // Brokers act on every record about themselves, so that writing a value again reloads
        // what it points to (KAFKA-14136).
        if wanted != current || resource.kind == ResourceType::Broker {
            records.push(Record::Config {
                resource: resource.clone(),
                name: change.name.as_str().into(),
                value: wanted.map(|value| Arc::from(value.as_str())),
            });
        }
    }
    check_nulls(resource, &nulls)?;
    check_elr(image, resource, changes)?;
    rules.check(image, resource, &before, &after)?;
    Ok(records)
}

fn wanted_value(
    rules: &dyn ConfigRules,
    resource: &ConfigResource,
    change: &ConfigChange,
    current: Option<&str>,
) -> Result<Option<String>, Fault> {
    let op = match change.op {
        ConfigOp::Set => return Ok(change.value.clone()),
        ConfigOp::Delete => return Ok(None),
        ConfigOp::Append => "APPEND",
        ConfigOp::Subtract => "SUBTRACT",
    };
    if !rules.is_list(resource.kind, &change.name) {
        return Err(Fault::new(
            ErrorCode::InvalidConfig,
            format!("Can't {op} to key {} because its type is not LIST.", change.name),
        ));
    }
    let default = || rules.list_default(resource.kind, &change.name).unwrap_or_default();
    let current = current.map_or_else(default, ToString::to_string);
    let given = change.value.as_deref().unwrap_or_default();
    Ok(Some(change.op.changed_list(&current, given)))
}

fn check_nulls(resource: &ConfigResource, nulls: &[&str]) -> Result<(), Fault> {
    if nulls.is_empty() {
        return Ok(());
    }
    let kind = match resource.kind {
        ResourceType::Topic => "topic",
        ResourceType::Broker | ResourceType::BrokerLogger => "broker",
        ResourceType::ClientMetrics => "client metrics",
        ResourceType::Group => "group",
    };
    Err(Fault::new(
        ErrorCode::InvalidConfig,
        format!("Null value not supported for {kind} configs: {}", nulls.join(",")),
    ))
}

/// With eligible leader replicas, every node must see one and the same `min.insync.replicas`.
fn check_elr(
    image: &Image,
    resource: &ConfigResource,
    changes: &[ConfigChange],
) -> Result<(), Fault> {
    if !image.is_elr_enabled() || resource.kind != ResourceType::Broker {
        return Ok(());
    }
    let Some(change) = changes.iter().find(|change| change.name == MIN_INSYNC_REPLICAS) else {
        return Ok(());
    };
    let refuse = |text: &str| Err(Fault::new(ErrorCode::InvalidConfig, text));
    if !resource.name.is_empty() {
        return refuse("Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }
    if change.op == ConfigOp::Delete {
        return refuse("Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    }
    Ok(())
}

/// What is recorded when eligible leader replicas are turned on: `min.insync.replicas` of the
/// cluster, and no broker with one of its own.
pub fn elr_safety_records(image: &Image, settings: &Settings, records: &mut Vec<Record>) {
    let name: Arc<str> = MIN_INSYNC_REPLICAS.into();
    let cluster = ConfigResource::broker("");
    if image.configs.get(&cluster, MIN_INSYNC_REPLICAS).is_none() {
        let value = settings.min_insync_replicas.to_string();
        records.push(Record::Config {
            resource: cluster.clone(),
            name: name.clone(),
            value: Some(value.as_str().into()),
        });
    }
    for (resource, configs) in image.configs.iter() {
        if resource.kind == ResourceType::Broker
            && *resource != cluster
            && configs.get(MIN_INSYNC_REPLICAS).is_some()
        {
            let (resource, name) = (resource.clone(), name.clone());
            records.push(Record::Config { resource, name, value: None });
        }
    }
}

fn settled(image: &Image, resource: &ConfigResource) -> Settled {
    let own = image.configs.of(resource).into_iter().flat_map(|map| map.iter());
    own.map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// `min.insync.replicas` of a topic: its own, else the cluster's, else the settings file's.
pub(super) fn effective_min_isr(image: &Image, settings: &Settings, topic: &str) -> usize {
    let value = effective(image, topic, MIN_INSYNC_REPLICAS).and_then(|value| value.parse().ok());
    usize::try_from(value.unwrap_or(settings.min_insync_replicas)).unwrap_or(1)
}

/// `unclean.leader.election.enable` of a topic, likewise.
pub(super) fn effective_unclean_election(image: &Image, settings: &Settings, topic: &str) -> bool {
    effective(image, topic, UNCLEAN_ELECTION)
        .map_or(settings.unclean_leader_election, |value| &**value == "true")
}

fn effective<'a>(image: &'a Image, topic: &str, name: &str) -> Option<&'a Arc<str>> {
    let own = image.configs.get(&ConfigResource::topic(topic), name);
    own.or_else(|| image.configs.get(&ConfigResource::broker(""), name))
}
