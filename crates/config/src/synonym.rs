//! Names for one thing at several levels: a topic's retention comes from the broker's, which may
//! have been written in milliseconds, minutes or hours.
//!
//! Facts of Kafka 4.4: KIP-226 for the levels, KAFKA-13988 for the units.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::number::trim;

/// The unit in which a broker's setting is written, seen from a topic's milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Taken as it is.
    Same,
    /// Minutes to milliseconds.
    Minutes,
    /// Hours to milliseconds.
    Hours,
}

impl Unit {
    /// `text` in the unit of the topic's setting. What is no number counts as 0, as in Kafka.
    pub fn convert(self, text: &str) -> String {
        let millis = match self {
            Unit::Same => return text.to_string(),
            Unit::Minutes => 60_000,
            Unit::Hours => 3_600_000,
        };
        let count: i32 = trim(text).parse().unwrap_or(0);
        (i64::from(count) * millis).to_string()
    }
}

/// A setting of a broker that gives a topic's setting its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synonym {
    /// The broker's name for it.
    pub name: &'static str,
    /// The unit of the broker's value.
    pub unit: Unit,
}

const fn same(name: &'static str) -> Synonym {
    Synonym { name, unit: Unit::Same }
}

const fn minutes(name: &'static str) -> Synonym {
    Synonym { name, unit: Unit::Minutes }
}

const fn hours(name: &'static str) -> Synonym {
    Synonym { name, unit: Unit::Hours }
}

/// Topic setting to broker settings, the first that is set wins.
const TOPIC_SYNONYMS: &[(&str, &[Synonym])] = &[
    ("cleanup.policy", &[same("log.cleanup.policy")]),
    ("compression.gzip.level", &[same("compression.gzip.level")]),
    ("compression.lz4.level", &[same("compression.lz4.level")]),
    ("compression.type", &[same("compression.type")]),
    ("compression.zstd.level", &[same("compression.zstd.level")]),
    ("delete.retention.ms", &[same("log.cleaner.delete.retention.ms")]),
    ("file.delete.delay.ms", &[same("log.segment.delete.delay.ms")]),
    ("flush.messages", &[same("log.flush.interval.messages")]),
    ("flush.ms", &[same("log.flush.interval.ms"), same("log.flush.scheduler.interval.ms")]),
    ("index.interval.bytes", &[same("log.index.interval.bytes")]),
    ("local.retention.bytes", &[same("log.local.retention.bytes")]),
    ("local.retention.ms", &[same("log.local.retention.ms")]),
    ("max.compaction.lag.ms", &[same("log.cleaner.max.compaction.lag.ms")]),
    ("max.decompressed.message.bytes", &[same("max.decompressed.message.bytes")]),
    ("max.message.bytes", &[same("message.max.bytes")]),
    ("message.timestamp.after.max.ms", &[same("log.message.timestamp.after.max.ms")]),
    ("message.timestamp.before.max.ms", &[same("log.message.timestamp.before.max.ms")]),
    ("message.timestamp.type", &[same("log.message.timestamp.type")]),
    ("min.cleanable.dirty.ratio", &[same("log.cleaner.min.cleanable.ratio")]),
    ("min.compaction.lag.ms", &[same("log.cleaner.min.compaction.lag.ms")]),
    ("min.insync.replicas", &[same("min.insync.replicas")]),
    ("ottla.ack.durability", &[same("ottla.ack.durability")]),
    ("preallocate", &[same("log.preallocate")]),
    ("remote.copy.lag.bytes", &[same("log.remote.copy.lag.bytes")]),
    ("remote.copy.lag.ms", &[same("log.remote.copy.lag.ms")]),
    ("retention.bytes", &[same("log.retention.bytes")]),
    (
        "retention.ms",
        &[same("log.retention.ms"), minutes("log.retention.minutes"), hours("log.retention.hours")],
    ),
    ("segment.bytes", &[same("log.segment.bytes")]),
    ("segment.index.bytes", &[same("log.index.size.max.bytes")]),
    ("segment.jitter.ms", &[same("log.roll.jitter.ms"), hours("log.roll.jitter.hours")]),
    ("segment.ms", &[same("log.roll.ms"), hours("log.roll.hours")]),
    ("unclean.leader.election.enable", &[same("unclean.leader.election.enable")]),
];

/// The broker settings from which a topic's setting takes its default, best first.
pub fn topic_synonyms(name: &str) -> &'static [Synonym] {
    TOPIC_SYNONYMS.iter().find(|(topic, _)| *topic == name).map_or(&[], |(_, synonyms)| synonyms)
}

/// Group settings whose broker setting does not have the same name behind `group.`.
const GROUP_EXCEPTIONS: &[(&str, Option<&str>)] = &[
    ("errors.deadletterqueue.copy.record.enable", None),
    ("errors.deadletterqueue.topic.name", None),
    ("share.auto.offset.reset", None),
    ("share.isolation.level", None),
    ("share.renew.acknowledge.enable", None),
    ("streams.assignor.name", Some("group.streams.assignors")),
];

/// The broker setting from which a group's setting takes its default.
pub fn group_synonym(name: &str) -> Option<&'static str> {
    if let Some((_, broker)) = GROUP_EXCEPTIONS.iter().find(|(group, _)| *group == name) {
        return *broker;
    }
    let broker = crate::broker_settings()
        .find(|setting| setting.name.strip_prefix("group.") == Some(name))?;
    Some(broker.name)
}

/// Broker settings that stand for each other, best first.
const BROKER_SYNONYMS: &[&[&str]] = &[
    &["log.roll.ms", "log.roll.hours"],
    &["log.roll.jitter.ms", "log.roll.jitter.hours"],
    &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
];

/// Settings of a listener that also carry a SASL mechanism in their name.
const LISTENER_MECHANISM_SETTINGS: &[&str] = &[
    "sasl.jaas.config",
    "sasl.login.callback.handler.class",
    "sasl.login.class",
    "sasl.server.callback.handler.class",
    "connections.max.reauth.ms",
];

/// All names under which a broker's setting may have been given, itself included.
pub fn broker_synonyms(name: &str) -> Vec<String> {
    if name == "log.flush.interval.ms" {
        return vec![name.to_string(), "log.flush.scheduler.interval.ms".to_string()];
    }
    if let Some(names) = BROKER_SYNONYMS.iter().find(|names| names.contains(&name)) {
        return names.iter().map(|name| name.to_string()).collect();
    }
    match without_listener(name) {
        Some(base) => {
            let shared = LISTENER_MECHANISM_SETTINGS.iter().find(|one| base.ends_with(**one));
            vec![name.to_string(), shared.map_or(base, |one| one).to_string()]
        }
        None => vec![name.to_string()],
    }
}

/// What follows `listener.name.<listener>.` in a setting of one listener.
pub fn without_listener(name: &str) -> Option<&str> {
    name.strip_prefix("listener.name.")?.split_once('.').map(|(_, base)| base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_minutes_become_milliseconds() {
        assert_eq!(Unit::Hours.convert("168"), "604800000");
        assert_eq!(Unit::Minutes.convert(" 2 "), "120000");
        assert_eq!(Unit::Hours.convert("soon"), "0");
        assert_eq!(Unit::Same.convert(" 5"), " 5");
    }

    #[test]
    fn every_synonym_is_a_setting() {
        for (topic, synonyms) in TOPIC_SYNONYMS {
            assert!(crate::topic_setting(topic).is_some(), "{topic}");
            for synonym in *synonyms {
                assert!(crate::broker_setting(synonym.name).is_some(), "{}", synonym.name);
            }
        }
        for group in crate::group_settings() {
            let alone = GROUP_EXCEPTIONS.contains(&(group.name, None));
            assert_eq!(group_synonym(group.name).is_none(), alone, "{}", group.name);
        }
    }

    #[test]
    fn a_listener_setting_falls_back_to_the_one_for_all() {
        assert_eq!(
            broker_synonyms("listener.name.external.ssl.keystore.location"),
            ["listener.name.external.ssl.keystore.location", "ssl.keystore.location"]
        );
        assert_eq!(
            broker_synonyms("listener.name.external.plain.sasl.jaas.config")[1],
            "sasl.jaas.config"
        );
        assert_eq!(broker_synonyms("log.flush.scheduler.interval.ms").len(), 1);
    }
}
