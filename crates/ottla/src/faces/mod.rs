//! Known tools, by whose names this binary can be called: their flags, their output.
//!
//! A tool is a file here and a line in [`FACES`]. Flags are read by [`options`] (jopt-simple's way)
//! or [`subcommands`] (argparse4j's way) into a plain value, without a broker; what is asked then
//! goes through `ottla-client`, and what is printed on stdout is what the tool prints, byte for
//! byte (`conformance/faces` compares). Complaints on stderr have the tool's words, help has ours.

mod connection;
mod console_words;
mod feature_levels;
mod java_map;
mod kafka_broker_api_versions;
mod kafka_cluster;
mod kafka_configs;
mod kafka_console_consumer;
mod kafka_console_producer;
mod kafka_consumer_groups;
mod kafka_consumer_perf_test;
mod kafka_delete_records;
mod kafka_dump_log;
mod kafka_e2e_latency;
mod kafka_features;
mod kafka_get_offsets;
mod kafka_groups;
mod kafka_leader_election;
mod kafka_log_dirs;
mod kafka_metadata_quorum;
mod kafka_producer_perf_test;
mod kafka_storage;
mod kafka_topics;
mod kafka_transactions;
mod kcat;
mod options;
mod perf_flags;
mod printf;
mod refused;
mod topic_filter;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use options::{Ending, Flag};

/// Version that the tools say they are of.
const VERSION: &str = "4.4.0";
/// Exit code of tools that complain.
const EXIT_FAILED: u8 = 1;

/// A tool.
struct Face {
    /// Its name, without `.sh`.
    name: &'static str,
    /// Whether it is called with `.sh` behind its name as well.
    script: bool,
    run: fn(&[String], &mut Console) -> ExitCode,
}

const fn script(name: &'static str, run: fn(&[String], &mut Console) -> ExitCode) -> Face {
    Face { name, script: true, run }
}

const fn program(name: &'static str, run: fn(&[String], &mut Console) -> ExitCode) -> Face {
    Face { name, script: false, run }
}

const FACES: &[Face] = &[
    script("kafka-topics", kafka_topics::run),
    script("kafka-console-producer", kafka_console_producer::run),
    script("kafka-console-consumer", kafka_console_consumer::run),
    script("kafka-producer-perf-test", kafka_producer_perf_test::run),
    script("kafka-consumer-perf-test", kafka_consumer_perf_test::run),
    script("kafka-e2e-latency", kafka_e2e_latency::run),
    script("kafka-configs", kafka_configs::run),
    script("kafka-consumer-groups", kafka_consumer_groups::run),
    script("kafka-groups", kafka_groups::run),
    script("kafka-get-offsets", kafka_get_offsets::run),
    script("kafka-delete-records", kafka_delete_records::run),
    script("kafka-log-dirs", kafka_log_dirs::run),
    script("kafka-leader-election", kafka_leader_election::run),
    script("kafka-broker-api-versions", kafka_broker_api_versions::run),
    script("kafka-transactions", kafka_transactions::run),
    script("kafka-cluster", kafka_cluster::run),
    script("kafka-metadata-quorum", kafka_metadata_quorum::run),
    script("kafka-features", kafka_features::run),
    script("kafka-storage", kafka_storage::run),
    script("kafka-acls", refused::kafka_acls),
    script("kafka-reassign-partitions", refused::kafka_reassign_partitions),
    script("kafka-dump-log", kafka_dump_log::run),
    program("kcat", kcat::run),
    program("kafkacat", kcat::run),
];

/// Arguments of `as`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The tool, with or without .sh; none lists them
    #[arg(value_name = "TOOL")]
    tool: Option<String>,
    /// What it is called with
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Every name the binary answers to.
pub(crate) fn names() -> impl Iterator<Item = String> {
    FACES.iter().flat_map(|face| {
        let script = face.script.then(|| format!("{}.sh", face.name));
        [Some(face.name.to_owned()), script].into_iter().flatten()
    })
}

/// Runs the tool whose name the program was called by, or that follows `as`; `None` if it is none
/// of them.
pub(crate) fn run(line: &[OsString], console: &mut Console) -> Option<ExitCode> {
    let line: Vec<String> = line.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let (called, rest) = line.split_first()?;
    let name = Path::new(called).file_name()?.to_string_lossy().into_owned();
    if let Some(face) = find(&name) {
        return Some((face.run)(rest, console));
    }
    match rest {
        [verb, tool, arguments @ ..] if verb == "as" => Some((find(tool)?.run)(arguments, console)),
        _ => None,
    }
}

/// What `as` says when it is called with no tool, or with one that there is not.
pub(crate) fn list(arguments: &Arguments, console: &mut Console) -> Outcome {
    let Some(tool) = &arguments.tool else {
        for face in FACES {
            console.line(face.name);
        }
        return Ok(());
    };
    let failure = Failure::usage(format!("there is no tool {tool} here"));
    match ottla_config::nearest_name(tool, FACES.iter().map(|face| face.name)) {
        Some(nearest) => Err(failure.advise(format!("did you mean {nearest}?"))),
        None => Err(failure.advise("ottla as lists them")),
    }
}

fn find(name: &str) -> Option<&'static Face> {
    FACES.iter().find(|face| {
        face.name == name || (face.script && name.strip_suffix(".sh") == Some(face.name))
    })
}

/// Ends a tool that reads its flags in jopt-simple's way.
fn end(
    outcome: Result<(), Ending>,
    about: &str,
    flags: &[Flag],
    console: &mut Console,
) -> ExitCode {
    let usage = |console: &mut Console, message: &str| {
        console.talk(message);
        console.talk(usage(flags).trim_end());
        ExitCode::from(EXIT_FAILED)
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ending::Usage(message)) => usage(console, &message),
        Err(Ending::Help) => usage(console, about),
        Err(Ending::Thrown(message)) => {
            console.talk(message);
            ExitCode::from(EXIT_FAILED)
        }
        Err(Ending::Printed(message)) => {
            console.line(message);
            ExitCode::from(EXIT_FAILED)
        }
        Err(Ending::Code(code)) => ExitCode::from(code),
        Err(Ending::Version) => {
            console.line(VERSION);
            ExitCode::SUCCESS
        }
    }
}

fn usage(flags: &[Flag]) -> String {
    let mut lines = String::new();
    for flag in flags.iter().filter(|flag| !flag.about.is_empty()) {
        let name = match flag.takes {
            options::Takes::Nothing => format!("--{}", flag.name),
            options::Takes::Value => format!("--{} <value>", flag.name),
            options::Takes::MaybeValue => format!("--{} [value]", flag.name),
        };
        lines.push_str(&format!("{name:<44} {}\n", flag.about));
    }
    lines
}
