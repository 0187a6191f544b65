//! `ottla offsets`: where partitions begin and end, or which offset a time has.

use clap::Args;
use ottla_client::TopicPartition;
use ottla_client::admin::OffsetSpec;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::offset_words::{self, Place};
use crate::results::split;
use crate::table::Table;
use crate::target::{Output, Target};

/// Arguments of `offsets`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples: ottla offsets orders
          ottla offsets orders --at @-1h
Exit codes: 0 told, 1 a partition could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The topics; none means all but the coordinators'
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// The offset of a time instead: @2026-11-21T12:00:00Z, @-2h, @1763720000000
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    at: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a partition.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let mut names = arguments.topics.clone();
        if names.is_empty() {
            let topics = admin.list_topics().await?;
            let own = topics.iter().filter(|topic| !topic.is_internal);
            names.extend(own.map(|topic| topic.name.to_string()));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (topics, mut outcome) = split(admin.describe_topics(&names).await?, console);
        let partitions: Vec<TopicPartition> = topics
            .iter()
            .flat_map(|(name, topic)| {
                topic.partitions.iter().map(|one| TopicPartition::new(name.as_str(), one.index))
            })
            .collect();
        let mut ask = async |spec: OffsetSpec, console: &mut Console| {
            let wanted = partitions.iter().map(|one| (one.clone(), spec)).collect();
            let found = admin.list_offsets(&wanted, Default::default()).await;
            let (found, asked) = split(found, console);
            outcome = outcome.clone().and(asked);
            found
        };
        let table = match &arguments.at {
            Some(text) => {
                let now_ms = admin.client().io().now().wall.millis;
                let spec = match offset_words::read(text, now_ms)? {
                    Place::Start => OffsetSpec::Earliest,
                    Place::End => OffsetSpec::Latest,
                    Place::Time(ms) | Place::Offset(ms) => OffsetSpec::Timestamp(ms),
                };
                let mut table = Table::new(&["topic", "partition", "offset", "timestamp"]);
                for (partition, found) in ask(spec, console).await {
                    let known = |value: i64| if value < 0 { json!(null) } else { json!(value) };
                    let (topic, index) = (json!(&*partition.topic), json!(partition.partition));
                    table.row([topic, index, known(found.offset), known(found.timestamp)]);
                }
                table
            }
            None => {
                let starts = ask(OffsetSpec::Earliest, console).await;
                let ends = ask(OffsetSpec::Latest, console).await;
                let mut table = Table::new(&["topic", "partition", "start", "end", "offsets"]);
                for ((partition, start), (_, end)) in starts.into_iter().zip(ends) {
                    let count = end.offset - start.offset;
                    let (topic, index) = (json!(&*partition.topic), json!(partition.partition));
                    table.row([topic, index, json!(start.offset), json!(end.offset), json!(count)]);
                }
                table
            }
        };
        table.print(arguments.output.format, console);
        outcome
    })
}
