//! Settings of topics, brokers, groups and client metrics: describe, change, list.

use std::collections::BTreeMap;

use ottla_wire::Str;
use ottla_wire::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
};
use ottla_wire::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use ottla_wire::messages::list_config_resources::ListConfigResourcesRequest;

use super::work::Patience;
use super::{Admin, Results, text};
use crate::route::Route;
use crate::{Error, Result};

/// What has settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResourceType {
    /// A topic.
    Topic = 2,
    /// A broker; the empty name stands for all of them.
    Broker = 4,
    /// The log levels of a broker.
    BrokerLogger = 8,
    /// A subscription to metrics of clients (KIP-714).
    ClientMetrics = 16,
    /// A group.
    Group = 32,
}

/// One thing that has settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigResource {
    /// What it is.
    pub kind: ConfigResourceType,
    /// Its name; of a broker, its number.
    pub name: String,
}

impl ConfigResource {
    /// The thing of this kind and name.
    pub fn new(kind: ConfigResourceType, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// A topic.
    pub fn topic(name: impl Into<String>) -> Self {
        Self::new(ConfigResourceType::Topic, name)
    }

    /// A broker.
    pub fn broker(id: i32) -> Self {
        Self::new(ConfigResourceType::Broker, id.to_string())
    }

    /// Settings of one broker are that broker's to tell; the rest anybody's.
    fn route(&self) -> Route {
        let is_broker =
            matches!(self.kind, ConfigResourceType::Broker | ConfigResourceType::BrokerLogger);
        match self.name.parse() {
            Ok(id) if is_broker => Route::node(id),
            _ => Route::any(),
        }
    }

    fn of_wire(kind: i8, name: &Str) -> Option<Self> {
        use ConfigResourceType as T;
        let known = [T::Topic, T::Broker, T::BrokerLogger, T::ClientMetrics, T::Group];
        let kind = known.into_iter().find(|known| *known as i8 == kind)?;
        Some(Self::new(kind, name.as_str()))
    }
}

impl std::fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.kind, self.name)
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigSource {
    /// The broker does not say, or says what is not known here.
    Unknown,
    /// Set for the topic.
    Topic,
    /// Set for this broker while it ran.
    DynamicBroker,
    /// Set for all brokers while they ran.
    DynamicDefaultBroker,
    /// In the broker's file.
    StaticBroker,
    /// Nobody set it.
    Default,
    /// Set for this broker's loggers.
    DynamicBrokerLogger,
    /// Set for client metrics.
    ClientMetrics,
    /// Set for the group.
    Group,
}

impl ConfigSource {
    fn of_code(code: i8) -> Self {
        match code {
            1 => Self::Topic,
            2 => Self::DynamicBroker,
            3 => Self::DynamicDefaultBroker,
            4 => Self::StaticBroker,
            5 => Self::Default,
            6 => Self::DynamicBrokerLogger,
            7 => Self::ClientMetrics,
            8 => Self::Group,
            _ => Self::Unknown,
        }
    }
}

/// A setting and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigDescription {
    /// Its name.
    pub name: String,
    /// Its value; none when unset or secret.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Whether it can not be changed while the broker runs.
    pub is_read_only: bool,
    /// Whether the value is secret.
    pub is_sensitive: bool,
    /// The type's number in the protocol (KIP-569), 0 if the broker does not say.
    pub kind: i8,
    /// What the broker says that it is for, if that was asked.
    pub documentation: Option<String>,
    /// Where else a value was found, the strongest first, if that was asked.
    pub synonyms: Vec<ConfigSynonym>,
}

/// A value that stands behind another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    /// The name it stands under.
    pub name: String,
    /// The value.
    pub value: Option<String>,
    /// Where it stands.
    pub source: ConfigSource,
}

/// What to do with a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterOperation {
    /// Gives it this value.
    Set(String),
    /// Takes its value away, so that the next source's holds.
    Delete,
    /// Adds these to a list, with commas between.
    Append(String),
    /// Takes these out of a list.
    Subtract(String),
}

/// A change of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterConfig {
    /// The setting's name.
    pub name: String,
    /// What to do with it.
    pub operation: AlterOperation,
}

impl AlterConfig {
    /// Gives a setting a value.
    pub fn set(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), operation: AlterOperation::Set(value.into()) }
    }

    /// Takes a setting's value away.
    pub fn delete(name: impl Into<String>) -> Self {
        Self { name: name.into(), operation: AlterOperation::Delete }
    }

    fn to_wire(&self) -> AlterableConfig {
        let (config_operation, value) = match &self.operation {
            AlterOperation::Set(value) => (0, Some(value)),
            AlterOperation::Delete => (1, None),
            AlterOperation::Append(value) => (2, Some(value)),
            AlterOperation::Subtract(value) => (3, Some(value)),
        };
        AlterableConfig {
            name: Str::from(&self.name),
            config_operation,
            value: value.map(Str::from),
        }
    }
}

impl Admin {
    /// All settings of these things; with `detail`, documentation and synonyms too.
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
        detail: bool,
    ) -> Results<ConfigResource, Vec<ConfigDescription>> {
        let mut work = self.work(resources.iter().cloned(), Patience::Passing);
        while let Some(resources) = work.next() {
            let brought = self.describe_configs_once(&resources, detail).await;
            work.take(Ok(brought)).await;
        }
        work.results()
    }

    async fn describe_configs_once(
        &self,
        resources: &[ConfigResource],
        detail: bool,
    ) -> Vec<(ConfigResource, Result<Vec<ConfigDescription>>)> {
        let mut brought = Vec::new();
        for (route, some) in by_route(resources) {
            let resource = |resource: &ConfigResource| DescribeConfigsResource {
                resource_type: resource.kind as i8,
                resource_name: Str::from(&resource.name),
                configuration_keys: None,
            };
            let build = |version| DescribeConfigsRequest {
                resources: some.iter().map(resource).collect(),
                include_synonyms: detail && version >= 1,
                include_documentation: detail && version >= 3,
            };
            let limit = self.client.settings().request_timeout;
            let answer = self.client.call_versioned(&route, limit, 0..=i16::MAX, build).await;
            match answer {
                Err(error) => brought.extend(some.into_iter().map(|key| (key, Err(error.clone())))),
                Ok((_, answer)) => brought.extend(answer.results.iter().filter_map(|result| {
                    let key = ConfigResource::of_wire(result.resource_type, &result.resource_name)?;
                    let what = format!("describe configs of {key}");
                    let checked =
                        Error::check(result.error_code, text(&result.error_message), what);
                    Some((key, checked.map(|()| result.configs.iter().map(described).collect())))
                })),
            }
        }
        brought
    }

    /// Changes settings, or only asks whether they could be changed (`validate_only`). Brokers of
    /// 2.3 and later.
    pub async fn incremental_alter_configs(
        &self,
        changes: &BTreeMap<ConfigResource, Vec<AlterConfig>>,
        validate_only: bool,
    ) -> Results<ConfigResource, ()> {
        let mut work = self.work(changes.keys().cloned(), Patience::Passing);
        while let Some(resources) = work.next() {
            let brought = self.alter_configs_once(&resources, changes, validate_only).await;
            work.take(Ok(brought)).await;
        }
        work.results()
    }

    async fn alter_configs_once(
        &self,
        resources: &[ConfigResource],
        changes: &BTreeMap<ConfigResource, Vec<AlterConfig>>,
        validate_only: bool,
    ) -> Vec<(ConfigResource, Result<()>)> {
        let mut brought = Vec::new();
        for (route, some) in by_route(resources) {
            let resource = |resource: &ConfigResource| AlterConfigsResource {
                resource_type: resource.kind as i8,
                resource_name: Str::from(&resource.name),
                configs: changes
                    .get(resource)
                    .map(|changes| changes.iter().map(AlterConfig::to_wire).collect())
                    .unwrap_or_default(),
            };
            let request = IncrementalAlterConfigsRequest {
                resources: some.iter().map(resource).collect(),
                validate_only,
            };
            match self.client.call(&route, request).await {
                Err(error) => brought.extend(some.into_iter().map(|key| (key, Err(error.clone())))),
                Ok(answer) => brought.extend(answer.responses.iter().filter_map(|result| {
                    let key = ConfigResource::of_wire(result.resource_type, &result.resource_name)?;
                    let what = format!("alter configs of {key}");
                    let checked =
                        Error::check(result.error_code, text(&result.error_message), what);
                    Some((key, checked))
                })),
            }
        }
        brought
    }

    /// Everything of these kinds that has settings; no kinds means all. Brokers of 3.7 and later.
    ///
    /// # Errors
    /// No broker answers, or none knows the kinds.
    pub async fn list_config_resources(
        &self,
        kinds: &[ConfigResourceType],
    ) -> Result<Vec<ConfigResource>> {
        let request = ListConfigResourcesRequest {
            resource_types: kinds.iter().map(|kind| *kind as i8).collect(),
        };
        let what = "list config resources";
        let answer = self
            .ask(&Route::any(), &request, |answer| Error::check(answer.error_code, None, what))
            .await?;
        let resource = |resource: &ottla_wire::messages::list_config_resources::ConfigResource| {
            ConfigResource::of_wire(resource.resource_type, &resource.resource_name)
        };
        Ok(answer.config_resources.iter().filter_map(resource).collect())
    }
}

/// Those that go to the same broker together.
fn by_route(resources: &[ConfigResource]) -> Vec<(Route, Vec<ConfigResource>)> {
    let mut routes: Vec<(Route, Vec<ConfigResource>)> = Vec::new();
    for resource in resources {
        let route = resource.route();
        match routes.iter_mut().find(|(known, _)| *known == route) {
            Some((_, some)) => some.push(resource.clone()),
            None => routes.push((route, vec![resource.clone()])),
        }
    }
    routes
}

fn described(config: &DescribeConfigsResourceResult) -> ConfigDescription {
    let synonym =
        |synonym: &ottla_wire::messages::describe_configs::DescribeConfigsSynonym| ConfigSynonym {
            name: synonym.name.to_string(),
            value: synonym.value.as_ref().map(ToString::to_string),
            source: ConfigSource::of_code(synonym.source),
        };
    ConfigDescription {
        name: config.name.to_string(),
        value: config.value.as_ref().map(ToString::to_string),
        source: ConfigSource::of_code(config.config_source),
        is_read_only: config.read_only,
        is_sensitive: config.is_sensitive,
        kind: config.config_type,
        documentation: config.documentation.as_ref().map(ToString::to_string),
        synonyms: config.synonyms.iter().map(synonym).collect(),
    }
}
