//! `ottla quorum`: voters and observers of the metadata log.

use clap::Args;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `quorum`.
#[derive(Debug, Args)]
#[command(after_help = "\
LAG is the distance in offsets to the leader's log.
Exit codes: 0 told, 1 the cluster could not be asked, 2 wrong arguments.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a row a replica; on stderr, for people, the leader.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let quorum = admin.describe_quorum().await?;
        if arguments.output.format == Format::Table {
            console.talk(format_args!(
                "leader {}, epoch {}, committed before {}",
                quorum.leader, quorum.leader_epoch, quorum.high_watermark
            ));
        }
        let replicas = || quorum.voters.iter().chain(&quorum.observers);
        let leader = replicas().find(|replica| replica.id == quorum.leader);
        let end = leader.map_or(quorum.high_watermark, |leader| leader.log_end_offset);
        let voters = quorum.voters.len();
        let mut table = Table::new(&["node", "directory", "role", "end", "lag", "caught_up_ms"]);
        for (at, replica) in replicas().enumerate() {
            let role = match (replica.id == quorum.leader, at < voters) {
                (true, true) => "leader",
                (_, true) => "voter",
                _ => "observer",
            };
            let directory = replica.directory_id;
            let directory = (!directory.is_zero()).then(|| directory.to_string());
            table.row([
                json!(replica.id),
                json!(directory),
                json!(role),
                json!(replica.log_end_offset),
                json!(end - replica.log_end_offset),
                json!(replica.last_caught_up),
            ]);
        }
        table.print(arguments.output.format, console);
        Ok(())
    })
}
