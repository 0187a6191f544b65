//! `ottla group describe`.

use clap::Args;
use ottla_client::admin::{GroupDescription, GroupMember};
use ottla_client::{Admin, TopicPartition};
use serde_json::{Value, json};

use super::list::type_name;
use super::meant;
use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `group describe`.
#[derive(Debug, Args)]
#[command(after_help = "\
ottla group lag tells the offsets of a group.
Exit codes: 0 described, 1 a group is not there, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The groups; none means all
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
    /// A row a group with its state, instead of a row a member
    #[arg(short, long)]
    state: bool,
    /// Subscriptions and targets of members too
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a member, or a group; on stderr, for people, a line a group.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let ids = match arguments.groups.as_slice() {
            [] => meant::all(&admin).await?,
            groups => groups.to_vec(),
        };
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let (groups, outcome) = split(admin.describe_groups(&ids).await, console);
        let table = if arguments.state {
            states(&admin, &groups)
        } else {
            if arguments.output.format == Format::Table {
                groups.iter().for_each(|(id, group)| console.talk(summary(id, group)));
            }
            members(&groups, arguments.verbose)
        };
        table.print(arguments.output.format, console);
        outcome
    })
}

fn summary(id: &str, group: &GroupDescription) -> String {
    format!(
        "{id}: {} group, {}, {} members, assignor {}, coordinator {}",
        type_name(&group.group_type),
        group.state,
        group.members.len(),
        if group.assignor.is_empty() { "-" } else { &group.assignor },
        group.coordinator
    )
}

/// A row a group.
fn states(admin: &Admin, groups: &[(String, GroupDescription)]) -> Table {
    let mut table = Table::new(&[
        "group",
        "type",
        "state",
        "protocol",
        "assignor",
        "coordinator",
        "address",
        "epoch",
        "target_epoch",
        "members",
    ]);
    let image = admin.client().image();
    let told = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    for (id, group) in groups {
        let address = image.node(group.coordinator).map(|node| node.address.to_string());
        table.row([
            json!(id),
            json!(type_name(&group.group_type)),
            json!(group.state),
            told(&group.protocol_type),
            told(&group.assignor),
            json!(group.coordinator),
            json!(address),
            json!(group.group_epoch),
            json!(group.target_epoch),
            json!(group.members.len()),
        ]);
    }
    table
}

/// A row a member.
fn members(groups: &[(String, GroupDescription)], is_verbose: bool) -> Table {
    let mut columns = vec!["group", "member", "instance", "client", "host", "epoch", "partitions"];
    if is_verbose {
        columns.extend(["target_epoch", "target", "rack", "topics", "pattern"]);
    }
    let mut table = Table::new(&columns);
    for (id, group) in groups {
        for member in &group.members {
            let mut cells = vec![
                json!(id),
                json!(member.member_id),
                json!(member.instance_id),
                json!(member.client_id),
                json!(member.host),
                json!(member.epoch),
                named(member.assignment.as_deref()),
            ];
            if is_verbose {
                cells.push(json!(group.target_epoch));
                cells.extend(plans(member));
            }
            table.row(cells);
        }
    }
    table
}

/// What a member is to have, where it stands, and what it asked for.
fn plans(member: &GroupMember) -> [Value; 4] {
    [
        named(member.target.as_deref()),
        json!(member.rack),
        json!(member.topics),
        json!(member.topic_pattern),
    ]
}

fn named(partitions: Option<&[TopicPartition]>) -> Value {
    json!(partitions.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>()))
}
