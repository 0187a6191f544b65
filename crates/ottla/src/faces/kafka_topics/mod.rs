//! `kafka-topics.sh`: what `org.apache.kafka.tools.TopicCommand` (Kafka 4.3.1) takes and prints.

mod arguments;
mod describe;

use std::collections::BTreeMap;
use std::process::ExitCode;

use ottla_client::Admin;
use ottla_client::admin::{NewPartitions, NewTopic, TopicListing};
use ottla_model::ErrorCode;

use super::connection::{properties, said, said_of, with_admin};
use super::options::Ending;
use super::topic_filter::{TopicFilter, is_internal};
use crate::console::Console;
use arguments::{ABOUT, Asked, FLAGS, Note, printed};

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = Asked::read(line).and_then(|asked| work(&asked, console));
    super::end(outcome, ABOUT, FLAGS, console)
}

fn work(asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    for note in &asked.notes {
        match note {
            Note::Out(line) => console.line(line),
            Note::Err(line) => console.talk(line),
        }
    }
    let properties = properties(&asked.given, "command-config", &asked.bootstrap)?;
    with_admin(properties, async |admin| {
        if asked.has("create") {
            create(&admin, asked, console).await
        } else if asked.has("alter") {
            alter(&admin, asked).await
        } else if asked.has("list") {
            let names: Vec<String> =
                listed(&admin, asked).await?.iter().map(|topic| topic.name.to_string()).collect();
            console.line(names.join("\n"));
            Ok(())
        } else if asked.has("describe") {
            describe::describe(&admin, asked, console).await
        } else {
            delete(&admin, asked).await
        }
    })
}

async fn create(admin: &Admin, asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    let name = asked.topic.clone().unwrap_or_default();
    let (partitions, replicas) =
        (asked.given.parsed::<i32>("partitions"), asked.given.parsed::<i32>("replication-factor"));
    let (partitions, replicas) = (in_place(partitions)?, in_place(replicas)?);
    let assignments = asked.assignment()?;
    let configs = asked.configs()?;
    if name.contains(['.', '_']) {
        console.line("WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.");
    }
    let replicas = match replicas {
        Some(count) if !(1..=i32::from(i16::MAX)).contains(&count) => {
            return Err(printed("The replication factor must be between 1 and 32767 inclusive"));
        }
        other => other.map(|count| count as i16),
    };
    if partitions.is_some_and(|count| count < 1) {
        return Err(printed("The partitions must be greater than 0"));
    }
    let topic = NewTopic {
        name: name.clone(),
        partitions,
        replication_factor: replicas,
        assignments: (0..).zip(assignments).collect(),
        configs: configs.into_iter().collect(),
    };
    match admin.create_topics(&[topic]).await.remove(&name) {
        Some(Err(error)) => {
            let is_there = error.code() == Some(ErrorCode::TopicAlreadyExists);
            if is_there && asked.has("if-not-exists") {
                return Ok(());
            }
            Err(printed(said_of(&error, "createTopics")))
        }
        _ => {
            console.line(format_args!("Created topic {name}."));
            Ok(())
        }
    }
}

async fn alter(admin: &Admin, asked: &Asked) -> Result<(), Ending> {
    let total = in_place(asked.given.parsed::<i32>("partitions"))?.unwrap_or_default();
    let assignments = asked.assignment()?;
    let topics = listed(admin, asked).await?;
    ensure(!topics.is_empty(), asked)?;
    let names: Vec<&str> = topics.iter().map(|topic| &*topic.name).collect();
    let mut counts = BTreeMap::new();
    if !assignments.is_empty() {
        let described = admin.describe_topics(&names).await;
        for (name, topic) in described.map_err(|error| printed(said(&error)))? {
            counts.insert(name, topic.map_err(|error| printed(said(&error)))?.partitions.len());
        }
    }
    let grown = names.iter().map(|name| {
        let skipped = counts.get(*name).copied().unwrap_or(0);
        let assignments = assignments.iter().skip(skipped).cloned().collect();
        ((*name).to_owned(), NewPartitions { total, assignments })
    });
    let grown: BTreeMap<_, _> = grown.collect();
    if grown.is_empty() {
        return Ok(());
    }
    for result in admin.create_partitions(&grown, false).await.into_values() {
        result.map_err(|error| printed(said(&error)))?;
    }
    Ok(())
}

async fn delete(admin: &Admin, asked: &Asked) -> Result<(), Ending> {
    let topics = listed(admin, asked).await?;
    ensure(!topics.is_empty(), asked)?;
    let names: Vec<&str> = topics.iter().map(|topic| &*topic.name).collect();
    for result in admin.delete_topics(&names).await.into_values() {
        result.map_err(|error| printed(said(&error)))?;
    }
    Ok(())
}

/// The topics that are meant, by name.
async fn listed(admin: &Admin, asked: &Asked) -> Result<Vec<TopicListing>, Ending> {
    let excluded = asked.has("exclude-internal");
    let mut topics =
        admin.list_topics().await.map_err(|error| printed(said_of(&error, "listTopics")))?;
    let filter = match &asked.topic {
        Some(text) => Some(TopicFilter::including(text).map_err(printed)?),
        None => None,
    };
    topics.retain(|topic| {
        filter.as_ref().is_none_or(|filter| filter.allows(&topic.name))
            && !(excluded && is_internal(&topic.name))
    });
    Ok(topics)
}

/// That a topic asked for is there.
fn ensure(is_there: bool, asked: &Asked) -> Result<(), Ending> {
    match &asked.topic {
        Some(topic) if !topic.is_empty() && !asked.has("if-exists") && !is_there => {
            Err(printed(format!("Topic '{topic}' does not exist as expected")))
        }
        _ => Ok(()),
    }
}

/// A value that cannot be read is only found when it is used, and then printed as other failures.
fn in_place<T>(value: Result<T, Ending>) -> Result<T, Ending> {
    value.map_err(|ending| match ending {
        Ending::Thrown(why) => printed(why),
        other => other,
    })
}
