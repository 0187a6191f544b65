//! `ottla topic grow`.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::admin::NewPartitions;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `topic grow`.
#[derive(Debug, Args)]
#[command(after_help = "\
Records with a key go to other partitions afterwards: the order per key holds only within what was
written before and what is written after.
Exit codes: 0 grown, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The topic
    topic: String,
    /// How many partitions it is to have; +N for N more
    #[arg(short, long, value_name = "N|+N")]
    partitions: String,
    /// Ask the cluster whether it would, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Grows it, and says so on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let (more, count) = match arguments.partitions.strip_prefix('+') {
        Some(count) => (true, count),
        None => (false, arguments.partitions.as_str()),
    };
    let count: i32 = count.parse().map_err(|_| {
        Failure::usage(format!("{} is no number of partitions", arguments.partitions))
    })?;
    arguments.target.run(async |admin| {
        let (topics, outcome) = split(admin.describe_topics(&[&arguments.topic]).await?, console);
        outcome?;
        let old = topics.first().map_or(0, |(_, topic)| topic.partitions.len() as i32);
        let total = if more { old.saturating_add(count) } else { count };
        let new = NewPartitions { total, assignments: Vec::new() };
        let topics = BTreeMap::from([(arguments.topic.clone(), new)]);
        let results = admin.create_partitions(&topics, arguments.dry_run).await;
        tell_each(
            results,
            |_| false,
            console,
            |name, ()| {
                let would = if arguments.dry_run { "would have" } else { "has" };
                format!("- {name} had {old} partitions\n+ {name} {would} {total} partitions")
            },
        )
    })
}
