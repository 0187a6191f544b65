//! `ottla config`: settings of topics, brokers, groups and client metrics, as the cluster has them.

use clap::{Args, Subcommand, ValueEnum};
use ottla_client::admin::{ConfigResource, ConfigResourceType, ConfigSource};
use serde_json::json;

use crate::alter_settings::{Changes, alter};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::table::Table;
use crate::target::{Output, Target};

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print settings, their values and where these come from
    Describe(Describe),
    /// Change settings
    Set(Set),
}

/// What has settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A topic
    Topic,
    /// A broker, by its number, or all brokers
    Broker,
    /// A group
    Group,
    /// A subscription to metrics of clients
    ClientMetrics,
}

/// Arguments of `config describe`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 described, 1 there is no such thing, 2 wrong arguments.")]
pub(crate) struct Describe {
    /// What it is
    kind: Kind,
    /// Its name; `all` brokers
    name: String,
    /// Those too that nobody has set
    #[arg(short, long)]
    all: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `config set`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples: ottla config set topic orders retention.ms=86400000 --dry-run
          ottla config set broker all --unset log.retention.ms
What changes is told on stderr, - before and + after.
Exit codes: 0 changed, 1 refused, 2 wrong arguments.")]
pub(crate) struct Set {
    /// What it is
    kind: Kind,
    /// Its name; `all` brokers
    name: String,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    target: Target,
}

/// Does it.
pub(crate) fn run(verb: &Verb, console: &mut Console) -> Outcome {
    match verb {
        Verb::Describe(arguments) => describe(arguments, console),
        Verb::Set(arguments) => {
            let resource = resource(arguments.kind, &arguments.name)?;
            alter(&arguments.target, resource, &arguments.changes, console)
        }
    }
}

fn describe(arguments: &Describe, console: &mut Console) -> Outcome {
    let resource = resource(arguments.kind, &arguments.name)?;
    arguments.target.run(async |admin| {
        let results = admin.describe_configs(std::slice::from_ref(&resource), true).await;
        let Some(settings) = results.into_values().next() else { return Err(Failure::told()) };
        let mut settings = settings?;
        settings.retain(|setting| arguments.all || setting.source != ConfigSource::Default);
        settings.sort_by(|a, b| a.name.cmp(&b.name));
        let mut table = Table::new(&["setting", "value", "source", "read_only"]);
        for setting in settings {
            let value = if setting.is_sensitive { json!("(secret)") } else { json!(setting.value) };
            let source = json!(source_name(setting.source));
            table.row([json!(setting.name), value, source, json!(setting.is_read_only)]);
        }
        table.print(arguments.output.format, console);
        Ok(())
    })
}

fn resource(kind: Kind, name: &str) -> Outcome<ConfigResource> {
    Ok(match kind {
        Kind::Topic => ConfigResource::topic(name),
        Kind::Broker if name == "all" => ConfigResource::new(ConfigResourceType::Broker, ""),
        Kind::Broker => ConfigResource::broker(name.parse().map_err(|_| {
            Failure::usage(format!("{name} is neither the number of a broker nor `all`"))
        })?),
        Kind::Group => ConfigResource::new(ConfigResourceType::Group, name),
        Kind::ClientMetrics => ConfigResource::new(ConfigResourceType::ClientMetrics, name),
    })
}

fn source_name(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Topic => "topic",
        ConfigSource::DynamicBroker => "broker",
        ConfigSource::DynamicDefaultBroker => "all-brokers",
        ConfigSource::StaticBroker => "file",
        ConfigSource::Default => "default",
        ConfigSource::DynamicBrokerLogger => "logger",
        ConfigSource::ClientMetrics => "client-metrics",
        ConfigSource::Group => "group",
        _ => "unknown",
    }
}
