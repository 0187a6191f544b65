//! Changes of settings, with the difference they make: of topics, brokers and groups alike.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::admin::{AlterConfig, AlterOperation, ConfigDescription, ConfigResource};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::target::Target;

/// What to change.
#[derive(Debug, Args)]
pub(crate) struct Changes {
    /// New values; += and -= add to and take from a list
    #[arg(value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Settings to give back to the next level
    #[arg(long, value_name = "KEY,..", value_delimiter = ',')]
    unset: Vec<String>,
    /// Ask the cluster whether it would, show the difference, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Changes settings of one thing, and tells the difference on stderr.
///
/// # Errors
/// Nothing to change, a setting or a value that is refused.
pub(crate) fn alter(
    target: &Target,
    resource: ConfigResource,
    changes: &Changes,
    console: &mut Console,
) -> Outcome {
    let operations = operations(changes)?;
    target.run(async |admin| {
        let before = admin.describe_configs(std::slice::from_ref(&resource), false).await;
        let Some(before) = before.into_values().next() else { return Err(Failure::told()) };
        let before = before?;
        let wanted = BTreeMap::from([(resource.clone(), operations.clone())]);
        for result in admin.incremental_alter_configs(&wanted, changes.dry_run).await.into_values()
        {
            result?;
        }
        for operation in &operations {
            tell(operation, &before, console);
        }
        if changes.dry_run {
            console.talk("nothing was changed (--dry-run)");
        }
        Ok(())
    })
}

fn operations(changes: &Changes) -> Outcome<Vec<AlterConfig>> {
    let mut operations = Vec::new();
    for text in &changes.set {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::usage(format!("{text} is not of the form KEY=VALUE"))
                .advise("--unset KEY takes a value away")
        })?;
        let value = value.trim().to_owned();
        let (name, operation) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
            (Some(name), _) => (name, AlterOperation::Append(value)),
            (_, Some(name)) => (name, AlterOperation::Subtract(value)),
            _ => (name, AlterOperation::Set(value)),
        };
        operations.push(AlterConfig { name: name.trim().to_owned(), operation });
    }
    operations.extend(changes.unset.iter().map(|name| AlterConfig::delete(name.trim())));
    if operations.is_empty() {
        return Err(Failure::usage("nothing to change")
            .advise("name settings as KEY=VALUE, or --unset KEY"));
    }
    Ok(operations)
}

fn tell(change: &AlterConfig, before: &[ConfigDescription], console: &mut Console) {
    let name = &change.name;
    let old = before.iter().find(|setting| setting.name == *name);
    let old_value = match old {
        Some(setting) if setting.is_sensitive => Some("(secret)"),
        Some(setting) => setting.value.as_deref(),
        None => None,
    };
    let is_own =
        old.is_some_and(|setting| setting.source != ottla_client::admin::ConfigSource::Default);
    if let Some(old) = old_value {
        let level = if is_own { "" } else { " (default)" };
        console.talk(format_args!("- {name}={old}{level}"));
    }
    match &change.operation {
        AlterOperation::Set(value) => console.talk(format_args!("+ {name}={value}")),
        AlterOperation::Append(value) => console.talk(format_args!("+ {name}+={value}")),
        AlterOperation::Subtract(value) => console.talk(format_args!("+ {name}-={value}")),
        AlterOperation::Delete => console.talk(format_args!("+ {name} as the next level has it")),
    }
}
