//! `kafka-log-dirs.sh`: what `org.apache.kafka.tools.LogDirsCommand` (Kafka 4.3.1) takes and prints.

use std::process::ExitCode;

use ottla_client::Admin;
use ottla_client::admin::LogDirDescription;
use serde_json::json;

use super::connection::{properties, said, said_of, with_admin};
use super::java_map::{DEFAULT_CAPACITY, hash_order, order_of_hashes, topic_partition_hash};
use super::options::{Ending, Flag, Given, flag, parse, value};
use crate::console::Console;

const ABOUT: &str = "This tool prints what the log dirs of brokers hold.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("broker-list", "numbers of brokers: 0,1 (default: all)"),
    value("command-config", "file of client settings"),
    flag("describe", "REQUIRED: print it"),
    flag("help", "print this"),
    value("topic-list", "topics: a,b (default: all)"),
    flag("version", "print the version"),
];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    super::end(work(line, console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    given.help_or_version(line)?;
    given.require(&["bootstrap-server", "describe"])?;
    let properties =
        properties(&given, "command-config", given.one("bootstrap-server")?.unwrap_or_default())?;
    let topics = list(&given, "topic-list")?;
    let brokers: Vec<i32> = list(&given, "broker-list")?
        .iter()
        .map(|id| id.parse().map_err(|_| Ending::Thrown(format!("For input string: \"{id}\""))))
        .collect::<Result<_, _>>()?;
    with_admin(properties, async |admin| describe(&admin, &topics, &brokers, console).await)
}

async fn describe(
    admin: &Admin,
    topics: &[String],
    asked: &[i32],
    console: &mut Console,
) -> Result<(), Ending> {
    let cluster = admin.describe_cluster(false).await;
    let cluster = cluster.map_err(|error| Ending::Thrown(said_of(&error, "listNodes")))?;
    let there: Vec<i32> = cluster.nodes.iter().map(|node| node.id).collect();
    let missing: Vec<i32> = asked.iter().filter(|id| !there.contains(id)).copied().collect();
    if !missing.is_empty() {
        return Err(Ending::Thrown(format!(
            "ERROR: The given brokers do not exist from --broker-list: {}. Current existent brokers: {}",
            joined(&missing),
            joined(&there)
        )));
    }
    let meant: Vec<i32> =
        there.into_iter().filter(|id| asked.is_empty() || asked.contains(id)).collect();
    console.line("Querying brokers for log directories information");
    let mut brokers = Vec::new();
    for (id, dirs) in admin.describe_log_dirs(&meant, None).await {
        let dirs = dirs.map_err(|error| Ending::Thrown(said(&error)))?;
        let dirs =
            hash_order(dirs.into_iter().collect(), DEFAULT_CAPACITY, |(path, _)| path.as_str());
        let dirs: Vec<String> =
            dirs.iter().map(|(path, dir)| dir_json(path, dir, topics)).collect();
        brokers.push(format!("{{\"broker\":{id},\"logDirs\":[{}]}}", dirs.join(",")));
    }
    console
        .line(format_args!("Received log directory information from brokers {}", joined(&meant)));
    console.line(format_args!("{{\"brokers\":[{}],\"version\":1}}", brokers.join(",")));
    Ok(())
}

/// A directory; members stand in the order of Java's maps.
fn dir_json(path: &str, dir: &LogDirDescription, topics: &[String]) -> String {
    let meant = dir.replicas.iter().filter(|(partition, _)| {
        topics.is_empty() || topics.iter().any(|topic| **topic == *partition.topic)
    });
    let hashed = meant.map(|(partition, replica)| {
        let text = format!(
            "{{\"partition\":{},\"size\":{},\"offsetLag\":{},\"isFuture\":{}}}",
            json!(partition.to_string()),
            replica.size_bytes,
            replica.offset_lag,
            replica.is_future
        );
        (topic_partition_hash(&partition.topic, partition.partition), text)
    });
    let partitions = order_of_hashes(hashed.collect(), DEFAULT_CAPACITY);
    let error = match &dir.error {
        Some(error) if error.code() == Some(ottla_model::ErrorCode::KafkaStorageError) => {
            json!("org.apache.kafka.common.errors.KafkaStorageException")
        }
        Some(_) => json!("org.apache.kafka.common.errors.UnknownServerException"),
        None => json!(null),
    };
    format!(
        "{{\"partitions\":[{}],\"error\":{error},\"logDir\":{}}}",
        partitions.join(","),
        json!(path)
    )
}

fn list(given: &Given, flag: &str) -> Result<Vec<String>, Ending> {
    let text = given.one(flag)?.unwrap_or_default();
    Ok(text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

fn joined(ids: &[i32]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
