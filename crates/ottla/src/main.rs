//! The one binary: `serve`, and the command line.

/// musl's own has one lock for all threads and maps each large buffer anew: bulk produce took 2.5 times the
/// CPU. The allocator of another C library is as fast as this one and takes less memory.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod alter_settings;
mod bench;
mod cli;
mod cluster;
mod completion;
mod config;
mod console;
mod consume;
mod doctor;
mod dump;
mod environment;
mod explain;
mod faces;
mod failure;
mod group;
mod install_faces;
mod live_names;
mod log_dirs;
mod log_dump;
mod log_move;
mod logging;
mod offset_words;
mod offsets;
mod offsets_csv;
mod operator_page;
mod partition_words;
mod produce;
mod profile;
mod progress;
mod quorum;
mod records;
mod results;
mod serve;
mod settings;
mod table;
mod target;
mod topic;
mod txn;

use std::process::ExitCode;

use clap::Parser;

use console::Console;
use environment::Environment;

fn main() -> ExitCode {
    let mut console = Console::new(Environment::read().no_colour);
    if let Some(code) = faces::run(&std::env::args_os().collect::<Vec<_>>(), &mut console) {
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
        Some(verb) => cli::run(&verb, &mut console),
        None => {
            console.text(cli::INTRODUCTION);
            ExitCode::SUCCESS
        }
    }
}
