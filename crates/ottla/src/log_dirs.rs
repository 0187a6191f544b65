//! `ottla log dirs`: the log dirs of brokers, and how full they are.

use clap::Args;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::results::split;
use crate::table::Table;
use crate::target::{Output, Target};

/// Arguments of `log dirs`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 told, 1 a broker could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Only these brokers
    #[arg(long, value_delimiter = ',', value_name = "ID,..")]
    broker: Vec<i32>,
    /// A row a replica instead of a row a dir
    #[arg(short, long)]
    replicas: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a dir, or a replica.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let cluster = admin.describe_cluster(false).await?;
        let meant = |id: &i32| arguments.broker.is_empty() || arguments.broker.contains(id);
        let ids: Vec<i32> = cluster.nodes.iter().map(|node| node.id).filter(meant).collect();
        let (brokers, outcome) = split(admin.describe_log_dirs(&ids, None).await, console);
        let mut table = if arguments.replicas {
            Table::new(&["broker", "dir", "replica", "bytes", "behind", "future"])
        } else {
            Table::new(&["broker", "dir", "replicas", "bytes", "free", "total", "error"])
        };
        for (id, dirs) in brokers {
            for (path, dir) in dirs {
                if arguments.replicas {
                    for (replica, info) in dir.replicas {
                        table.row([
                            json!(id),
                            json!(path),
                            json!(replica.to_string()),
                            json!(info.size_bytes),
                            json!(info.offset_lag),
                            json!(info.is_future),
                        ]);
                    }
                    continue;
                }
                let bytes: i64 = dir.replicas.values().map(|replica| replica.size_bytes).sum();
                table.row([
                    json!(id),
                    json!(path),
                    json!(dir.replicas.len()),
                    json!(bytes),
                    json!(dir.usable_bytes),
                    json!(dir.total_bytes),
                    json!(dir.error.map(|error| error.reason().to_owned())),
                ]);
            }
        }
        table.print(arguments.output.format, console);
        outcome
    })
}
