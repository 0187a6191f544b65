//! `kafka-features.sh`: what `org.apache.kafka.tools.FeatureCommand` (Kafka 4.3.1) takes and prints.

use std::collections::BTreeMap;
use std::process::ExitCode;

use ottla_client::Admin;
use ottla_client::admin::{FeatureUpdate, UpgradeType};
use ottla_controller::metadata_version::METADATA_VERSION;

use super::connection::{properties, said_of, with_admin};
use super::feature_levels::{
    levels_of, name_and_level, print_dependencies, print_mapping, release_version, shown,
};
use super::kafka_cluster::bootstrap;
use super::options::{Ending, Flag, Given, flag, parse, spelled_out, value};
use crate::console::Console;

const ABOUT: &str = "usage: kafka-features --bootstrap-server HOST:PORT \
    {describe,upgrade,downgrade,disable,version-mapping,feature-dependencies} [flags]";
const FLAGS: &[Flag] = &[
    value("bootstrap-controller", "controllers to begin with, host:port,.."),
    value("bootstrap-server", "brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    flag("dry-run", "ask whether it could be done, and do nothing"),
    value("feature", "name=level, or a name to disable; may be repeated"),
    flag("help", "-h, print this"),
    value("metadata", "a release; old name of --release-version"),
    value("release-version", "all features as this release has them"),
    flag("unsafe", "downgrade, disable: whatever is lost by it"),
];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = work(&spelled_out(line, &[("-h", "--help")]), console);
    super::end(outcome, ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    if given.has("help") {
        return Err(Ending::Help);
    }
    let [command] = given.words.as_slice() else { return Err(wrong("too few arguments")) };
    let bootstrap = bootstrap(&given).map_err(|_| {
        wrong("You must specify either --bootstrap-controller or --bootstrap-server.")
    })?;
    match command.as_str() {
        "version-mapping" => return print_mapping(&given, console),
        "feature-dependencies" if !given.has("feature") => {
            return Err(wrong("argument --feature is required"));
        }
        "feature-dependencies" => return print_dependencies(&given, console),
        _ => {}
    }
    let change = match command.as_str() {
        "describe" => None,
        "upgrade" | "downgrade" | "disable" => Some(Change::read(command, &given, console)?),
        other => return Err(wrong(&format!("invalid choice: '{other}'"))),
    };
    let properties = properties(&given, "command-config", &bootstrap)?;
    with_admin(properties, async |admin| match change {
        None => describe(&admin, console).await,
        Some(change) => change.make(&admin, console).await,
    })
}

fn wrong(why: &str) -> Ending {
    Ending::Thrown(format!("Command line error: {why}. Type --help for help."))
}

async fn describe(admin: &Admin, console: &mut Console) -> Result<(), Ending> {
    let features = admin.describe_features().await;
    let features = features.map_err(|error| Ending::Thrown(said_of(&error, "describeFeatures")))?;
    let epoch = features.epoch.map_or("-".to_owned(), |epoch| epoch.to_string());
    for (name, (min, max)) in &features.supported {
        let level = features.finalized.get(name).copied().unwrap_or(0);
        let (min, max, level) = (shown(name, *min), shown(name, *max), shown(name, level));
        console.line(format_args!(
            "Feature: {name:<41} SupportedMinVersion: {min:<16} SupportedMaxVersion: {max:<16} \
             FinalizedVersionLevel: {level:<16} Epoch: {epoch}"
        ));
    }
    Ok(())
}

/// Features that are to change, and how.
struct Change {
    command: String,
    updates: BTreeMap<String, FeatureUpdate>,
    is_dry: bool,
}

impl Change {
    fn read(command: &str, given: &Given, console: &mut Console) -> Result<Self, Ending> {
        let upgrade_type = match (command, given.has("unsafe")) {
            ("upgrade", _) => UpgradeType::Upgrade,
            (_, true) => UpgradeType::UnsafeDowngrade,
            (_, false) => UpgradeType::SafeDowngrade,
        };
        let mut levels = Vec::new();
        if let Some(release) = given.one("metadata")? {
            console.line(" `metadata` flag is deprecated and may be removed in a future release.");
            levels.push((METADATA_VERSION.to_owned(), release_version(release)?.level()));
        }
        if let Some(release) = given.one("release-version")? {
            if given.has("metadata") || given.has("feature") {
                let why = "Can not specify `release-version` with other feature flags.";
                return Err(Ending::Thrown(why.to_owned()));
            }
            levels.extend(levels_of(release_version(release)?));
            // What a release does not run needs no upgrade.
            levels.retain(|(_, level)| command != "upgrade" || *level > 0);
        }
        for text in given.all("feature") {
            levels.push(match command {
                "disable" => (text.clone(), 0),
                _ => name_and_level(text)?,
            });
        }
        let mut updates = BTreeMap::new();
        for (name, level) in levels {
            if updates.insert(name.clone(), FeatureUpdate { level, upgrade_type }).is_some() {
                let why = format!("Feature {name} was specified more than once.");
                return Err(Ending::Thrown(why));
            }
        }
        if updates.is_empty() {
            let why = format!("You must specify at least one feature to {command}");
            return Err(Ending::Thrown(why));
        }
        Ok(Self { command: command.to_owned(), updates, is_dry: given.has("dry-run") })
    }

    async fn make(&self, admin: &Admin, console: &mut Console) -> Result<(), Ending> {
        let result = admin.update_features(&self.updates, self.is_dry).await;
        let (command, is_dry) = (&self.command, self.is_dry);
        for (name, FeatureUpdate { level, .. }) in &self.updates {
            match &result {
                Ok(()) => {
                    let verb = if is_dry { "can be" } else { "was" };
                    let done = match command.as_str() {
                        "disable" => "disabled".to_owned(),
                        _ => format!("{command}d to {level}"),
                    };
                    console.line(format_args!("{name} {verb} {done}."));
                }
                Err(error) => {
                    let verb = if is_dry { "Can not" } else { "Could not" };
                    let to = match command.as_str() {
                        "disable" => String::new(),
                        _ => format!(" to {level}"),
                    };
                    let why = said_of(error, "updateFeatures");
                    console.line(format_args!("{verb} {command} {name}{to}. {why}"));
                }
            }
        }
        let count = self.updates.len();
        let failed = |_| Ending::Thrown(format!("{count} out of {count} operation(s) failed."));
        result.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let line: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let mut console = Console::new(true);
        let change = parse(FLAGS, &line)
            .and_then(|given| Change::read(&given.words[0], &given, &mut console));
        let shown = match change {
            Err(ending) => format!("{ending:?}"),
            Ok(change) => {
                let update = |(name, update): (&String, &FeatureUpdate)| {
                    format!("{name}={} {:?}", update.level, update.upgrade_type)
                };
                change.updates.iter().map(update).collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(shown, expected, "{line:?}");
    }

    #[test]
    fn what_is_to_change_is_read_as_the_tool_reads_it() {
        check("upgrade --feature a=1 --feature b=2", "a=1 Upgrade, b=2 Upgrade");
        check("disable --feature a --unsafe", "a=0 UnsafeDowngrade");
        check("downgrade --metadata 4.0-IV0", "metadata.version=22 SafeDowngrade");
        check(
            "upgrade --release-version 3.9",
            "kraft.version=1 Upgrade, metadata.version=21 Upgrade",
        );
        check(
            "upgrade --feature a",
            "Thrown(\"Can't parse feature=level string a: equals sign not found.\")",
        );
    }
}
