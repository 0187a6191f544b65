//! From what every place gave to what holds: weakest to strongest, each text checked, each
//! mistake told in one sentence with what to write instead.
//!
//! Two sets of defaults exist. A configuration written for Kafka names `process.roles` or
//! `zookeeper.connect`, or comes through an image's variables; there Kafka's defaults hold.
//! Anything else is set up the ottla way: on loopback, in `./ottla-data`, one node.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::broker::{broker_setting, broker_settings};
use crate::effective::{ConfigLayers, Overrides};
use crate::nearest::nearest_name;
use crate::retired::{jvm_note, retired_note};
use crate::setting::{Check, Kind, Setting};
use crate::source::{Source, SourceKind, is_meaningful};
use crate::synonym::broker_synonyms;
use crate::value::Value;

/// Who gave a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The kind of place.
    pub kind: SourceKind,
    /// How a reader finds it.
    pub place: String,
}

/// A mistake that stops the start: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting concerned.
    pub name: String,
    /// Who gave it; none when it is missing or a default.
    pub origin: Option<Origin>,
    /// What is wrong and what to write instead.
    pub sentence: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "{} ({}): {}", self.name, origin.place, self.sentence),
            None => write!(f, "{}: {}", self.name, self.sentence),
        }
    }
}

/// What holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    given: BTreeMap<String, (String, Origin)>,
    texts: Overrides,
    /// Whether ottla's own defaults hold where they differ from Kafka's.
    pub own_defaults: bool,
    /// What the user may want to know.
    pub notes: Vec<String>,
    /// What is probably a mistake.
    pub warnings: Vec<String>,
}

impl Resolved {
    /// The value of a broker's setting; the default when nobody gave one.
    pub fn value(&self, name: &str) -> Value {
        let Some(setting) = broker_setting(name) else { return Value::Null };
        let given = self.texts.get(name).and_then(|text| setting.parse(text).ok());
        given.unwrap_or_else(|| setting.default_value(self.own_defaults))
    }

    /// Whether somebody gave it.
    pub fn is_given(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// Who gave it.
    pub fn origin(&self, name: &str) -> Option<&Origin> {
        self.given.get(name).map(|(_, origin)| origin)
    }

    /// Names and texts as given, the fixed level of a [`ConfigLayers`].
    pub fn texts(&self) -> &Overrides {
        &self.texts
    }

    /// Every setting that was given, with who gave it; for a table at the start.
    pub fn given(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        self.given.iter().map(|(name, (text, origin))| (name.as_str(), text.as_str(), origin))
    }

    /// The levels before anything was changed at run time.
    pub fn layers<'a>(&'a self, none: &'a Overrides) -> ConfigLayers<'a> {
        ConfigLayers {
            dynamic_broker: none,
            dynamic_default: none,
            fixed: &self.texts,
            own_defaults: self.own_defaults,
        }
    }

    fn give(&mut self, name: &str, text: String, origin: Origin) {
        self.texts.insert(name.to_string(), text.clone());
        self.given.insert(name.to_string(), (text, origin));
    }

    fn take(&mut self, name: &str) {
        self.texts.remove(name);
        self.given.remove(name);
    }

    pub(crate) fn problem(&self, name: &str, sentence: impl Into<String>) -> Problem {
        let origin = self.origin(name).cloned();
        Problem { name: name.to_string(), origin, sentence: sentence.into() }
    }
}

/// Puts the sources together.
///
/// # Errors
/// Every text that is no value of its setting.
pub fn resolve(sources: &[Source]) -> Result<Resolved, Vec<Problem>> {
    let mut resolved = collect(sources);
    alias_broker_id(&mut resolved);
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    let mut warnings = Vec::new();
    for (name, (text, origin)) in &resolved.given {
        match broker_setting(name) {
            Some(setting) => match check_text(setting, text) {
                Err(sentence) => problems.push(Problem {
                    name: name.clone(),
                    origin: Some(origin.clone()),
                    sentence,
                }),
                Ok(()) => notes.extend(jvm_note(name).map(|note| format!("{name}: {note}"))),
            },
            None => match retired_note(name) {
                Some(note) => notes.push(format!("{name}: {note}")),
                None if is_meaningful(name) => {}
                None => warnings.push(unknown(name, origin)),
            },
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    resolved.notes.append(&mut notes);
    resolved.warnings.append(&mut warnings);
    if !resolved.own_defaults {
        note_kafka_defaults(&mut resolved);
    }
    Ok(resolved)
}

/// Stronger over weaker.
fn collect(sources: &[Source]) -> Resolved {
    let mut ordered: Vec<&Source> = sources.iter().collect();
    ordered.sort_by_key(|source| source.kind);
    let mut resolved = Resolved {
        given: BTreeMap::new(),
        texts: Overrides::new(),
        own_defaults: true,
        notes: Vec::new(),
        warnings: Vec::new(),
    };
    for source in ordered {
        for given in &source.given {
            let origin = Origin { kind: source.kind, place: given.place.clone() };
            drop_weaker_synonyms(&mut resolved.given, &given.name, source.kind);
            resolved.given.insert(given.name.clone(), (given.text.clone(), origin));
        }
        resolved.notes.extend(source.notes.iter().cloned());
        resolved.warnings.extend(source.warnings.iter().cloned());
    }
    resolved.texts =
        resolved.given.iter().map(|(name, (text, _))| (name.clone(), text.clone())).collect();
    let of_kafka = ["process.roles", "zookeeper.connect"];
    let image = resolved.given.values().any(|(_, origin)| origin.kind == SourceKind::Image);
    resolved.own_defaults = !image && !of_kafka.iter().any(|name| resolved.is_given(name));
    resolved
}

/// With hours in the file and minutes on the command line, the command line counts.
fn drop_weaker_synonyms(
    given: &mut BTreeMap<String, (String, Origin)>,
    name: &str,
    kind: SourceKind,
) {
    let mut names = broker_synonyms(name);
    match name {
        "log.dir" => names.push("log.dirs".to_string()),
        "broker.id" => names.push("node.id".to_string()),
        "node.id" => names.push("broker.id".to_string()),
        // The setting for all listeners does not give way to that of one.
        _ if name.starts_with("listener.name.") => return,
        _ => {}
    }
    for other in names.iter().filter(|other| *other != name) {
        if given.get(other).is_some_and(|(_, origin)| origin.kind < kind) {
            given.remove(other);
        }
    }
}

/// `broker.id` is an old name of `node.id`; whoever asks for one finds both.
fn alias_broker_id(resolved: &mut Resolved) {
    // A negative id asked ZooKeeper for one; so did none at all in a file without roles.
    let negative = |given: &(String, Origin)| given.0.trim().parse::<i32>().is_ok_and(|id| id < 0);
    if resolved.given.get("broker.id").is_some_and(negative) {
        resolved.take("broker.id");
    }
    let named = ["node.id", "broker.id"].iter().any(|name| resolved.is_given(name));
    if !resolved.own_defaults && !named && !resolved.is_given("process.roles") {
        let place = "as no id is given".to_string();
        let origin = Origin { kind: SourceKind::Image, place };
        resolved.give("node.id", "1".to_string(), origin);
    }
    for (from, to) in [("broker.id", "node.id"), ("node.id", "broker.id")] {
        let Some((text, origin)) = resolved.given.get(from).cloned() else { continue };
        if resolved.is_given(to) {
            continue;
        }
        if from == "broker.id" {
            resolved.notes.push("broker.id: taken as node.id".to_string());
        }
        resolved.give(to, text, origin);
    }
}

fn check_text(setting: &Setting, text: &str) -> Result<(), String> {
    let shown = if setting.is_sensitive() { "[hidden]" } else { text };
    match setting.parse(text) {
        Ok(_) => Ok(()),
        Err(_) if setting.kind == Kind::Class => {
            Err(format!("`{shown}` is a Java class, which ottla cannot load: remove the line"))
        }
        Err(error) => match allowed(setting) {
            Some(allowed) => Err(format!("`{shown}` is not possible: write {allowed}")),
            None => Err(error.message),
        },
    }
}

/// What may be written, in words.
fn allowed(setting: &Setting) -> Option<String> {
    let number = match setting.kind {
        Kind::Boolean => return Some("true or false".to_string()),
        Kind::Int => "a whole number up to 2147483647",
        Kind::Short => "a whole number up to 32767",
        Kind::Long => "a whole number",
        Kind::Double => "a number",
        _ => "",
    };
    Some(match setting.check {
        Check::AtLeast(least) => format!("{number}, at least {least}"),
        Check::Between(least, most) => {
            let number = number.split(" up to").next().unwrap_or(number);
            format!("{number} from {least} to {most}")
        }
        Check::OneOf(values) | Check::OneOfAnyCase(values) => one_of(values),
        Check::List { of: [], empty: false, .. } => "at least one element".to_string(),
        Check::List { of: [], .. } => "elements that are not empty, between commas".to_string(),
        Check::List { of, .. } => format!("{}, or several between commas", one_of(of)),
        Check::GzipLevel => "a whole number from 1 to 9, or -1".to_string(),
        Check::NonEmpty => "something, or remove the line".to_string(),
        Check::QuorumVoters => "id@host:port, or several between commas".to_string(),
        Check::QuorumBootstrapServers => "host:port, or several between commas".to_string(),
        _ if number.is_empty() => return None,
        _ => number.to_string(),
    })
}

fn one_of(values: &[&str]) -> String {
    match values {
        [one] => one.to_string(),
        [some @ .., last] => format!("{} or {last}", some.join(", ")),
        [] => String::new(),
    }
}

fn unknown(name: &str, origin: &Origin) -> String {
    let names = broker_settings().map(|setting| setting.name);
    match nearest_name(name, names) {
        Some(meant) => {
            format!("{name} ({}) is not a setting: did you mean {meant}?", origin.place)
        }
        None => format!("{name} ({}) is not a setting: it is ignored", origin.place),
    }
}

/// Tells which defaults differ from what `ottla serve` alone would do.
fn note_kafka_defaults(resolved: &mut Resolved) {
    for name in ["listeners", "log.dirs"] {
        let weaker = ["log.dirs", "log.dir"];
        let given = resolved.is_given(name)
            || (name == "log.dirs" && weaker.iter().any(|one| resolved.is_given(one)));
        if given {
            continue;
        }
        let setting = if name == "log.dirs" { "log.dir" } else { name };
        let value = resolved.value(setting).text().unwrap_or_default();
        resolved.notes.push(format!("{setting}: not given, so Kafka's default {value} holds"));
    }
}
