//! `ottla explain`: what an error code or a setting is, from their declarations.

mod code;
mod setting;

use clap::Args;
use ottla_config::nearest_name;
use ottla_model::ErrorCode;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::table::Format;

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples: ottla explain 6, ottla explain NOT_LEADER_OR_FOLLOWER, ottla explain retention.ms
Exit codes: 0 explained, 1 nothing has that name, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Error code, its number or its name, or a setting of a broker, a topic or a group
    #[arg(value_name = "CODE|SETTING", allow_negative_numbers = true)]
    what: String,
    /// Lines of text, or JSON
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT", hide_possible_values = true)]
    output: Format,
}

/// Prints what is known of it.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let what = arguments.what.trim();
    let json = match arguments.output {
        Format::Table => false,
        Format::Json => true,
        Format::Csv => return Err(Failure::usage("an explanation is text or JSON, not CSV")),
    };
    let facts = match code::find(what) {
        Some(code) => vec![code::facts(code)],
        None => setting::facts(what),
    };
    if facts.is_empty() {
        return Err(unknown(what));
    }
    if json {
        let objects: Vec<_> = facts.iter().map(Facts::json).collect();
        console.line(serde_json::to_string_pretty(&objects).unwrap_or_default());
        return Ok(());
    }
    for (at, facts) in facts.iter().enumerate() {
        console.text(if at == 0 { "" } else { "\n" });
        facts.print(console);
    }
    Ok(())
}

/// Every name that can be asked for, error codes first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ErrorCode::ALL.iter().map(|code| code.name()).chain(setting::names())
}

fn unknown(what: &str) -> Failure {
    let upper = what.to_ascii_uppercase();
    let codes = ErrorCode::ALL.iter().map(|code| code.name());
    let nearest = nearest_name(&upper, codes).or_else(|| nearest_name(what, setting::names()));
    let failure = Failure::new(format!("{what} is neither an error code nor a setting"));
    match nearest {
        Some(nearest) => failure.advise(format!("did you mean {nearest}?")),
        None => {
            failure.advise("error codes run from -1 to 134 and have names like REQUEST_TIMED_OUT")
        }
    }
}

/// A heading, and what is known in the order in which it is said.
struct Facts {
    heading: String,
    facts: Vec<(&'static str, String)>,
}

/// Column at which the text of a fact begins.
const TEXT_COLUMN: usize = 14;

impl Facts {
    fn print(&self, console: &mut Console) {
        console.line(&self.heading);
        for (name, text) in &self.facts {
            console.line(format_args!("  {name:<width$}{text}", width = TEXT_COLUMN - 2));
        }
    }

    fn json(&self) -> serde_json::Value {
        let mut object = serde_json::Map::new();
        object.insert("name".to_owned(), self.heading.clone().into());
        for (name, text) in &self.facts {
            object.insert((*name).replace(' ', "_"), text.clone().into());
        }
        object.into()
    }
}
