//! `ottla topic alter`.

use clap::Args;
use ottla_client::admin::ConfigResource;

use crate::alter_settings::{Changes, alter};
use crate::console::Console;
use crate::failure::Outcome;
use crate::target::Target;

/// Arguments of `topic alter`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples: ottla topic alter orders retention.ms=86400000
          ottla topic alter orders cleanup.policy+=compact --unset retention.ms --dry-run
What changes is told on stderr, - before and + after.
Exit codes: 0 changed, or nothing to change, 1 refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The topic
    topic: String,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    target: Target,
}

/// Changes settings.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let resource = ConfigResource::topic(&arguments.topic);
    alter(&arguments.target, resource, &arguments.changes, console)
}
