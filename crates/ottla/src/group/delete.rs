//! `ottla group delete`.

use clap::Args;

use crate::console::Console;
use crate::failure::Outcome;
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `group delete`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all are deleted, 1 one was not, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The groups; they must have no members
    #[arg(required = true, value_name = "GROUP")]
    groups: Vec<String>,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Deletes them, and says so on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let ids: Vec<&str> = arguments.groups.iter().map(String::as_str).collect();
    arguments.target.run(async |admin| {
        if arguments.dry_run {
            let (groups, outcome) = split(admin.describe_groups(&ids).await, console);
            for (id, group) in groups {
                let members = group.members.len();
                let state = group.state;
                console.talk(format_args!("- would delete group {id}: {state}, {members} members"));
            }
            return outcome;
        }
        let results = admin.delete_groups(&ids).await;
        tell_each(results, |_| false, console, |id, ()| format!("deleted group {id}"))
    })
}
