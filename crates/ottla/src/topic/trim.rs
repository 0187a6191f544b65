//! `ottla topic trim`.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::admin::OffsetSpec;
use ottla_client::{Admin, TopicPartition};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::offset_words;
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `topic trim`.
#[derive(Debug, Args)]
#[command(after_help = "\
Records before the place are forgotten; they cannot be had back.
Examples: ottla topic trim orders --before 1000 --partition 0
          ottla topic trim orders --before @-7d     older than seven days
          ottla topic trim orders --before end      all of them
Exit codes: 0 trimmed, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The topic
    topic: String,
    /// An offset, `end`, `@TIME` (2026-11-21T12:00:00Z, milliseconds) or `@-AGE` (-7d, -90m)
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    before: String,
    /// Only these partitions
    #[arg(short, long, value_delimiter = ',', value_name = "N,..")]
    partition: Vec<i32>,
    /// Say what would be forgotten, and forget nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Trims, and says where the logs begin now on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let partitions = partitions(&admin, arguments, console).await?;
        let places = places(&admin, arguments, &partitions, console).await?;
        if arguments.dry_run {
            let start = partitions.iter().map(|one| (one.clone(), OffsetSpec::Earliest)).collect();
            let (starts, outcome) =
                split(admin.list_offsets(&start, Default::default()).await, console);
            for (partition, start) in starts {
                let place = places.get(&partition).copied().unwrap_or(start.offset);
                let count = place.saturating_sub(start.offset).max(0);
                console.talk(format_args!(
                    "- {partition}: would forget {count} offsets, {} to {place}",
                    start.offset
                ));
            }
            return outcome;
        }
        let results = admin.delete_records(&places).await;
        tell_each(
            results,
            |_| false,
            console,
            |partition, low| format!("{partition} begins at {low}"),
        )
    })
}

async fn partitions(
    admin: &Admin,
    arguments: &Arguments,
    console: &mut Console,
) -> Outcome<Vec<TopicPartition>> {
    let (topics, outcome) = split(admin.describe_topics(&[&arguments.topic]).await?, console);
    outcome?;
    let all = topics.iter().flat_map(|(_, topic)| topic.partitions.iter().map(|one| one.index));
    let meant = |index: &i32| arguments.partition.is_empty() || arguments.partition.contains(index);
    let partitions: Vec<_> = all
        .filter(meant)
        .map(|index| TopicPartition::new(arguments.topic.as_str(), index))
        .collect();
    if partitions.is_empty() {
        return Err(Failure::usage(format!("{} has no such partition", arguments.topic)));
    }
    Ok(partitions)
}

/// The offset before which each partition is to forget.
async fn places(
    admin: &Admin,
    arguments: &Arguments,
    partitions: &[TopicPartition],
    console: &mut Console,
) -> Outcome<BTreeMap<TopicPartition, i64>> {
    let now_ms = admin.client().io().now().wall.millis;
    let spec = match offset_words::read(&arguments.before, now_ms)? {
        offset_words::Place::Offset(offset) => {
            return Ok(partitions.iter().map(|one| (one.clone(), offset)).collect());
        }
        offset_words::Place::Start => OffsetSpec::Earliest,
        offset_words::Place::End => OffsetSpec::Latest,
        offset_words::Place::Time(ms) => OffsetSpec::Timestamp(ms),
    };
    let wanted = partitions.iter().map(|one| (one.clone(), spec)).collect();
    let (found, outcome) = split(admin.list_offsets(&wanted, Default::default()).await, console);
    outcome?;
    let (known, old): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, one)| one.offset >= 0);
    // When no record is that new, all of them are older: those that there are now, not those to come.
    let old = old.into_iter().map(|(partition, _)| (partition, OffsetSpec::Latest)).collect();
    let (ends, outcome) = split(admin.list_offsets(&old, Default::default()).await, console);
    outcome?;
    Ok(known.into_iter().chain(ends).map(|(partition, found)| (partition, found.offset)).collect())
}
