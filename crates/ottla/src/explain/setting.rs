//! What is known of a setting: at each level that has one of its name.

use ottla_config::synonym::{broker_synonyms, group_synonym, topic_synonyms};
use ottla_config::{
    Check, Default, Setting, UpdateMode, broker_setting, broker_settings, dynamic_broker_setting,
    group_setting, group_settings, topic_setting, topic_settings,
};

use super::Facts;

/// The names of all settings, each level's in Kafka's order of definition.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let settings = topic_settings().iter().chain(broker_settings()).chain(group_settings());
    settings.map(|setting| setting.name)
}

/// One for each level that knows the name.
pub(super) fn facts(name: &str) -> Vec<Facts> {
    let topic = topic_setting(name).map(of_topic);
    let broker = broker_setting(name).or_else(|| dynamic_broker_setting(name)).map(of_broker);
    let group = group_setting(name).map(of_group);
    [topic, broker, group].into_iter().flatten().collect()
}

fn of_topic(setting: &'static Setting) -> Facts {
    let synonyms = topic_synonyms(setting.name).iter().map(|synonym| synonym.name.to_owned());
    let change = format!("ottla config set topic NAME {}=VALUE", setting.name);
    of("topic", setting, synonyms.collect(), "while the topic is in use", Some(change))
}

fn of_group(setting: &'static Setting) -> Facts {
    let synonyms = group_synonym(setting.name).map(str::to_owned);
    let change = format!("ottla config set group NAME {}=VALUE", setting.name);
    of("group", setting, synonyms.into_iter().collect(), "while the group is in use", Some(change))
}

fn of_broker(setting: &'static Setting) -> Facts {
    let synonyms = broker_synonyms(setting.name).into_iter().filter(|name| name != setting.name);
    let (when, change) = match setting.update {
        UpdateMode::ReadOnly => ("only with a restart", None),
        UpdateMode::PerBroker => (
            "while the broker runs, one broker at a time",
            Some(format!("ottla config set broker ID {}=VALUE", setting.name)),
        ),
        UpdateMode::ClusterWide => (
            "while brokers run, one or all of them",
            Some(format!("ottla config set broker ID {}=VALUE", setting.name)),
        ),
    };
    of("broker", setting, synonyms.collect(), when, change)
}

fn of(
    level: &str,
    setting: &'static Setting,
    synonyms: Vec<String>,
    when: &str,
    change: Option<String>,
) -> Facts {
    let mut facts = Vec::new();
    match setting.doc {
        Some(doc) => facts.push(("meaning", doc.to_owned())),
        None => facts.push((
            "meaning",
            "accepted and kept as Kafka has it; ottla does not act on it yet".to_owned(),
        )),
    }
    facts.push(("type", setting.kind.name().to_ascii_lowercase()));
    facts.push(("default", default(&setting.default)));
    if let Some(own) = &setting.own_default {
        facts.push(("with ottla", default(own)));
    }
    if let Some(range) = range(&setting.check) {
        facts.push(("values", range));
    }
    if !synonyms.is_empty() {
        let heading = if level == "broker" { "else from" } else { "broker's" };
        facts.push((heading, synonyms.join(", ")));
    }
    facts.push(("changes", when.to_owned()));
    if let Some(change) = change {
        facts.push(("to change", change));
    }
    Facts { heading: format!("{} ({level})", setting.name), facts }
}

fn default(value: &Default) -> String {
    match (value, value.text()) {
        (Default::Required, _) => "none: it must be given".to_owned(),
        (_, Some(text)) if text.is_empty() => "empty".to_owned(),
        (_, Some(text)) => text,
        (_, None) => "unset".to_owned(),
    }
}

/// The values that are allowed, where there is more to say than the type.
fn range(check: &Check) -> Option<String> {
    Some(match check {
        Check::Any | Check::NonNull => return None,
        Check::AtLeast(least) => format!("at least {least}"),
        Check::Between(least, most) => format!("{least} to {most}"),
        Check::OneOf(values) | Check::OneOfAnyCase(values) => values.join(", "),
        Check::List { of: [], empty: false, .. } => "a list that is not empty".to_owned(),
        Check::List { of: [], .. } => return None,
        Check::List { of, .. } => format!("any of {}", of.join(", ")),
        Check::NonEmpty => "not empty".to_owned(),
        Check::GzipLevel => "1 to 9, or -1 for the codec's own".to_owned(),
        Check::ThrottledReplicas => "* or partition:broker pairs".to_owned(),
        Check::QuorumVoters => "id@host:port entries".to_owned(),
        Check::QuorumBootstrapServers => "host:port entries".to_owned(),
        Check::ShareOffsetReset => "latest, earliest, or by_duration:P1D".to_owned(),
    })
}
