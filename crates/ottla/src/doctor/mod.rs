//! `ottla doctor`: asks a running node for its facts, or looks into the log dirs of a stopped one,
//! and prints what is wrong, where, and what to do, one finding a line.
//!
//! A check is a file in `checks/` and a line in [`checks::RUNNING`]: facts in, findings out. What is
//! looked for in the dirs of a stopped node is in [`stopped`].

mod ask;
mod checks;
mod finding;
mod stopped;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use finding::{Finding, Weight};

/// Exit code when nobody could be asked.
const EXIT_BLIND: u8 = 2;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Findings are problems or notes; notes alone leave the exit code at 0.
Exit codes: 0 no problem, 1 problems, 2 the node could not be asked or the dirs not read.")]
pub(crate) struct Arguments {
    /// The node's ottla.admin.listener
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9644")]
    admin: String,
    /// Look into these log dirs of a node that is stopped, instead of asking one
    #[arg(long, value_delimiter = ',', value_name = "DIR,DIR")]
    log_dirs: Vec<PathBuf>,
    /// Lines of text, or one JSON object per finding
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

/// How findings look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object per line
    Json,
}

/// Asks or looks, and prints.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let looked = if arguments.log_dirs.is_empty() {
        ask::facts(&arguments.admin).map(|facts| checks::run(&facts))
    } else {
        stopped::look(&arguments.log_dirs)
    };
    match looked {
        Ok(findings) => report(&findings, arguments.output),
        Err(why) => {
            eprintln!("ottla: {why}");
            ExitCode::from(EXIT_BLIND)
        }
    }
}

fn report(findings: &[Finding], format: Format) -> ExitCode {
    for finding in findings {
        match format {
            Format::Text => println!("{}", finding.line()),
            Format::Json => println!("{}", finding.json()),
        }
    }
    let problems = findings.iter().filter(|finding| finding.weight == Weight::Problem).count();
    if format == Format::Text {
        let notes = findings.len() - problems;
        eprintln!("{problems} problems, {notes} notes");
    }
    ExitCode::from(u8::from(problems > 0))
}
