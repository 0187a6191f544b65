//! `ottla cluster`: brokers and features.

use clap::Args;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `cluster`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 told, 1 the cluster could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Features instead of brokers: the level each runs at, and what the broker can
    #[arg(short, long)]
    features: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a broker, or a feature; on stderr, for people, the cluster's id.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        if arguments.features {
            let features = admin.describe_features().await?;
            let mut table = Table::new(&["feature", "level", "min", "max"]);
            for (name, (min, max)) in &features.supported {
                let level = features.finalized.get(name).copied().unwrap_or(0);
                table.row([json!(name), json!(level), json!(min), json!(max)]);
            }
            table.print(arguments.output.format, console);
            return Ok(());
        }
        let cluster = admin.describe_cluster(false).await?;
        if arguments.output.format == Format::Table {
            console.talk(format_args!("cluster {}", cluster.cluster_id));
        }
        let mut table = Table::new(&["broker", "host", "port", "rack", "controller"]);
        for node in &cluster.nodes {
            let address = node.address.to_string();
            let (host, port) = address.rsplit_once(':').unwrap_or((&address, ""));
            let is_controller = cluster.controller == Some(node.id);
            let port = port.parse::<u16>().ok();
            table.row([
                json!(node.id),
                json!(host),
                json!(port),
                json!(node.rack),
                json!(is_controller),
            ]);
        }
        table.print(arguments.output.format, console);
        Ok(())
    })
}
