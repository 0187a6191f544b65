//! `ottla group list`.

use clap::{Args, ValueEnum};
use ottla_client::admin::GroupType;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::table::Table;
use crate::target::{Output, Target};

/// Arguments of `group list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 listed, 1 the cluster could not be asked, 2 wrong arguments."
)]
pub(crate) struct Arguments {
    /// Only groups in these states: Stable, Empty, PreparingRebalance, ..
    #[arg(long, value_delimiter = ',', value_name = "STATE,..")]
    state: Vec<String>,
    /// Only groups of these types: classic, consumer
    #[arg(long = "type", value_delimiter = ',', value_name = "TYPE,..")]
    types: Vec<Type>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// What runs a group's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Type {
    /// Its members
    Classic,
    /// The broker (KIP-848)
    Consumer,
}

/// Prints a row a group.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let states: Vec<&str> = arguments.state.iter().map(String::as_str).collect();
    let types: Vec<GroupType> = arguments.types.iter().map(|kind| group_type(*kind)).collect();
    arguments.target.run(async |admin| {
        let mut table = Table::new(&["group", "type", "state", "protocol"]);
        for group in admin.list_groups(&states, &types).await? {
            let (kind, state) = (type_name(&group.group_type), json!(group.state));
            table.row([json!(group.group_id), json!(kind), state, json!(group.protocol_type)]);
        }
        table.print(arguments.output.format, console);
        Ok(())
    })
}

fn group_type(kind: Type) -> GroupType {
    match kind {
        Type::Classic => GroupType::Classic,
        Type::Consumer => GroupType::Consumer,
    }
}

/// The type in the words of the protocol.
pub(super) fn type_name(kind: &GroupType) -> &str {
    match kind {
        GroupType::Classic => "classic",
        GroupType::Consumer => "consumer",
        GroupType::Other(name) => name,
    }
}
