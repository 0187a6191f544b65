//! `ottla group describe`.

use clap::Args;
use serde_json::json;

use super::list::type_name;
use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `group describe`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 described, 1 a group is not there, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The groups
    #[arg(required = true, value_name = "GROUP")]
    groups: Vec<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a member; on stderr, for people, a line a group.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let ids: Vec<&str> = arguments.groups.iter().map(String::as_str).collect();
    arguments.target.run(async |admin| {
        let (groups, outcome) = split(admin.describe_groups(&ids).await, console);
        let mut table =
            Table::new(&["group", "member", "instance", "client", "host", "epoch", "partitions"]);
        for (id, group) in groups {
            if arguments.output.format == Format::Table {
                console.talk(format_args!(
                    "{id}: {} group, {}, {} members, assignor {}, coordinator {}",
                    type_name(&group.group_type),
                    group.state,
                    group.members.len(),
                    if group.assignor.is_empty() { "-" } else { &group.assignor },
                    group.coordinator
                ));
            }
            for member in group.members {
                let partitions: Option<Vec<String>> = member
                    .assignment
                    .map(|partitions| partitions.iter().map(ToString::to_string).collect());
                table.row([
                    json!(id),
                    json!(member.member_id),
                    json!(member.instance_id),
                    json!(member.client_id),
                    json!(member.host),
                    json!(member.epoch),
                    json!(partitions),
                ]);
            }
        }
        table.print(arguments.output.format, console);
        outcome
    })
}
