//! `ottla log move`: moves replicas from one log dir of their broker to another.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::admin::LogDirDescription;
use ottla_client::{Admin, TopicPartition};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::partition_words;
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `log move`.
#[derive(Debug, Args)]
#[command(after_help = "\
The broker copies, and changes over when the copy has caught up: ottla log dirs --replicas shows it as
`future` until then. What changes is told on stderr, - before and + after.
Example: ottla log move orders:0,1 payments --to /data/2 --dry-run
Exit codes: 0 the broker moves them, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Topics, or partitions of them
    #[arg(required = true, value_name = "TOPIC[:N,..]")]
    topics: Vec<String>,
    /// The log dir that they are moved to, as log.dirs of the broker has it
    #[arg(long, value_name = "DIR")]
    to: String,
    /// Only replicas of these brokers
    #[arg(long, value_delimiter = ',', value_name = "ID,..")]
    broker: Vec<i32>,
    /// Say what would be moved, and move nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Moves them, and says from where to where on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let partitions = partition_words::find(&admin, &arguments.topics, console).await?;
        let cluster = admin.describe_cluster(false).await?;
        let meant = |id: &i32| arguments.broker.is_empty() || arguments.broker.contains(id);
        let ids: Vec<i32> = cluster.nodes.iter().map(|node| node.id).filter(meant).collect();
        let dirs = admin.describe_log_dirs(&ids, Some(&partitions)).await;
        let (brokers, mut outcome) = split(dirs, console);
        let mut count = 0;
        for (broker, dirs) in brokers {
            let before = places(&dirs);
            if before.is_empty() {
                continue;
            }
            count += before.len();
            let moved = match known(&arguments.to, &dirs) {
                Some(to) => move_all(&admin, broker, &before, to, arguments.dry_run, console).await,
                None => Err(not_there(&arguments.to, broker, &dirs)),
            };
            if let Err(failure) = moved {
                failure.tell(console);
                outcome = Err(Failure::told());
            }
        }
        if count == 0 {
            outcome = outcome.and(Err(Failure::new("no broker has a replica of these")));
        }
        if arguments.dry_run {
            console.talk("nothing was moved (--dry-run)");
        }
        outcome
    })
}

/// The dir of each replica; of one that is being moved, that where it is served.
fn places(dirs: &BTreeMap<String, LogDirDescription>) -> BTreeMap<TopicPartition, String> {
    let replicas = dirs.iter().flat_map(|(path, dir)| {
        let present = dir.replicas.iter().filter(|(_, replica)| !replica.is_future);
        present.map(move |(partition, _)| (partition.clone(), path.clone()))
    });
    replicas.collect()
}

fn known<'a>(path: &str, dirs: &'a BTreeMap<String, LogDirDescription>) -> Option<&'a String> {
    let bare = path.trim_end_matches('/');
    dirs.keys().find(|dir| dir.trim_end_matches('/') == bare)
}

fn not_there(path: &str, broker: i32, dirs: &BTreeMap<String, LogDirDescription>) -> Failure {
    let all: Vec<&str> = dirs.keys().map(String::as_str).collect();
    Failure::new(format!("broker {broker} has no log dir {path}"))
        .advise(format!("it has {}", all.join(", ")))
}

async fn move_all(
    admin: &Admin,
    broker: i32,
    before: &BTreeMap<TopicPartition, String>,
    to: &String,
    is_dry: bool,
    console: &mut Console,
) -> Outcome {
    let change = |partition: &TopicPartition| {
        let from = before.get(partition).map(String::as_str).unwrap_or_default();
        let name = format!("{partition} on broker {broker}");
        format!("- {name}: {from}\n+ {name}: {to}")
    };
    let mut moves = BTreeMap::new();
    for (partition, from) in before {
        if from == to {
            console.talk(format_args!("  {partition} on broker {broker}: {to}"));
        } else {
            moves.insert(partition.clone(), to.clone());
        }
    }
    if is_dry {
        moves.keys().for_each(|partition| console.talk(change(partition)));
        return Ok(());
    }
    if moves.is_empty() {
        return Ok(());
    }
    let results = admin.alter_replica_log_dirs(broker, &moves).await?;
    tell_each(results, |_| false, console, |partition, ()| change(partition))
}
