//! One request, one file, one name: a handler is called after the message it serves, and its first
//! line says under which key.

use super::Finding;
use super::house::House;
use std::collections::BTreeMap;

const HANDLERS: &str = "crates/broker/src/api/";
const MESSAGES: &str = "crates/wire/messages/";

pub(super) fn check(house: &House) -> Vec<Finding> {
    let keys: BTreeMap<&str, u16> = house.paths().filter_map(message).collect();
    let mut found = Vec::new();
    for source in &house.sources {
        let Some(verb) = verb(&source.path) else { continue };
        let Some(key) = keys.get(verb) else {
            let what = format!(
                "serves no message: there is no {MESSAGES}NN_{verb}.msg; name it after its message, or move it out of api/"
            );
            found.push(Finding::new(&source.path, 1, what));
            continue;
        };
        let first = source.text.lines().next().unwrap_or_default();
        if !first.contains(&format!("(key {key})")) {
            found.push(Finding::new(
                &source.path,
                1,
                format!("the first line names no `(key {key})`: add it"),
            ));
        }
    }
    found
}

/// Name and key in the path of a message file.
fn message(path: &str) -> Option<(&str, u16)> {
    let (key, verb) = path.strip_prefix(MESSAGES)?.strip_suffix(".msg")?.split_once('_')?;
    Some((verb, key.parse().ok()?))
}

/// The verb of a handler; its submodules and tests have none of their own.
fn verb(path: &str) -> Option<&str> {
    let name = path.strip_prefix(HANDLERS)?.strip_suffix(".rs")?;
    let name = name.strip_suffix("/mod").unwrap_or(name);
    (!name.contains('/') && name != "mod" && name != "tests").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::check;

    #[test]
    fn handlers_are_named_after_messages_and_name_their_key() {
        expect(
            check,
            &[
                ("crates/wire/messages/01_fetch.msg", ""),
                ("crates/wire/messages/00_produce.msg", ""),
                ("crates/wire/messages/records/topic_record.msg", ""),
                ("crates/broker/src/api/mod.rs", "//! All."),
                ("crates/broker/src/api/fetch.rs", "//! Fetch (key 1), versions 4-18."),
                ("crates/broker/src/api/fetch/session.rs", "//! Part."),
                ("crates/broker/src/api/produce.rs", "//! Produce.\n//! (key 0)"),
                ("crates/broker/src/api/pull.rs", "//! Pull (key 1)."),
            ],
            &[
                "crates/broker/src/api/produce.rs:1: the first line names no `(key 0)`: add it",
                "crates/broker/src/api/pull.rs:1: serves no message: there is no crates/wire/messages/NN_pull.msg; \
                 name it after its message, or move it out of api/",
            ],
        );
    }
}
