//! `ottla group reset`: moves groups to other offsets, and says from where to where.

mod plan;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use ottla_client::admin::NewOffset;
use ottla_client::{Admin, TopicPartition};
use ottla_io::Disk;
use ottla_model::ErrorCode;

use super::meant::Groups;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::offsets_csv::{self, Row};
use crate::partition_words;
use crate::results::tell_each;
use crate::target::{FILE_BYTES_MAX, Target};
use plan::{Plan, Way};

/// Arguments of `group reset`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("way").required(true).args(["to", "shift_by", "from_file"])))]
#[command(after_help = "\
Groups must have no members. What changes is told on stderr, - before and + after, what does not without
a sign. What lies outside of its log is taken at the log's nearer end.
Examples: ottla group reset billing --to start --topic orders
          ottla group reset billing --to @-2h --dry-run        two hours ago; or @-PT2H
          ottla group reset billing --to @2026-11-21T12:00:00Z
          ottla group reset billing --shift-by -100 --topic orders:0,1
          ottla group reset --all-groups --to current --dry-run --export > offsets.csv
          ottla group reset --from-file offsets.csv               every group of the file
Exit codes: 0 moved, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    groups: Groups,
    /// An offset, start, end, current, @TIME (2026-11-21T12:00:00Z, milliseconds) or @-AGE (-2h, -P1DT2H)
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    to: Option<String>,
    /// So many records further, or back
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    shift_by: Option<i64>,
    /// The offsets of this file: lines topic,partition,offset, or group,topic,partition,offset
    #[arg(long, value_name = "CSV", conflicts_with_all = ["topic", "all_topics"])]
    from_file: Option<PathBuf>,
    /// These topics, or partitions of them; none means the partitions it has offsets of
    #[arg(short, long, value_name = "TOPIC[:N,..]")]
    topic: Vec<String>,
    /// Every partition it has offsets of, as when nothing is said
    #[arg(long, conflicts_with = "topic")]
    all_topics: bool,
    /// Print the new offsets as lines that --from-file reads, here and in Kafka's tool
    #[arg(long)]
    export: bool,
    /// Say what would be moved, and move nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Moves them.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let file = arguments.from_file.as_deref().map(read).transpose()?;
    arguments.target.run(async |admin| {
        let way = match (&file, arguments.shift_by, &arguments.to) {
            (Some(rows), _, _) => Way::File(rows),
            (_, Some(by), _) => Way::Shift(by),
            (_, _, to) => Way::to(to.as_deref().unwrap_or_default(), &admin)?,
        };
        let mut ids = of_file(file.as_deref().unwrap_or_default(), &arguments.groups);
        if ids.is_empty() {
            ids = arguments.groups.ids(&admin).await?;
        }
        let is_alone = arguments.groups.groups.len() == 1;
        let reset = Reset { arguments, way, is_alone };
        let mut outcome = Ok(());
        for id in &ids {
            match reset.group(&admin, id, console).await {
                Err(failure) if !reset.is_alone => {
                    failure.tell(console);
                    outcome = Err(Failure::told());
                }
                result => outcome = outcome.and(result),
            }
        }
        if arguments.dry_run {
            console.talk("nothing was moved (--dry-run)");
        }
        outcome
    })
}

/// The groups that a file names, if none is named beside it.
fn of_file(rows: &[Row], named: &Groups) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().filter_map(|row| row.group.clone()).collect();
    ids.sort();
    ids.dedup();
    ids.retain(|_| named.groups.is_empty() && !named.all_groups);
    ids
}

fn read(path: &Path) -> Outcome<Vec<Row>> {
    let bytes = Disk::os().read(path, FILE_BYTES_MAX);
    let bytes = bytes.map_err(|why| Failure::usage(why.to_string()))?;
    offsets_csv::parse(&String::from_utf8_lossy(&bytes)).map_err(|line| {
        Failure::usage(format!("{}: no offset: {line}", path.display()))
            .advise("lines are topic,partition,offset, or group,topic,partition,offset")
    })
}

/// One run.
struct Reset<'a> {
    arguments: &'a Arguments,
    way: Way<'a>,
    /// Whether there is one group, which then need not be told.
    is_alone: bool,
}

impl Reset<'_> {
    async fn group(&self, admin: &Admin, group: &str, console: &mut Console) -> Outcome {
        check_idle(admin, group).await?;
        let before = admin.list_group_offsets(group, None, false).await?;
        let before: Plan = before.into_iter().map(|(key, one)| (key, one.offset)).collect();
        let partitions: Vec<TopicPartition> = if self.arguments.topic.is_empty() {
            before.keys().cloned().collect()
        } else {
            partition_words::find(admin, &self.arguments.topic, console).await?
        };
        if partitions.is_empty() && !matches!(self.way, Way::File(_)) {
            let text = format!("{group} has committed nothing");
            return Err(Failure::new(text).advise("name topics with --topic"));
        }
        let place = plan::Place { admin, group, is_alone: self.is_alone, before: &before };
        let after = place.plan(&self.way, &partitions, console).await?;
        if self.arguments.export {
            let group = (!self.is_alone).then_some(group);
            for (partition, offset) in &after {
                console.line(offsets_csv::line(group, partition, *offset));
            }
        }
        let told = |partition: &TopicPartition| {
            let name = if self.is_alone { String::new() } else { format!("{group} ") };
            let after = after.get(partition).copied().unwrap_or_default();
            change(&format!("{name}{partition}"), before.get(partition).copied(), after)
        };
        if self.arguments.dry_run {
            after.keys().for_each(|partition| console.talk(told(partition)));
            return Ok(());
        }
        let offsets: BTreeMap<TopicPartition, NewOffset> =
            after.iter().map(|(key, offset)| (key.clone(), NewOffset::from(*offset))).collect();
        let results = admin.alter_group_offsets(group, &offsets).await?;
        tell_each(results, |_| false, console, |partition, ()| told(partition))
    }
}

/// A group with members would not take it.
async fn check_idle(admin: &Admin, group: &str) -> Outcome {
    match admin.describe_groups(&[group]).await.into_values().next() {
        Some(Ok(found)) if !matches!(found.state.as_str(), "Empty" | "Dead") => {
            let text = format!("{group} is {} with {} members", found.state, found.members.len());
            Err(Failure::new(text).advise("stop its members: only a group without can be moved"))
        }
        // It will be there when it has an offset.
        Some(Err(error)) if error.code() == Some(ErrorCode::GroupIdNotFound) => Ok(()),
        Some(Err(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

fn change(name: &str, before: Option<i64>, after: i64) -> String {
    match before {
        Some(before) if before == after => format!("  {name} {after}"),
        Some(before) => format!("- {name} {before}\n+ {name} {after}"),
        None => format!("+ {name} {after}"),
    }
}
