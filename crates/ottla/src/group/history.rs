//! `ottla group history`: the rebalances that a node remembers, from its operator's page.

use clap::Args;
use serde_json::{Value, json};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::operator_page;
use crate::table::{Format, Table};
use crate::target::Output;

/// Arguments of `group history`.
#[derive(Debug, Args)]
#[command(after_help = "\
A node of ottla remembers the last rebalances of its groups since it started; Apache Kafka does not.
Exit codes: 0 told, 1 the group is not there, 2 wrong arguments or the node could not be asked.")]
pub(crate) struct Arguments {
    /// The group; none means all
    #[arg(value_name = "GROUP")]
    group: Option<String>,
    /// A row for each member that came, went or changed, instead of one a rebalance
    #[arg(short, long)]
    changes: bool,
    /// The ottla.admin.listener of the node that coordinates the group
    #[arg(long, value_name = "HOST:PORT", default_value = operator_page::HERE)]
    admin: String,
    #[command(flatten)]
    output: Output,
}

/// Prints a row a rebalance, the oldest first.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let target = match &arguments.group {
        Some(group) => format!("/groups?group={}", escaped(group)),
        None => "/groups".to_owned(),
    };
    let hint = "name the ottla.admin.listener of the group's coordinator with --admin";
    let page = operator_page::ask(&arguments.admin, &target)
        .map_err(|why| Failure::usage(why).advise(hint))?;
    let groups = list(&page, "groups");
    if let (Some(group), []) = (&arguments.group, groups) {
        let text = format!("there is no group {group} at {}", arguments.admin);
        return Err(Failure::new(text).advise("ottla group list lists them"));
    }
    let table = if arguments.changes { changes(groups) } else { rebalances(groups) };
    table.print(arguments.output.format, console);
    if arguments.output.format == Format::Table {
        for storm in list(&page, "rebalance_storms").iter().filter_map(Value::as_str) {
            console.talk(format_args!("{storm} rebalances again and again"));
        }
    }
    Ok(())
}

fn rebalances(groups: &[Value]) -> Table {
    let names = ["group", "begun_ms", "took_ms", "generation", "members", "why", "changes"];
    let mut table = Table::new(&names);
    for group in groups {
        for one in list(group, "rebalances") {
            let left_out = one["changes_left_out"].as_u64().unwrap_or(0);
            let count = list(one, "changes").len() as u64 + left_out;
            let of = |name: &str| one[name].clone();
            table.row([
                group["group"].clone(),
                of("begun_ms"),
                of("took_ms"),
                of("generation"),
                of("members"),
                of("why"),
                json!(count),
            ]);
        }
    }
    table
}

fn changes(groups: &[Value]) -> Table {
    let names = [
        "group",
        "generation",
        "at_ms",
        "member_id",
        "instance",
        "client_id",
        "host",
        "what",
        "why",
    ];
    let mut table = Table::new(&names);
    for group in groups {
        for one in list(group, "rebalances") {
            for change in list(one, "changes") {
                let of = |name: &str| change[name].clone();
                table.row([
                    group["group"].clone(),
                    one["generation"].clone(),
                    of("at_ms"),
                    of("member_id"),
                    of("group_instance_id"),
                    of("client_id"),
                    of("client_host"),
                    of("what"),
                    of("why"),
                ]);
            }
        }
    }
    table
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text as part of an address.
fn escaped(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_groups_go_into_an_address() {
        assert_eq!(escaped("bill-ing.1_a"), "bill-ing.1_a");
        assert_eq!(escaped("a b&c/ä"), "a%20b%26c%2F%C3%A4");
    }
}
