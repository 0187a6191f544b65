//! `ottla group validate-regex`.

use clap::Args;
use regex::Regex;

use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// Arguments of `group validate-regex`.
#[derive(Debug, Args)]
#[command(after_help = "\
An expression matches the whole name of a topic; no cluster is asked.
Exit codes: 0 it is one, 1 it is none.")]
pub(crate) struct Arguments {
    /// The expression that members are to subscribe to
    #[arg(value_name = "REGEX", allow_hyphen_values = true)]
    expression: String,
}

/// Says whether it is one, and where it is wrong.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let expression = &arguments.expression;
    Regex::new(expression).map_err(|why| Failure::new(why.to_string()))?;
    console.talk(format_args!("{expression} is a valid expression"));
    Ok(())
}
