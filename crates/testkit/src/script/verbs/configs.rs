//! `describe-configs`, `alter-configs`, `incremental-alter-configs`, `list-config-resources`.
//!
//! A resource is `topic:NAME`, `broker:ID` (empty for all), `logger:ID`, `metrics:NAME`,
//! `group:NAME` or `NUMBER:NAME`.

use ottla_wire::Str;
use ottla_wire::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterableConfig,
};
use ottla_wire::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
use ottla_wire::messages::incremental_alter_configs::{
    AlterConfigsResource as IncrementalResource, AlterableConfig as IncrementalConfig,
    IncrementalAlterConfigsRequest,
};
use ottla_wire::messages::list_config_resources::ListConfigResourcesRequest;

use super::{Answer, Manner, Session, Words};
use crate::script::words::{nullable, numbers};

/// `describe-configs RESOURCE keys=NAME,NAME , … synonyms documentation`
pub(super) async fn describe_configs(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let include_synonyms = words.flag("synonyms");
    let include_documentation = words.flag("documentation");
    let mut resources = Vec::new();
    for mut thing in words.things() {
        let (resource_type, resource_name) = resource(&thing.name()?)?;
        let keys: Option<String> = thing.optional("keys")?;
        let keys = keys.map(|keys| keys.split(',').map(Str::from).collect());
        thing.finish()?;
        resources.push(DescribeConfigsResource {
            resource_type,
            resource_name,
            configuration_keys: keys,
        });
    }
    let request = DescribeConfigsRequest { resources, include_synonyms, include_documentation };
    session.ask(manner, request).await
}

/// `alter-configs RESOURCE NAME=VALUE … , … validate`
pub(super) async fn alter_configs(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let validate_only = words.flag("validate");
    let mut resources = Vec::new();
    for mut thing in words.things() {
        let (resource_type, resource_name) = resource(&thing.name()?)?;
        let configs = std::mem::take(&mut thing.options)
            .into_iter()
            .map(|(name, value)| AlterableConfig { name: name.into(), value: nullable(&value) });
        resources.push(AlterConfigsResource {
            resource_type,
            resource_name,
            configs: configs.collect(),
        });
        thing.finish()?;
    }
    session.ask(manner, AlterConfigsRequest { resources, validate_only }).await
}

/// `incremental-alter-configs RESOURCE NAME=VALUE NAME! NAME+=VALUE NAME-=VALUE … , … validate`:
/// set, delete, append, subtract.
pub(super) async fn incremental_alter_configs(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let validate_only = words.flag("validate");
    let mut resources = Vec::new();
    for mut thing in words.things() {
        let (resource_type, resource_name) = resource(&thing.name()?)?;
        let mut configs: Vec<_> = std::mem::take(&mut thing.options)
            .iter()
            .map(|(name, value)| change(name, value))
            .collect();
        thing.plain.retain(|word| {
            let name = word.strip_suffix('!');
            configs.extend(name.map(|name| config(name, 1, None)));
            name.is_none()
        });
        thing.finish()?;
        resources.push(IncrementalResource { resource_type, resource_name, configs });
    }
    session.ask(manner, IncrementalAlterConfigsRequest { resources, validate_only }).await
}

fn change(name: &str, value: &str) -> IncrementalConfig {
    let (name, operation) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
        (Some(name), _) => (name, 2),
        (_, Some(name)) => (name, 3),
        _ => (name, 0),
    };
    config(name, operation, nullable(value))
}

fn config(name: &str, config_operation: i8, value: Option<Str>) -> IncrementalConfig {
    IncrementalConfig { name: name.into(), config_operation, value }
}

/// `list-config-resources types=2,4`
pub(super) async fn list_config_resources(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let resource_types = numbers(&words.take("types", String::new())?)?;
    words.finish()?;
    session.ask(manner, ListConfigResourcesRequest { resource_types }).await
}

fn resource(text: &str) -> Result<(i8, Str), String> {
    let (kind, name) = text.split_once(':').ok_or("a resource is KIND:NAME")?;
    let kind = match kind {
        "topic" => 2,
        "broker" => 4,
        "logger" => 8,
        "metrics" => 16,
        "group" => 32,
        number => number.parse().map_err(|_| "which kind of resource?")?,
    };
    Ok((kind, name.into()))
}
