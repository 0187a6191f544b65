//! What a setting is worth once every level has spoken: topic or group, this broker, all brokers,
//! the file, the default.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::broker::{broker_setting, dynamic_broker_setting};
use crate::setting::Setting;
use crate::synonym::{broker_synonyms, topic_synonyms};
use crate::topic::{topic_setting, topic_settings};
use crate::value::Value;

/// Names and texts as they were given at one level.
pub type Overrides = BTreeMap<String, String>;

/// The levels of a broker's configuration (KIP-226). A dynamic level is what the metadata log
/// holds for the broker resource of that name; the fixed one comes from file, environment and
/// command line.
#[derive(Clone, Copy, Debug)]
pub struct ConfigLayers<'a> {
    /// Changes to this broker alone.
    pub dynamic_broker: &'a Overrides,
    /// Changes to all brokers, the resource with the empty name.
    pub dynamic_default: &'a Overrides,
    /// What the process was started with.
    pub fixed: &'a Overrides,
    /// Whether ottla's own defaults hold where they differ from Kafka's.
    pub own_defaults: bool,
}

impl ConfigLayers<'_> {
    /// The given levels, strongest first.
    pub(crate) fn given(&self) -> [&Overrides; 3] {
        [self.dynamic_broker, self.dynamic_default, self.fixed]
    }

    /// The value of a broker's setting under exactly this name; a level whose text does not parse
    /// is passed over, as Kafka ignores it.
    pub fn broker_value(&self, name: &str) -> Value {
        let Some(setting) = broker_setting(name).or_else(|| dynamic_broker_setting(name)) else {
            return Value::Null;
        };
        // A change under one name also puts aside what weaker levels say under its synonyms:
        // with log.retention.ms changed, log.retention.hours in the file no longer counts.
        let names = broker_synonyms(name);
        for level in self.given() {
            if let Some(value) = level.get(name).and_then(|text| setting.parse(text).ok()) {
                return value;
            }
            let others = names.iter().filter(|other| *other != name);
            if !core::ptr::eq(level, self.fixed) && others.clone().any(|o| level.contains_key(o)) {
                break;
            }
        }
        setting.default_value(self.own_defaults)
    }
}

/// Every setting of a topic with its value, internal ones only where the topic sets them.
pub fn effective_topic_configs(
    layers: &ConfigLayers<'_>,
    topic: &Overrides,
) -> BTreeMap<&'static str, Value> {
    topic_settings()
        .iter()
        .filter(|setting| !setting.internal || topic.contains_key(setting.name))
        .map(|setting| (setting.name, topic_value(layers, topic, setting)))
        .collect()
}

/// The value of one setting of a topic; none for a name that is no setting.
pub fn effective_topic_config(
    layers: &ConfigLayers<'_>,
    topic: &Overrides,
    name: &str,
) -> Option<Value> {
    topic_setting(name).map(|setting| topic_value(layers, topic, setting))
}

/// A text that does not parse is passed over: it was refused when it was set, so it can only come
/// from a metadata log written under other rules.
pub(crate) fn topic_value(
    layers: &ConfigLayers<'_>,
    topic: &Overrides,
    setting: &Setting,
) -> Value {
    if let Some(value) = topic.get(setting.name).and_then(|text| setting.parse(text).ok()) {
        return value;
    }
    broker_default(layers, setting).unwrap_or_else(|| setting.default_value(false))
}

/// What the broker's levels say about a topic's setting.
fn broker_default(layers: &ConfigLayers<'_>, setting: &Setting) -> Option<Value> {
    for level in layers.given() {
        for synonym in topic_synonyms(setting.name) {
            let Some(text) = level.get(synonym.name) else { continue };
            let parses = broker_setting(synonym.name).is_some_and(|one| one.parse(text).is_ok());
            if !parses {
                continue;
            }
            // By type alone: the broker's range may be wider than the topic's.
            if let Ok(value) = setting.parse_type(&synonym.unit.convert(text)) {
                return Some(unlimited_retention(setting, value));
            }
        }
    }
    None
}

/// Any negative retention of the broker means for ever.
fn unlimited_retention(setting: &Setting, value: Value) -> Value {
    match value {
        Value::Long(millis) if setting.name == "retention.ms" && millis < 0 => Value::Long(-1),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn overrides(text: &str) -> Overrides {
        let pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    /// Levels from strongest to weakest: topic, this broker, all brokers, file.
    fn check(levels: [&str; 4], name: &str, expected: &str) {
        let [topic, dynamic_broker, dynamic_default, fixed] = levels.map(overrides);
        let layers = ConfigLayers {
            dynamic_broker: &dynamic_broker,
            dynamic_default: &dynamic_default,
            fixed: &fixed,
            own_defaults: true,
        };
        let value = effective_topic_config(&layers, &topic, name).and_then(|value| value.text());
        assert_eq!(value.as_deref(), Some(expected), "{levels:?}");
    }

    #[test]
    fn the_strongest_level_decides() {
        let name = "retention.ms";
        check(["", "", "", ""], name, "604800000");
        check(["", "", "", "log.retention.hours=1"], name, "3600000");
        check(["", "", "", "log.retention.minutes=1 log.retention.hours=9"], name, "60000");
        check(["", "", "log.retention.ms=7", "log.retention.ms=8"], name, "7");
        check(["", "log.retention.ms=6", "log.retention.ms=7", ""], name, "6");
        check(["retention.ms=5", "log.retention.ms=6", "", ""], name, "5");
    }

    #[test]
    fn negative_hours_are_for_ever() {
        check(["", "", "", "log.retention.hours=-1"], "retention.ms", "-1");
    }

    #[test]
    fn a_text_that_does_not_parse_is_passed_over() {
        check(["", "log.segment.bytes=x", "", ""], "segment.bytes", "1073741824");
        check(
            ["", "log.segment.bytes=x", "", "log.segment.bytes=2000000"],
            "segment.bytes",
            "2000000",
        );
    }

    #[test]
    fn a_change_puts_aside_the_synonyms_in_the_file() {
        let (empty, file) = (Overrides::new(), overrides("log.retention.hours=1"));
        let change = overrides("log.retention.ms=5");
        let layers = ConfigLayers {
            dynamic_broker: &change,
            dynamic_default: &empty,
            fixed: &file,
            own_defaults: true,
        };
        assert_eq!(layers.broker_value("log.retention.ms"), Value::Long(5));
        assert_eq!(layers.broker_value("log.retention.hours"), Value::Int(168));
    }
}
