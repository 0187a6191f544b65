//! `ottla topic describe`.

use clap::Args;
use ottla_client::Admin;
use ottla_client::admin::{ConfigResource, ConfigSource, PartitionDescription};
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `topic describe`.
#[derive(Debug, Args)]
#[command(after_help = "\
STATE is ok, or what is wrong with the partition: no-leader, offline (a replica's node or disk is
gone), out-of-sync.
Exit codes: 0 described, 1 a topic is not there or the cluster could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The topics; none means all but the coordinators'
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// Only partitions with something wrong
    #[arg(short, long)]
    unhealthy: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a partition; on stderr, for people, a line a topic with its own settings.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let names = names(&admin, &arguments.topics).await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (topics, outcome) = split(admin.describe_topics(&names).await?, console);
        if arguments.output.format == Format::Table {
            for (name, _) in &topics {
                let settings = own_settings(&admin, name).await?;
                if !settings.is_empty() {
                    console.talk(format_args!("{name}: {settings}"));
                }
            }
        }
        let mut table =
            Table::new(&["topic", "partition", "leader", "epoch", "replicas", "isr", "state"]);
        for (name, topic) in &topics {
            for partition in &topic.partitions {
                let state = state(partition);
                if arguments.unhealthy && state == "ok" {
                    continue;
                }
                table.row([
                    json!(name),
                    json!(partition.index),
                    json!(partition.leader),
                    json!(partition.leader_epoch),
                    json!(partition.replicas),
                    json!(partition.isr),
                    json!(state),
                ]);
            }
        }
        table.print(arguments.output.format, console);
        outcome
    })
}

async fn names(admin: &Admin, asked: &[String]) -> Outcome<Vec<String>> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let topics = admin.list_topics().await?;
    let own = topics.iter().filter(|topic| !topic.is_internal);
    Ok(own.map(|topic| topic.name.to_string()).collect())
}

/// Settings that the topic has itself.
async fn own_settings(admin: &Admin, topic: &str) -> Outcome<String> {
    let mut results = admin.describe_configs(&[ConfigResource::topic(topic)], false).await;
    let Some((_, settings)) = results.pop_first() else { return Ok(String::new()) };
    let own: Vec<String> = settings?
        .iter()
        .filter(|setting| setting.source == ConfigSource::Topic)
        .map(|setting| format!("{}={}", setting.name, setting.value.as_deref().unwrap_or("")))
        .collect();
    Ok(own.join(" "))
}

fn state(partition: &PartitionDescription) -> &'static str {
    if partition.leader.is_none() {
        "no-leader"
    } else if !partition.offline.is_empty() {
        "offline"
    } else if partition.isr.len() < partition.replicas.len() {
        "out-of-sync"
    } else {
        "ok"
    }
}
