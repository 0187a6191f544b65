//! `kafka-delete-records.sh`: what `org.apache.kafka.tools.DeleteRecordsCommand` (Kafka 4.3.1) takes
//! and prints.

use std::collections::BTreeMap;
use std::process::ExitCode;

use ottla_client::TopicPartition;
use ottla_io::Disk;
use serde_json::Value;

use super::connection::{properties, with_admin};
use super::java_map::{DEFAULT_CAPACITY, order_of_hashes, topic_partition_hash};
use super::options::{Ending, Flag, flag, parse, value};
use crate::console::Console;
use crate::target::FILE_BYTES_MAX;

const ABOUT: &str = "This tool deletes records of partitions up to the offsets given.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    flag("help", "print this"),
    value(
        "offset-json-file",
        "REQUIRED: {\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"offset\":1}],\"version\":1}",
    ),
    flag("version", "print the version"),
];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    super::end(work(line, console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    given.help_or_version(line)?;
    given.require(&["bootstrap-server", "offset-json-file"])?;
    let properties =
        properties(&given, "command-config", given.one("bootstrap-server")?.unwrap_or_default())?;
    let path = given.one("offset-json-file")?.unwrap_or_default();
    let bytes =
        Disk::os().read(path, FILE_BYTES_MAX).map_err(|_| Ending::Thrown(path.to_owned()))?;
    let offsets = offsets(&String::from_utf8_lossy(&bytes)).map_err(Ending::Thrown)?;
    with_admin(properties, async |admin| {
        console.line("Executing records delete operation");
        let results = admin.delete_records(&offsets).await;
        console.line("Records delete operation completed:");
        let hashed = results.into_iter().map(|(partition, result)| {
            let hash = topic_partition_hash(&partition.topic, partition.partition);
            (hash, (partition, result))
        });
        for (partition, result) in order_of_hashes(hashed.collect(), DEFAULT_CAPACITY) {
            match result {
                Ok(low) => {
                    console.line(format_args!("partition: {partition}\tlow_watermark: {low}"))
                }
                Err(error) => {
                    let name = error.code().map_or("TimeoutException", java_class);
                    console.line(format_args!(
                        "partition: {partition}\terror: org.apache.kafka.common.errors.{name}: {}",
                        error.reason()
                    ));
                }
            }
        }
        Ok(())
    })
}

/// The name of the exception that Java's client has for a code.
pub(super) fn java_class(code: ottla_model::ErrorCode) -> &'static str {
    use ottla_model::ErrorCode as E;
    match code {
        E::OffsetOutOfRange => "OffsetOutOfRangeException",
        E::UnknownTopicOrPartition => "UnknownTopicOrPartitionException",
        E::TopicAuthorizationFailed => "TopicAuthorizationException",
        E::PolicyViolation => "PolicyViolationException",
        E::InvalidTopicException => "InvalidTopicException",
        E::LeaderNotAvailable => "LeaderNotAvailableException",
        E::NotLeaderOrFollower => "NotLeaderOrFollowerException",
        E::KafkaStorageError => "KafkaStorageException",
        E::ElectionNotNeeded => "ElectionNotNeededException",
        E::PreferredLeaderNotAvailable => "PreferredLeaderNotAvailableException",
        E::EligibleLeadersNotAvailable => "EligibleLeadersNotAvailableException",
        E::ClusterAuthorizationFailed => "ClusterAuthorizationException",
        E::RequestTimedOut => "TimeoutException",
        _ => "UnknownServerException",
    }
}

/// Reads the file.
fn offsets(text: &str) -> Result<BTreeMap<TopicPartition, i64>, String> {
    let json: Value = serde_json::from_str(text)
        .map_err(|_| "The input string is not a valid JSON".to_owned())?;
    let version = json.get("version").map_or(Some(1), Value::as_i64);
    if version != Some(1) {
        let version = version.map(|version| version.to_string()).unwrap_or_default();
        return Err(format!("Not supported version field value {version}"));
    }
    let partitions = json.get("partitions").ok_or("Missing partitions field")?;
    let partitions = partitions.as_array().ok_or("Expected JSON array, received something else")?;
    let (mut offsets, mut twice) = (BTreeMap::new(), Vec::new());
    for one in partitions {
        let field =
            |name: &str| one.get(name).ok_or_else(|| format!("No such field exists: `{name}`"));
        let topic = field("topic")?.as_str().ok_or("Expected `String` value")?;
        let index = field("partition")?.as_i64().and_then(|index| i32::try_from(index).ok());
        let offset = field("offset")?.as_i64().ok_or("Expected `Long` value")?;
        let partition = TopicPartition::new(topic, index.ok_or("Expected `Integer` value")?);
        if offsets.insert(partition.clone(), offset).is_some() {
            twice.push(partition.to_string());
        }
    }
    if twice.is_empty() {
        return Ok(offsets);
    }
    Err(format!("Offset json file contains duplicate topic partitions: {}", twice.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_the_tool_reads_it() {
        let found = offsets(r#"{"partitions":[{"topic":"a","partition":1,"offset":5}]}"#);
        assert_eq!(found, Ok(BTreeMap::from([(TopicPartition::new("a", 1), 5)])));
        for (text, why) in [
            ("x", "The input string is not a valid JSON"),
            ("{}", "Missing partitions field"),
            (r#"{"partitions":[],"version":2}"#, "Not supported version field value 2"),
            (r#"{"partitions":[{}]}"#, "No such field exists: `topic`"),
            (
                r#"{"partitions":[{"topic":"a","partition":1,"offset":5},{"topic":"a","partition":1,"offset":6}]}"#,
                "Offset json file contains duplicate topic partitions: a-1",
            ),
        ] {
            assert_eq!(offsets(text), Err(why.to_owned()), "{text}");
        }
    }
}
