//! `kafka-transactions.sh`: what `org.apache.kafka.tools.TransactionsCommand` (Kafka 4.3.1) takes and
//! prints.

mod find_hanging;

use std::process::ExitCode;

use ottla_client::admin::{AbortTransaction, TransactionFilter};
use ottla_client::{Admin, Error, TopicPartition};

use super::connection::{properties, said, with_admin};
use super::options::{Ending, Flag, Given, flag, parse, spelled_out, value};
use super::printf::print_table;
use crate::console::Console;

const ABOUT: &str = "usage: kafka-transactions.sh --bootstrap-server HOST:PORT \
    {list,describe,describe-producers,abort,find-hanging,forceTerminateTransaction} [flags]";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value(
        "broker-id",
        "describe-producers: ask this broker instead of the leader; find-hanging: its partitions",
    ),
    value("command-config", "file of client settings"),
    value("coordinator-epoch", "abort: epoch of the coordinator"),
    value("duration-filter", "list: open for at least this many milliseconds"),
    flag("help", "-h, print this"),
    value("max-transaction-timeout", "find-hanging: minutes after which one hangs, 15"),
    value("partition", "the partition"),
    value("producer-epoch", "abort: epoch of the producer"),
    value("producer-id", "abort: the producer"),
    value("start-offset", "abort: where the transaction begins"),
    value("topic", "the topic"),
    value("transactional-id", "the transactional id"),
    value("transactional-id-pattern", "list: ids that match"),
    flag("version", "-v, print the version"),
];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let line = spelled_out(line, &[("-h", "--help"), ("-v", "--version")]);
    super::end(work(&line, console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    given.help_or_version(line)?;
    given.require(&["bootstrap-server"])?;
    let [command] = given.words.as_slice() else { return Err(Ending::Help) };
    let needed: &[&str] = match command.as_str() {
        "list" => &[],
        "describe" | "forceTerminateTransaction" => &["transactional-id"],
        "describe-producers" => &["topic", "partition"],
        "abort" => &["topic", "partition"],
        "find-hanging" if given.has("topic") || given.has("broker-id") => &[],
        "find-hanging" => {
            return Err(Ending::Thrown(
                "The `find-hanging` command requires either --topic or --broker-id to limit the \
                 scope of the search"
                    .to_owned(),
            ));
        }
        other => {
            return Err(Ending::Usage(format!(
                "kafka-transactions.sh: error: invalid choice: '{other}'"
            )));
        }
    };
    given.require(needed)?;
    let bootstrap = given.one("bootstrap-server")?.unwrap_or_default();
    let properties = properties(&given, "command-config", bootstrap)?;
    with_admin(properties, async |admin| match command.as_str() {
        "list" => list(&admin, &given, console).await,
        "describe" => describe(&admin, &given, console).await,
        "describe-producers" => describe_producers(&admin, &given, console).await,
        "abort" => abort(&admin, &given).await,
        "find-hanging" => find_hanging::run(&admin, &given, console).await,
        _ => {
            let id = given.one("transactional-id")?.unwrap_or_default();
            let ended = admin.force_terminate_transaction(id).await;
            ended.map_err(|error| {
                failed(&format!("Failed to force terminate transactionalId `{id}`"), &error)
            })
        }
    })
}

fn failed(what: &str, error: &Error) -> Ending {
    Ending::Thrown(format!("{what}: {}", said(error)))
}

async fn list(admin: &Admin, given: &Given, console: &mut Console) -> Result<(), Ending> {
    let filter = TransactionFilter {
        longer_than_ms: given.parsed("duration-filter")?,
        pattern: given.one("transactional-id-pattern")?.map(str::to_owned),
        ..TransactionFilter::default()
    };
    let found = admin.list_transactions(&filter).await;
    let mut found = found.map_err(|error| failed("Failed to list transactions", &error))?;
    found.sort_by_key(|one| one.coordinator);
    let rows: Vec<Vec<String>> = found
        .into_iter()
        .map(|one| {
            let (coordinator, producer) =
                (one.coordinator.to_string(), one.producer_id.to_string());
            vec![one.transactional_id, coordinator, producer, one.state]
        })
        .collect();
    print_table(
        &["TransactionalId", "Coordinator", "ProducerId", "TransactionState"],
        &rows,
        console,
    );
    Ok(())
}

async fn describe(admin: &Admin, given: &Given, console: &mut Console) -> Result<(), Ending> {
    let id = given.one("transactional-id")?.unwrap_or_default();
    let found = admin.describe_transactions(&[id]).await.into_values().next();
    let what = format!("Failed to describe transaction state of transactional-id `{id}`");
    let one = match found {
        Some(found) => found.map_err(|error| failed(&what, &error))?,
        None => return Err(Ending::Thrown(what)),
    };
    let now_ms = admin.client().io().now().wall.millis;
    let none = || "None".to_owned();
    let (start, duration) = match one.started_at {
        Some(at) => (at.to_string(), (now_ms - at).to_string()),
        None => (none(), none()),
    };
    let partitions: Vec<String> = one.partitions.iter().map(ToString::to_string).collect();
    let row = vec![
        one.coordinator.to_string(),
        id.to_owned(),
        one.producer_id.to_string(),
        one.producer_epoch.to_string(),
        one.state,
        one.timeout_ms.to_string(),
        start,
        duration,
        partitions.join(","),
    ];
    let head = [
        "CoordinatorId",
        "TransactionalId",
        "ProducerId",
        "ProducerEpoch",
        "TransactionState",
        "TransactionTimeoutMs",
        "CurrentTransactionStartTimeMs",
        "TransactionDurationMs",
        "TopicPartitions",
    ];
    print_table(&head, &[row], console);
    Ok(())
}

fn partition(given: &Given) -> Result<TopicPartition, Ending> {
    let topic = given.one("topic")?.unwrap_or_default();
    Ok(TopicPartition::new(topic, given.parsed("partition")?.unwrap_or_default()))
}

async fn describe_producers(
    admin: &Admin,
    given: &Given,
    console: &mut Console,
) -> Result<(), Ending> {
    let partition = partition(given)?;
    let broker = given.parsed::<i32>("broker-id")?;
    let found = admin.describe_producers(std::slice::from_ref(&partition), broker).await;
    let at = broker.map_or("leader".to_owned(), |id| format!("broker {id}"));
    let what = format!("Failed to describe producers for partition {partition} on {at}");
    let found = match found.into_values().next() {
        Some(found) => found.map_err(|error| failed(&what, &error))?,
        None => return Err(Ending::Thrown(what)),
    };
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|one| {
            let open = one.current_txn_start.map_or("None".to_owned(), |offset| offset.to_string());
            vec![
                one.producer_id.to_string(),
                one.producer_epoch.to_string(),
                one.coordinator_epoch.unwrap_or(-1).to_string(),
                one.last_sequence.to_string(),
                one.last_timestamp.to_string(),
                open,
            ]
        })
        .collect();
    let head = [
        "ProducerId",
        "ProducerEpoch",
        "LatestCoordinatorEpoch",
        "LastSequence",
        "LastTimestamp",
        "CurrentTransactionStartOffset",
    ];
    print_table(&head, &rows, console);
    Ok(())
}

async fn abort(admin: &Admin, given: &Given) -> Result<(), Ending> {
    let partition = partition(given)?;
    let what = format!("Failed to abort transaction in partition {partition}");
    let (producer_id, producer_epoch, coordinator_epoch) = match given
        .parsed::<i64>("start-offset")?
    {
        Some(offset) => {
            let found = admin.describe_producers(std::slice::from_ref(&partition), None).await;
            let producers = match found.into_values().next() {
                Some(found) => found.map_err(|error| failed(&what, &error))?,
                None => Vec::new(),
            };
            let one = producers.iter().find(|one| one.current_txn_start == Some(offset));
            let Some(one) = one else {
                return Err(Ending::Thrown(format!(
                    "Could not find any open transactions starting at offset {offset} on partition {partition}"
                )));
            };
            // The tool sends 0 for a coordinator that never ended a transaction of the producer.
            (one.producer_id, one.producer_epoch, one.coordinator_epoch.unwrap_or(0))
        }
        None => {
            given.require(&["producer-id", "producer-epoch", "coordinator-epoch"])?;
            (
                given.parsed("producer-id")?.unwrap_or_default(),
                given.parsed("producer-epoch")?.unwrap_or_default(),
                given.parsed("coordinator-epoch")?.unwrap_or_default(),
            )
        }
    };
    let producer_epoch = i16::try_from(producer_epoch)
        .map_err(|_| Ending::Thrown(format!("{producer_epoch} is no epoch of a producer")))?;
    let abort = AbortTransaction { partition, producer_id, producer_epoch, coordinator_epoch };
    admin.abort_transaction(&abort).await.map_err(|error| failed(&what, &error))
}
