//! Settings that were changed at run time, by resource.

use alloc::sync::Arc;
use core::fmt;

use super::Map;

/// What a setting belongs to; the numbers are those of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum ResourceType {
    /// A topic, by name.
    Topic = 2,
    /// A broker, by id; the empty name is the default of all brokers.
    Broker = 4,
    /// The loggers of a broker. Never stored.
    BrokerLogger = 8,
    /// A metrics subscription (KIP-714).
    ClientMetrics = 16,
    /// A group.
    Group = 32,
}

impl ResourceType {
    /// The type with this number.
    pub fn from_code(code: i8) -> Option<Self> {
        Some(match code {
            2 => Self::Topic,
            4 => Self::Broker,
            8 => Self::BrokerLogger,
            16 => Self::ClientMetrics,
            32 => Self::Group,
            _ => return None,
        })
    }

    /// Its number.
    pub fn code(self) -> i8 {
        self as i8
    }
}

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigResource {
    /// What it is.
    pub kind: ResourceType,
    /// Which one.
    pub name: Arc<str>,
}

impl ConfigResource {
    /// The topic called `name`.
    pub fn topic(name: impl Into<Arc<str>>) -> Self {
        Self { kind: ResourceType::Topic, name: name.into() }
    }

    /// The broker called `name`; empty for the default of all.
    pub fn broker(name: impl Into<Arc<str>>) -> Self {
        Self { kind: ResourceType::Broker, name: name.into() }
    }
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.kind, self.name)
    }
}

/// Settings by resource and name. A resource without settings has no entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Configs(Map<ConfigResource, Map<Arc<str>, Arc<str>>>);

impl Configs {
    /// The settings of `resource`; none if it has none of its own.
    pub fn of(&self, resource: &ConfigResource) -> Option<&Map<Arc<str>, Arc<str>>> {
        self.0.get(resource)
    }

    /// The value that `resource` itself has for `name`.
    pub fn get(&self, resource: &ConfigResource, name: &str) -> Option<&Arc<str>> {
        self.0.get(resource)?.get(name)
    }

    /// The settings of the topic called `name`.
    pub fn of_topic(&self, name: &str) -> Option<&Map<Arc<str>, Arc<str>>> {
        self.of(&ConfigResource::topic(name))
    }

    /// Every resource that has settings.
    pub fn iter(&self) -> impl Iterator<Item = (&ConfigResource, &Map<Arc<str>, Arc<str>>)> {
        self.0.iter()
    }

    pub(super) fn set(
        &mut self,
        resource: &ConfigResource,
        name: &Arc<str>,
        value: Option<&Arc<str>>,
    ) {
        let mut settings = self.0.get(resource).cloned().unwrap_or_default();
        match value {
            Some(value) => settings.insert_mut(name.clone(), value.clone()),
            None => {
                settings.remove_mut(name);
            }
        }
        if settings.is_empty() {
            self.0.remove_mut(resource);
        } else {
            self.0.insert_mut(resource.clone(), settings);
        }
    }

    pub(super) fn forget(&mut self, resource: &ConfigResource) {
        self.0.remove_mut(resource);
    }
}
