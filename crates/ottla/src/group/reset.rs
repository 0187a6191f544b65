//! `ottla group reset`.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::admin::{NewOffset, OffsetSpec};
use ottla_client::{Admin, TopicPartition};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::offset_words::{self, Place};
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `group reset`.
#[derive(Debug, Args)]
#[command(after_help = "\
The group must have no members. What changes is told on stderr, - before and + after.
Examples: ottla group reset billing --to start --topic orders
          ottla group reset billing --to @-2h --dry-run
Exit codes: 0 moved, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The group
    #[arg(value_name = "GROUP")]
    group: String,
    /// An offset, start, end, @TIME (2026-11-21T12:00:00Z, milliseconds) or @-AGE (-2h, -7d)
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    to: String,
    /// All partitions of these topics; none means the partitions it has offsets of
    #[arg(short, long, value_name = "TOPIC")]
    topic: Vec<String>,
    /// Say what would be moved, and move nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Moves it, and says from where to where.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let before = admin.list_group_offsets(&arguments.group, None, false).await?;
        let mut partitions: Vec<TopicPartition> = Vec::new();
        if arguments.topic.is_empty() {
            partitions.extend(before.keys().cloned());
        } else {
            let names: Vec<&str> = arguments.topic.iter().map(String::as_str).collect();
            let (topics, outcome) = split(admin.describe_topics(&names).await?, console);
            outcome?;
            for (name, topic) in topics {
                let indexes = topic.partitions.iter().map(|partition| partition.index);
                partitions.extend(indexes.map(|index| TopicPartition::new(name.as_str(), index)));
            }
        }
        if partitions.is_empty() {
            let text = format!("{} has committed nothing", arguments.group);
            return Err(Failure::new(text).advise("name topics with --topic"));
        }
        let after = places(&admin, arguments, &partitions, console).await?;
        if arguments.dry_run {
            for (partition, offset) in &after {
                console.talk(change(
                    partition,
                    before.get(partition).map(|one| one.offset),
                    *offset,
                ));
            }
            console.talk("nothing was moved (--dry-run)");
            return Ok(());
        }
        let offsets = after.iter().map(|(partition, offset)| {
            let new = NewOffset { offset: *offset, leader_epoch: None, metadata: String::new() };
            (partition.clone(), new)
        });
        let results = admin.alter_group_offsets(&arguments.group, &offsets.collect()).await?;
        tell_each(
            results,
            |_| false,
            console,
            |partition, ()| {
                let old = before.get(partition).map(|one| one.offset);
                change(partition, old, after.get(partition).copied().unwrap_or_default())
            },
        )
    })
}

fn change(partition: &TopicPartition, before: Option<i64>, after: i64) -> String {
    match before {
        Some(before) => format!("- {partition} {before}\n+ {partition} {after}"),
        None => format!("+ {partition} {after}"),
    }
}

/// The offset that each partition is to have.
async fn places(
    admin: &Admin,
    arguments: &Arguments,
    partitions: &[TopicPartition],
    console: &mut Console,
) -> Outcome<BTreeMap<TopicPartition, i64>> {
    let now_ms = admin.client().io().now().wall.millis;
    let spec = match offset_words::read(&arguments.to, now_ms)? {
        Place::Offset(offset) => {
            return Ok(partitions.iter().map(|one| (one.clone(), offset)).collect());
        }
        Place::Start => OffsetSpec::Earliest,
        Place::End => OffsetSpec::Latest,
        Place::Time(ms) => OffsetSpec::Timestamp(ms),
    };
    let wanted = partitions.iter().map(|one| (one.clone(), spec)).collect();
    let (found, outcome) = split(admin.list_offsets(&wanted, Default::default()).await, console);
    outcome?;
    let (known, late): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, one)| one.offset >= 0);
    // No record is that new: behind the newest.
    let late = late.into_iter().map(|(partition, _)| (partition, OffsetSpec::Latest)).collect();
    let (ends, outcome) = split(admin.list_offsets(&late, Default::default()).await, console);
    outcome?;
    Ok(known.into_iter().chain(ends).map(|(partition, found)| (partition, found.offset)).collect())
}
