//! The command line: what can be said, and what is printed when nothing is.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// What `ottla` alone prints.
pub(crate) const INTRODUCTION: &str = "\
ottla: a streaming platform in one binary, interchangeable with Apache Kafka 4.4

  ottla serve                          start a node on 127.0.0.1:9092, data in ./ottla-data
  ottla serve server.properties        start it with Kafka's settings file
  ottla serve -X log.dirs=/var/ottla   start it with single settings
  ottla log dump ottla-data            print the files of a log dir
  ottla doctor                         what is wrong with the node, and what to do
  ottla help serve                     everything serve understands

Any Kafka client or tool talks to it: kcat -b 127.0.0.1:9092 -L
Metrics and health: http://127.0.0.1:9644/metrics /healthz /readyz
";

/// Arguments of the binary.
#[derive(Debug, Parser)]
#[command(
    name = "ottla",
    version,
    about = "A streaming platform in one binary, interchangeable with Apache Kafka 4.4"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start a node: broker and controller
    Serve(Serve),
    /// Say what is wrong with a node, where, and what to do
    Doctor(crate::doctor::Arguments),
    /// Look into the files of a log dir
    Log {
        #[command(subcommand)]
        verb: LogVerb,
    },
}

/// What to do with files.
#[derive(Debug, Subcommand)]
pub(crate) enum LogVerb {
    /// Print files of a log dir: segments, indexes, snapshots, checkpoints
    Dump(crate::log_dump::Arguments),
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Settings come from, each overriding the one before: ottla's defaults, the settings file, the
environment (KAFKA_* as in the apache/kafka, bitnami and cp images), -X.
Exit codes: 0 stopped by SIGTERM or SIGINT, 1 failed, 2 wrong arguments or settings.")]
pub(crate) struct Serve {
    /// Kafka's settings file (server.properties)
    pub(crate) settings_file: Option<PathBuf>,
    /// One setting, as KEY=VALUE; may be repeated
    #[arg(short = 'X', long = "override", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}
