//! `ottla group lag`.

use clap::Args;
use ottla_client::admin::OffsetSpec;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `group lag`.
#[derive(Debug, Args)]
#[command(after_help = "\
LAG is the distance in offsets from what is committed to the end of the log.
Exit codes: 0 told, 1 a group or a partition could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The groups; none means all
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
    /// Only partitions that are behind
    #[arg(long)]
    behind: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a partition; on stderr, for people, the sum of each group.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let mut groups = arguments.groups.clone();
        if groups.is_empty() {
            let listed = admin.list_groups(&[], &[]).await?;
            groups.extend(listed.into_iter().map(|group| group.group_id));
        }
        let mut outcome = Ok(());
        let mut table = Table::new(&["group", "topic", "partition", "committed", "end", "lag"]);
        for group in groups {
            let committed = admin.list_group_offsets(&group, None, false).await?;
            let wanted = committed.keys().map(|one| (one.clone(), OffsetSpec::Latest)).collect();
            let (ends, asked) =
                split(admin.list_offsets(&wanted, Default::default()).await, console);
            outcome = outcome.and(asked);
            let mut sum = 0;
            for (partition, end) in ends {
                let Some(committed) = committed.get(&partition) else { continue };
                let lag = (end.offset - committed.offset).max(0);
                sum += lag;
                if arguments.behind && lag == 0 {
                    continue;
                }
                table.row([
                    json!(group),
                    json!(&*partition.topic),
                    json!(partition.partition),
                    json!(committed.offset),
                    json!(end.offset),
                    json!(lag),
                ]);
            }
            if arguments.output.format == Format::Table {
                console.talk(format_args!("{group}: {sum} behind"));
            }
        }
        table.print(arguments.output.format, console);
        outcome
    })
}
