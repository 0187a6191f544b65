//! Changes to settings as both requests for them see them: what the broker refuses itself, what
//! the controller decides, and the answers in the order of the request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ottla_config::Kind;
use ottla_config::alter::validate_broker_change;
use ottla_controller::Image;
use ottla_controller::decide::{ConfigChange, ConfigOp, Fault};
use ottla_controller::image::{ConfigResource, ResourceType};
use ottla_model::ErrorCode;

use crate::config_rules::fault;
use crate::node::Node;
use crate::topic_settings::{FixedSettings, changed_settings, overrides};

/// Whether a request names single changes or all that shall hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Single changes (IncrementalAlterConfigs).
    Incremental,
    /// All that shall hold; what is not named loses its value (AlterConfigs).
    Whole,
}

/// What shall become of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedChanges {
    /// Code of the kind of resource; may be one that does not exist.
    pub(crate) resource_type: i8,
    /// Its name.
    pub(crate) resource_name: String,
    /// The changes, in order.
    pub(crate) changes: Vec<WantedChange>,
}

/// What shall become of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedChange {
    /// Its name.
    pub(crate) name: String,
    /// Code of the operation; may be one that does not exist.
    pub(crate) operation: i8,
    /// The operand.
    pub(crate) value: Option<String>,
}

/// The code of [`ConfigOp::Set`], for requests that only know this one.
pub(crate) const SET: i8 = 0;
/// The code of [`ConfigOp::Delete`].
const DELETE: i8 = 1;

/// Makes the changes, or says why not; one result for each resource.
pub(crate) async fn make(
    node: &Arc<Node>,
    manner: Manner,
    wanted: &[WantedChanges],
    validate_only: bool,
) -> Vec<Result<(), Fault>> {
    let image = node.metadata.image();
    let place = Place { fixed: &node.settings.metadata.fixed, image: &image };
    let mut mentions: BTreeMap<(i8, &str), usize> = BTreeMap::new();
    for one in wanted {
        *mentions.entry((one.resource_type, &one.resource_name)).or_default() += 1;
    }
    let mut results: Vec<Option<Fault>> = wanted
        .iter()
        .map(|one| {
            if mentions.get(&(one.resource_type, &*one.resource_name)).is_some_and(|n| *n > 1) {
                return Some(invalid_request("Each resource must appear at most once."));
            }
            place.check(manner, one).err()
        })
        .collect();
    let open: Vec<&WantedChanges> = wanted
        .iter()
        .zip(&results)
        .filter(|(_, fault)| fault.is_none())
        .map(|(one, _)| one)
        .collect();
    // Loggers are not the controller's: what passed the check has been answered.
    let open: Vec<&WantedChanges> =
        open.into_iter().filter(|one| kind(one) != Some(ResourceType::BrokerLogger)).collect();
    let decided = decide(node, manner, &open, validate_only).await;
    for (one, result) in wanted.iter().zip(&mut results) {
        if result.is_none() {
            let key = (one.resource_type, one.resource_name.as_str());
            *result = decided.get(&key).cloned().flatten();
        }
    }
    results.into_iter().map(|fault| fault.map_or(Ok(()), Err)).collect()
}

type Decided<'a> = BTreeMap<(i8, &'a str), Option<Fault>>;

/// Asks the controller.
async fn decide<'a>(
    node: &Arc<Node>,
    manner: Manner,
    wanted: &[&'a WantedChanges],
    validate_only: bool,
) -> Decided<'a> {
    if wanted.is_empty() {
        return Decided::new();
    }
    let resources = wanted.iter().filter_map(|one| {
        let resource = ConfigResource { kind: kind(one)?, name: one.resource_name.as_str().into() };
        Some((resource, *one))
    });
    let answers = match manner {
        Manner::Incremental => {
            let changes = resources.map(|(resource, one)| (resource, single_changes(one)));
            node.metadata.alter_configs(changes.collect(), validate_only).await
        }
        Manner::Whole => {
            let sets = resources.map(|(resource, one)| (resource, whole_set(one)));
            node.metadata.legacy_alter_configs(sets.collect(), validate_only).await
        }
    };
    let key = |one: &&'a WantedChanges| (one.resource_type, one.resource_name.as_str());
    match answers {
        Ok(answers) => {
            let faults = answers.into_iter().map(|(_, result)| result.err());
            wanted.iter().map(key).zip(faults).collect()
        }
        Err(fault) => wanted.iter().map(|one| (key(one), Some(fault.clone()))).collect(),
    }
}

fn single_changes(one: &WantedChanges) -> Vec<ConfigChange> {
    let change = |change: &WantedChange| {
        let op = ConfigOp::from_code(change.operation)?;
        Some(ConfigChange { name: change.name.clone(), op, value: change.value.clone() })
    };
    one.changes.iter().filter_map(change).collect()
}

fn whole_set(one: &WantedChanges) -> Vec<(String, Option<String>)> {
    one.changes.iter().map(|change| (change.name.clone(), change.value.clone())).collect()
}

fn kind(one: &WantedChanges) -> Option<ResourceType> {
    ResourceType::from_code(one.resource_type)
}

/// The broker that is asked, and what it knows of the cluster.
struct Place<'a> {
    fixed: &'a FixedSettings,
    image: &'a Image,
}

impl Place<'_> {
    /// What a broker refuses before it asks the controller, in Kafka's order.
    fn check(&self, manner: Manner, one: &WantedChanges) -> Result<(), Fault> {
        check_names_and_values(manner, &one.changes)?;
        match kind(one) {
            Some(ResourceType::BrokerLogger) if manner == Manner::Incremental => {
                self.check_loggers(one)
            }
            Some(ResourceType::Broker) => self.check_broker(manner, one),
            Some(ResourceType::Topic | ResourceType::ClientMetrics | ResourceType::Group) => {
                check_operations(&one.changes)
            }
            Some(ResourceType::BrokerLogger) | None => {
                Err(invalid_request(&format!("Unknown resource type {}", one.resource_type)))
            }
        }
    }

    /// This node has no loggers that a request could name.
    fn check_loggers(&self, one: &WantedChanges) -> Result<(), Fault> {
        let id = node_id(&one.resource_name)?;
        let own = self.fixed.node_id;
        if id != own {
            let text = format!("Unexpected node id. Expected {own}, but received {id}");
            return Err(invalid_request(&text));
        }
        let Some(change) = one.changes.first() else { return Ok(()) };
        let text = match ConfigOp::from_code(change.operation) {
            Some(ConfigOp::Set | ConfigOp::Delete) => {
                let text = format!("Logger {} does not exist!", change.name);
                return Err(Fault::new(ErrorCode::InvalidConfig, text));
            }
            Some(ConfigOp::Append) => "APPEND operation is not allowed".to_owned(),
            Some(ConfigOp::Subtract) => "SUBTRACT operation is not allowed".to_owned(),
            None => format!("Unknown operation type {} is not allowed", change.operation),
        };
        Err(invalid_request(&format!("{text} for the BROKER_LOGGER resource")))
    }

    /// A broker checks changes to itself, since only it knows what it was started with.
    fn check_broker(&self, manner: Manner, one: &WantedChanges) -> Result<(), Fault> {
        let per_broker = !one.resource_name.is_empty();
        if per_broker {
            let (id, own) = (node_id(&one.resource_name)?, self.fixed.node_id);
            if id != own {
                let name = &one.resource_name;
                let text = format!("Unexpected broker id, expected {own}, but received {name}");
                return Err(invalid_request(&text));
            }
        }
        let mut after = match manner {
            Manner::Incremental => {
                overrides(self.image, &ConfigResource::broker(&*one.resource_name))
            }
            Manner::Whole => BTreeMap::new(),
        };
        for change in &one.changes {
            apply(&mut after, change)?;
        }
        let changed = changed_settings(self.image, self.fixed);
        validate_broker_change(&self.fixed.layers(&changed), &after, per_broker).map_err(fault)
    }
}

fn check_names_and_values(manner: Manner, changes: &[WantedChange]) -> Result<(), Fault> {
    let names: BTreeSet<&str> = changes.iter().map(|change| &*change.name).collect();
    if names.len() < changes.len() {
        return Err(invalid_request("Error due to duplicate config keys"));
    }
    let is_null = |change: &&WantedChange| {
        change.value.is_none() && (manner == Manner::Whole || change.operation != DELETE)
    };
    let nulls: Vec<&str> = changes.iter().filter(is_null).map(|change| &*change.name).collect();
    if nulls.is_empty() {
        return Ok(());
    }
    Err(invalid_request(&format!("Null value not supported for : {}", nulls.join(", "))))
}

/// Kafka's controller fails over an operation that does not exist, and gives up its leadership; to
/// refuse it is enough.
fn check_operations(changes: &[WantedChange]) -> Result<(), Fault> {
    let unknown = |change: &&WantedChange| ConfigOp::from_code(change.operation).is_none();
    match changes.iter().find(unknown) {
        None => Ok(()),
        Some(change) => {
            Err(invalid_request(&format!("Unknown operation type {}", change.operation)))
        }
    }
}

fn node_id(name: &str) -> Result<i32, Fault> {
    name.parse()
        .map_err(|_| invalid_request(&format!("Node id must be an integer, but it is: {name}")))
}

fn apply(after: &mut BTreeMap<String, String>, change: &WantedChange) -> Result<(), Fault> {
    let WantedChange { name, operation, value } = change;
    let given = value.as_deref().unwrap_or_default();
    let (op, verb) = match ConfigOp::from_code(*operation) {
        Some(ConfigOp::Set) => {
            after.insert(name.clone(), given.to_owned());
            return Ok(());
        }
        Some(ConfigOp::Delete) => {
            after.remove(name);
            return Ok(());
        }
        Some(op @ ConfigOp::Append) => (op, "append"),
        Some(op @ ConfigOp::Subtract) => (op, "subtract"),
        None => return Err(invalid_request(&format!("Unknown operations type {operation}"))),
    };
    let refused = |text: String| Fault::new(ErrorCode::InvalidConfig, text);
    let Some(setting) = ottla_config::broker_setting(name) else {
        return Err(refused(format!("Unknown config name: {name}")));
    };
    if setting.kind != Kind::List {
        let text = format!("Config value {verb} is not allowed for config key: {name}");
        return Err(refused(text));
    }
    let current = after.get(name).cloned().or_else(|| setting.default.text());
    after.insert(name.clone(), op.changed_list(&current.unwrap_or_default(), given));
    Ok(())
}

fn invalid_request(text: &str) -> Fault {
    Fault::new(ErrorCode::InvalidRequest, text)
}

/// A result as responses tell it.
pub(crate) fn told(result: Result<(), Fault>) -> (i16, Option<String>) {
    match result {
        Ok(()) => (ErrorCode::None.code(), None),
        Err(fault) => (fault.code.code(), fault.message),
    }
}

#[cfg(test)]
mod tests;
