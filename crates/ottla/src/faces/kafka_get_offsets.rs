//! `kafka-get-offsets.sh`: what `org.apache.kafka.tools.GetOffsetShell` (Kafka 4.3.1) takes and prints.

use std::collections::BTreeMap;
use std::process::ExitCode;

use ottla_client::admin::OffsetSpec;
use ottla_client::{Admin, TopicPartition};

use super::connection::{properties, said, said_of, with_admin};
use super::options::{Ending, Flag, Given, flag, parse, value};
use super::topic_filter::{TopicFilter, is_internal};
use crate::console::Console;

const ABOUT: &str = "This tool prints offsets of partitions.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("broker-list", ""),
    value("command-config", "file of client settings"),
    flag("exclude-internal-topics", "leave out the coordinators' topics"),
    flag("help", "print this"),
    value("partitions", "numbers of partitions: 0,2"),
    value(
        "time",
        "milliseconds, earliest, latest, max-timestamp, earliest-local, latest-tiered (default: latest)",
    ),
    value("topic", "a topic or a regular expression"),
    value("topic-partitions", "topics with partitions: t:0,u:0-3,v:5-,w"),
    flag("version", "print the version"),
];

/// Partitions of some topics.
#[derive(Debug)]
struct Rule {
    topics: TopicFilter,
    /// Single partitions; empty for those of the range.
    partitions: Vec<i32>,
    range: std::ops::Range<i32>,
}

/// What the tool is to do.
#[derive(Debug)]
struct Asked {
    given: Given,
    bootstrap: String,
    spec: OffsetSpec,
    rules: Vec<Rule>,
}

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = Asked::read(line).and_then(|asked| {
        let mut properties = properties(&asked.given, "command-config", &asked.bootstrap)?;
        properties.insert("client.id".to_owned(), "GetOffsetShell".to_owned());
        with_admin(properties, async |admin| print(&admin, &asked, console).await)
    });
    super::end(outcome, ABOUT, FLAGS, console)
}

impl Asked {
    fn read(line: &[String]) -> Result<Self, Ending> {
        if line.is_empty() {
            return Err(Ending::Help);
        }
        let given = parse(FLAGS, line)?;
        given.help_or_version(line)?;
        // Before 2.8 the brokers stood behind --broker-list.
        let flag = if given.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" };
        let Some(bootstrap) = given.one(flag)?.map(str::to_owned) else {
            given.require(&["bootstrap-server"])?;
            return Err(Ending::Help);
        };
        if given.has("topic-partitions") && (given.has("topic") || given.has("partitions")) {
            return Err(Ending::Thrown(
                "--topic-partitions cannot be used with --topic or --partitions".to_owned(),
            ));
        }
        let spec = spec(given.one("time")?.unwrap_or("latest"))?;
        let rules = match given.one("topic-partitions")? {
            Some(text) => text.split(',').map(rule).collect::<Result<_, _>>()?,
            None => vec![Rule {
                topics: TopicFilter::including(given.one("topic")?.unwrap_or(".*"))
                    .map_err(Ending::Thrown)?,
                partitions: numbers(given.one("partitions")?.unwrap_or_default())?,
                range: 0..i32::MAX,
            }],
        };
        Ok(Self { given, bootstrap, spec, rules })
    }

    fn means(&self, topic: &str, partition: i32) -> bool {
        self.rules.iter().any(|rule| {
            let is_meant = if rule.partitions.is_empty() {
                rule.range.contains(&partition)
            } else {
                rule.partitions.contains(&partition)
            };
            is_meant && rule.topics.allows(topic)
        })
    }
}

async fn print(admin: &Admin, asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    let excluded = asked.given.has("exclude-internal-topics");
    let topics = admin.list_topics().await;
    let topics = topics.map_err(|error| Ending::Thrown(said_of(&error, "listTopics")))?;
    let names: Vec<&str> = topics
        .iter()
        .map(|topic| &*topic.name)
        .filter(|name| asked.rules.iter().any(|rule| rule.topics.allows(name)))
        .filter(|name| !(excluded && is_internal(name)))
        .collect();
    let mut wanted = BTreeMap::new();
    if !names.is_empty() {
        let described = admin.describe_topics(&names).await;
        for (name, topic) in described.map_err(|error| Ending::Thrown(said(&error)))? {
            let topic = topic.map_err(|error| Ending::Thrown(said(&error)))?;
            let indexes = topic.partitions.iter().map(|partition| partition.index);
            for index in indexes.filter(|index| asked.means(&name, *index)) {
                wanted.insert(TopicPartition::new(name.as_str(), index), asked.spec);
            }
        }
    }
    if wanted.is_empty() {
        return Err(Ending::Thrown(
            "Could not match any topic-partitions with the specified filters".to_owned(),
        ));
    }
    let mut lines = BTreeMap::new();
    for (partition, found) in admin.list_offsets(&wanted, Default::default()).await {
        match found {
            Ok(found) if found.offset >= 0 => {
                // Sorted as texts: 10 comes before 2.
                lines.insert(partition.to_string(), (partition, found.offset));
            }
            Ok(_) => {}
            Err(error) => console.talk(format_args!(
                "Skip getting offsets for topic-partition {partition} due to error: {}",
                said(&error)
            )),
        }
    }
    for (partition, offset) in lines.values() {
        console.line(format_args!("{}:{}:{offset}", partition.topic, partition.partition));
    }
    Ok(())
}

fn spec(text: &str) -> Result<OffsetSpec, Ending> {
    Ok(match text {
        "earliest" | "-2" => OffsetSpec::Earliest,
        "latest" | "-1" => OffsetSpec::Latest,
        "max-timestamp" | "-3" => OffsetSpec::MaxTimestamp,
        "earliest-local" | "-4" => OffsetSpec::EarliestLocal,
        "latest-tiered" | "-5" => OffsetSpec::LatestTiered,
        "earliest-pending-upload" | "-6" => OffsetSpec::EarliestPendingUpload,
        other => OffsetSpec::Timestamp(other.parse().map_err(|_| {
            Ending::Thrown(format!(
                "Malformed time argument {text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp"
            ))
        })?),
    })
}

fn numbers(text: &str) -> Result<Vec<i32>, Ending> {
    let parts = text.split(',').filter(|_| !text.is_empty());
    parts.map(str::parse).collect::<Result<_, _>>().map_err(|_| {
        Ending::Thrown(format!(
            "--partitions expects a comma separated list of numeric partition ids, but received: {text}"
        ))
    })
}

/// `topic`, `topic:1`, `topic:1-3`, `topic:1-`, `topic:-3`.
fn rule(text: &str) -> Result<Rule, Ending> {
    let wrong = || Ending::Thrown(format!("Invalid rule specification: {text}"));
    let (topic, partitions) = text.split_once(':').unwrap_or((text, ""));
    let number = |text: &str, otherwise: i32| match text {
        "" => Ok(otherwise),
        text => text.parse().map_err(|_| wrong()),
    };
    let (single, range) = match partitions.split_once('-') {
        Some((low, high)) => (Vec::new(), number(low, 0)?..number(high, i32::MAX)?),
        None if partitions.is_empty() => (Vec::new(), 0..i32::MAX),
        None => (vec![number(partitions, 0)?], 0..0),
    };
    let topic = if topic.is_empty() { ".*" } else { topic };
    let topics = TopicFilter::including(topic).map_err(Ending::Thrown)?;
    Ok(Rule { topics, partitions: single, range })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, means: &[(&str, i32)], does_not: &[(&str, i32)]) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let asked = Asked::read(&words).unwrap();
        assert!(means.iter().all(|(topic, partition)| asked.means(topic, *partition)), "{line}");
        assert!(
            !does_not.iter().any(|(topic, partition)| asked.means(topic, *partition)),
            "{line}"
        );
    }

    #[test]
    fn partitions_are_chosen_by_rules() {
        let b = "--bootstrap-server a:1";
        check(&format!("{b} --topic t.*"), &[("t", 0), ("tx", 9)], &[("u", 0)]);
        check(&format!("{b} --topic t --partitions 0,2"), &[("t", 0), ("t", 2)], &[("t", 1)]);
        check(
            &format!("{b} --topic-partitions t:0-2,u:1,:5-,v:-1"),
            &[("t", 0), ("t", 1), ("u", 1), ("x", 5), ("v", 0)],
            &[("t", 2), ("u", 0), ("x", 4), ("v", 1)],
        );
        check("--broker-list a:1", &[("x", 0)], &[]);
    }

    #[test]
    fn times_are_names_or_numbers() {
        assert_eq!(spec("-3"), Ok(OffsetSpec::MaxTimestamp));
        assert_eq!(spec("77"), Ok(OffsetSpec::Timestamp(77)));
        assert!(spec("soon").is_err());
    }
}
