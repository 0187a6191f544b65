//! `ottla txn`: transactions, and the producers that partitions remember.

mod abort;

use clap::{Args, Subcommand};
use ottla_client::TopicPartition;
use ottla_client::admin::TransactionFilter;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::Table;
use crate::target::{Output, Target};

/// What to do with transactions.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print every transactional id
    List(List),
    /// Print the state and the partitions of transactions
    Describe(Describe),
    /// Print the producers that a partition remembers
    Producers(Producers),
    /// End open transactions
    Abort(abort::Arguments),
}

/// Arguments of `txn list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those open for longer than this many milliseconds
    #[arg(long, value_name = "MS")]
    longer_than: Option<i64>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `txn describe`.
#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// The transactional ids
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `txn producers`.
#[derive(Debug, Args)]
pub(crate) struct Producers {
    /// The topic
    #[arg(value_name = "TOPIC")]
    topic: String,
    /// The partition
    partition: i32,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Does it.
pub(crate) fn run(verb: &Verb, console: &mut Console) -> Outcome {
    match verb {
        Verb::List(arguments) => list(arguments, console),
        Verb::Describe(arguments) => describe(arguments, console),
        Verb::Producers(arguments) => producers(arguments, console),
        Verb::Abort(arguments) => abort::run(arguments, console),
    }
}

fn list(arguments: &List, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let filter = TransactionFilter {
            longer_than_ms: arguments.longer_than,
            ..TransactionFilter::default()
        };
        let mut table = Table::new(&["transactional_id", "coordinator", "producer_id", "state"]);
        for one in admin.list_transactions(&filter).await? {
            let (id, producer) = (json!(one.transactional_id), json!(one.producer_id));
            table.row([id, json!(one.coordinator), producer, json!(one.state)]);
        }
        table.print(arguments.output.format, console);
        Ok(())
    })
}

fn describe(arguments: &Describe, console: &mut Console) -> Outcome {
    let ids: Vec<&str> = arguments.ids.iter().map(String::as_str).collect();
    arguments.target.run(async |admin| {
        let (found, outcome) = split(admin.describe_transactions(&ids).await, console);
        let mut table = Table::new(&[
            "transactional_id",
            "state",
            "producer_id",
            "producer_epoch",
            "timeout_ms",
            "started_at",
            "partitions",
        ]);
        for (id, one) in found {
            let partitions: Vec<String> = one.partitions.iter().map(ToString::to_string).collect();
            table.row([
                json!(id),
                json!(one.state),
                json!(one.producer_id),
                json!(one.producer_epoch),
                json!(one.timeout_ms),
                json!(one.started_at),
                json!(partitions),
            ]);
        }
        table.print(arguments.output.format, console);
        outcome
    })
}

fn producers(arguments: &Producers, console: &mut Console) -> Outcome {
    let partition = TopicPartition::new(arguments.topic.as_str(), arguments.partition);
    arguments.target.run(async |admin| {
        let (found, outcome) = split(admin.describe_producers(&[partition], None).await, console);
        let mut table = Table::new(&[
            "producer_id",
            "producer_epoch",
            "last_sequence",
            "last_timestamp",
            "open_since_offset",
        ]);
        for producer in found.into_iter().flat_map(|(_, producers)| producers) {
            table.row([
                json!(producer.producer_id),
                json!(producer.producer_epoch),
                json!(producer.last_sequence),
                json!(producer.last_timestamp),
                json!(producer.current_txn_start),
            ]);
        }
        table.print(arguments.output.format, console);
        outcome
    })
}
