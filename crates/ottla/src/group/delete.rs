//! `ottla group delete`.

use clap::Args;
use ottla_client::Admin;

use super::meant::Groups;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `group delete`.
#[derive(Debug, Args)]
#[command(after_help = "\
Groups must have no members.
Exit codes: 0 all are deleted, 1 one was not, 2 wrong arguments.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    groups: Groups,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Deletes them, and says so on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let ids = arguments.groups.ids(&admin).await?;
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        if arguments.dry_run {
            return tell_deletions(&admin, &ids, console).await;
        }
        let results = admin.delete_groups(&ids).await;
        tell_each(results, |_| false, console, |id, ()| format!("deleted group {id}"))
    })
}

/// Says what would be deleted, and what would be refused.
async fn tell_deletions(admin: &Admin, ids: &[&str], console: &mut Console) -> Outcome {
    let (groups, mut outcome) = split(admin.describe_groups(ids).await, console);
    for (id, group) in groups {
        let (state, members) = (group.state, group.members.len());
        if members > 0 {
            let text = format!("{id} is {state} with {members} members");
            Failure::new(text).advise("stop its members first").tell(console);
            outcome = Err(Failure::told());
            continue;
        }
        let offsets = admin.list_group_offsets(&id, None, false).await?;
        let count = offsets.len();
        console.talk(format_args!("- would delete group {id}: {state}, {count} offsets"));
    }
    outcome
}
