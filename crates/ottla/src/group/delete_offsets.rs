//! `ottla group delete-offsets`.

use clap::{ArgGroup, Args};
use ottla_client::TopicPartition;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::partition_words;
use crate::results::tell_each;
use crate::target::Target;

/// Arguments of `group delete-offsets`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["topic", "all_topics"])))]
#[command(after_help = "\
Members must not be subscribed to the topics; a group that begins there again begins where
auto.offset.reset says. What is deleted is told on stderr.
Exit codes: 0 deleted, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The group
    #[arg(value_name = "GROUP")]
    group: String,
    /// The offsets of these topics, or of partitions of them
    #[arg(short, long, value_name = "TOPIC[:N,..]")]
    topic: Vec<String>,
    /// All its offsets
    #[arg(long)]
    all_topics: bool,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Deletes them, and says so on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let group = arguments.group.as_str();
    arguments.target.run(async |admin| {
        if let Some(described) = admin.describe_groups(&[group]).await.into_values().next() {
            // One that is not there has no offsets either, but that is not what was asked.
            described?;
        }
        let committed = admin.list_group_offsets(group, None, false).await?;
        let mut partitions: Vec<TopicPartition> = if arguments.all_topics {
            committed.keys().cloned().collect()
        } else {
            partition_words::find(&admin, &arguments.topic, console).await?
        };
        partitions.retain(|one| committed.contains_key(one));
        if partitions.is_empty() {
            return Err(Failure::new(format!("{group} has no offset of these")));
        }
        let told = |partition: &TopicPartition| match committed.get(partition) {
            Some(committed) => format!("- {partition} {}", committed.offset),
            None => format!("- {partition}"),
        };
        if arguments.dry_run {
            partitions.iter().for_each(|partition| console.talk(told(partition)));
            console.talk("nothing was deleted (--dry-run)");
            return Ok(());
        }
        let results = admin.delete_group_offsets(group, &partitions).await?;
        tell_each(results, |_| false, console, |partition, ()| told(partition))
    })
}
