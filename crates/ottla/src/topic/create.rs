//! `ottla topic create`.

use clap::Args;
use ottla_client::admin::NewTopic;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::results::tell_each;
use crate::target::Target;

/// Arguments of `topic create`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all are made, 1 one was refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Names of the new topics
    #[arg(required = true, value_name = "NAME")]
    topics: Vec<String>,
    /// Partitions of each [default: the cluster's num.partitions]
    #[arg(short, long)]
    partitions: Option<i32>,
    /// Replicas of each partition [default: the cluster's default.replication.factor]
    #[arg(short, long)]
    replicas: Option<i16>,
    /// A setting of the topics; may be repeated
    #[arg(short = 'c', long = "config", value_name = "KEY=VALUE")]
    configs: Vec<String>,
    /// A topic that is there already is no error
    #[arg(long)]
    if_not_exists: bool,
    /// Ask the cluster whether it would, and make nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Makes them, and says so on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let configs = arguments.configs.iter().map(|pair| match pair.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        None => Err(Failure::usage(format!("-c {pair} is not of the form KEY=VALUE"))),
    });
    let configs = configs.collect::<Outcome<_>>()?;
    let topic = |name: &String| NewTopic {
        name: name.clone(),
        partitions: arguments.partitions,
        replication_factor: arguments.replicas,
        configs: Clone::clone(&configs),
        ..NewTopic::default()
    };
    let topics: Vec<NewTopic> = arguments.topics.iter().map(topic).collect();
    arguments.target.run(async |admin| {
        let results = if arguments.dry_run {
            admin.validate_topics(&topics).await
        } else {
            admin.create_topics(&topics).await
        };
        let forgiven = |error: &ottla_client::Error| {
            arguments.if_not_exists
                && error.code() == Some(ottla_model::ErrorCode::TopicAlreadyExists)
        };
        let done = if arguments.dry_run { "+ would create" } else { "created" };
        tell_each(results, forgiven, console, |name, created| {
            let counts = match (created.partitions, created.replication_factor) {
                (partitions @ 0.., replicas @ 0..) => {
                    format!(": {partitions} partitions, {replicas} replicas")
                }
                _ => String::new(),
            };
            let settings: String = if arguments.dry_run {
                let line = |(key, value)| format!("\n+ {name} {key}={value}");
                topics
                    .first()
                    .map_or(String::new(), |topic| topic.configs.iter().map(line).collect())
            } else {
                String::new()
            };
            format!("{done} topic {name}{counts}{settings}")
        })
    })
}
