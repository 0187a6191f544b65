//! `kafka-consumer-groups.sh --reset-offsets` and `--delete-offsets`.

use std::collections::BTreeMap;

use ottla_client::admin::{NewOffset, OffsetSpec};
use ottla_client::{Admin, TopicPartition};
use ottla_io::Disk;

use super::super::options::Ending;
use super::super::printf::columns;
use super::arguments::{Asked, usage_of};
use super::{failed, failed_with, group_ids, hashed, print_error, thrown};
use crate::console::Console;
use crate::offset_words::{iso_duration_ms, read_date};
use crate::offsets_csv;
use crate::target::FILE_BYTES_MAX;

/// New offsets of a group.
type Plan = BTreeMap<TopicPartition, i64>;

pub(super) async fn reset(
    admin: &Admin,
    asked: &Asked,
    console: &mut Console,
) -> Result<(), Ending> {
    let ids = group_ids(admin, asked, console).await?;
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
    for (id, group) in admin.describe_groups(&names).await {
        let state = match group {
            Ok(group) => group.state,
            Err(error) if error.code() == Some(ottla_model::ErrorCode::GroupIdNotFound) => {
                "Dead".to_owned()
            }
            Err(error) => return Err(failed(&error, "describeConsumerGroups", console)),
        };
        if state != "Empty" && state != "Dead" {
            print_error(
                &format!(
                    "Assignments can only be reset if the group '{id}' is inactive, but the current state is {state}."
                ),
                console,
            );
            plans.insert(id, Plan::new());
            continue;
        }
        let plan = plan(admin, asked, &id, console).await?;
        if asked.has("execute") {
            let offsets = plan.iter().map(|(partition, offset)| {
                let metadata = String::new();
                (partition.clone(), NewOffset { offset: *offset, leader_epoch: None, metadata })
            });
            let offsets = offsets.collect();
            let results = admin.alter_group_offsets(&id, &offsets).await;
            let results =
                results.map_err(|error| failed(&error, "alterConsumerGroupOffsets", console))?;
            for result in results.into_values() {
                result.map_err(|error| failed_with(&thrown(&error), console))?;
            }
        }
        plans.insert(id, plan);
    }
    let order = super::super::java_map::hash_order(
        plans.into_iter().collect(),
        super::super::java_map::DEFAULT_CAPACITY,
        |(id, _)| id.as_str(),
    );
    if asked.has("export") {
        export(asked, order, console)
    } else {
        print(order, console)
    }
    Ok(())
}

fn print(plans: Vec<(String, Plan)>, console: &mut Console) {
    const WIDTHS: [usize; 4] = [15, 15, 10, 0];
    let mut widths = WIDTHS;
    for (id, plan) in &plans {
        widths[0] = widths[0].max(id.len());
        widths[1] = plan.keys().map(|partition| partition.topic.len()).fold(widths[1], usize::max);
    }
    if !plans.is_empty() {
        let head = columns(&["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"], &widths);
        console.text(format_args!("\n{head}"));
    }
    for (id, plan) in plans {
        for (partition, offset) in hashed(plan) {
            let (index, offset) = (partition.partition.to_string(), offset.to_string());
            let cells = [id.as_str(), &partition.topic, &index, &offset];
            console.text(format_args!("\n{}", columns(&cells, &widths)));
        }
    }
    console.line("");
}

fn export(asked: &Asked, plans: Vec<(String, Plan)>, console: &mut Console) {
    let single = asked.given.all("group").len() == 1;
    let mut text = String::new();
    for (id, plan) in plans {
        for (partition, offset) in hashed(plan) {
            let group = (!single).then_some(id.as_str());
            text.push_str(&offsets_csv::line(group, &partition, offset));
            text.push('\n');
        }
    }
    console.line(text);
}

/// The offsets that a group is to have.
async fn plan(
    admin: &Admin,
    asked: &Asked,
    group: &str,
    console: &mut Console,
) -> Result<Plan, Ending> {
    if asked.has("from-file") {
        let plan = from_file(asked, group, console)?;
        return within(admin, plan, console).await;
    }
    let partitions = partitions(admin, asked, group, console).await?;
    let given = &asked.given;
    let number = |flag| given.parsed::<i64>(flag).map_err(usage_of);
    if let Some(offset) = number("to-offset")? {
        let plan = partitions.into_iter().map(|partition| (partition, offset)).collect();
        return within(admin, plan, console).await;
    }
    if let Some(by) = number("shift-by")? {
        let committed = committed(admin, group, console).await?;
        let mut plan = Plan::new();
        for partition in partitions {
            let Some(offset) = committed.get(&partition) else {
                return Err(Ending::Usage(format!(
                    "Cannot shift offset for partition {partition} since there is no current committed offset"
                )));
            };
            plan.insert(partition, offset.saturating_add(by));
        }
        return within(admin, plan, console).await;
    }
    if asked.has("to-current") {
        let committed = committed(admin, group, console).await?;
        let (known, unknown): (Vec<_>, Vec<_>) =
            partitions.into_iter().partition(|partition| committed.contains_key(partition));
        let mut plan = offsets(admin, &unknown, OffsetSpec::Latest, console).await?;
        plan.extend(known.into_iter().filter_map(|one| {
            let offset = *committed.get(&one)?;
            Some((one, offset))
        }));
        return Ok(plan);
    }
    let now_ms = admin.client().io().now().wall.millis;
    let spec = if asked.has("to-earliest") {
        OffsetSpec::Earliest
    } else if asked.has("to-latest") {
        OffsetSpec::Latest
    } else if let Some(text) = given.one("to-datetime").map_err(usage_of)? {
        let parsed = read_date(text).ok_or_else(|| {
            failed_with(&format!("java.text.ParseException: Unparseable date: \"{text}\""), console)
        });
        OffsetSpec::Timestamp(parsed?)
    } else if let Some(text) = given.one("by-duration").map_err(usage_of)? {
        let parsed = iso_duration_ms(text)
            .ok_or_else(|| failed_with("Text cannot be parsed to a Duration", console));
        OffsetSpec::Timestamp(now_ms.saturating_sub(parsed?))
    } else {
        return Err(Ending::Usage("Option '[reset-offsets]' requires one of the following scenarios: [[shift-by], [to-offset], [to-earliest], [to-current], [to-latest], [by-duration], [to-datetime], [from-file]]".to_owned()));
    };
    offsets(admin, &partitions, spec, console).await
}

/// The lines of the file that are of this group; those without a group are, if one alone is named.
fn from_file(asked: &Asked, group: &str, console: &mut Console) -> Result<Plan, Ending> {
    let path = asked.given.one("from-file").map_err(usage_of)?.unwrap_or_default();
    let bytes = Disk::os().read(path, FILE_BYTES_MAX).map_err(|_| {
        let why = format!("java.io.IOException: Unable to read file {path}");
        failed_with(&why, console)
    })?;
    let rows = offsets_csv::parse(&String::from_utf8_lossy(&bytes)).map_err(|line| {
        failed_with(&format!("{path}: not topic,partition,offset: {line}"), console)
    })?;
    let is_alone = asked.given.all("group").len() == 1;
    let is_meant = |of: &Option<String>| of.as_deref().map_or(is_alone, |of| of == group);
    let rows = rows.into_iter().filter(|row| is_meant(&row.group));
    let plan: Plan = rows.map(|row| (row.partition, row.offset)).collect();
    if plan.is_empty() {
        print_error(&format!("No reset plan for group {group} found"), console);
    }
    Ok(plan)
}

async fn partitions(
    admin: &Admin,
    asked: &Asked,
    group: &str,
    console: &mut Console,
) -> Result<Vec<TopicPartition>, Ending> {
    if asked.has("all-topics") {
        return Ok(committed(admin, group, console).await?.into_keys().collect());
    }
    if !asked.has("topic") {
        return Err(Ending::Usage(
            "One of the reset scopes should be defined: --all-topics, --topic.".to_owned(),
        ));
    }
    let mut found = Vec::new();
    for text in asked.given.all("topic") {
        let indexes = indexes(admin, topic_of(text), console).await?;
        let Some(named) = named(text)? else {
            found.extend(
                indexes.into_iter().map(|index| TopicPartition::new(topic_of(text), index)),
            );
            continue;
        };
        let missing: Vec<String> = named
            .iter()
            .filter(|one| !indexes.contains(&one.partition))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            return Err(failed_with(
                &format!("The partitions \"{}\" do not exist", missing.join(",")),
                console,
            ));
        }
        found.extend(named);
    }
    Ok(found)
}

fn topic_of(text: &str) -> &str {
    text.split(':').next().unwrap_or(text)
}

/// The partitions of `topic:0,1`; none of a topic alone.
fn named(text: &str) -> Result<Option<Vec<TopicPartition>>, Ending> {
    let Some((topic, indexes)) = text.split_once(':') else { return Ok(None) };
    let one = |index: &str| match index.parse() {
        Ok(index) => Ok(TopicPartition::new(topic, index)),
        Err(_) => Err(Ending::Usage(format!(
            "Invalid partition '{index}' specified in topic arg '{text}''"
        ))),
    };
    indexes.split(',').map(one).collect::<Result<_, _>>().map(Some)
}

async fn indexes(admin: &Admin, topic: &str, console: &mut Console) -> Result<Vec<i32>, Ending> {
    let described = admin.describe_topics(&[topic]).await;
    let described = described.map_err(|error| failed(&error, "describeTopics", console))?;
    match described.into_values().next() {
        Some(Ok(topic)) => Ok(topic.partitions.iter().map(|partition| partition.index).collect()),
        Some(Err(error)) => Err(failed_with(error.reason(), console)),
        None => Ok(Vec::new()),
    }
}

async fn committed(admin: &Admin, group: &str, console: &mut Console) -> Result<Plan, Ending> {
    let committed = admin.list_group_offsets(group, None, false).await;
    let committed =
        committed.map_err(|error| failed(&error, "listConsumerGroupOffsets", console))?;
    Ok(committed.into_iter().map(|(partition, committed)| (partition, committed.offset)).collect())
}

/// Offsets of partitions; the end where no record is that new.
async fn offsets(
    admin: &Admin,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
    console: &mut Console,
) -> Result<Plan, Ending> {
    let wanted = partitions.iter().map(|partition| (partition.clone(), spec)).collect();
    let (mut plan, mut late) = (Plan::new(), BTreeMap::new());
    for (partition, found) in admin.list_offsets(&wanted, Default::default()).await {
        let found = found.map_err(|error| failed_with(&thrown(&error), console))?;
        if found.offset >= 0 {
            plan.insert(partition, found.offset);
        } else {
            console.line(format_args!(
                "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.",
                partition.partition, partition.topic
            ));
            late.insert(partition, OffsetSpec::Latest);
        }
    }
    for (partition, found) in admin.list_offsets(&late, Default::default()).await {
        let found = found.map_err(|error| failed_with(&thrown(&error), console))?;
        plan.insert(partition, found.offset);
    }
    Ok(plan)
}

/// Offsets that lie outside of their logs are moved to the nearer end.
async fn within(admin: &Admin, plan: Plan, console: &mut Console) -> Result<Plan, Ending> {
    let partitions: Vec<TopicPartition> = plan.keys().cloned().collect();
    let starts = offsets(admin, &partitions, OffsetSpec::Earliest, console).await?;
    let ends = offsets(admin, &partitions, OffsetSpec::Latest, console).await?;
    let moved = plan.into_iter().map(|(partition, offset)| {
        let start = starts.get(&partition).copied().unwrap_or(0);
        let end = ends.get(&partition).copied().unwrap_or(i64::MAX);
        if offset > end {
            console.talk(format_args!("New offset ({offset}) is higher than latest offset for topic partition {partition}. Value will be set to {end}"));
        } else if offset < start {
            console.talk(format_args!("New offset ({offset}) is lower than earliest offset for topic partition {partition}. Value will be set to {start}"));
        }
        (partition, offset.clamp(start, end.max(start)))
    });
    Ok(moved.collect())
}

pub(super) async fn delete_offsets(
    admin: &Admin,
    asked: &Asked,
    console: &mut Console,
) -> Result<(), Ending> {
    let group = asked.given.one("group").map_err(usage_of)?.unwrap_or_default();
    let mut partitions = Vec::new();
    for text in asked.given.all("topic") {
        match named(text)? {
            Some(named) => partitions.extend(named),
            None => {
                let indexes = indexes(admin, text, console).await?;
                partitions.extend(
                    indexes.into_iter().map(|index| TopicPartition::new(text.as_str(), index)),
                );
            }
        }
    }
    let mut lines: Vec<(TopicPartition, String)> = Vec::new();
    match admin.delete_group_offsets(group, &partitions).await {
        Err(error) => {
            print_error(error.reason(), console);
            let why = format!("Error: {}", thrown(&error));
            lines.extend(partitions.into_iter().map(|partition| (partition, why.clone())));
        }
        Ok(results) => {
            if results.values().all(Result::is_ok) {
                console.line(format_args!(
                    "Request succeeded for deleting offsets from group {group}."
                ));
            } else {
                print_error(
                    "Encountered some partition-level error, see the following details:",
                    console,
                );
            }
            lines.extend(results.into_iter().map(|(partition, result)| match result {
                Ok(()) => (partition, "Successful".to_owned()),
                Err(error) => (partition, format!("Error: {}", thrown(&error))),
            }));
        }
    }
    let wide = lines.iter().map(|(partition, _)| partition.topic.len()).fold(15, usize::max);
    let widths = [wide, 10, 15];
    console.text(format_args!("\n{}", columns(&["TOPIC", "PARTITION", "STATUS"], &widths)));
    lines.sort_by_key(|(partition, _)| format!("{}{}", partition.topic, partition.partition));
    for (partition, status) in &lines {
        let index = partition.partition.to_string();
        console.text(format_args!("\n{}", columns(&[&partition.topic, &index, status], &widths)));
    }
    console.line("");
    Ok(())
}
