//! Our tables, printed as `conformance/config/Settings.java` prints Kafka's, are Kafka's.

use std::collections::BTreeMap;

use ottla_config::synonym::{Unit, broker_synonyms, group_synonym, topic_synonyms};
use ottla_config::{
    Check, Default, Importance, Setting, UpdateMode, broker_settings, group_settings,
    topic_settings,
};

#[test]
fn every_setting_is_declared_as_kafka_declares_it() {
    let mut ours = Vec::new();
    let of_kafka = broker_settings().filter(|setting| !setting.name.starts_with("ottla."));
    declare(&mut ours, "broker", of_kafka);
    let of_kafka = topic_settings().iter().filter(|setting| !setting.name.starts_with("ottla."));
    declare(&mut ours, "topic", of_kafka);
    declare(&mut ours, "group", group_settings().iter());
    synonyms(&mut ours);
    let theirs: Vec<&str> = include_str!("../../testdata/declarations.txt").lines().collect();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}

fn declare(lines: &mut Vec<String>, kind: &str, settings: impl Iterator<Item = &'static Setting>) {
    let by_name: BTreeMap<&str, &Setting> =
        settings.map(|setting| (setting.name, setting)).collect();
    for setting in by_name.into_values() {
        let importance = match setting.importance {
            Importance::High => "HIGH",
            Importance::Medium => "MEDIUM",
            Importance::Low => "LOW",
        };
        let mode = match setting.update {
            _ if kind != "broker" => "-",
            UpdateMode::ReadOnly => "read-only",
            UpdateMode::PerBroker => "per-broker",
            UpdateMode::ClusterWide => "cluster-wide",
        };
        let visibility = if setting.internal { "internal" } else { "public" };
        let kind_name = setting.kind.name();
        let (default, rule) = (by_default(setting), rule(&setting.check));
        let name = setting.name;
        lines.push(
            [kind, name, kind_name, importance, visibility, mode, &default, &rule].join("\t"),
        );
    }
}

fn by_default(setting: &Setting) -> String {
    match setting.default {
        Default::Required => "required".to_owned(),
        default => default.text().map_or_else(|| "null".to_owned(), |text| format!("={text}")),
    }
}

fn rule(check: &Check) -> String {
    match check {
        Check::Any => "any".to_owned(),
        Check::AtLeast(least) => format!("Range [{least},...]"),
        Check::Between(least, most) => format!("Range [{least},...,{most}]"),
        Check::OneOf(values) => format!("ValidString [{}]", values.join(", ")),
        Check::OneOfAnyCase(values) => {
            format!("CaseInsensitiveValidString (case insensitive) [{}]", values.join(", "))
        }
        Check::List { of, empty, null } => {
            let of = if of.is_empty() { String::new() } else { format!("[{}]", of.join(", ")) };
            format!("ValidList {of} empty={empty} null={null}")
        }
        Check::NonEmpty => "NonEmptyString non-empty string".to_owned(),
        Check::NonNull => "NonNullValidator non-null string".to_owned(),
        Check::GzipLevel => "LambdaValidator [1,...,9] or -1".to_owned(),
        Check::ThrottledReplicas => {
            let form = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
            format!("ThrottledReplicaListValidator {form}")
        }
        Check::QuorumVoters => "ControllerQuorumVotersValidator non-empty list".to_owned(),
        Check::QuorumBootstrapServers => {
            "ControllerQuorumBootstrapServersValidator non-empty list".to_owned()
        }
        Check::ShareOffsetReset => {
            "Validator [latest, earliest, by_duration:PnDTnHnMn.nS]".to_owned()
        }
    }
}

fn synonyms(lines: &mut Vec<String>) {
    let of_kafka = topic_settings().iter().filter(|setting| !setting.name.starts_with("ottla."));
    let names: BTreeMap<&str, ()> = of_kafka.map(|setting| (setting.name, ())).collect();
    for name in names.into_keys().filter(|name| !topic_synonyms(name).is_empty()) {
        let synonyms = topic_synonyms(name).iter().map(|one| {
            let factor = match one.unit {
                Unit::Same => "1",
                Unit::Minutes => "60000",
                Unit::Hours => "3600000",
            };
            format!("{}*{factor}", one.name)
        });
        lines.push(format!("synonyms {name} {}", synonyms.collect::<Vec<_>>().join(" ")));
    }
    let names: BTreeMap<&str, ()> =
        group_settings().iter().map(|setting| (setting.name, ())).collect();
    for name in names.into_keys() {
        lines.push(format!("synonym {name} {}", group_synonym(name).unwrap_or("-")));
    }
    let names: BTreeMap<&str, ()> = broker_settings().map(|setting| (setting.name, ())).collect();
    for name in names.into_keys() {
        let alike = broker_synonyms(name);
        if alike.len() > 1 {
            lines.push(format!("alike {name} {}", alike.join(" ")));
        }
    }
}
