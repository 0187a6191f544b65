//! `kafka-consumer-groups.sh --describe`.

use std::collections::{BTreeMap, BTreeSet};

use ottla_client::admin::{CommittedOffset, GroupDescription, GroupMember, OffsetSpec};
use ottla_client::{Admin, TopicPartition};

use super::super::options::Ending;
use super::super::printf::{columns, width};
use super::arguments::Asked;
use super::{failed, failed_with, group_ids, print_error, thrown};
use crate::console::Console;

/// What stands for nothing.
const MISSING: &str = "-";

pub(super) async fn describe(
    admin: &Admin,
    asked: &Asked,
    console: &mut Console,
) -> Result<(), Ending> {
    let ids = group_ids(admin, asked, console).await?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut groups = Vec::new();
    for (id, group) in admin.describe_groups(&ids).await {
        match group {
            Ok(group) => groups.push(group),
            Err(error) if error.code() == Some(ottla_model::ErrorCode::GroupIdNotFound) => {
                let why = format!(
                    "org.apache.kafka.common.errors.GroupIdNotFoundException: Group {id} not found."
                );
                return Err(failed_with(&why, console));
            }
            Err(error) => return Err(failed(&error, "describeConsumerGroups", console)),
        }
    }
    let verbose = asked.has("verbose");
    for group in &groups {
        if asked.has("members") {
            print_members(group, verbose, console);
        } else if asked.has("state") {
            print_state(admin, group, verbose, console);
        } else {
            print_offsets(admin, group, verbose, console).await?;
        }
    }
    Ok(())
}

/// Says what the state of a group means for what follows; whether anything follows.
fn tell_state(group: &GroupDescription, rows: usize, console: &mut Console) -> bool {
    let id = &group.group_id;
    match group.state.as_str() {
        "Dead" => print_error(&format!("Consumer group '{id}' does not exist."), console),
        "Empty" => console.talk(format_args!("\nConsumer group '{id}' has no active members.")),
        "Stable" => {}
        _ => console.talk(format_args!("\nWarning: Consumer group '{id}' is rebalancing.")),
    }
    group.state != "Dead" && rows > 0
}

/// A partition of a group.
struct Row {
    partition: TopicPartition,
    committed: Option<CommittedOffset>,
    end: Option<i64>,
    consumer: [String; 3],
}

async fn print_offsets(
    admin: &Admin,
    group: &GroupDescription,
    verbose: bool,
    console: &mut Console,
) -> Result<(), Ending> {
    let committed = admin.list_group_offsets(&group.group_id, None, false).await;
    let committed =
        committed.map_err(|error| failed(&error, "listConsumerGroupOffsets", console))?;
    let rows = rows(admin, group, committed, console).await?;
    if !tell_state(group, rows.len(), console) {
        return Ok(());
    }
    let wide = |at: usize| {
        width(15, rows.iter().filter_map(|row| row.consumer.get(at)).map(String::as_str))
    };
    let topics = width(15, rows.iter().map(|row| &*row.partition.topic));
    let mut widths = vec![width(15, [group.group_id.as_str()]), topics, 10];
    let mut head = vec!["GROUP", "TOPIC", "PARTITION"];
    if verbose {
        widths.push(15);
        head.push("LEADER-EPOCH");
    }
    widths.extend([15, 15, 15, wide(0), wide(1), 0]);
    head.extend(["CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"]);
    console.text(format_args!("\n{}", columns(&head, &widths)));
    for row in &rows {
        let shown =
            |value: Option<i64>| value.map_or(MISSING.to_owned(), |value| value.to_string());
        let offset = row.committed.as_ref().map(|committed| committed.offset);
        let lag =
            row.end.zip(offset.filter(|offset| *offset != -1)).map(|(end, offset)| end - offset);
        let index = row.partition.partition.to_string();
        let epoch = shown(row.committed.as_ref().and_then(|one| one.leader_epoch).map(i64::from));
        let (offset, end, lag) = (shown(offset), shown(row.end), shown(lag));
        let [consumer, host, client] = &row.consumer;
        let mut cells = vec![group.group_id.as_str(), &row.partition.topic, &index];
        if verbose {
            cells.push(&epoch);
        }
        cells.extend([&offset, &end, &lag, consumer, host, client].map(String::as_str));
        console.text(format_args!("\n{}", columns(&cells, &widths)));
    }
    console.line("");
    Ok(())
}

/// First partitions of members, those with many first, then those that nobody has.
async fn rows(
    admin: &Admin,
    group: &GroupDescription,
    mut committed: BTreeMap<TopicPartition, CommittedOffset>,
    console: &mut Console,
) -> Result<Vec<Row>, Ending> {
    let mut members: Vec<&GroupMember> = group.members.iter().collect();
    members.sort_by_key(|member| std::cmp::Reverse(assigned(member).len()));
    let mut parts: Vec<(Vec<TopicPartition>, [String; 3])> = Vec::new();
    let mut owned = BTreeSet::new();
    for member in members {
        let partitions = assigned(member);
        owned.extend(partitions.iter().cloned());
        let names = [&member.member_id, &member.host, &member.client_id].map(Clone::clone);
        parts.push((partitions.to_vec(), names));
    }
    let free = committed.keys().filter(|partition| !owned.contains(*partition)).cloned().collect();
    parts.push((free, [MISSING; 3].map(str::to_owned)));
    let mut rows = Vec::new();
    for (partitions, consumer) in parts.into_iter().filter(|(partitions, _)| !partitions.is_empty())
    {
        let wanted = partitions.into_iter().map(|one| (one, OffsetSpec::Latest)).collect();
        let ends = admin.list_offsets(&wanted, Default::default()).await;
        let mut of_member = Vec::new();
        for (partition, end) in ends {
            let end = match end {
                Ok(end) => end.offset,
                Err(error) => return Err(failed_with(&thrown(&error), console)),
            };
            let committed = committed.remove(&partition);
            of_member.push(Row {
                partition,
                committed,
                end: Some(end),
                consumer: consumer.clone(),
            });
        }
        of_member.sort_by(|a, b| a.partition.cmp(&b.partition));
        rows.extend(of_member);
    }
    Ok(rows)
}

fn assigned(member: &GroupMember) -> &[TopicPartition] {
    member.assignment.as_deref().unwrap_or_default()
}

fn print_members(group: &GroupDescription, verbose: bool, console: &mut Console) {
    tell_state(group, group.members.len(), console);
    let all = |cell: fn(&GroupMember) -> &str| group.members.iter().map(cell);
    let with_instance = group.members.iter().any(|member| member.instance_id.is_some());
    let mut widths =
        vec![width(15, [group.group_id.as_str()]), width(15, all(|member| &member.member_id))];
    let mut head = vec!["GROUP", "CONSUMER-ID"];
    if with_instance {
        widths.push(width(17, all(|member| member.instance_id.as_deref().unwrap_or_default())));
        head.push("GROUP-INSTANCE-ID");
    }
    widths.extend([
        width(15, all(|member| &member.host)),
        width(15, all(|member| &member.client_id)),
        15,
    ]);
    head.extend(["HOST", "CLIENT-ID", "#PARTITIONS"]);
    let now: Vec<String> = group.members.iter().map(|member| text_of(assigned(member))).collect();
    let target = |member: &GroupMember| text_of(member.target.as_deref().unwrap_or_default());
    let targets: Vec<String> = group.members.iter().map(target).collect();
    if verbose {
        let current = width(20, now.iter().map(String::as_str));
        widths.extend([15, current, 15, width(20, targets.iter().map(String::as_str))]);
        head.extend(["CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT"]);
    }
    let line =
        |cells: &[&str]| format!("{} ", columns(cells, &widths)).trim_end_matches('\n').to_owned();
    console.line(format_args!("\n{}", if verbose { columns(&head, &widths) } else { line(&head) }));
    for ((member, now), target) in group.members.iter().zip(&now).zip(&targets) {
        let count = assigned(member).len().to_string();
        let epoch = member.epoch.map_or(MISSING.to_owned(), |epoch| epoch.to_string());
        let mut cells = vec![group.group_id.as_str(), &member.member_id];
        if with_instance {
            cells.push(member.instance_id.as_deref().unwrap_or_default());
        }
        cells.extend([member.host.as_str(), &member.client_id, &count]);
        let target_epoch = group.target_epoch.map_or(MISSING.to_owned(), |epoch| epoch.to_string());
        if verbose {
            cells.extend([epoch.as_str(), now, &target_epoch, target]);
            console.line(columns(&cells, &widths));
        } else {
            console.line(line(&cells));
        }
    }
}

/// `topic:0,1;other:2`, or what stands for nothing.
fn text_of(partitions: &[TopicPartition]) -> String {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    let texts = topics.into_iter().map(|(topic, mut indexes)| {
        indexes.sort_unstable();
        let indexes: Vec<String> = indexes.iter().map(ToString::to_string).collect();
        format!("{topic}:{}", indexes.join(","))
    });
    let text = texts.collect::<Vec<_>>().join(";");
    if text.is_empty() { MISSING.to_owned() } else { text }
}

fn print_state(admin: &Admin, group: &GroupDescription, verbose: bool, console: &mut Console) {
    if !tell_state(group, 1, console) {
        return;
    }
    let image = admin.client().image();
    let place = image.node(group.coordinator).map(|node| node.address.to_string());
    let coordinator = format!("{}  ({})", place.unwrap_or_default(), group.coordinator);
    let assignor = if group.assignor.is_empty() { MISSING } else { &group.assignor };
    let shown = |epoch: Option<i32>| epoch.map_or(MISSING.to_owned(), |epoch| epoch.to_string());
    let (epoch, target) = (shown(group.group_epoch), shown(group.target_epoch));
    let members = group.members.len().to_string();
    let mut head = vec!["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"];
    let mut cells = vec![group.group_id.as_str(), &coordinator, assignor, &group.state];
    let mut widths =
        vec![width(15, [group.group_id.as_str()]), width(25, [coordinator.as_str()]), 20, 20];
    if verbose {
        head.extend(["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"]);
        cells.extend([epoch.as_str(), &target]);
        widths.extend([15, 25]);
    }
    head.push("#MEMBERS");
    cells.push(&members);
    widths.push(0);
    console.line(format_args!("\n{}\n{}", columns(&head, &widths), columns(&cells, &widths)));
}
