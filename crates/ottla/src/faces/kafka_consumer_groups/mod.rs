//! `kafka-consumer-groups.sh`: what `ConsumerGroupCommand` (Kafka 4.3.1) takes and prints.

mod arguments;
mod describe;
mod expression;
mod reset;

use std::collections::BTreeMap;
use std::process::ExitCode;

use ottla_client::admin::{GroupListing, GroupType};
use ottla_client::{Admin, Error, TopicPartition};
use ottla_model::ErrorCode;

use super::connection::{properties, said_of, with_admin};
use super::options::Ending;
use super::printf::{columns, width};
use crate::console::Console;
use arguments::{ABOUT, Asked, FLAGS};

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = Asked::read(line).and_then(|asked| work(&asked, console));
    super::end(outcome, ABOUT, FLAGS, console)
}

fn work(asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    if let Some(text) = asked.given.one("validate-regex")? {
        console.line(expression::judgement(text));
        return Ok(());
    }
    if let Some(warning) = asked.warning {
        console.talk(warning);
    }
    let mut properties = properties(&asked.given, "command-config", &asked.bootstrap)?;
    let timeout = asked.given.one("timeout")?.unwrap_or("5000");
    properties.insert("default.api.timeout.ms".to_owned(), timeout.to_owned());
    properties.entry("request.timeout.ms".to_owned()).or_insert_with(|| timeout.to_owned());
    with_admin(properties, async |admin| {
        if asked.has("list") {
            list(&admin, asked, console).await
        } else if asked.has("describe") {
            describe::describe(&admin, asked, console).await
        } else if asked.has("delete") {
            delete(&admin, asked, console).await
        } else if asked.has("reset-offsets") {
            reset::reset(&admin, asked, console).await
        } else {
            reset::delete_offsets(&admin, asked, console).await
        }
    })
}

async fn list(admin: &Admin, asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    let states: Vec<&str> = asked.states.iter().map(String::as_str).collect();
    let types: Vec<GroupType> = asked
        .types
        .iter()
        .map(|kind| if kind == "Classic" { GroupType::Classic } else { GroupType::Consumer })
        .collect();
    let groups = consumer_groups(admin, &states, &types, console).await?;
    let (with_type, with_state) = (asked.has("type"), asked.has("state"));
    if !with_type && !with_state {
        groups.iter().for_each(|group| console.line(&group.group_id));
        return Ok(());
    }
    let wide = width(15, groups.iter().map(|group| group.group_id.as_str())) + 10;
    let mut widths = vec![wide];
    let mut head = vec!["GROUP"];
    for (is_shown, name) in [(with_type, "TYPE"), (with_state, "STATE")] {
        if is_shown {
            widths.push(20);
            head.push(name);
        }
    }
    console.line(columns(&head, &widths));
    for group in &groups {
        let mut cells = vec![group.group_id.as_str()];
        if with_type {
            cells.push(type_name(&group.group_type));
        }
        if with_state {
            cells.push(&group.state);
        }
        console.line(columns(&cells, &widths));
    }
    Ok(())
}

/// Groups of consumers, and those that have offsets and no protocol.
async fn consumer_groups(
    admin: &Admin,
    states: &[&str],
    types: &[GroupType],
    console: &mut Console,
) -> Result<Vec<GroupListing>, Ending> {
    let listed = admin.list_groups(states, types).await;
    let mut groups = listed.map_err(|error| failed(&error, "listGroups", console))?;
    groups.retain(|group| group.protocol_type == "consumer" || group.protocol_type.is_empty());
    // Java keeps them in a HashMap by id.
    let default = super::java_map::DEFAULT_CAPACITY;
    Ok(super::java_map::hash_order(groups, default, |group| &group.group_id))
}

fn type_name(kind: &GroupType) -> &str {
    match kind {
        GroupType::Classic => "Classic",
        GroupType::Consumer => "Consumer",
        GroupType::Other(name) => name,
    }
}

/// The groups meant.
async fn group_ids(
    admin: &Admin,
    asked: &Asked,
    console: &mut Console,
) -> Result<Vec<String>, Ending> {
    if !asked.has("all-groups") {
        return Ok(asked.given.all("group").to_vec());
    }
    let groups = consumer_groups(admin, &[], &[], console).await?;
    Ok(groups.into_iter().map(|group| group.group_id).collect())
}

async fn delete(admin: &Admin, asked: &Asked, console: &mut Console) -> Result<(), Ending> {
    let ids = group_ids(admin, asked, console).await?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for (id, result) in admin.delete_groups(&ids).await {
        match result {
            Ok(()) => done.push(format!("'{id}'")),
            Err(error) => refused.push((id, error)),
        }
    }
    if refused.is_empty() {
        let done = done.join(", ");
        console
            .line(format_args!("Deletion of requested consumer groups ({done}) was successful."));
        return Ok(());
    }
    print_error("Deletion of some consumer groups failed:", console);
    for (id, error) in refused {
        console
            .line(format_args!("* Group '{id}' could not be deleted due to: {}", thrown(&error)));
    }
    if !done.is_empty() {
        let done = done.join(", ");
        console.line(format_args!("\nThese consumer groups were deleted successfully: {done}"));
    }
    Ok(())
}

/// Complaints stand where the data goes, and leave the exit code at 0.
fn print_error(message: &str, console: &mut Console) {
    console.line(format_args!("\nError: {message}"));
}

/// What becomes of an error that ends the tool.
fn failed(error: &Error, call: &str, console: &mut Console) -> Ending {
    let why = match error.code() {
        Some(_) => thrown(error),
        None => {
            format!("org.apache.kafka.common.errors.TimeoutException: {}", said_of(error, call))
        }
    };
    failed_with(&why, console)
}

fn failed_with(why: &str, console: &mut Console) -> Ending {
    print_error(&format!("Executing consumer group command failed due to {why}"), console);
    Ending::Code(0)
}

/// Java's exception of a broker's refusal, as it prints itself.
fn thrown(error: &Error) -> String {
    let class = match error.code() {
        Some(ErrorCode::GroupIdNotFound) => "GroupIdNotFoundException",
        Some(ErrorCode::NonEmptyGroup) => "GroupNotEmptyException",
        Some(ErrorCode::GroupSubscribedToTopic) => "GroupSubscribedToTopicException",
        Some(ErrorCode::InvalidGroupId) => "InvalidGroupIdException",
        Some(ErrorCode::GroupAuthorizationFailed) => "GroupAuthorizationException",
        Some(ErrorCode::TopicAuthorizationFailed) => "TopicAuthorizationException",
        Some(ErrorCode::UnknownTopicOrPartition) => "UnknownTopicOrPartitionException",
        Some(ErrorCode::UnknownMemberId) => "UnknownMemberIdException",
        Some(_) => "UnknownServerException",
        None => "TimeoutException",
    };
    format!("org.apache.kafka.common.errors.{class}: {}", error.reason())
}

/// Partitions in the order of the HashMap in which Java keeps them.
fn hashed<T>(partitions: BTreeMap<TopicPartition, T>) -> Vec<(TopicPartition, T)> {
    let hash = |(partition, value): (TopicPartition, T)| {
        let hash = super::java_map::topic_partition_hash(&partition.topic, partition.partition);
        (hash, (partition, value))
    };
    let default = super::java_map::DEFAULT_CAPACITY;
    super::java_map::order_of_hashes(partitions.into_iter().map(hash).collect(), default)
}
