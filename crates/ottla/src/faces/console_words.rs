//! What the console tools and the performance tools have in common: settings out of files and
//! `name=value` words, and runs that end by a signal.

use std::collections::BTreeMap;

use super::connection::file;
use super::options::{Ending, Given};

/// Settings by their names.
pub(super) type Properties = BTreeMap<String, String>;

/// The words `name=value` of a flag; a name alone has an empty value.
pub(super) fn pairs(given: &Given, flag: &str) -> Properties {
    let pair = |word: &String| {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        (name.to_owned(), value.to_owned())
    };
    given.all(flag).iter().map(pair).collect()
}

/// Settings of the file that a flag names.
pub(super) fn of_file(given: &Given, flag: &str) -> Result<Properties, Ending> {
    given.one(flag)?.map_or(Ok(Properties::new()), file)
}

/// That an old and a new name of a flag do not stand together. The one that was given, or the new.
pub(super) fn either(
    given: &Given,
    new: &'static str,
    old: &'static str,
    refusal: &str,
) -> Result<&'static str, Ending> {
    match (given.has(new), given.has(old)) {
        (true, true) => Err(Ending::Usage(refusal.to_owned())),
        (false, true) => Ok(old),
        _ => Ok(new),
    }
}

/// Takes out what the client does not know: Java's clients ignore it.
pub(super) fn known(mut properties: Properties, is_known: fn(&str) -> bool) -> Properties {
    properties.retain(|name, _| is_known(name));
    properties
}

/// The exit code of a tool that a signal ended, as a Java machine has it.
pub(super) fn interrupted(signal: ottla_io::ShutdownSignal) -> Ending {
    Ending::Code(match signal {
        ottla_io::ShutdownSignal::Interrupt => 130,
        _ => 143,
    })
}
