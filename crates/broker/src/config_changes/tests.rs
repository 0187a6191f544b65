//! Apache Kafka's recorded answers about settings, given again without a network: the steps of
//! `conformance/config/broker.steps` against an image, word for word.

use std::collections::VecDeque;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_config::{ConfigEntry, ConfigSource, Source, describe_new_topic, resolve};
use ottla_controller::decide::{self, Settings, bootstrap_records, elr_safety_records};
use ottla_controller::{Image, Record};

use super::*;
use crate::api::describe;
use crate::config_rules::NodeConfigRules;

const STEPS: &str = include_str!("../../../../conformance/config/broker.steps");
const EXPECTED: &str = include_str!("../../../../conformance/config/broker.expected");
const DIFFERS: &str = include_str!("../../../../conformance/config/broker.differs");
const PROPERTIES: &str = include_str!("../../../../conformance/config/server.properties");

#[test]
fn every_recorded_answer_is_given() {
    let mut broker = Broker::start();
    // The list of resources needs a registered broker; it is asked for on a running one.
    let wanted =
        |line: &&str| !line.is_empty() && !line.starts_with(['#']) && !line.starts_with("list");
    let mut expected: VecDeque<String> = EXPECTED.lines().filter(wanted).map(ports).collect();
    for step in STEPS.lines().filter(wanted) {
        // What ottla has besides, Kafka says nothing about.
        for ours in broker.answer(step).into_iter().filter(|line| !line.contains(" ottla.")) {
            let theirs = expected.pop_front().unwrap_or_default();
            if ours != theirs {
                assert!(DIFFERS.lines().any(|line| line == ours), "{ours}\nKafka: {theirs}");
            }
        }
    }
    assert!(expected.is_empty(), "{expected:?}");
}

/// Real numbers for the places where a run puts its ports.
fn ports(text: &str) -> String {
    text.replace("CONTROLLER_PORT", "9093").replace("PORT", "9092")
}

struct Broker {
    image: Image,
    fixed: Arc<FixedSettings>,
}

impl Broker {
    fn start() -> Self {
        let file = Source::file("server.properties", &ports(PROPERTIES)).unwrap();
        let resolved = resolve(&[file]).unwrap();
        let fixed = FixedSettings {
            node_id: 1,
            texts: resolved.texts().clone(),
            own_defaults: resolved.own_defaults,
            producer_id_expiration_ms: 86_400_000,
        };
        let mut broker = Self { image: Image::empty(), fixed: Arc::new(fixed) };
        let mut records = bootstrap_records();
        elr_safety_records(&broker.image, &Settings::default(), &mut records);
        broker.replay(&records);
        broker
    }

    fn replay(&mut self, records: &[Record]) {
        for record in records {
            self.image.replay(record).unwrap();
        }
    }

    fn answer(&mut self, step: &str) -> Vec<String> {
        let words: Vec<&str> = step.splitn(4, ' ').collect();
        match words[..] {
            ["topic", name, ref configs @ ..] => {
                let mut lines = vec![format!("{step} => made")];
                lines.extend(self.create(name, configs.first().copied().unwrap_or_default()));
                lines
            }
            ["describe", kind, name] => {
                let name = if name == "''" { "" } else { name };
                match describe(&self.fixed, &self.image, code(kind), name) {
                    Ok(mut entries) => {
                        entries.retain(|entry| !entry.name.starts_with("ottla."));
                        entries.sort_by(|left, right| left.name.cmp(&right.name));
                        entries.iter().map(|entry| line(kind, name, entry)).collect()
                    }
                    Err(fault) => vec![format!("{step} => {}", exception(&fault))],
                }
            }
            [verb, kind, name, operations] => {
                let name = if name == "''" { "" } else { name };
                match self.change(code(kind), name, operations, verb == "try") {
                    Ok(()) => vec![format!("{step} => done")],
                    Err(fault) => vec![format!("{step} => {}", exception(&fault))],
                }
            }
            _ => panic!("no step {step}"),
        }
    }

    fn create(&mut self, name: &str, configs: &str) -> Vec<String> {
        let topic_id = Uuid::from_low(self.image.topics.len() as u64 + 1);
        self.replay(&[Record::Topic { name: name.into(), topic_id }]);
        let changes: Vec<String> = configs
            .split(';')
            .filter(|pair| !pair.is_empty())
            .map(|pair| format!("+{pair}"))
            .collect();
        if !changes.is_empty() {
            self.change(ResourceType::Topic.code(), name, &changes.join(";"), false).unwrap();
        }
        let changed = changed_settings(&self.image, &self.fixed);
        let own = overrides(&self.image, &ConfigResource::topic(name));
        let told = describe_new_topic(&self.fixed.layers(&changed), &own);
        let line = |entry: ConfigEntry| {
            let value = entry.value.as_deref().unwrap_or("null");
            format!("made '{name}' {}={value} {}", entry.name, source(entry.source))
        };
        let mut lines: Vec<String> = told.into_iter().map(line).collect();
        lines.sort();
        lines
    }

    fn change(
        &mut self,
        resource_type: i8,
        name: &str,
        operations: &str,
        validate_only: bool,
    ) -> Result<(), Fault> {
        let wanted = WantedChanges {
            resource_type,
            resource_name: name.to_owned(),
            changes: operations.split(';').map(operation).collect(),
        };
        let place = Place { fixed: &self.fixed, image: &self.image };
        place.check(Manner::Incremental, &wanted)?;
        let resource = ConfigResource { kind: kind(&wanted).unwrap(), name: name.into() };
        let rules = NodeConfigRules::new(Arc::clone(&self.fixed));
        let changes = [(resource, single_changes(&wanted))];
        let mut decision = decide::alter_configs(&self.image, &rules, &changes, validate_only);
        self.replay(&decision.records);
        decision.response.remove(0).1
    }
}

fn code(kind: &str) -> i8 {
    let kind = match kind {
        "TOPIC" => ResourceType::Topic,
        "BROKER" => ResourceType::Broker,
        "BROKER_LOGGER" => ResourceType::BrokerLogger,
        "CLIENT_METRICS" => ResourceType::ClientMetrics,
        "GROUP" => ResourceType::Group,
        other => panic!("no kind {other}"),
    };
    kind.code()
}

fn operation(text: &str) -> WantedChange {
    let operation = match text.as_bytes()[0] {
        b'+' => 0,
        b'-' => 1,
        b'a' => 2,
        _ => 3,
    };
    let (name, value) = match text[1..].split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (&text[1..], None),
    };
    WantedChange { name: name.to_owned(), operation, value }
}

fn line(kind: &str, name: &str, entry: &ConfigEntry) -> String {
    let value = entry.value.as_deref().unwrap_or("null");
    let of_kind = entry.kind.map_or("UNKNOWN", |kind| kind.name());
    let source = source(entry.source);
    let mut line = format!("{kind} '{name}' {}={value} {source} {of_kind}", entry.name);
    if entry.sensitive {
        line += " sensitive";
    }
    if entry.read_only {
        line += " read-only";
    }
    for synonym in &entry.synonyms {
        let value = synonym.value.as_deref().unwrap_or("null");
        line += &format!(" < {} {}={value}", self::source(synonym.source), synonym.name);
    }
    line
}

fn source(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Topic => "DYNAMIC_TOPIC_CONFIG",
        ConfigSource::DynamicBroker => "DYNAMIC_BROKER_CONFIG",
        ConfigSource::DynamicDefaultBroker => "DYNAMIC_DEFAULT_BROKER_CONFIG",
        ConfigSource::StaticBroker => "STATIC_BROKER_CONFIG",
        ConfigSource::Default => "DEFAULT_CONFIG",
        ConfigSource::DynamicBrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
        ConfigSource::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
        ConfigSource::Group => "DYNAMIC_GROUP_CONFIG",
    }
}

/// The exception that Kafka's client makes of an error.
fn exception(fault: &Fault) -> String {
    let class = match fault.code {
        ErrorCode::InvalidConfig => "InvalidConfigurationException",
        ErrorCode::InvalidRequest => "InvalidRequestException",
        ErrorCode::InvalidTopicException => "InvalidTopicException",
        ErrorCode::UnknownTopicOrPartition => "UnknownTopicOrPartitionException",
        other => other.name(),
    };
    format!("{class}: {}", fault.message.as_deref().unwrap_or_default())
}
