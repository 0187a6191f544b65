//! `ottla topic`: one file per verb.

mod alter;
mod create;
mod delete;
mod describe;
mod grow;
mod list;
mod trim;

use clap::Subcommand;

use crate::console::Console;
use crate::failure::Outcome;

/// What to do with topics.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make topics
    Create(create::Arguments),
    /// Print the names of topics
    List(list::Arguments),
    /// Print partitions, replicas and settings of topics
    Describe(describe::Arguments),
    /// Change settings of topics
    Alter(alter::Arguments),
    /// Delete topics with all their records
    Delete(delete::Arguments),
    /// Give a topic more partitions
    Grow(grow::Arguments),
    /// Forget the oldest records of partitions
    Trim(trim::Arguments),
}

/// Does it.
pub(crate) fn run(verb: &Verb, console: &mut Console) -> Outcome {
    match verb {
        Verb::Create(arguments) => create::run(arguments, console),
        Verb::List(arguments) => list::run(arguments, console),
        Verb::Describe(arguments) => describe::run(arguments, console),
        Verb::Alter(arguments) => alter::run(arguments, console),
        Verb::Delete(arguments) => delete::run(arguments, console),
        Verb::Grow(arguments) => grow::run(arguments, console),
        Verb::Trim(arguments) => trim::run(arguments, console),
    }
}
