//! `kafka-groups.sh`: what `org.apache.kafka.tools.GroupsCommand` (Kafka 4.3.1) takes and prints.

use std::process::ExitCode;

use ottla_client::Admin;
use ottla_client::admin::{GroupListing, GroupType};

use super::connection::{properties, said_of, with_admin};
use super::java_map::{DEFAULT_CAPACITY, hash_order};
use super::options::{Ending, Flag, Given, flag, parse, value};
use super::printf::width;
use crate::console::Console;

const ABOUT: &str = "This tool lists groups of every type.";
const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    flag("consumer", "groups of consumers, old and new, and those with offsets only"),
    value("group-type", "groups of this type: classic, consumer, share, streams"),
    flag("help", "print this"),
    flag("list", "list groups"),
    value("protocol", "groups of this protocol type"),
    flag("share", "share groups"),
    flag("streams", "streams groups"),
    flag("version", "print the version"),
];
/// What may not be said beside `--consumer`, `--share` or `--streams`.
const CHOICES: [&str; 5] = ["consumer", "group-type", "protocol", "share", "streams"];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    super::end(work(line, console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    given.help_or_version(line)?;
    if !given.has("bootstrap-server") {
        return Err(Ending::Usage("Missing required option(s) [bootstrap-server]".to_owned()));
    }
    if !given.has("list") {
        let why = "Command must include exactly one action: --list.";
        return Err(Ending::Usage(why.to_owned()));
    }
    let kind = given.one("group-type")?.map(str::to_lowercase);
    let is_known = |kind: &String| ["classic", "consumer", "share", "streams"].contains(&&**kind);
    if kind.as_ref().is_some_and(|kind| !is_known(kind)) {
        return Err(Ending::Thrown("--group-type must be a valid group type.".to_owned()));
    }
    for choice in ["consumer", "share", "streams"] {
        let others: Vec<&str> = CHOICES.into_iter().filter(|other| *other != choice).collect();
        given.forbid(choice, &others)?;
    }
    let bootstrap = given.one("bootstrap-server")?.unwrap_or_default();
    let properties = properties(&given, "command-config", bootstrap)?;
    with_admin(properties, async |admin| list(&admin, &given, kind.as_deref(), console).await)
}

async fn list(
    admin: &Admin,
    given: &Given,
    kind: Option<&str>,
    console: &mut Console,
) -> Result<(), Ending> {
    let groups = admin.list_groups(&[], &[]).await.map_err(|error| {
        let why = said_of(&error, "listGroups");
        Ending::Printed(format!("Error while executing groups command : {why}"))
    })?;
    let protocol = given.one("protocol")?;
    let is_asked = |group: &GroupListing| match kind {
        Some(kind) => {
            type_name(group).eq_ignore_ascii_case(kind)
                && protocol.is_none_or(|protocol| group.protocol_type == protocol)
        }
        None if protocol.is_some() => protocol == Some(&*group.protocol_type),
        None if given.has("consumer") => {
            ["consumer", ""].contains(&&*group.protocol_type)
                || group.group_type == GroupType::Consumer
        }
        None if given.has("share") => type_name(group) == "Share",
        None if given.has("streams") => type_name(group) == "Streams",
        None => true,
    };
    let groups = hash_order(groups, DEFAULT_CAPACITY, |group| &group.group_id);
    let rows: Vec<[&str; 3]> = groups
        .iter()
        .filter(|group| is_asked(group))
        .map(|group| [&*group.group_id, type_name(group), &*group.protocol_type])
        .collect();
    let wide = width(20, rows.iter().flatten().copied());
    console.line(format_args!("{:<wide$} {:<wide$} {:<wide$}", "GROUP", "TYPE", "PROTOCOL"));
    for [id, kind, protocol] in rows {
        console.line(format_args!("{id:<wide$} {kind:<wide$} {protocol:<wide$} "));
    }
    Ok(())
}

fn type_name(group: &GroupListing) -> &str {
    match &group.group_type {
        GroupType::Classic => "Classic",
        GroupType::Consumer => "Consumer",
        GroupType::Other(name) => name,
    }
}
