//! `kafka-configs.sh`: what `kafka.admin.ConfigCommand` (Kafka 4.3.1) takes and prints, of topics,
//! brokers, their loggers, groups and client metrics.

mod arguments;

use std::collections::BTreeMap;
use std::process::ExitCode;

use ottla_client::Admin;
use ottla_client::admin::{
    AlterConfig, ConfigDescription, ConfigResource, ConfigResourceType, ConfigSource,
};

use super::connection::{properties, said, with_admin};
use super::options::Ending;
use crate::console::Console;
use arguments::{ABOUT, Asked, FLAGS};

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = Asked::read(line).and_then(|asked| {
        let properties = properties(&asked.given, "command-config", &asked.bootstrap)?;
        with_admin(properties, async |admin| {
            if asked.given.has("alter") {
                alter(&admin, &asked, line, console).await
            } else {
                describe(&admin, &asked, line, console).await
            }
        })
    });
    super::end(outcome, ABOUT, FLAGS, console)
}

async fn alter(
    admin: &Admin,
    asked: &Asked,
    line: &[String],
    console: &mut Console,
) -> Result<(), Ending> {
    let name = asked.name.clone().unwrap_or_default();
    let (additions, deletions) = (asked.additions()?, asked.deletions());
    let resource = ConfigResource::new(asked.kind, &name);
    let set = additions.iter().map(|(name, value)| AlterConfig::set(name, value));
    let changes: Vec<_> = set.chain(deletions.iter().map(AlterConfig::delete)).collect();
    let changes = BTreeMap::from([(resource, changes)]);
    for result in admin.incremental_alter_configs(&changes, false).await.into_values() {
        result.map_err(|error| executing(line, &said(&error)))?;
    }
    let kind = &asked.kind_name;
    if name.is_empty() {
        console.line(format_args!("Completed updating default config for {kind} in the cluster."));
    } else {
        console.line(format_args!("Completed updating config for {} {name}.", singular(kind)));
    }
    Ok(())
}

async fn describe(
    admin: &Admin,
    asked: &Asked,
    line: &[String],
    console: &mut Console,
) -> Result<(), Ending> {
    let all = asked.given.has("all");
    for name in names(admin, asked, line).await? {
        if asked.kind == ConfigResourceType::Topic && !topic_exists(admin, &name, line).await? {
            console.line(format_args!(
                "The topic '{name}' doesn't exist and doesn't have dynamic config."
            ));
            continue;
        }
        if name.is_empty() {
            console
                .line(format_args!("Default configs for {} in the cluster are:", asked.kind_name));
        } else {
            let which = if all { "All" } else { "Dynamic" };
            let kind = singular(&asked.kind_name);
            console.line(format_args!("{which} configs for {kind} {name} are:"));
        }
        let mut settings = described(admin, &ConfigResource::new(asked.kind, &name), line).await?;
        let source = own_source(asked.kind, &name);
        settings.retain(|setting| all || source.is_none_or(|source| setting.source == source));
        settings.sort_by(|a, b| a.name.cmp(&b.name));
        settings.iter().for_each(|setting| print(setting, console));
    }
    Ok(())
}

/// The things meant, in the tool's order.
async fn names(admin: &Admin, asked: &Asked, line: &[String]) -> Result<Vec<String>, Ending> {
    if let Some(name) = &asked.name {
        return Ok(vec![name.clone()]);
    }
    let failed = |error: ottla_client::Error| executing(line, &said(&error));
    match asked.kind {
        ConfigResourceType::Topic => {
            let topics = admin.list_topics().await.map_err(failed)?;
            let names = topics.iter().map(|topic| topic.name.to_string()).collect();
            // Java keeps them in a HashMap that grows from its default size.
            Ok(super::java_map::hash_order(
                names,
                super::java_map::DEFAULT_CAPACITY,
                |name: &String| name,
            ))
        }
        ConfigResourceType::Broker | ConfigResourceType::BrokerLogger => {
            let cluster = admin.describe_cluster(false).await.map_err(failed)?;
            let mut names: Vec<String> =
                cluster.nodes.iter().map(|node| node.id.to_string()).collect();
            names.push(String::new());
            Ok(names)
        }
        kind => {
            let resources = admin.list_config_resources(&[kind]).await.map_err(failed)?;
            Ok(resources.into_iter().map(|resource| resource.name).collect())
        }
    }
}

async fn topic_exists(admin: &Admin, name: &str, line: &[String]) -> Result<bool, Ending> {
    let topics = admin.list_topics().await.map_err(|error| executing(line, &said(&error)))?;
    Ok(topics.iter().any(|topic| &*topic.name == name))
}

async fn described(
    admin: &Admin,
    resource: &ConfigResource,
    line: &[String],
) -> Result<Vec<ConfigDescription>, Ending> {
    let results = admin.describe_configs(std::slice::from_ref(resource), true).await;
    let result = results.into_values().next().unwrap_or_else(|| Ok(Vec::new()));
    result.map_err(|error| executing(line, &said(&error)))
}

fn print(setting: &ConfigDescription, console: &mut Console) {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
    let synonyms: Vec<String> = setting
        .synonyms
        .iter()
        .map(|one| format!("{}:{}={}", source_name(one.source), one.name, text(&one.value)))
        .collect();
    console.line(format_args!(
        "  {}={} sensitive={} synonyms={{{}}}",
        setting.name,
        text(&setting.value),
        setting.is_sensitive,
        synonyms.join(", ")
    ));
}

/// Where settings come from that were set for the thing itself; none if all are its own.
fn own_source(kind: ConfigResourceType, name: &str) -> Option<ConfigSource> {
    match kind {
        ConfigResourceType::Topic => Some(ConfigSource::Topic),
        ConfigResourceType::Broker if name.is_empty() => Some(ConfigSource::DynamicDefaultBroker),
        ConfigResourceType::Broker => Some(ConfigSource::DynamicBroker),
        ConfigResourceType::ClientMetrics => Some(ConfigSource::ClientMetrics),
        ConfigResourceType::Group => Some(ConfigSource::Group),
        _ => None,
    }
}

fn source_name(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Topic => "DYNAMIC_TOPIC_CONFIG",
        ConfigSource::DynamicBroker => "DYNAMIC_BROKER_CONFIG",
        ConfigSource::DynamicDefaultBroker => "DYNAMIC_DEFAULT_BROKER_CONFIG",
        ConfigSource::StaticBroker => "STATIC_BROKER_CONFIG",
        ConfigSource::Default => "DEFAULT_CONFIG",
        ConfigSource::DynamicBrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
        ConfigSource::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
        ConfigSource::Group => "DYNAMIC_GROUP_CONFIG",
        _ => "UNKNOWN",
    }
}

/// `topic` of `topics`; as the tool does, the last letter is dropped whatever it is.
fn singular(kind: &str) -> &str {
    kind.get(..kind.len().saturating_sub(1)).unwrap_or(kind)
}

fn executing(line: &[String], why: &str) -> Ending {
    let line = line.join(" ");
    Ending::Thrown(format!("Error while executing config command with args '{line}'\n{why}"))
}
