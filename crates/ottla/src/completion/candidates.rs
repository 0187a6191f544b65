//! What may come next on a command line of ours.

use std::time::Duration;

use clap::{Arg, Command, CommandFactory};

use crate::cli;
use crate::environment::Environment;
use crate::explain;
use crate::faces;
use crate::live_names::{self, Names};
use crate::target::Target;

/// How long a cluster may take to tell its names; a shell waits for it.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Said instead of words where a file is meant.
const FILE: &str = "<file>";

/// A word, and what it is.
type Candidate = (String, String);

/// What may stand in place of the last of `words`, and begins like it.
pub(super) fn find(words: &[String]) -> Vec<Candidate> {
    let (typed, before) = match words.split_last() {
        Some((typed, before)) => (typed.as_str(), before),
        None => ("", &[][..]),
    };
    let mut root = cli::Arguments::command();
    root.build();
    let place = place(&root, before);
    let mut found = match &place.expects {
        Some(argument) => values(argument, before),
        None if typed.starts_with('-') => flags(place.command),
        None => here(&place, before),
    };
    if found.first().is_some_and(|(word, _)| word == FILE) {
        return found;
    }
    found.retain(|(word, _)| word.starts_with(typed));
    found
}

/// Where on the command line the typed word stands.
struct Place<'a> {
    command: &'a Command,
    /// The flag whose value it is.
    expects: Option<&'a Arg>,
    /// Positional words before it.
    positions: usize,
}

fn place<'a>(root: &'a Command, before: &[String]) -> Place<'a> {
    let mut place = Place { command: root, expects: None, positions: 0 };
    for word in before {
        if place.expects.take().is_some() {
            continue;
        }
        if word.starts_with('-') {
            let flag = place.command.get_arguments().find(|argument| is_named(argument, word));
            place.expects =
                flag.filter(|flag| flag.get_action().takes_values() && !word.contains('='));
        } else if let Some(verb) = place.command.find_subcommand(word) {
            place = Place { command: verb, expects: None, positions: 0 };
        } else {
            place.positions += 1;
        }
    }
    place
}

fn is_named(argument: &Arg, word: &str) -> bool {
    let long = argument.get_long().map(|long| format!("--{long}"));
    let short = argument.get_short().map(|short| format!("-{short}"));
    [long, short].into_iter().flatten().any(|name| name == word)
}

fn flags(command: &Command) -> Vec<Candidate> {
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    shown
        .filter_map(|argument| Some((format!("--{}", argument.get_long()?), about(argument))))
        .collect()
}

/// Verbs, or values of the positional argument that stands here.
fn here(place: &Place<'_>, before: &[String]) -> Vec<Candidate> {
    let verbs = place.command.get_subcommands().filter(|verb| !verb.is_hide_set());
    let about =
        |verb: &Command| verb.get_about().map(|about| about.to_string()).unwrap_or_default();
    let mut found: Vec<Candidate> =
        verbs.map(|verb| (verb.get_name().to_owned(), about(verb))).collect();
    let many =
        |argument: &&Arg| argument.get_num_args().is_some_and(|count| count.max_values() > 1);
    let positionals: Vec<&Arg> = place.command.get_positionals().collect();
    let last = positionals.last().copied().filter(many);
    let argument = positionals.get(place.positions).copied().or(last);
    if let Some(argument) = argument {
        found.extend(values(argument, before));
    }
    found
}

fn about(argument: &Arg) -> String {
    argument.get_help().map(|help| help.to_string()).unwrap_or_default()
}

/// What an argument may be: known by its possible values or by the name its value has in the help.
fn values(argument: &Arg, before: &[String]) -> Vec<Candidate> {
    let possible = argument.get_possible_values();
    if !possible.is_empty() {
        let help =
            |value: &clap::builder::PossibleValue| value.get_help().map(|help| help.to_string());
        let value = |value: &clap::builder::PossibleValue| {
            (value.get_name().to_owned(), help(value).unwrap_or_default())
        };
        return possible.iter().filter(|value| !value.is_hide_set()).map(value).collect();
    }
    let named =
        argument.get_value_names().and_then(|names| names.first().map(|name| name.as_str()));
    let plain = |names: Vec<String>, about: &str| {
        names.into_iter().map(|name| (name, about.to_owned())).collect()
    };
    match named {
        Some("TOPIC") => plain(live(Names::Topics, before), "topic"),
        Some("GROUP") => plain(live(Names::Groups, before), "group"),
        Some("CODE|SETTING") => plain(explain::names().map(str::to_owned).collect(), ""),
        Some("TOOL") => plain(faces::names().collect(), "tool"),
        Some("NAME") if argument.get_id() == "profile" => plain(profiles(), "profile"),
        Some("FILE" | "DIR" | "PATH" | "DIR,DIR") => vec![(FILE.to_owned(), String::new())],
        Some("PATHS" | "SETTINGS_FILE") => vec![(FILE.to_owned(), String::new())],
        _ => Vec::new(),
    }
}

/// Names of the cluster that the words so far lead to; none if it does not answer in time.
fn live(names: Names, before: &[String]) -> Vec<String> {
    let after = |flags: [&str; 2]| {
        let at = before.iter().position(|word| flags.contains(&word.as_str()))?;
        before.get(at + 1).cloned()
    };
    let overrides = before.windows(2).filter(|pair| pair[0] == "-X" || pair[0] == "--setting");
    let target = Target {
        bootstrap: after(["-b", "--bootstrap-server"]),
        overrides: overrides.map(|pair| pair[1].clone()).collect(),
        profile: after(["--profile", "--profile"]),
        timeout: None,
    };
    live_names::ask(&target, names, PATIENCE)
}

fn profiles() -> Vec<String> {
    Target::profiles(&Environment::read()).names().map(str::to_owned).collect()
}
