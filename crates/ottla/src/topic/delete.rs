//! `ottla topic delete`.

use clap::Args;

use crate::console::Console;
use crate::failure::Outcome;
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `topic delete`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all are deleted, 1 one was not, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The topics
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// A topic that is not there is no error
    #[arg(long)]
    if_exists: bool,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Deletes them, and says so on stderr.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let names: Vec<&str> = arguments.topics.iter().map(String::as_str).collect();
    arguments.target.run(async |admin| {
        if arguments.dry_run {
            let (topics, outcome) = split(admin.describe_topics(&names).await?, console);
            for (name, topic) in topics {
                let count = topic.partitions.len();
                console.talk(format_args!("- would delete topic {name}: {count} partitions"));
            }
            return outcome;
        }
        let forgiven = |error: &ottla_client::Error| {
            arguments.if_exists
                && error.code() == Some(ottla_model::ErrorCode::UnknownTopicOrPartition)
        };
        let results = admin.delete_topics(&names).await;
        tell_each(results, forgiven, console, |name, ()| format!("deleted topic {name}"))
    })
}
