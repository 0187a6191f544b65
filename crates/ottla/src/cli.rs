//! The command line: what can be said, and what is printed when nothing is.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::console::Console;
use crate::failure::exit;
use crate::{
    bench, cluster, completion, config, consume, doctor, explain, faces, group, install_faces,
    log_dirs, log_dump, log_move, offsets, produce, quorum, serve, topic, txn,
};

/// What `ottla` alone prints.
pub(crate) const INTRODUCTION: &str = "\
ottla: a streaming platform in one binary, interchangeable with Apache Kafka 4.4

  ottla serve                          start a node on 127.0.0.1:9092, data in ./ottla-data
  ottla serve server.properties        start it with Kafka's settings file
  ottla topic create orders -p 12      make a topic; list, describe, alter, delete, grow, trim
  ottla produce orders < lines         send records; arguments, files, JSON
  ottla consume orders -e              read them; places, formats, --grep, groups
  ottla group lag                      where groups are, and how far from the end
  ottla explain NOT_LEADER_OR_FOLLOWER what an error code or a setting is
  ottla doctor                         what is wrong with the node, and what to do
  ottla install-faces ~/bin            be kafka-topics.sh and the other tools of Kafka
  ottla help                           everything else

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
    /// Topics: create, list, describe, alter, delete, grow, trim
    Topic {
        #[command(subcommand)]
        verb: topic::Verb,
    },
    /// Send records: arguments, files or stdin
    Produce(produce::Arguments),
    /// Read records of topics
    Consume(consume::Arguments),
    /// Groups: list, describe, lag, history, reset, delete, delete-offsets
    Group {
        #[command(subcommand)]
        verb: group::Verb,
    },
    /// Settings of topics, brokers, groups and client metrics
    Config {
        #[command(subcommand)]
        verb: config::Verb,
    },
    /// Print where partitions begin and end, or which offset a time has
    Offsets(offsets::Arguments),
    /// Print brokers, features and what is wrong with the cluster
    Cluster(cluster::Arguments),
    /// Print the quorum of the metadata log
    Quorum(quorum::Arguments),
    /// Transactions: list, describe, producers, abort
    Txn {
        #[command(subcommand)]
        verb: txn::Verb,
    },
    /// Measure: produce, consume, e2e
    Bench {
        #[command(subcommand)]
        verb: bench::Verb,
    },
    /// Say what is wrong with a node or a cluster, where, and what to do
    Doctor(doctor::Arguments),
    /// Log dirs: their files, how full they are, moves between them
    Log {
        #[command(subcommand)]
        verb: LogVerb,
    },
    /// Say what an error code or a setting is
    Explain(explain::Arguments),
    /// Be one of the tools that people know: kafka-topics.sh and so on
    #[command(name = "as")]
    Face(faces::Arguments),
    /// Link this binary under the names of those tools
    InstallFaces(install_faces::Arguments),
    /// Print the script by which a shell completes commands, topics and groups
    Completion(completion::Arguments),
    #[command(name = "__complete", hide = true)]
    Complete(completion::Ask),
}

/// What to do with files.
#[derive(Debug, Subcommand)]
pub(crate) enum LogVerb {
    /// Print files of a log dir: segments, indexes, snapshots, checkpoints
    Dump(log_dump::Arguments),
    /// Print the log dirs of brokers, and how full they are
    Dirs(log_dirs::Arguments),
    /// Move replicas to another log dir of their broker
    Move(log_move::Arguments),
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

/// Does what was said.
pub(crate) fn run(verb: &Verb, console: &mut Console) -> ExitCode {
    let outcome = match verb {
        Verb::Serve(arguments) => return serve::run(arguments),
        Verb::Doctor(arguments) => doctor::run(arguments, console),
        Verb::Log { verb: LogVerb::Dump(arguments) } => return log_dump::run(arguments),
        Verb::Log { verb: LogVerb::Dirs(arguments) } => log_dirs::run(arguments, console),
        Verb::Log { verb: LogVerb::Move(arguments) } => log_move::run(arguments, console),
        Verb::Topic { verb } => topic::run(verb, console),
        Verb::Produce(arguments) => produce::run(arguments, console),
        Verb::Consume(arguments) => consume::run(arguments, console),
        Verb::Group { verb } => group::run(verb, console),
        Verb::Config { verb } => config::run(verb, console),
        Verb::Offsets(arguments) => offsets::run(arguments, console),
        Verb::Cluster(arguments) => cluster::run(arguments, console),
        Verb::Quorum(arguments) => quorum::run(arguments, console),
        Verb::Bench { verb } => bench::run(verb, console),
        Verb::Txn { verb } => txn::run(verb, console),
        Verb::Explain(arguments) => explain::run(arguments, console),
        Verb::Face(arguments) => faces::list(arguments, console),
        Verb::InstallFaces(arguments) => install_faces::run(arguments, console),
        Verb::Completion(arguments) => completion::run(arguments, console),
        Verb::Complete(ask) => completion::answer(ask, console),
    };
    exit(outcome, console)
}
