//! `ottla doctor`: asks a running node for its facts, or a cluster as its clients see it, or looks into
//! the log dirs of a stopped node, and prints what is wrong, where, and what to do, one finding a line.
//!
//! A check is a file in `checks/` and a line in [`checks::RUNNING`]: facts in, findings out. What a
//! client can see is in [`client`], what is looked for in the dirs of a stopped node in [`stopped`].

mod checks;
mod client;
mod finding;
mod stopped;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use finding::{Finding, Weight};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::operator_page;
use crate::target::Target;

/// What to do when a node does not tell.
const HINT: &str = "name the node's ottla.admin.listener with --admin, the brokers of a cluster with -b, \
    or the dirs of a stopped node with --log-dirs";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
If a cluster is named, by -b, --profile, OTTLA_BOOTSTRAP, OTTLA_PROFILE or the current profile, it is
looked at as clients see it: names, reachability of every advertised listener, versions, clock,
partitions. With --admin, or if none is named, a node is asked for its own facts.
Findings are problems or notes; notes alone leave the exit code at 0.
Exit codes: 0 no problem, 1 problems, 2 the node could not be asked or the dirs not read.")]
pub(crate) struct Arguments {
    /// The node's ottla.admin.listener [default: 127.0.0.1:9644]
    #[arg(long, value_name = "HOST:PORT")]
    admin: Option<String>,
    /// Look into these log dirs of a node that is stopped, instead of asking one
    #[arg(long, value_delimiter = ',', value_name = "DIR,DIR")]
    log_dirs: Vec<PathBuf>,
    /// Lines of text, or one JSON object per finding
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
    #[command(flatten)]
    target: Target,
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
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let Arguments { admin, log_dirs, target, .. } = arguments;
    let mut findings = Vec::new();
    if !log_dirs.is_empty() {
        findings.extend(stopped::look(log_dirs).map_err(Failure::usage)?);
    }
    let is_node_named = admin.is_some() || !log_dirs.is_empty();
    let is_cluster_meant = target.is_named() || (!is_node_named && target.is_ambient()?);
    if is_cluster_meant {
        findings.extend(client::look(target)?);
    }
    if admin.is_some() || !(is_node_named || is_cluster_meant) {
        let address = admin.as_deref().unwrap_or(operator_page::HERE);
        let facts = operator_page::ask(address, "/facts")
            .map_err(|why| Failure::usage(why).advise(HINT))?;
        findings.extend(checks::run(&facts));
    }
    report(&findings, arguments.output, console)
}

fn report(findings: &[Finding], format: Format, console: &mut Console) -> Outcome {
    for finding in findings {
        match format {
            Format::Text => console.line(finding.line()),
            Format::Json => console.line(finding.json()),
        }
    }
    let problems = findings.iter().filter(|finding| finding.weight == Weight::Problem).count();
    if format == Format::Text {
        let notes = findings.len() - problems;
        console.talk(format_args!("{problems} problems, {notes} notes"));
    }
    if problems == 0 { Ok(()) } else { Err(Failure::told()) }
}
