//! `kcat` and `kafkacat`: what kcat 1.7.1 over librdkafka 2.0.2 takes and prints. `-P -C -G -L -Q`; not
//! here are `-M` (a mock cluster) and Avro, and `-X list` and `-X dump` show the settings there are.

mod consume;
mod errors;
mod group;
mod json;
mod list;
mod options;
mod produce;
mod query;
mod settings;
mod usage;

use std::process::ExitCode;

use ottla_io::run_os;

use crate::console::Console;
use options::{Mode, Options};

/// How a run ends that does not succeed.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// A complaint; exit code 1.
    Fatal(String),
    /// A complaint with the usage; exit code 1.
    Usage(String),
    /// The usage was asked for.
    Help,
    Version,
    /// All has been said; this exit code.
    Code(u8),
}

type Outcome<T = ()> = Result<T, Ended>;

fn fatal<T>(text: impl Into<String>) -> Outcome<T> {
    Err(Ended::Fatal(text.into()))
}

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let code = |code: u8| ExitCode::from(code);
    let outcome = Options::read(line, console).and_then(|options| act(&options, console));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended::Code(number)) => code(number),
        Err(Ended::Help) => {
            console.text(usage::VERSION);
            console.text(usage::USAGE);
            ExitCode::SUCCESS
        }
        Err(Ended::Version) => {
            console.text(usage::VERSION);
            ExitCode::SUCCESS
        }
        Err(Ended::Usage(why)) => {
            console.talk(format_args!(
                "Error: {why}\n\n{}{}",
                usage::VERSION,
                usage::USAGE.trim_end()
            ));
            code(1)
        }
        Err(Ended::Fatal(why)) => {
            console.talk(format_args!("% ERROR: {why}"));
            code(1)
        }
    }
}

fn act(options: &Options, console: &mut Console) -> Outcome {
    run_os(1, async |io| match options.mode {
        Mode::Produce => produce::run(&io, options, console).await,
        Mode::Consume => consume::run(&io, options, console).await,
        Mode::Group => group::run(&io, options, console).await,
        Mode::List => list::run(&io, options, console).await,
        Mode::Query => query::run(&io, options, console).await,
    })
}

/// A line of talk, if the verbosity allows for it.
fn tell(options: &Options, level: i32, console: &mut Console, text: impl std::fmt::Display) {
    if options.verbosity >= level {
        console.talk(format_args!("% {text}"));
    }
}
