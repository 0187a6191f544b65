//! `ottla group lag`.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::admin::{CommittedOffset, GroupMember, OffsetSpec};
use ottla_client::{Admin, TopicPartition};
use serde_json::{Value, json};

use super::meant;
use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `group lag`.
#[derive(Debug, Args)]
#[command(after_help = "\
LAG is the distance in offsets from what is committed to the end of the log; a partition that a member
has and for which nothing is committed has none.
Exit codes: 0 told, 1 a group or a partition could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The groups; none means all
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
    /// Only partitions that are behind
    #[arg(long)]
    behind: bool,
    /// The leader epoch and the note beside the offset, and the member that has the partition, too
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a partition; on stderr, for people, the sum of each group.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let groups = match arguments.groups.as_slice() {
            [] => meant::all(&admin).await?,
            groups => groups.to_vec(),
        };
        let mut outcome = Ok(());
        let mut columns = vec!["group", "topic", "partition", "committed", "end", "lag"];
        if arguments.verbose {
            columns.extend(["leader_epoch", "metadata", "member", "host", "client"]);
        }
        let mut table = Table::new(&columns);
        for id in groups {
            let group = Group::ask(&admin, &id).await?;
            let wanted = group.partitions().map(|one| (one.clone(), OffsetSpec::Latest)).collect();
            let (ends, asked) =
                split(admin.list_offsets(&wanted, Default::default()).await, console);
            outcome = outcome.and(asked);
            let mut sum = 0;
            for (partition, end) in ends {
                let lag = group.offset(&partition).map(|offset| (end.offset - offset).max(0));
                sum += lag.unwrap_or(0);
                if arguments.behind && lag.unwrap_or(0) == 0 {
                    continue;
                }
                table.row(group.row(&id, &partition, end.offset, lag, arguments.verbose));
            }
            if arguments.output.format == Format::Table {
                console.talk(format_args!("{id}: {sum} behind"));
            }
        }
        table.print(arguments.output.format, console);
        outcome
    })
}

/// What a group has committed, and which member has which partition.
struct Group {
    committed: BTreeMap<TopicPartition, CommittedOffset>,
    members: BTreeMap<TopicPartition, GroupMember>,
}

impl Group {
    async fn ask(admin: &Admin, id: &str) -> Outcome<Self> {
        let committed = admin.list_group_offsets(id, None, false).await?;
        let mut members = BTreeMap::new();
        // Of a group whose members are not told the offsets are there all the same.
        if let Some(Ok(group)) = admin.describe_groups(&[id]).await.into_values().next() {
            for member in group.members {
                let partitions = member.assignment.clone().unwrap_or_default();
                members.extend(partitions.into_iter().map(|one| (one, member.clone())));
            }
        }
        Ok(Self { committed, members })
    }

    fn partitions(&self) -> impl Iterator<Item = &TopicPartition> {
        self.committed.keys().chain(self.members.keys())
    }

    fn offset(&self, partition: &TopicPartition) -> Option<i64> {
        self.committed.get(partition).map(|committed| committed.offset)
    }

    fn row(
        &self,
        id: &str,
        partition: &TopicPartition,
        end: i64,
        lag: Option<i64>,
        is_verbose: bool,
    ) -> Vec<Value> {
        let mut cells = vec![
            json!(id),
            json!(&*partition.topic),
            json!(partition.partition),
            json!(self.offset(partition)),
            json!(end),
            json!(lag),
        ];
        if is_verbose {
            let committed = self.committed.get(partition);
            let note = committed.map(|one| &one.metadata).filter(|note| !note.is_empty());
            let member = self.members.get(partition);
            cells.extend([
                json!(committed.and_then(|one| one.leader_epoch)),
                json!(note),
                json!(member.map(|member| &member.member_id)),
                json!(member.map(|member| &member.host)),
                json!(member.map(|member| &member.client_id)),
            ]);
        }
        cells
    }
}
