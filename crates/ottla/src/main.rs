//! The one binary: `serve`, and the command line.

mod cli;
mod doctor;
mod dump;
mod faces;
mod log_dump;
mod logging;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    if let Some(code) = faces::run(&std::env::args_os().collect::<Vec<_>>()) {
        return code;
    }
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refusal) => {
            // clap sends help to stdout and errors to stderr.
            let _ = refusal.print();
            return ExitCode::from(if refusal.use_stderr() { 2 } else { 0 });
        }
    };
    match arguments.verb {
        Some(cli::Verb::Serve(arguments)) => serve::run(&arguments),
        Some(cli::Verb::Doctor(arguments)) => doctor::run(&arguments),
        Some(cli::Verb::Log { verb: cli::LogVerb::Dump(arguments) }) => log_dump::run(&arguments),
        None => {
            print!("{}", cli::INTRODUCTION);
            ExitCode::SUCCESS
        }
    }
}
