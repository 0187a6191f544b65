//! The answers of DescribeConfigs: every setting with its value, where it comes from, and what
//! the weaker levels say.
//!
//! Observed on Apache Kafka 4.4.0, oddities included: the chain begins at the broker's setting
//! with the best synonym's name, so a retention written in hours is reported as a default.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::alter::client_metrics_settings;
use crate::broker::{broker_setting, broker_settings, dynamic_broker_setting};
use crate::effective::{ConfigLayers, Overrides, topic_value};
use crate::group::group_settings;
use crate::setting::{Kind, Setting, UpdateMode};
use crate::synonym::{broker_synonyms, group_synonym, topic_synonyms, without_listener};
use crate::topic::topic_settings;
use crate::value::Value;

/// Where a value comes from; the discriminant is DescribeConfigs' code (KIP-226, KIP-714,
/// KIP-1043).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigSource {
    /// The topic itself.
    Topic = 1,
    /// A change to this broker.
    DynamicBroker = 2,
    /// A change to all brokers.
    DynamicDefaultBroker = 3,
    /// File, environment or command line.
    StaticBroker = 4,
    /// Nobody gave one.
    Default = 5,
    /// The level of a logger.
    DynamicBrokerLogger = 6,
    /// A client metrics subscription.
    ClientMetrics = 7,
    /// The group itself.
    Group = 8,
}

impl ConfigSource {
    /// The code of DescribeConfigs.
    pub const fn code(self) -> i8 {
        self as i8
    }
}

/// What one level says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSynonymEntry {
    /// The name at that level.
    pub name: String,
    /// The text; none when it must not be shown.
    pub value: Option<String>,
    /// The level.
    pub source: ConfigSource,
}

/// One setting in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Its name.
    pub name: String,
    /// Its value; none when unset or when it must not be shown.
    pub value: Option<String>,
    /// The level that decided.
    pub source: ConfigSource,
    /// Whether the value must not be shown.
    pub sensitive: bool,
    /// Whether it can only be changed at a start.
    pub read_only: bool,
    /// Its type; none for a name that is no setting.
    pub kind: Option<Kind>,
    /// What each level says, strongest first.
    pub synonyms: Vec<ConfigSynonymEntry>,
    /// One sentence, for settings that ottla acts on.
    pub doc: Option<&'static str>,
}

/// The settings of a topic.
pub fn describe_topic(layers: &ConfigLayers<'_>, topic: &Overrides) -> Vec<ConfigEntry> {
    let shown = |setting: &&Setting| !setting.internal || topic.contains_key(setting.name);
    let settings = topic_settings().iter().filter(shown);
    settings.map(|setting| topic_entry(layers, topic, setting)).collect()
}

fn topic_entry(layers: &ConfigLayers<'_>, topic: &Overrides, setting: &Setting) -> ConfigEntry {
    let value = topic_value(layers, topic, setting).text();
    let broker = topic_synonyms(setting.name).first();
    let synonyms = broker.map_or(Vec::new(), |broker| chain(layers, broker.name, false));
    let own = topic.contains_key(setting.name).then_some(ConfigSource::Topic);
    entry(setting, value, own, synonyms)
}

/// The settings that a topic has just been created with, as CreateTopics tells them (KIP-525):
/// the texts as they were given, from the level that gave them, without what weaker levels say.
pub fn describe_new_topic(layers: &ConfigLayers<'_>, topic: &Overrides) -> Vec<ConfigEntry> {
    let shown = |setting: &&Setting| !setting.internal || topic.contains_key(setting.name);
    let told = |setting: &'static Setting| {
        let (value, source) = new_topic_value(layers, topic, setting);
        ConfigEntry { source, ..entry(setting, value, None, Vec::new()) }
    };
    topic_settings().iter().filter(shown).map(told).collect()
}

fn new_topic_value(
    layers: &ConfigLayers<'_>,
    topic: &Overrides,
    setting: &Setting,
) -> (Option<String>, ConfigSource) {
    if let Some(text) = topic.get(setting.name) {
        return (Some(text.clone()), ConfigSource::Topic);
    }
    for (level, source) in layers.given().into_iter().zip(BROKER_SOURCES) {
        for synonym in topic_synonyms(setting.name) {
            if let Some(text) = level.get(synonym.name) {
                return (Some(synonym.unit.convert(text)), source);
            }
        }
    }
    (setting.default.text(), ConfigSource::Default)
}

/// The sources of [`ConfigLayers::given`].
const BROKER_SOURCES: [ConfigSource; 3] =
    [ConfigSource::DynamicBroker, ConfigSource::DynamicDefaultBroker, ConfigSource::StaticBroker];

/// The settings of a group. Its values are given as texts; what the group does not set comes from
/// the broker.
pub fn describe_group(layers: &ConfigLayers<'_>, group: &Overrides) -> Vec<ConfigEntry> {
    // An internal setting shows up as soon as the group or the broker's file gives it.
    let shown = |setting: &&Setting| {
        !setting.internal
            || group.contains_key(setting.name)
            || group_synonym(setting.name).is_some_and(|name| layers.fixed.contains_key(name))
    };
    let settings = group_settings().iter().filter(shown);
    settings.map(|setting| group_entry(layers, group, setting)).collect()
}

fn group_entry(layers: &ConfigLayers<'_>, group: &Overrides, setting: &Setting) -> ConfigEntry {
    let value = effective_group_config(layers, group, setting).text();
    let synonyms = match group_synonym(setting.name) {
        Some(broker) => chain(layers, broker, false),
        None => setting
            .default
            .text()
            .map(|text| ConfigSynonymEntry {
                name: setting.name.to_string(),
                value: Some(text),
                source: ConfigSource::Default,
            })
            .into_iter()
            .collect(),
    };
    let own = group.contains_key(setting.name).then_some(ConfigSource::Group);
    entry(setting, value, own, synonyms)
}

/// The value of a group's setting: the group's, else the broker's.
pub fn effective_group_config(
    layers: &ConfigLayers<'_>,
    group: &Overrides,
    setting: &Setting,
) -> Value {
    if let Some(value) = group.get(setting.name).and_then(|text| setting.parse(text).ok()) {
        return value;
    }
    match group_synonym(setting.name).map(|name| layers.broker_value(name)) {
        // One assignor of a group, many of a broker: the first is the default.
        Some(Value::List(assignors)) if setting.kind == Kind::String => {
            assignors.into_iter().next().map_or(Value::Null, Value::String)
        }
        Some(value) => value,
        None => setting.default_value(false),
    }
}

/// The settings of a client metrics subscription.
pub fn describe_client_metrics(subscription: &Overrides) -> Vec<ConfigEntry> {
    let describe = |setting: &Setting| {
        let given = subscription.get(setting.name).and_then(|text| setting.parse(text).ok());
        let value = given.unwrap_or_else(|| setting.default_value(false)).text();
        let own = subscription.contains_key(setting.name).then_some(ConfigSource::ClientMetrics);
        entry(setting, value, own, Vec::new())
    };
    client_metrics_settings().iter().map(describe).collect()
}

/// The entry of a setting that anybody may see and change.
fn entry(
    setting: &Setting,
    value: Option<String>,
    own: Option<ConfigSource>,
    mut synonyms: Vec<ConfigSynonymEntry>,
) -> ConfigEntry {
    if let Some(source) = own {
        let name = setting.name.to_string();
        synonyms.insert(0, ConfigSynonymEntry { name, value: value.clone(), source });
    }
    ConfigEntry {
        name: setting.name.to_string(),
        value,
        source: strongest(&synonyms),
        sensitive: false,
        read_only: false,
        kind: Some(setting.kind),
        synonyms,
        doc: setting.doc,
    }
}

/// The settings of one broker: all of them, and every name it was given.
pub fn describe_broker(layers: &ConfigLayers<'_>) -> Vec<ConfigEntry> {
    let given = |name: &str| layers.given().iter().any(|level| level.contains_key(name));
    let known = broker_settings().filter(|setting| !setting.internal || given(setting.name));
    let mut names: Vec<&str> = known.map(|setting| setting.name).collect();
    for name in layers.given().iter().flat_map(|level| level.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| broker_entry(layers, name)).collect()
}

/// What is set for all brokers, the resource with the empty name.
pub fn describe_broker_default(layers: &ConfigLayers<'_>) -> Vec<ConfigEntry> {
    let shown = layers.dynamic_default.iter().map(|(name, text)| {
        let mut entry = broker_entry(layers, name);
        entry.synonyms.retain(|synonym| synonym.source == ConfigSource::DynamicDefaultBroker);
        entry.source = strongest(&entry.synonyms);
        entry.value = (!entry.sensitive).then(|| text.clone());
        entry
    });
    shown.collect()
}

fn broker_entry(layers: &ConfigLayers<'_>, name: &str) -> ConfigEntry {
    let setting = setting_behind(name);
    let sensitive = setting.is_none_or(Setting::is_sensitive);
    let synonyms = chain(layers, name, sensitive);
    let exact = broker_setting(name).or_else(|| dynamic_broker_setting(name));
    let value = match exact {
        _ if sensitive => None,
        Some(_) => layers.broker_value(name).text(),
        None => synonyms.first().and_then(|synonym| synonym.value.clone()),
    };
    ConfigEntry {
        name: name.to_string(),
        value,
        source: strongest(&synonyms),
        sensitive,
        read_only: exact.is_none_or(|setting| setting.update == UpdateMode::ReadOnly),
        kind: setting.map(|setting| setting.kind),
        synonyms,
        doc: setting.and_then(|setting| setting.doc),
    }
}

/// The setting that gives a name its type: its own, or the one behind a listener's prefix.
pub fn setting_behind(name: &str) -> Option<&'static Setting> {
    broker_setting(name).or_else(|| dynamic_broker_setting(name)).or_else(|| {
        without_listener(name)?;
        broker_setting(broker_synonyms(name).last()?)
    })
}

/// What each level says about a broker's setting and its synonyms, from the first level that
/// uses its own name on.
fn chain(layers: &ConfigLayers<'_>, name: &str, sensitive: bool) -> Vec<ConfigSynonymEntry> {
    let names = broker_synonyms(name);
    let mut entries = Vec::new();
    for (level, source) in layers.given().into_iter().zip(BROKER_SOURCES) {
        for name in &names {
            if let Some(text) = level.get(name) {
                let value = (!sensitive).then(|| text.clone());
                entries.push(ConfigSynonymEntry { name: name.clone(), value, source });
            }
        }
    }
    for name in &names {
        let default = broker_setting(name).and_then(|setting| default_text(layers, setting));
        if let Some(text) = default {
            let value = (!sensitive).then_some(text);
            let source = ConfigSource::Default;
            entries.push(ConfigSynonymEntry { name: name.clone(), value, source });
        }
    }
    let first = entries.iter().position(|entry| entry.name == name).unwrap_or(entries.len());
    entries.split_off(first)
}

fn default_text(layers: &ConfigLayers<'_>, setting: &Setting) -> Option<String> {
    let own = setting.own_default.filter(|_| layers.own_defaults);
    own.unwrap_or(setting.default).text()
}

fn strongest(synonyms: &[ConfigSynonymEntry]) -> ConfigSource {
    synonyms.first().map_or(ConfigSource::Default, |synonym| synonym.source)
}
