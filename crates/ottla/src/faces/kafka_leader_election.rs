//! `kafka-leader-election.sh`: what `org.apache.kafka.tools.LeaderElectionCommand` (Kafka 4.3.1) takes
//! and prints.

use std::process::ExitCode;

use ottla_client::admin::ElectionType;
use ottla_client::{Admin, TopicPartition};
use ottla_io::Disk;
use ottla_model::ErrorCode;
use serde_json::Value;

use super::connection::{properties, said_of, with_admin};
use super::kafka_delete_records::java_class;
use super::options::{Ending, Flag, Given, flag, parse, value};
use crate::console::Console;
use crate::target::FILE_BYTES_MAX;

const ABOUT: &str =
    "This tool has partitions led by the first of their replicas, or by any that is there.";
const FLAGS: &[Flag] = &[
    value("admin.config", "old name of --command-config"),
    flag("all-topic-partitions", "every partition that needs it"),
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    value("election-type", "REQUIRED: preferred, or unclean: records may be lost"),
    flag("help", "print this"),
    value("partition", "the partition of --topic"),
    value("path-to-json-file", "{\"partitions\":[{\"topic\":\"t\",\"partition\":0}]}"),
    value("topic", "the topic of --partition"),
    flag("version", "print the version"),
];
const SCOPES: [&str; 3] = ["topic", "all-topic-partitions", "path-to-json-file"];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    super::end(work(line, console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    given.help_or_version(line)?;
    let missing: Vec<&str> =
        ["bootstrap-server", "election-type"].into_iter().filter(|name| !given.has(name)).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Ending::Thrown(format!("Missing required option(s): {missing}")));
    }
    let election = given.one("election-type")?.unwrap_or_default();
    let election = match election.to_lowercase().as_str() {
        "preferred" => ElectionType::Preferred,
        "unclean" => ElectionType::Unclean,
        _ => {
            let why = format!("Cannot parse argument '{election}' of option election-type");
            return Err(Ending::Thrown(why));
        }
    };
    let partitions = asked(&given)?;
    let file = if given.has("command-config") { "command-config" } else { "admin.config" };
    let properties = properties(&given, file, given.one("bootstrap-server")?.unwrap_or_default())?;
    with_admin(properties, async |admin| {
        elect(&admin, election, partitions.as_deref(), console).await
    })
}

/// The partitions meant; `None` for all.
fn asked(given: &Given) -> Result<Option<Vec<TopicPartition>>, Ending> {
    if SCOPES.iter().filter(|scope| given.has(scope)).count() != 1 {
        return Err(Ending::Thrown(format!(
            "One and only one of the following options is required: {}",
            SCOPES.join(", ")
        )));
    }
    if given.has("topic") != given.has("partition") {
        let why = "Missing required option partition: topic and partition go together";
        return Err(Ending::Thrown(why.to_owned()));
    }
    if let Some(path) = given.one("path-to-json-file")? {
        let bytes =
            Disk::os().read(path, FILE_BYTES_MAX).map_err(|_| Ending::Thrown(path.to_owned()))?;
        return listed(&String::from_utf8_lossy(&bytes)).map(Some).map_err(Ending::Thrown);
    }
    let Some(topic) = given.one("topic")? else { return Ok(None) };
    let partition = given.parsed("partition")?.unwrap_or_default();
    Ok(Some(vec![TopicPartition::new(topic, partition)]))
}

/// The partitions of a file.
fn listed(text: &str) -> Result<Vec<TopicPartition>, String> {
    let json: Value =
        serde_json::from_str(text).map_err(|_| "Replica election data is empty".to_owned())?;
    let partitions = json.get("partitions").and_then(Value::as_array);
    let partitions = partitions.ok_or("Replica election data is missing \"partitions\" field")?;
    let mut found = Vec::new();
    for one in partitions {
        let topic = one.get("topic").and_then(Value::as_str).ok_or("Expected `String` value")?;
        let index = one.get("partition").and_then(Value::as_i64);
        let index = index.and_then(|index| i32::try_from(index).ok());
        let partition = TopicPartition::new(topic, index.ok_or("Expected `Integer` value")?);
        if found.contains(&partition) {
            let twice = format!("Replica election data contains duplicate partitions: {partition}");
            return Err(twice);
        }
        found.push(partition);
    }
    Ok(found)
}

async fn elect(
    admin: &Admin,
    election: ElectionType,
    partitions: Option<&[TopicPartition]>,
    console: &mut Console,
) -> Result<(), Ending> {
    let name = match election {
        ElectionType::Preferred => "PREFERRED",
        ElectionType::Unclean => "UNCLEAN",
    };
    let results = admin.elect_leaders(election, partitions).await;
    let results = results.map_err(|error| Ending::Thrown(said_of(&error, "electLeaders")))?;
    let (mut elected, mut valid, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (partition, result) in results {
        match result {
            Ok(()) => elected.push(partition.to_string()),
            Err(error) if error.code() == Some(ErrorCode::ElectionNotNeeded) => {
                valid.push(partition.to_string());
            }
            Err(error) => failed.push((partition, error)),
        }
    }
    if !elected.is_empty() {
        console.line(format_args!(
            "Successfully completed leader election ({name}) for partitions {}",
            elected.join(", ")
        ));
    }
    if !valid.is_empty() {
        let valid = valid.join(", ");
        console.line(format_args!("Valid replica already elected for partitions {valid}"));
    }
    for (partition, error) in &failed {
        let class = error.code().map_or("TimeoutException", java_class);
        console.line(format_args!(
            "Error completing leader election ({name}) for partition: {partition}: \
             org.apache.kafka.common.errors.{class}: {}",
            error.reason()
        ));
    }
    match failed.len() {
        0 => Ok(()),
        count => Err(Ending::Thrown(format!("{count} replica(s) could not be elected"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_the_tool_reads_it() {
        let one = r#"{"topic":"a","partition":1}"#;
        let found = listed(&format!(r#"{{"partitions":[{one}]}}"#));
        assert_eq!(found, Ok(vec![TopicPartition::new("a", 1)]));
        let twice = listed(&format!(r#"{{"partitions":[{one},{one}]}}"#));
        let why = "Replica election data contains duplicate partitions: a-1";
        assert_eq!(twice, Err(why.to_owned()));
        assert!(listed("x").is_err());
    }
}
