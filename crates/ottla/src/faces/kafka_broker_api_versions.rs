//! `kafka-broker-api-versions.sh`: what `org.apache.kafka.tools.BrokerApiVersionsCommand` (Kafka
//! 4.3.1) takes and prints.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use ottla_client::{Admin, PeerVersions, Route};
use ottla_wire::ApiKey;

use super::connection::{properties, said_of, with_admin};
use super::options::{Ending, Flag, flag, parse, value};
use crate::console::Console;

const ABOUT: &str = "This tool prints the versions of requests that brokers speak.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    flag("help", "print this"),
    flag("version", "print the version"),
];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    super::end(work(line, console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    given.help_or_version(line)?;
    given.require(&["bootstrap-server"])?;
    let bootstrap = given.one("bootstrap-server")?.unwrap_or_default();
    let properties = properties(&given, "command-config", bootstrap)?;
    with_admin(properties, async |admin| print(&admin, console).await)
}

async fn print(admin: &Admin, console: &mut Console) -> Result<(), Ending> {
    let cluster = admin.describe_cluster(false).await;
    let cluster = cluster.map_err(|error| Ending::Thrown(said_of(&error, "listNodes")))?;
    for node in &cluster.nodes {
        let rack = node.rack.as_deref().unwrap_or("null");
        let name = format!("{} (id: {} rack: {rack} isFenced: false)", node.address, node.id);
        match admin.client().versions(&Route::node(node.id)).await {
            Ok(versions) => {
                console.line(format_args!("{name} -> (\n\t{}\n)", lines(&versions).join(",\n\t")));
            }
            Err(error) => console.line(format_args!("{name} -> ERROR: {}", error.reason())),
        }
    }
    Ok(())
}

/// A line for each request that the broker or this program knows, by key.
fn lines(versions: &PeerVersions) -> Vec<String> {
    let unsupported =
        |key: ApiKey| (key.code(), format!("{}({}): UNSUPPORTED", key.name(), key.code()));
    let clients = ApiKey::all().filter(|key| key.facts().on_broker);
    let mut lines: BTreeMap<i16, String> = clients.map(unsupported).collect();
    for (code, range) in versions.ranges() {
        lines.insert(code, line(code, &range));
    }
    lines.into_values().collect()
}

fn line(code: i16, range: &RangeInclusive<i16>) -> String {
    let (low, high) = (*range.start(), *range.end());
    let range = if low == high { low.to_string() } else { format!("{low} to {high}") };
    let Some(key) = ApiKey::from_code(code) else { return format!("UNKNOWN({code}): {range}") };
    let ours = key.advertised_versions(false);
    let usable = if *ours.end() < low {
        "unusable: node too new".to_owned()
    } else if high < *ours.start() {
        "unusable: node too old".to_owned()
    } else {
        format!("usable: {}", high.min(*ours.end()))
    };
    format!("{}({code}): {range} [{usable}]", key.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_can_be_used() {
        assert_eq!(line(3, &(0..=13)), "Metadata(3): 0 to 13 [usable: 13]");
        assert_eq!(line(3, &(99..=100)), "Metadata(3): 99 to 100 [unusable: node too new]");
        assert_eq!(line(999, &(0..=0)), "UNKNOWN(999): 0");
    }
}
