//! The flags of `org.apache.kafka.tools.TopicCommand`, and which of them go together.

use ottla_base::Uuid;

use super::super::connection;
use super::super::options::{Ending, Flag, Given, flag, parse, value};

pub(super) const ABOUT: &str = "This tool creates, deletes, describes and changes topics.";
pub(super) const FLAGS: &[Flag] = &[
    flag("alter", "give topics more partitions"),
    flag("at-min-isr-partitions", "describe only partitions with just enough replicas in sync"),
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    value("config", "name=value of the new topic; may be repeated"),
    flag("create", "create a topic"),
    flag("delete", "delete topics"),
    value("delete-config", ""),
    flag("describe", "print topics and their partitions"),
    flag("disable-rack-aware", ""),
    flag("exclude-internal", "leave out the coordinators' topics"),
    flag("force", ""),
    flag("help", "print this"),
    flag("if-exists", "alter, delete, describe: no topic is no error"),
    flag("if-not-exists", "create: a topic that is there is no error"),
    flag("list", "print the names of topics"),
    value("partition-size-limit-per-response", "partitions in one answer of the broker"),
    value("partitions", "how many partitions the topic is to have"),
    value("replica-assignment", "brokers of each partition: 1:2,2:3"),
    value("replication-factor", "replicas of each partition"),
    value("topic", "the topic; but for --create, a regular expression"),
    value("topic-id", "the id of the topic to describe"),
    flag("topics-with-overrides", "describe only topics with settings of their own"),
    flag("unavailable-partitions", "describe only partitions whose leader is not there"),
    flag("under-min-isr-partitions", "describe only partitions with too few replicas in sync"),
    flag("under-replicated-partitions", "describe only partitions with a replica out of sync"),
    flag("version", "print the version"),
    value("zookeeper", ""),
];

const ACTIONS: [&str; 5] = ["create", "list", "alter", "describe", "delete"];
const REPORTS: [&str; 4] = [
    "under-replicated-partitions",
    "under-min-isr-partitions",
    "at-min-isr-partitions",
    "unavailable-partitions",
];
const CONFIGS_ELSEWHERE: &str =
    " (To alter topic configurations, the kafka-configs tool can be used.)";

/// What the tool is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) given: Given,
    pub(super) bootstrap: String,
    pub(super) topic: Option<String>,
    /// Said on stdout and stderr before anything is done.
    pub(super) notes: Vec<Note>,
}

/// A line that is said whatever comes after.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Note {
    Out(&'static str),
    Err(&'static str),
}

impl Asked {
    pub(super) fn read(line: &[String]) -> Result<Self, Ending> {
        let given = parse(FLAGS, line)?;
        if line.is_empty() {
            return Err(Ending::Usage(ABOUT.to_owned()));
        }
        given.help_or_version(line)?;
        if ACTIONS.iter().filter(|action| given.has(action)).count() != 1 {
            return Err(Ending::Usage(
                "Command must include exactly one action: --list, --describe, --create, --alter or --delete".to_owned(),
            ));
        }
        if given.has("zookeeper") {
            return Err(Ending::Thrown(connection::ZOOKEEPER.to_owned()));
        }
        let mut notes = Vec::new();
        if given.has("delete-config") {
            notes.push(Note::Err("delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases."));
        }
        let Some(bootstrap) = given.one("bootstrap-server")?.map(str::to_owned) else {
            return Err(Ending::Thrown("--bootstrap-server must be specified".to_owned()));
        };
        check_required(&given, &mut notes)?;
        check_together(&given)?;
        let topic = given.one("topic")?.map(str::to_owned);
        Ok(Self { given, bootstrap, topic, notes })
    }

    pub(super) fn has(&self, flag: &str) -> bool {
        self.given.has(flag)
    }

    /// The brokers of each partition, in order.
    pub(super) fn assignment(&self) -> Result<Vec<Vec<i32>>, Ending> {
        let Some(text) = self.given.one("replica-assignment")?.filter(|text| !text.is_empty())
        else {
            return Ok(Vec::new());
        };
        let mut partitions: Vec<Vec<i32>> = Vec::new();
        for (at, part) in text.split(',').enumerate() {
            let brokers: Vec<i32> = part
                .split(':')
                .map(|id| {
                    let wrong = |_| printed(format!("For input string: \"{}\"", id.trim()));
                    id.trim().parse().map_err(wrong)
                })
                .collect::<Result<_, _>>()?;
            let twice: Vec<String> = brokers
                .iter()
                .enumerate()
                .filter(|(at, id)| brokers.iter().take(*at).any(|before| before == *id))
                .map(|(_, id)| id.to_string())
                .collect();
            if !twice.is_empty() {
                let twice = twice.join(",");
                return Err(printed(format!(
                    "Partition replica lists may not contain duplicate entries: {twice}"
                )));
            }
            if partitions.first().is_some_and(|first| first.len() != brokers.len()) {
                return Err(printed(format!(
                    "Partition {at} has different replication factor: {brokers:?}"
                )));
            }
            partitions.push(brokers);
        }
        Ok(partitions)
    }

    /// Settings of the topic to be created.
    pub(super) fn configs(&self) -> Result<Vec<(String, String)>, Ending> {
        let pair = |text: &String| {
            let parts: Vec<&str> = text.split('=').collect();
            match parts.as_slice() {
                [name, value] if !value.trim_start().is_empty() => {
                    Ok((name.trim().to_owned(), value.trim().to_owned()))
                }
                _ => Err(printed(
                    "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".",
                )),
            }
        };
        self.given.all("config").iter().map(pair).collect()
    }

    /// The topic id that decides instead of the name.
    pub(super) fn topic_id(&self) -> Result<Option<Uuid>, Ending> {
        let Some(text) = self.given.one("topic-id")? else { return Ok(None) };
        let wrong = |_| printed(format!("Input string `{text}` is not a topic id"));
        let id: Uuid = text.parse().map_err(wrong)?;
        Ok(Some(id).filter(|id| !id.is_zero()))
    }
}

/// A complaint that the tool prints where its data goes.
pub(super) fn printed(message: impl AsRef<str>) -> Ending {
    Ending::Printed(format!("Error while executing topic command : {}", message.as_ref()))
}

fn check_required(given: &Given, notes: &mut Vec<Note>) -> Result<(), Ending> {
    if given.has("describe") && given.has("if-exists") {
        if !given.has("topic") && !given.has("topic-id") {
            return Err(Ending::Usage(
                "--topic or --topic-id is required to describe a topic".to_owned(),
            ));
        }
        if given.has("topic") && given.has("topic-id") {
            notes.push(Note::Out("Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID"));
        }
    }
    if !given.has("list") && !given.has("describe") {
        given.require(&["topic"])?;
    }
    if given.has("alter") {
        if given.has("config") {
            return Err(Ending::Usage(format!(
                "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\"{CONFIGS_ELSEWHERE}"
            )));
        }
        given.require(&["partitions"])?;
    }
    Ok(())
}

fn check_together(given: &Given) -> Result<(), Ending> {
    let actions_but = |allowed: &[&str]| -> Vec<&'static str> {
        ACTIONS.into_iter().filter(|action| !allowed.contains(action)).collect()
    };
    given.forbid("config", &actions_but(&["alter", "create"]))?;
    given.forbid("partitions", &actions_but(&["alter", "create"]))?;
    given.forbid("replication-factor", &actions_but(&["create"]))?;
    given.forbid("replica-assignment", &actions_but(&["alter", "create"]))?;
    if given.has("create") {
        given.forbid("replica-assignment", &["partitions", "replication-factor"])?;
    }
    for report in REPORTS {
        let mut others = actions_but(&["describe"]);
        others.push("topics-with-overrides");
        given.forbid(report, &others)?;
    }
    let mut others = actions_but(&["describe"]);
    others.extend(REPORTS);
    given.forbid("topics-with-overrides", &others)?;
    given.forbid("if-exists", &actions_but(&["alter", "delete", "describe"]))?;
    given.forbid("if-not-exists", &actions_but(&["create"]))?;
    given.forbid("exclude-internal", &actions_but(&["list", "describe"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let shown = match Asked::read(&words) {
            Ok(asked) => format!("{} {:?}", asked.bootstrap, asked.topic),
            Err(Ending::Usage(why)) => format!("usage: {why}"),
            Err(Ending::Thrown(why)) => why.lines().next().unwrap_or_default().to_owned(),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(shown, expected, "{line}");
    }

    #[test]
    fn flags_that_do_not_go_together_are_refused() {
        check("--list --bootstrap-server a:1", "a:1 None");
        check("--create --topic x --bootstrap-server a:1", "a:1 Some(\"x\")");
        check(
            "--list --create",
            "usage: Command must include exactly one action: --list, --describe, --create, --alter or --delete",
        );
        check("--list", "--bootstrap-server must be specified");
        check("--list --zookeeper z:2181", "zookeeper is not a recognized option");
        check("--create --bootstrap-server a", "usage: Missing required argument \"[topic]\"");
        check(
            "--alter --topic x --bootstrap-server a",
            "usage: Missing required argument \"[partitions]\"",
        );
        check(
            "--list --partitions 3 --bootstrap-server a",
            "usage: Option \"[partitions]\" can't be used with option \"[list]\"",
        );
        check(
            "--create --topic x --replica-assignment 1 --partitions 2 --bootstrap-server a",
            "usage: Option \"[replica-assignment]\" can't be used with option \"[partitions]\"",
        );
        check(
            "--describe --topics-with-overrides --unavailable-partitions --bootstrap-server a",
            "usage: Option \"[unavailable-partitions]\" can't be used with option \"[topics-with-overrides]\"",
        );
        check("--version", "Version");
        check("--help --list", "Help");
    }

    #[test]
    fn assignments_are_read_partition_by_partition() {
        let of = |text: &str| {
            let line = [
                "--create",
                "--topic",
                "x",
                "--bootstrap-server",
                "a",
                "--replica-assignment",
                text,
            ];
            let line: Vec<String> = line.map(str::to_owned).to_vec();
            Asked::read(&line).unwrap().assignment()
        };
        assert_eq!(of("1:2,2:3"), Ok(vec![vec![1, 2], vec![2, 3]]));
        assert_eq!(
            of("1:1"),
            Err(printed("Partition replica lists may not contain duplicate entries: 1"))
        );
        assert_eq!(of("1:2,3"), Err(printed("Partition 1 has different replication factor: [3]")));
    }
}
