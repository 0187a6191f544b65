//! `ottla topic list`.

use clap::Args;
use serde_json::json;

use crate::console::Console;
use crate::failure::Outcome;
use crate::table::{Format, Table};
use crate::target::{Output, Target};

/// Arguments of `topic list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 listed, 1 the cluster could not be asked, 2 wrong arguments."
)]
pub(crate) struct Arguments {
    /// Those of the coordinators too
    #[arg(short, long)]
    internal: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Prints a name a line, or objects with ids.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| {
        let mut topics = admin.list_topics().await?;
        topics.retain(|topic| arguments.internal || !topic.is_internal);
        if arguments.output.format == Format::Table {
            topics.iter().for_each(|topic| console.line(&topic.name));
            return Ok(());
        }
        let mut table = Table::new(&["topic", "id", "internal"]);
        for topic in topics {
            table.row([json!(&*topic.name), json!(topic.id.to_string()), json!(topic.is_internal)]);
        }
        table.print(arguments.output.format, console);
        Ok(())
    })
}
