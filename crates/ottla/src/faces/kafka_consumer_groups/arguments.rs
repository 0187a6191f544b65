//! The flags of `org.apache.kafka.tools.consumer.group.ConsumerGroupCommand`, and which go together.

use super::super::connection;
use super::super::options::{Ending, Flag, Given, flag, maybe, parse, value};

pub(super) const ABOUT: &str =
    "This tool lists, describes and deletes consumer groups, and resets their offsets.";
pub(super) const FLAGS: &[Flag] = &[
    flag("all-groups", "every group"),
    flag("all-topics", "every topic the group has offsets of"),
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("by-duration", "reset to this long ago: P1DT2H3M4S"),
    value("command-config", "file of client settings"),
    flag("delete", "delete groups without members"),
    flag("delete-offsets", "delete offsets of a group"),
    flag("describe", "print members, offsets and lag of groups"),
    flag("dry-run", "reset: print only"),
    flag("execute", "reset: do it"),
    flag("export", "reset: print CSV"),
    value("from-file", "reset to the offsets of a CSV file"),
    value("group", "a group; may be repeated"),
    flag("help", "print this"),
    flag("list", "print groups"),
    flag("members", "describe members"),
    flag("offsets", "describe offsets"),
    flag("reset-offsets", "reset offsets of groups without members"),
    value("shift-by", "reset by so many records"),
    maybe("state", "describe the state; list: only groups in these states"),
    value("timeout", "milliseconds a broker may take (default: 5000)"),
    flag("to-current", "reset to where it is"),
    value("to-datetime", "reset to a time: 2026-11-21T12:00:00.000"),
    flag("to-earliest", "reset to the oldest record"),
    flag("to-latest", "reset behind the newest record"),
    value("to-offset", "reset to this offset"),
    value("topic", "a topic, or topic:0,1; may be repeated"),
    maybe("type", "list: only groups of these types"),
    value("validate-regex", "say whether this is an expression that a subscription may have"),
    flag("verbose", "describe more"),
    flag("version", "print the version"),
    value("zookeeper", ""),
];

const ACTIONS: [&str; 6] =
    ["list", "describe", "delete", "reset-offsets", "delete-offsets", "validate-regex"];
const PLACES: [&str; 8] = [
    "to-offset",
    "shift-by",
    "to-datetime",
    "by-duration",
    "to-earliest",
    "to-latest",
    "to-current",
    "from-file",
];
/// States, as the tool lists them.
const STATES: [&str; 7] = [
    "Assigning",
    "Reconciling",
    "CompletingRebalance",
    "Empty",
    "PreparingRebalance",
    "Stable",
    "Dead",
];
const TYPES: [&str; 2] = ["Classic", "Consumer"];
const NO_EXECUTE: &str = "WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior.";

/// What the tool is to do.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) given: Given,
    pub(super) bootstrap: String,
    /// Of `list --state`.
    pub(super) states: Vec<String>,
    /// Of `list --type`.
    pub(super) types: Vec<String>,
    /// Said on stderr before anything is done.
    pub(super) warning: Option<&'static str>,
}

impl Asked {
    pub(super) fn read(line: &[String]) -> Result<Self, Ending> {
        let given = parse(FLAGS, line).map_err(usage_of)?;
        given.help_or_version(line)?;
        if given.has("zookeeper") {
            return Err(Ending::Thrown(connection::ZOOKEEPER.to_owned()));
        }
        if !given.has("validate-regex") {
            given.require(&["bootstrap-server"])?;
        }
        check_together(&given)?;
        if ACTIONS.iter().filter(|action| given.has(action)).count() != 1 {
            return Err(Ending::Usage(format!(
                "Command must include exactly one action: {}",
                ACTIONS.map(|action| format!("--{action}")).join(", ")
            )));
        }
        let bootstrap =
            given.one("bootstrap-server").map_err(usage_of)?.unwrap_or_default().to_owned();
        let (states, types) = if given.has("list") {
            (known(&given, "state", &STATES, "state")?, known(&given, "type", &TYPES, "types")?)
        } else {
            (Vec::new(), Vec::new())
        };
        let is_silent = given.has("dry-run") || given.has("execute");
        let warning = (given.has("reset-offsets") && !is_silent).then_some(NO_EXECUTE);
        Ok(Self { given, bootstrap, states, types, warning })
    }

    pub(super) fn has(&self, flag: &str) -> bool {
        self.given.has(flag)
    }
}

/// The tool answers a line it cannot read with its usage.
pub(super) fn usage_of(ending: Ending) -> Ending {
    match ending {
        Ending::Thrown(why) => Ending::Usage(why),
        other => other,
    }
}

fn check_together(given: &Given) -> Result<(), Ending> {
    let has_groups = given.has("group") || given.has("all-groups");
    for action in ["describe", "delete", "reset-offsets"] {
        if given.has(action) && !has_groups {
            return Err(Ending::Usage(format!(
                "Option [{action}] takes one of these options: [all-groups], [group]"
            )));
        }
    }
    if given.has("describe") {
        let views = ["members", "offsets", "state"];
        if views.iter().filter(|view| given.has(view)).count() > 1 {
            return Err(Ending::Usage(
                "Option [describe] takes at most one of these options: [members], [offsets], [state]".to_owned(),
            ));
        }
        if !given.all("state").is_empty() {
            return Err(Ending::Usage(
                "Option [describe] does not take a value for [state]".to_owned(),
            ));
        }
    }
    if given.has("delete") && given.has("topic") {
        return Err(Ending::Usage(
            "The consumer does not support topic-specific offset deletion from a consumer group."
                .to_owned(),
        ));
    }
    if given.has("delete-offsets") && !(given.has("group") && given.has("topic")) {
        return Err(Ending::Usage(
            "Option [delete-offsets] takes the following options: [topic], [group]".to_owned(),
        ));
    }
    if given.has("reset-offsets") {
        if given.has("dry-run") && given.has("execute") {
            return Err(Ending::Usage(
                "Option [reset-offsets] only accepts one of [execute] and [dry-run]".to_owned(),
            ));
        }
        for place in PLACES {
            let others: Vec<&str> = PLACES.into_iter().filter(|other| *other != place).collect();
            given.forbid(place, &others)?;
        }
    }
    given.forbid("group", &["all-groups"])?;
    given.forbid("group", &["list"])?;
    given.forbid("topic", &["list", "describe"])
}

/// The values of `--state` and `--type`, as groups have them.
fn known(given: &Given, flag: &str, all: &[&str], noun: &str) -> Result<Vec<String>, Ending> {
    let Some(text) = given.one(flag)? else { return Ok(Vec::new()) };
    let find = |word: &str| all.iter().find(|one| one.eq_ignore_ascii_case(word.trim()));
    let words = text.split(',').filter(|_| !text.is_empty());
    let found: Option<Vec<String>> = words.map(|word| Some((*find(word)?).to_owned())).collect();
    found.ok_or_else(|| {
        Ending::Usage(
            format!("Invalid {noun} list '{text}'. Valid {noun}s are: {}", all.join(", "))
                .replace("typess", "types"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&[&str], &str>) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match (Asked::read(&words), expected) {
            (Ok(asked), Ok(states)) => assert_eq!(asked.states, states, "{line}"),
            (Err(Ending::Usage(why)), Err(expected)) => assert_eq!(why, expected, "{line}"),
            (found, _) => panic!("{line}: {found:?}"),
        }
    }

    #[test]
    fn flags_that_do_not_go_together_are_refused() {
        let b = "--bootstrap-server a:1";
        check(&format!("{b} --list --state empty,Stable"), Ok(&["Empty", "Stable"]));
        check(&format!("{b} --list --state"), Ok(&[]));
        check("--validate-regex a.*", Ok(&[]));
        check("--list", Err("Missing required argument \"[bootstrap-server]\""));
        check(
            &format!("{b} --describe"),
            Err("Option [describe] takes one of these options: [all-groups], [group]"),
        );
        check(
            &format!("{b} --list --group g"),
            Err("Option \"[group]\" can't be used with option \"[list]\""),
        );
        check(
            &format!("{b} --reset-offsets --group g --to-earliest --to-latest"),
            Err("Option \"[to-earliest]\" can't be used with option \"[to-latest]\""),
        );
        check(
            &format!("{b} --list --type odd"),
            Err("Invalid types list 'odd'. Valid types are: Classic, Consumer"),
        );
    }
}
