//! `ottla group`: one file per verb.

mod delete;
mod delete_offsets;
mod describe;
mod history;
mod lag;
mod list;
mod meant;
mod reset;
mod validate_regex;

use clap::Subcommand;

use crate::console::Console;
use crate::failure::Outcome;

/// What to do with groups.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print the ids of groups, with type and state
    List(list::Arguments),
    /// Print the members of groups and what they have
    Describe(describe::Arguments),
    /// Print where groups are, and how far from the end
    Lag(lag::Arguments),
    /// Print the rebalances of groups: when, how long, and which member was the reason
    History(history::Arguments),
    /// Move groups to other offsets
    Reset(reset::Arguments),
    /// Delete groups with their offsets
    Delete(delete::Arguments),
    /// Delete offsets of a group
    DeleteOffsets(delete_offsets::Arguments),
    /// Say whether an expression is one that a subscription may have
    ValidateRegex(validate_regex::Arguments),
}

/// Does it.
pub(crate) fn run(verb: &Verb, console: &mut Console) -> Outcome {
    match verb {
        Verb::List(arguments) => list::run(arguments, console),
        Verb::Describe(arguments) => describe::run(arguments, console),
        Verb::Lag(arguments) => lag::run(arguments, console),
        Verb::History(arguments) => history::run(arguments, console),
        Verb::Reset(arguments) => reset::run(arguments, console),
        Verb::Delete(arguments) => delete::run(arguments, console),
        Verb::DeleteOffsets(arguments) => delete_offsets::run(arguments, console),
        Verb::ValidateRegex(arguments) => validate_regex::run(arguments, console),
    }
}
